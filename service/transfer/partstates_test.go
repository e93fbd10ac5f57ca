package transfer_test

import (
	"slices"
	"testing"

	"quicksync.me/desktop/service/transfer"
)

func TestPartStates(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		path := b.file("f", 1<<20) // four parts
		third := newGate("part")
		n := 0
		b.fake.SetBefore(func(op string) error {
			if op == "part" {
				if n++; n == 3 {
					return third.hold(op)
				}
			}
			return nil
		})
		id := b.add(path)[0]
		<-third.reached
		const missing, moving, done = transfer.PartMissing, transfer.PartMoving, transfer.PartDone
		for _, test := range []struct {
			most int
			want []transfer.PartState
		}{
			{256, []transfer.PartState{done, done, moving, missing}},
			{4, []transfer.PartState{done, done, moving, missing}},
			{3, []transfer.PartState{done, done, moving}},
			{2, []transfer.PartState{done, moving}},
			{1, []transfer.PartState{moving}},
			{0, nil},
		} {
			if got := b.engine.PartStates(id, test.most); !slices.Equal(got, test.want) {
				b.Errorf("in %d cells: %v, want %v", test.most, got, test.want)
			}
		}
		b.engine.Pause(id)
		third.release()
		b.until(id, transfer.Paused)
		if got := b.engine.PartStates(id, 4); slices.Contains(got, moving) || got[0] != done {
			b.Errorf("paused: %v", got)
		}
		b.engine.Resume(id)
		b.arrived(id, path)
		if got := b.engine.PartStates(id, 3); !slices.Equal(got, []transfer.PartState{done, done, done}) {
			b.Errorf("done: %v", got)
		}
		if got := b.engine.PartStates("nobody", 3); got != nil {
			b.Errorf("of an upload that is not there: %v", got)
		}
	})
}

// TestPartStatesOfWhatWasThereAlready: it was never sent, so no part has a tag.
func TestPartStatesOfWhatWasThereAlready(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		path := b.file("f", 1<<20)
		b.arrived(b.add(path)[0], path)
		id := b.add(path)[0]
		b.until(id, transfer.Already)
		if got := b.engine.PartStates(id, 2); !slices.Equal(got, []transfer.PartState{transfer.PartDone, transfer.PartDone}) {
			b.Errorf("%v", got)
		}
	})
}
