package awake

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sys/windows"
)

// What SetThreadExecutionState takes (winbase.h): the state lasts until it is set
// again, and the system counts as in use, but not the screen.
const (
	esContinuous     uintptr = 0x80000000
	esSystemRequired uintptr = 0x00000001
)

var setState = windows.NewLazySystemDLL("kernel32.dll").NewProc("SetThreadExecutionState")

// hold sets the state of a thread that does nothing else: Windows forgets it with
// the thread.
func hold(context.Context, string) (release func(), err error) {
	set, end, ended := make(chan error), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if before, _, err := setState.Call(esContinuous | esSystemRequired); before == 0 {
			set <- fmt.Errorf("keeping Windows awake: %w", err)
			return
		}
		set <- nil
		<-end
		_, _, _ = setState.Call(esContinuous)
	}()
	if err := <-set; err != nil {
		return nil, err
	}
	return func() {
		close(end)
		<-ended
	}, nil
}
