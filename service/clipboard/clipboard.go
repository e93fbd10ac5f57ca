// Package clipboard reads what the person has copied in any program: files, a
// text or a picture. Fyne's own knows texts only.
//
// The rules are:
//
//   - Files come before the text that names them, and a text before a picture of
//     it: file managers, spreadsheets and browsers offer both.
//   - What is read is bounded, in size and in time: whoever owns the clipboard is
//     another program, which may be slow, large or gone.
//   - Nothing is ever put there, and nothing is remembered.
//
// On Linux it is read from X11, and under Wayland by wl-paste (wl-clipboard)
// where that is installed. On Windows and macOS it was compiled, and never run.
package clipboard

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"quicksync.me/desktop/internal/fileuri"
)

// MaxSize bounds what is read of a text or a picture, in bytes.
const MaxSize = 64 << 20

// patience bounds how long one reading takes.
const patience = 20 * time.Second

var (
	// ErrEmpty tells that there is nothing that can be sent.
	ErrEmpty = errors.New("clipboard: there is nothing that can be sent")
	// ErrTooLarge tells that it is more than MaxSize.
	ErrTooLarge = errors.New("clipboard: it is too large")
	// ErrUnavailable tells that no clipboard can be reached but that of the window.
	ErrUnavailable = errors.New("clipboard: it cannot be reached")
)

// Content is what was copied; one of the fields is set.
type Content struct {
	// Files are absolute paths on this computer; they need not be there any more.
	Files []string
	// Text is valid UTF-8.
	Text string
	// PNG is a picture in that format, as it was offered.
	PNG []byte
}

// Read returns what is on the clipboard. The error is ErrEmpty, ErrTooLarge,
// ErrUnavailable, that of ctx, or tells what the system said.
func Read(ctx context.Context) (Content, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return read(ctx)
}

// ReadText returns the text on the clipboard, and nothing of what else is there;
// empty where there is none. On Linux alone it reads; elsewhere, where the
// window's own clipboard never waits for another program, and in the cases of
// Read the error is ErrUnavailable. It is that of ctx when the owner does not
// answer by then.
func ReadText(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := readText(ctx)
	if errors.Is(err, ErrEmpty) {
		return "", nil
	}
	return c.Text, err
}

// Paths returns the absolute paths that a text holds, a line each: paths
// themselves, file URIs, or the list that a file manager copies, with "copy" or
// "cut" before it. A text with anything else in it is no list of files.
func Paths(text string) []string {
	var paths []string
	for line := range strings.Lines(text) {
		line = strings.Trim(strings.TrimSpace(line), `"`)
		switch line {
		case "", "copy", "cut", "x-special/nautilus-clipboard":
			continue
		}
		path, ok := pathIn(line)
		if !ok {
			return nil
		}
		paths = append(paths, path)
	}
	return paths
}

func pathIn(line string) (string, bool) {
	if strings.HasPrefix(line, "file:") {
		return fileuri.Path(line)
	}
	return line, filepath.IsAbs(line)
}

// textOf makes a text of what was offered as one.
func textOf(data []byte) string {
	return strings.ToValidUTF8(strings.TrimRight(string(data), "\x00"), "\uFFFD")
}
