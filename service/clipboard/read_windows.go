package clipboard

import (
	"context"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The formats of the clipboard that are read
// (https://learn.microsoft.com/windows/win32/dataxchg/standard-clipboard-formats).
// Some programs offer pictures as "PNG" too, a format of that registered name.
const (
	formatDIB     = 8
	formatUnicode = 13
	formatFiles   = 15
)

// opening is how soon a clipboard that another program has open is tried again.
const opening = 20 * time.Millisecond

// system is what is called of Windows.
type system struct {
	open, close, get, has, register *windows.LazyProc
	lock, unlock, size, query       *windows.LazyProc
}

func newSystem() system {
	user, kernel := windows.NewLazySystemDLL("user32.dll"), windows.NewLazySystemDLL("kernel32.dll")
	shell := windows.NewLazySystemDLL("shell32.dll")
	return system{
		open: user.NewProc("OpenClipboard"), close: user.NewProc("CloseClipboard"), get: user.NewProc("GetClipboardData"),
		has: user.NewProc("IsClipboardFormatAvailable"), register: user.NewProc("RegisterClipboardFormatW"),
		lock: kernel.NewProc("GlobalLock"), unlock: kernel.NewProc("GlobalUnlock"), size: kernel.NewProc("GlobalSize"),
		query: shell.NewProc("DragQueryFileW"),
	}
}

// read has the clipboard open for as long as it takes to copy what is there. It
// belongs to the thread that has opened it.
func read(ctx context.Context) (Content, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	s := newSystem()
	for {
		opened, _, _ := s.open.Call(0)
		if opened != 0 {
			break
		}
		select {
		case <-ctx.Done():
			return Content{}, ctx.Err()
		case <-time.After(opening):
		}
	}
	c, dib, err := s.content()
	_, _, _ = s.close.Call()
	if dib != nil {
		c.PNG, err = pngOfDIB(dib)
	}
	return c, err
}

// content copies the best of what is offered. A bitmap is still to be made a
// PNG, once the clipboard is closed.
func (s system) content() (c Content, dib []byte, err error) {
	name, err := windows.UTF16PtrFromString("PNG")
	if err != nil {
		return c, nil, err
	}
	formatPNG, _, _ := s.register.Call(uintptr(unsafe.Pointer(name)))
	switch {
	case s.offered(formatFiles):
		c.Files, err = s.files()
	case s.offered(formatUnicode):
		c.Text, err = s.text()
	case formatPNG != 0 && s.offered(formatPNG):
		c.PNG, err = s.bytes(formatPNG)
	case s.offered(formatDIB):
		dib, err = s.bytes(formatDIB)
	}
	if err == nil && len(c.Files)+len(c.Text)+len(c.PNG)+len(dib) == 0 {
		err = ErrEmpty
	}
	return c, dib, err
}

func (s system) offered(format uintptr) bool {
	yes, _, _ := s.has.Call(format)
	return yes != 0
}

// bytes copies what there is in a format.
func (s system) bytes(format uintptr) ([]byte, error) {
	handle, _, err := s.get.Call(format)
	if handle == 0 {
		return nil, fmt.Errorf("clipboard: format %d: %w", format, err)
	}
	size, _, _ := s.size.Call(handle)
	if size > MaxSize {
		return nil, ErrTooLarge
	}
	at, _, err := s.lock.Call(handle)
	if at == 0 || size == 0 {
		return nil, fmt.Errorf("clipboard: format %d: %w", format, err)
	}
	defer func() { _, _, _ = s.unlock.Call(handle) }()
	data := make([]byte, size)
	// The memory is not Go's: it is copied by its address.
	var read uintptr
	if err := windows.ReadProcessMemory(windows.CurrentProcess(), at, &data[0], size, &read); err != nil {
		return nil, fmt.Errorf("clipboard: format %d: %w", format, err)
	}
	return data[:read], nil
}

// text is UTF-16 up to a zero.
func (s system) text() (string, error) {
	data, err := s.bytes(formatUnicode)
	if err != nil {
		return "", err
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = uint16(data[2*i]) | uint16(data[2*i+1])<<8
	}
	return textOf([]byte(windows.UTF16ToString(units))), nil
}

// files asks the shell for each of the paths that were copied.
func (s system) files() (paths []string, err error) {
	drop, _, err := s.get.Call(formatFiles)
	if drop == 0 {
		return nil, fmt.Errorf("clipboard: files: %w", err)
	}
	const howMany = 0xFFFFFFFF
	count, _, _ := s.query.Call(drop, howMany, 0, 0)
	for i := range count {
		length, _, _ := s.query.Call(drop, i, 0, 0)
		path := make([]uint16, length+1)
		if length == 0 {
			continue
		}
		_, _, _ = s.query.Call(drop, i, uintptr(unsafe.Pointer(&path[0])), length+1)
		paths = append(paths, windows.UTF16ToString(path))
	}
	return paths, nil
}
