package transfer

import (
	"errors"
	"fmt"
)

// What can be wrong with a file on this computer, for errors.Is. A FileError
// is of exactly one of these kinds.
var (
	// ErrUnreadable: it is there, but cannot be read.
	ErrUnreadable = errors.New("cannot be read")
	// ErrVanished: it is not there, or not any more.
	ErrVanished = errors.New("is not there")
	// ErrNotFile: a device, socket or pipe, which has no content to send.
	ErrNotFile = errors.New("is neither a file nor a folder")
	// ErrLoop: a symbolic link that leads back into itself.
	ErrLoop = errors.New("is a link that leads back into itself")
	// ErrChanged: its size, time or identity changed while it was sent.
	ErrChanged = errors.New("changed while it was uploading")
	// ErrTooBig: it needs more parts than the server takes.
	ErrTooBig = errors.New("is larger than the server can take")
	// ErrUnwritable: a download cannot be written where it was asked for.
	ErrUnwritable = errors.New("cannot be written")
)

// FileError says what is wrong with one file or folder of this computer.
type FileError struct {
	// Path of the file, as the person gave it or as it was found.
	Path string
	// Kind is one of the errors above.
	Kind error
	// Limit in bytes, where Kind is ErrTooBig.
	Limit int64
	// Err is the system's own error; nil where there is none.
	Err error
}

// Error names the file and what is wrong with it.
func (e *FileError) Error() string {
	text := fmt.Sprintf("%q %s", e.Path, e.Kind)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Is makes errors.Is find the kind.
func (e *FileError) Is(target error) bool { return target == e.Kind }

// Unwrap returns the system's error.
func (e *FileError) Unwrap() error { return e.Err }

// What can be wrong with what a server stored, for errors.Is.
var (
	// ErrWrongTag: the tag of a part is that of other bytes than were sent.
	ErrWrongTag = errors.New("a part arrived changed")
	// ErrWrongSize: the stored file has another size than what was sent.
	ErrWrongSize = errors.New("the stored file has another size")
	// ErrWrongSum: what was fetched is not what was uploaded from this computer.
	ErrWrongSum = errors.New("the content is not what was uploaded")
	// ErrNotFinished: complete was answered, yet the file is not there.
	ErrNotFinished = errors.New("the server has not finished the file")
)
