package app

import (
	"os"
	"sync/atomic"
	"testing"

	"quicksync.me/desktop/internal/strict"
	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/views"
)

// lying connects a storage whose lists are what the test says.
func (s *stage) lying(list string) (tell func(list string)) {
	s.Helper()
	var told atomic.Pointer[string]
	told.Store(&list)
	server, err := strict.Start(strict.Config{Token: "the-key", Session: "a-session", Spoil: func(c strict.Call) strict.Fault {
		if c.Op == "list" {
			return strict.Told(*told.Load())
		}
		return nil
	}})
	s.must(err)
	s.Cleanup(server.Close)
	if problem := s.connect(views.ConnectionForm{Key: server.URL() + "#key=the-key&session=a-session"}); problem != "" {
		s.Fatal(problem)
	}
	return func(list string) {
		told.Store(&list)
		s.act(func(a views.Actions) { a.Reload() })
	}
}

// TestAKeyIsOneRow although its server tells it several times, and says another
// thing each time: the last one counts, in the rows and in the totals.
func TestAKeyIsOneRow(t *testing.T) {
	s := newStage(t)
	tell := s.lying(`[
		{"fileKey":"k","completed":false,"fileName":"first","originalSizeInBytes":1},
		{"fileKey":"other","completed":true,"fileName":"other","originalSizeInBytes":70},
		{"fileKey":"k","completed":true,"fileName":"last","originalSizeInBytes":500}]`)
	s.row("last", views.Done)
	if rows, d := s.rows(), s.detail(); len(rows) != 2 || d.Total != 2 || d.Size != 570 || d.Counts != (views.Counts{2, 0, 0, 2}) {
		t.Errorf("rows %+v, total %d of %d bytes, %+v", rows, d.Total, d.Size, d.Counts)
	}
	id := s.row("last", views.Done).ID
	s.act(func(a views.Actions) { a.Select([]string{id}) })
	s.until("one selected file", func() bool { return s.detail().Count == 1 && s.detail().Size == 500 })

	tell(`[{"fileKey":"k","completed":true,"fileName":"another","originalSizeInBytes":-9,"totalParts":-1}]`)
	row := s.row("another", views.Done)
	if d := s.detail(); row.ID != id || row.Size != -1 || d.Count != 1 || d.Parts != 0 {
		t.Errorf("after the change: %+v, %+v", row, d)
	}
}

// TestAListThatIsCutOff leaves the last whole one, and says so.
func TestAListThatIsCutOff(t *testing.T) {
	s := newStage(t)
	tell := s.lying(`[{"fileKey":"k","completed":true,"fileName":"whole","originalSizeInBytes":1}]`)
	s.row("whole", views.Done)
	tell(`[{"fileKey":"k2","completed":true,"fileName":"new","originalSizeInBytes":1},{"fileKey":"k3","comp`)
	s.until("what is wrong with the list", func() bool { return s.list().Problem != "" })
	if rows := s.rows(); len(rows) != 1 || rows[0].Name != "whole" {
		t.Errorf("%+v", rows)
	}
	tell(`[]`)
	s.until("an empty list", func() bool { return s.list().Problem == "" && len(s.rows()) == 0 })
}

func TestOpenedKeepsTheOrder(t *testing.T) {
	p := &place{id: "p"}
	files := []api.File{{Key: "a", Name: "1"}, {Key: "b", Name: "2"}, {Key: "a", Name: "3"}, {Key: "p/a", Name: "4"}, {Key: "", Name: "5"}}
	all, byKey := p.opened(files, func(f api.File) string { return "plain " + f.Name })
	if len(all) != 4 || len(byKey) != 4 || all[0].name != "plain 3" || all[1].name != "plain 2" || all[2].name != "plain 4" {
		t.Errorf("%+v", all)
	}
	for key, i := range byKey {
		if all[i].Key != key || all[i].id != "p/"+key || p.keyOf(all[i].id) != key || all[i].Name != "" {
			t.Errorf("%q is %+v", key, all[i])
		}
	}
}

// TestRetryFailed: what has failed begins again, what was cancelled does not.
func TestRetryFailed(t *testing.T) {
	s := newStage(t)
	one, two, cancelled := s.file("one", 10), s.file("two", 10), s.file("cancelled", 10)
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{one, two, cancelled}) })
	row := s.row("cancelled", views.Paused)
	s.row("one", views.Paused)
	s.row("two", views.Paused)
	s.act(func(a views.Actions) { a.Cancel([]string{row.ID}) })
	s.row("cancelled", views.Cancelled)
	s.hide(one, two)
	s.act(func(a views.Actions) { a.ResumeAll() })
	s.row("one", views.Failed)
	s.row("two", views.Failed)
	s.hide(one, two)
	s.act(func(a views.Actions) { a.Search("one"); a.RetryFailed() })
	s.row("one", views.Done)
	s.act(func(a views.Actions) { a.Search("") })
	s.row("two", views.Done)
	s.row("cancelled", views.Cancelled)
}

// hide takes files away, or brings them back where they are away.
func (s *stage) hide(paths ...string) {
	s.Helper()
	for _, path := range paths {
		from, to := path, path+".away"
		if _, err := os.Stat(from); err != nil {
			from, to = to, from
		}
		s.must(os.Rename(from, to))
	}
}
