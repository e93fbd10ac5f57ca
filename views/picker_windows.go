package views

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
)

// parentOf names a window by its handle, so that a dialog stands over it.
func parentOf(window fyne.Window) (name string) {
	native, ok := window.(driver.NativeWindow)
	if !ok {
		return ""
	}
	native.RunNative(func(context any) {
		if handle, ok := context.(driver.WindowsWindowContext); ok && handle.HWND != 0 {
			name = strconv.FormatUint(uint64(handle.HWND), 10)
		}
	})
	return name
}

// ownerOf returns the handle that parentOf has named; nil for none.
func ownerOf(parent string) any {
	handle, err := strconv.ParseUint(parent, 10, 64)
	if err != nil {
		return nil
	}
	return uintptr(handle)
}
