package transfer_test

import (
	"context"
	"testing"
	"testing/synctest"

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
