package app

import (
	"testing"
	"time"

	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// sending is the App with uploads that are made up, and the clock of a test. What it
// says of them is asked for under the lock of the real ones.
type sending struct {
	*stage
	now  time.Time
	sent map[string]int64
}

func newSending(t *testing.T) *sending {
	s := &sending{stage: newStage(t), now: time.Now(), sent: map[string]int64{}}
	s.app.mu.Lock()
	kept := s.app.transfers
	s.app.transfers = transfers{}
	s.app.transfers.init()
	t.Cleanup(func() {
		s.app.transfers = kept
		s.app.mu.Unlock()
	})
	return s
}

const sendingSize = 1 << 30

// pass lets a time go by in which uploads in this state send so much each.
func (s *sending) pass(d time.Duration, state transfer.State, bytes int64, ids ...string) {
	s.now = s.now.Add(d)
	var told []transfer.Status
	for _, id := range ids {
		s.sent[id] += bytes
		told = append(told, transfer.Status{ID: id, Target: hereID, Size: sendingSize, Sent: s.sent[id], State: state})
	}
	s.app.transfers.update(told, s.now)
}

// row is what the list says of an upload, a moment after it was told.
func (s *sending) row(id string) views.Row {
	return s.app.uploadRow(s.app.current, s.app.transfers.byID[id], s.now.Add(time.Millisecond))
}

// agrees fails unless the line under the list says of all what the row says of one.
func (s *sending) agrees(when, id string) {
	s.Helper()
	all, row := s.app.overall(s.now.Add(time.Millisecond)), s.row(id)
	if all.Speed != row.Speed || all.Left != row.Left || row.Left < 0 {
		s.Errorf("%s: all are sent at %.0f, and take %v; the one that moves is at %.0f, and takes %v", when, all.Speed, all.Left, row.Speed, row.Left)
	}
}

// TestOneUploadHasOneSpeed: in its row and under the list, also after a rest and
// after others have ended, well or not.
func TestOneUploadHasOneSpeed(t *testing.T) {
	s := newSending(t)
	steps := func(times int, bytes int64, ids ...string) {
		for range times {
			s.pass(500*time.Millisecond, transfer.Uploading, bytes, ids...)
			s.app.overall(s.now.Add(100 * time.Millisecond)) // a click
		}
	}
	s.pass(0, transfer.Preparing, 0, "a")
	steps(8, 9e6, "a")
	s.agrees("alone", "a")
	s.pass(time.Second, transfer.Paused, 0, "a")
	s.pass(time.Minute, transfer.Uploading, 0, "a")
	steps(8, 4e6, "a")
	s.agrees("after a rest", "a")
	steps(8, 2e6, "a", "b", "c")
	if all, row := s.app.overall(s.now), s.row("a"); all.Speed < 2*row.Speed {
		t.Errorf("three are sent at %.0f, and one of them at %.0f", all.Speed, row.Speed)
	}
	s.pass(time.Millisecond, transfer.Done, sendingSize-s.sent["b"], "b")
	s.pass(time.Millisecond, transfer.Failed, 0, "c")
	steps(1, 6e6, "a")
	s.agrees("after the others", "a")
}

// TestSmallFilesHaveASpeedTogether: one after the other, none of them is there for
// long enough to have one.
func TestSmallFilesHaveASpeedTogether(t *testing.T) {
	s := newSending(t)
	for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
		s.pass(500*time.Millisecond, transfer.Uploading, 1e6, id)
		s.pass(500*time.Millisecond, transfer.Done, 1e6, id)
		s.pass(0, transfer.Waiting, 0, "last")
	}
	s.pass(500*time.Millisecond, transfer.Uploading, 0, "last")
	if all := s.app.overall(s.now); all.Speed < 1e6 || all.Left < 0 {
		t.Errorf("they are sent at %.0f, and take %v", all.Speed, all.Left)
	}
}
