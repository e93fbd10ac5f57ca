package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"sync"

	"quicksync.me/desktop/service/paths"
)

var (
	// ErrBroken means that the file could not be understood. It was set aside.
	ErrBroken = errors.New("settings: the file is broken")
	// ErrNewer means that a later program has written the file. It is left as it
	// is.
	ErrNewer = errors.New("settings: the file is of a later version of the program")
)

// FileError is what Problem returns: the file was there, and is not used as it
// should be.
type FileError struct {
	// Kind is ErrBroken or ErrNewer.
	Kind error
	// Path is the file that was opened.
	Path string
	// Kept is where a broken file is now; empty for a newer one.
	Kept string
	// Cause says what is wrong with a broken file; nil for a newer one.
	Cause error
}

// Error implements error.
func (e *FileError) Error() string {
	text := fmt.Sprintf("%v: %s", e.Kind, e.Path)
	if e.Kept != "" {
		text += " (kept as " + e.Kept + ")"
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the kind and the cause.
func (e *FileError) Unwrap() []error { return []error{e.Kind, e.Cause} }

// File is the settings and the file they are kept in. It is safe for concurrent
// use; that only one program writes the file is for others to ensure.
type File struct {
	path    string
	problem error

	mu       sync.Mutex
	settings Settings
	written  []byte // the file's content, for the fields that are not ours
	frozen   bool   // the file is a later program's
}

// Open reads the settings. Without a file they are the defaults. A file that
// cannot be understood is renamed to path.broken-1 (or the next free number) and
// the defaults are used, with whatever of a file with a mistyped value could be
// read; one of a later version is used as far as it is understood and never
// written. Problem tells of both. The error is not nil when a file is there that
// can neither be read nor renamed.
func Open(path string) (*File, error) {
	f := &File{path: path, settings: defaults()}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err == nil {
		err = f.parse(data)
	}
	if err != nil {
		return f, f.setAside(err)
	}
	return f, nil
}

// Read returns the settings that a file holds, as far as they can be understood, and
// the defaults of the others. It touches nothing: the file is another program's.
func Read(path string) Settings {
	f := &File{path: path, settings: defaults()}
	if data, err := os.ReadFile(path); err == nil {
		_ = f.parse(data) // what is wrong with it is for the other program to tell
	}
	return f.settings
}

// parse takes over what data holds. Its error means that the file is broken.
func (f *File) parse(data []byte) error {
	var head struct{ Version int }
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	s := defaults()
	err := json.Unmarshal(data, &s)
	s.Version = max(head.Version, Version)
	f.settings = s.Clamped()
	if s.Version > Version {
		f.frozen = true
		f.problem = &FileError{Kind: ErrNewer, Path: f.path}
		return nil // a value of another type is no fault of a later version
	}
	f.written = data
	return err
}

// setAside renames a broken file, so that it is never overwritten.
func (f *File) setAside(cause error) error {
	f.written = nil
	for n := 1; ; n++ {
		kept := fmt.Sprintf("%s.broken-%d", f.path, n)
		if _, err := os.Lstat(kept); err == nil {
			continue
		}
		if err := os.Rename(f.path, kept); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrBroken, f.path, errors.Join(cause, err))
		}
		f.problem = &FileError{Kind: ErrBroken, Path: f.path, Kept: kept, Cause: cause}
		return nil
	}
}

// Problem tells what was wrong with the file when it was opened: a *FileError of
// kind ErrBroken or ErrNewer, or nil.
func (f *File) Problem() error { return f.problem }

// Get returns a copy of the settings.
func (f *File) Get() Settings {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.settings.clone()
}

// Update lets change alter the settings, clamps them and writes the file, unless
// nothing has changed. When it cannot be written, the error says why and the
// settings are as before. The file of a later version is not written: the change
// is then for this run, without an error. change must not call f.
func (f *File) Update(change func(*Settings)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	draft := f.settings.clone()
	change(&draft)
	next := draft.clone().Clamped()
	next.Version = f.settings.Version
	if reflect.DeepEqual(next, f.settings) {
		return nil
	}
	if !f.frozen {
		data, err := encode(next, f.written)
		if err != nil {
			return err
		}
		if err := paths.WriteFile(f.path, data); err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		f.written = data
	}
	f.settings = next
	return nil
}
