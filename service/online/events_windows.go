package online

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// subscribe has the IP Helper call us at each change of an interface or of an
// address. Everybody may.
func subscribe(tell func(error)) (stop func(), err error) {
	called := windows.NewCallback(func(_, _ uintptr, _ uint32) uintptr {
		tell(nil)
		return 0
	})
	var handles []windows.Handle
	stop = func() {
		for _, h := range handles {
			_ = windows.CancelMibChangeNotify2(h) // which waits for calls under way
		}
	}
	for _, notify := range []func(uint16, uintptr, unsafe.Pointer, bool, *windows.Handle) error{
		windows.NotifyIpInterfaceChange, windows.NotifyUnicastIpAddressChange,
	} {
		var h windows.Handle
		if err := notify(windows.AF_UNSPEC, called, nil, false, &h); err != nil {
			stop()
			return nil, fmt.Errorf("asking the IP Helper for changes: %w", err)
		}
		handles = append(handles, h)
	}
	return stop, nil
}

// routes are not looked at: a change of the network shows in its addresses.
func routes() ([]string, error) { return nil, nil }
