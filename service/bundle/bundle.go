// Package bundle makes one upload of a folder, or of several files: a ZIP
// archive that is made while it is read, without a copy on the disk.
//
// The rules are:
//
//   - Members are stored and not compressed, so that the place and the length
//     of everything are known before a byte is read. They follow from the
//     sorted list of names, sizes and times alone: another run makes the same
//     archive of the same files, and goes on with an upload of it.
//   - The archive can be read at any place, by several goroutines at once. What
//     is served is summed up in the same pass, in whatever order it comes. A
//     checksum that is asked for before its data was served is found by reading
//     what lacks, once.
//   - A member that is no longer what it was stops everything, by its name.
//   - Memory follows the number of members and not their sizes, and a bounded
//     number of them is open at once.
//
// The format is that of PKWARE's APPNOTE 6.3.10 with ZIP64 where it is needed,
// and Info-ZIP's extended timestamp.
package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quicksync.me/desktop/service/transfer"
)

// Bundle is the archive of a folder or of several files, as it was found. Its
// methods may be called by many goroutines.
type Bundle struct {
	name, path  string
	members     []*member
	layout      layout
	problems    []error
	fingerprint [sha256.Size]byte
	modTime     time.Time
}

var _ transfer.Source = (*Bundle)(nil)

// ErrNothing tells that not one file or folder was given.
var ErrNothing = errors.New("there is nothing to send")

// member is one file of the archive, or one empty folder.
type member struct {
	path string
	// name in the archive, with "/"; that of a folder ends with it.
	name string
	info fs.FileInfo
	// size in bytes; 0 for a folder.
	size int64
	// offset is where its local header begins, entry where the directory tells
	// of it; both are counted from the start of the archive.
	offset, entry int64
	sum           sum
}

// New looks through the given files and folders and lays out the archive of
// them, which will be known as name. Symbolic links are followed. What cannot
// be sent is left out and told by Problems; it is an error if nothing is left:
// ErrNothing, the first problem, or *transfer.FileError with ErrTooBig. ctx
// ends the search early, with its cause.
func New(ctx context.Context, name string, paths []string) (*Bundle, error) {
	roots := absolute(paths)
	w := walker{}
	if err := w.all(ctx, roots); err != nil {
		return nil, err
	}
	return w.bundle(name, roots)
}

// bundle lays out the archive of what was found below the roots.
func (w *walker) bundle(name string, roots []string) (*Bundle, error) {
	if len(w.members) == 0 {
		return nil, append(w.problems, ErrNothing)[0]
	}
	slices.SortFunc(w.members, func(a, b *member) int { return strings.Compare(a.name, b.name) })
	b := &Bundle{name: name, path: common(roots), members: slices.Clip(w.members), problems: w.problems}
	var ok bool
	if b.layout, ok = place(b.members); !ok {
		return nil, &transfer.FileError{Path: b.path, Kind: transfer.ErrTooBig, Limit: maxSize}
	}
	b.identify()
	return b, nil
}

// absolute returns each of the paths once, whole and sorted: the order in which
// a person has chosen them makes no difference.
func absolute(paths []string) []string {
	var all []string
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			abs = p
		}
		all = append(all, abs)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// common returns the one path, or the folder that all of several are in. Of
// files on several Windows drives it is the folder of the first.
func common(roots []string) string {
	if len(roots) == 1 {
		return roots[0]
	}
	first := filepath.Dir(roots[0])
	for dir := first; ; dir = filepath.Dir(dir) {
		if !slices.ContainsFunc(roots, func(p string) bool { return !within(dir, p) }) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return first
		}
	}
}

func within(dir, p string) bool {
	rel, err := filepath.Rel(dir, p)
	return err == nil && filepath.IsLocal(rel) && rel != "."
}

// edition is hashed with every fingerprint: an archive that another edition of
// the layout has begun cannot be gone on with.
const edition = "quicksync bundle 1\n"

// identify makes the fingerprint, and the archive's time: to the second that
// of the member that was changed last. Its nanoseconds come from the
// fingerprint, so that the change of any member changes the time as well:
// between runs, size and time are all that tells one version from another.
func (b *Bundle) identify() {
	h := sha256.New()
	h.Write([]byte(edition))
	var record []byte
	latest := b.members[0].info.ModTime().Unix()
	for _, m := range b.members {
		t := m.info.ModTime()
		latest = max(latest, t.Unix())
		record = binary.AppendUvarint(record[:0], uint64(len(m.name)))
		record = append(record, m.name...)
		record = binary.BigEndian.AppendUint64(record, uint64(m.size))
		record = binary.BigEndian.AppendUint64(record, uint64(t.Unix()))
		record = binary.BigEndian.AppendUint32(record, uint32(t.Nanosecond()))
		h.Write(record)
	}
	h.Sum(b.fingerprint[:0])
	b.modTime = time.Unix(latest, int64(binary.BigEndian.Uint32(b.fingerprint[:]))%int64(time.Second))
}

// Name is the name that the archive was given.
func (b *Bundle) Name() string { return b.name }

// Path is that of the folder, or of the one that all of several files are in.
func (b *Bundle) Path() string { return b.path }

// Size of the archive in bytes.
func (b *Bundle) Size() int64 { return b.layout.size }

// Problems tells what was left out and why, each a *transfer.FileError.
func (b *Bundle) Problems() []error { return slices.Clone(b.problems) }

// Stat looks at every member again. The first that is no longer what New found
// is named by the error, a *transfer.FileError with ErrChanged, ErrVanished or
// ErrUnreadable: then only New makes an archive of what is there now.
func (b *Bundle) Stat() (transfer.Version, error) {
	for _, m := range b.members {
		info, err := os.Stat(m.path)
		if err != nil {
			return transfer.Version{}, transfer.NewFileError(m.path, err)
		}
		if err := m.check(info); err != nil {
			return transfer.Version{}, err
		}
	}
	return transfer.Version{Size: b.layout.size, ModTime: b.modTime}, nil
}

// check tells whether info is of the member as it was found.
func (m *member) check(info fs.FileInfo) error {
	if info.Mode().Type() == m.info.Mode().Type() && (info.IsDir() || info.Size() == m.size) &&
		info.ModTime().Equal(m.info.ModTime()) && os.SameFile(info, m.info) {
		return nil
	}
	return m.changed()
}

func (m *member) changed() error {
	return &transfer.FileError{Path: m.path, Kind: transfer.ErrChanged}
}
