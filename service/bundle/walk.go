package bundle

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"quicksync.me/desktop/service/transfer"
)

// maxName is the longest name in bytes that a member may have. Its length has
// 16 bits, and APPNOTE 4.4.10 wants a header's name and extra fields together
// to stay below 65,535 bytes.
const maxName = 0xFF00

var errLongName = errors.New("its path is too long for an archive")

// walker collects members, and what could not become one. A folder is only a
// member where it is empty: that of a file makes the folder it is in.
type walker struct {
	members  []*member
	problems []error
	// most bounds what is collected, where it is not 0: beyond it nothing is, and
	// what there is goes on to be counted. over tells that.
	most int
	over bool
	// files are those that were found, whether they can be sent or not, and size is
	// theirs in bytes.
	files int
	size  int64
}

// all visits what was given. Names that are the same in several folders get
// numbers.
func (w *walker) all(ctx context.Context, roots []string) error {
	names := make([]string, len(roots))
	for i, p := range roots {
		names[i] = filepath.Base(p)
	}
	for i, name := range plainNames(names) {
		if err := w.visit(ctx, roots[i], name, nil); err != nil {
			return err
		}
	}
	return nil
}

// visit takes in one file, or what is in a folder. above are the folders that
// lead here, to find loops.
func (w *walker) visit(ctx context.Context, p, name string, above []fs.FileInfo) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	info, err := os.Stat(p)
	switch {
	case err != nil:
		w.leaveOut(transfer.NewStatError(p, err))
	case len(name) >= maxName:
		w.leaveOut(&transfer.FileError{Path: p, Kind: transfer.ErrUnreadable, Err: errLongName})
	case info.Mode().IsRegular():
		w.file(p, name, info)
	case !info.IsDir():
		w.leaveOut(&transfer.FileError{Path: p, Kind: transfer.ErrNotFile})
	case slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }):
		w.leaveOut(&transfer.FileError{Path: p, Kind: transfer.ErrLoop})
	default:
		return w.folder(ctx, p, name, info, append(above[:len(above):len(above)], info))
	}
	return nil
}

// file takes in a file that can be read.
func (w *walker) file(p, name string, info fs.FileInfo) {
	if err := readable(p); err != nil {
		w.leaveOut(err)
		return
	}
	w.take(&member{path: p, name: ending(p, name), info: info, size: info.Size()})
}

// folder visits what is in a folder, sorted, so that names which have to be
// numbered get the same numbers each time.
func (w *walker) folder(ctx context.Context, p, name string, info fs.FileInfo, above []fs.FileInfo) error {
	entries, err := os.ReadDir(p)
	if err != nil {
		w.leaveOut(transfer.NewFileError(p, err))
	} else if len(entries) == 0 {
		w.take(&member{path: p, name: name + "/", info: info})
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	for i, plain := range plainNames(names) {
		if err := w.visit(ctx, filepath.Join(p, names[i]), path.Join(name, plain), above); err != nil {
			return err
		}
	}
	return nil
}

// take adds a member. Windows looks up which file it is only when it is asked,
// by its path: it is asked here, before another file can lie there.
func (w *walker) take(m *member) {
	if !m.info.IsDir() {
		w.files++
		w.size += m.size
	}
	if w.full() {
		return
	}
	_ = os.SameFile(m.info, m.info)
	w.members = append(w.members, m)
}

// full tells that no more is collected, and lets go of what was.
func (w *walker) full() bool {
	if w.most > 0 && len(w.members)+len(w.problems) >= w.most {
		w.over, w.members, w.problems = true, nil, nil
	}
	return w.over
}

// ending returns the name as the end of its path where it is that, so that it
// takes no memory of its own.
func ending(p, name string) string {
	if strings.HasSuffix(p, name) {
		return p[len(p)-len(name):]
	}
	return name
}

func (w *walker) leaveOut(err *transfer.FileError) {
	w.files++
	if !w.full() {
		w.problems = append(w.problems, err)
	}
}

// plainNames returns what the entries of one folder are called in the archive.
// No two are the same: a name that had to be changed, or that comes twice, gets
// a number where it would be.
func plainNames(names []string) []string {
	plain := make([]string, len(names))
	taken := make(map[string]bool, len(names))
	for i, name := range names {
		if plainName(name) == name && !taken[name] {
			plain[i], taken[name] = name, true
		}
	}
	last := map[string]int{}
	for i, name := range names {
		if plain[i] == "" {
			plain[i] = free(plainName(name), taken, last)
			taken[plain[i]] = true
		}
	}
	return plain
}

// plainName makes an element of a path of what a folder's entry is called. It
// is valid UTF-8, and no system that unpacks it can take it for more than one
// element: Windows and some programs read "\" as "/" and "c:" as a drive.
func plainName(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	name = strings.ReplaceAll(strings.ReplaceAll(name, "/", "_"), `\`, "_")
	if len(name) >= 2 && name[1] == ':' {
		name = name[:1] + "_" + name[2:]
	}
	switch name {
	case "", ".", "..":
		return "_"
	}
	return name
}

// free returns the name, with a number if it is taken: "a.txt", "a (2).txt".
// last holds the number that each name got last.
func free(name string, taken map[string]bool, last map[string]int) string {
	if !taken[name] {
		return name
	}
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := max(2, last[name]+1); ; n++ {
		if numbered := stem + " (" + strconv.Itoa(n) + ")" + ext; !taken[numbered] {
			last[name] = n
			return numbered
		}
	}
}
