package app

import (
	"io"
	"strings"
	"testing"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// putBeside sends a file to this computer's own storage as another program does.
func (s *stage) putBeside(client *api.Client, name, content string) (key string) {
	s.Helper()
	u, err := client.Begin(s.Context(), api.BeginRequest{Name: name, Parts: 1, Size: int64(len(content))})
	s.must(err)
	tag, err := client.PutPart(s.Context(), api.Part{
		Upload: u, Number: 1, Size: int64(len(content)), Body: func() io.Reader { return strings.NewReader(content) },
	})
	s.must(err)
	s.must(client.Complete(s.Context(), u, []string{tag}))
	return u.FileKey
}

// TestWhatOthersSendAppears, such as qs, and what they delete goes, without anybody
// asking for the list.
func TestWhatOthersSendAppears(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.Add([]string{s.file("ours.txt", 10)}) })
	ours := s.row("ours.txt", views.Done)
	s.app.mu.Lock()
	client, ourKey := s.app.current.conn.Client(), s.app.transfers.byID[ours.ID].FileKey
	s.app.mu.Unlock()
	key := s.putBeside(client, "theirs.txt", "theirs")
	s.row("theirs.txt", views.Done)
	s.must(client.Delete(t.Context(), key))
	s.until("theirs to go", func() bool { return len(s.rows()) == 1 })
	s.must(client.Delete(t.Context(), ourKey))
	s.until("ours to go", func() bool { return len(s.rows()) == 0 })
}

// TestOnlyWhatOthersDoIsStrange: a list for each file of our own would be the square
// of their number.
func TestOnlyWhatOthersDoIsStrange(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.Add([]string{s.file("ours.txt", 10)}) })
	ours := s.row("ours.txt", views.Done)
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	p, u := s.app.current, s.app.transfers.byID[ours.ID]
	p.list.byKey = map[string]int{"listed": 0}
	for _, c := range []struct {
		key            string
		state          transfer.State
		there, strange bool
	}{
		{u.FileKey, transfer.Done, true, false},
		{u.FileKey, transfer.Finishing, true, false}, // the answer is on its way
		{u.FileKey, transfer.Done, false, true},
		{u.FileKey, transfer.Cancelled, false, false}, // we have deleted it
		{"listed", transfer.Done, true, false},
		{"listed", transfer.Done, false, true},
		{"other", transfer.Done, true, true},
		{"other", transfer.Done, false, false},
	} {
		u.State = c.state
		if got := s.app.isStrange(p, map[string]bool{c.key: c.there}); got != c.strange {
			t.Errorf("%s, %v, there %t: strange %t", c.key, c.state, c.there, got)
		}
	}
	u.State = transfer.Done
}
