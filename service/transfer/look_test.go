package transfer_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
)

// endless is a bundle that is looked through for as long as it may be.
type endless struct{ transfer.Source }

func (endless) Paths() []string { return []string{"/"} }
func (endless) Forget()         {}

func (endless) Stat() (transfer.Version, error) {
	return transfer.Version{}, &transfer.FileError{Path: "/", Kind: transfer.ErrUnreadable} // nobody looked
}

func (endless) Look(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

// forgetful is a bundle that is another one at each look, and forgets at once.
type forgetful struct {
	transfer.Source
	t     *testing.T
	known *bool
}

func (f forgetful) Paths() []string { return []string{f.Path()} }
func (f forgetful) Forget()         { *f.known = false }

func (f forgetful) Look(context.Context) error {
	*f.known = true
	return nil
}

func (f forgetful) Stat() (transfer.Version, error) { f.looked(); return f.Source.Stat() }

func (f forgetful) Open() (transfer.Reader, error) { f.looked(); return f.Source.Open() }

// looked fails where a walk begins that nothing ends.
func (f forgetful) looked() {
	if !*f.known {
		f.t.Error("nobody has looked at it")
	}
}

// TestABundleThatChangedIsLookedAtAgain before it is opened, so that a pause ends that
// as well, and what is planned is what is read.
func TestABundleThatChangedIsLookedAtAgain(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		b.fake.SetBefore(once("part", &api.Error{Op: "part", Kind: api.ErrForbidden, Status: 403}))
		path := b.file("f", 1<<20)
		id, _ := b.engine.Add("here", forgetful{transfer.FileAt(path), t, new(bool)})
		b.until(id, transfer.Failed)
		b.file("f", 2<<20)
		if again, _ := b.engine.Add("here", forgetful{transfer.FileAt(path), t, new(bool)}); again != id {
			t.Fatalf("it is %s, and was %s", again, id)
		}
		b.arrived(id, path)
	})
}

// TestTheLookAtABundleEnds when it is paused, cancelled, or the program ends.
func TestTheLookAtABundleEnds(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		ends := func(name string, end func(id string), want transfer.State) {
			id, _ := b.engine.Add("here", endless{transfer.FileAt(b.file(name, 1))})
			synctest.Wait()
			if s := b.status(id); s.State != transfer.Preparing {
				t.Errorf("%s: it is not looked at: %+v", name, s)
			}
			end(id)
			synctest.Wait()
			if s := b.status(id); s.State != want {
				t.Errorf("%s: %+v", name, s)
			}
		}
		ends("pause", func(id string) { b.engine.Pause(id) }, transfer.Paused)
		ends("cancel", func(id string) { b.engine.Cancel(id) }, transfer.Cancelled)
		ends("close", func(string) { b.engine.Close() }, transfer.Waiting)
	})
}

// distant is a bundle on a disk where each look takes a while.
type distant struct {
	transfer.Source
	looks *looks
}

type looks struct{ all, now, most atomic.Int32 }

func (distant) Look(context.Context) error { return nil }
func (distant) Forget()                    {}
func (d distant) Paths() []string          { return []string{d.Path()} }

func (d distant) Stat() (transfer.Version, error) {
	d.looks.all.Add(1)
	d.looks.most.Store(max(d.looks.most.Load(), d.looks.now.Add(1)))
	defer d.looks.now.Add(-1)
	time.Sleep(10 * time.Second)
	return d.Source.Stat()
}

// TestABundleFarAwayIsLookedAtSeldom while its parts are sent, and by one of them at a
// time.
func TestABundleFarAwayIsLookedAtSeldom(t *testing.T) {
	overDragging(t, false, func(int) bool { return false }, func(b *bench, _ *dragging, path string) {
		of := &looks{}
		id, _ := b.engine.Add("here", distant{transfer.FileAt(path), of})
		b.added++
		b.arrived(id, path)
		if all, most := of.all.Load(), of.most.Load(); all > 10 || most > 1 {
			b.Errorf("it was looked at %d times, %d at once", all, most)
		}
	})
}
