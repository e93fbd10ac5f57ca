package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"quicksync.me/desktop/views"
)

func (s *stage) hideNames(id string, hide bool) (problem string) {
	s.Helper()
	answer := make(chan string, 1)
	s.act(func(a views.Actions) { a.HideNames(id, hide, func(problem string) { answer <- problem }) })
	return <-answer
}

// names are those that a storage was sent, as it tells them.
func (s *stage) names(placeID string) []string {
	s.Helper()
	s.app.mu.Lock()
	p := s.app.place(placeID)
	s.app.mu.Unlock()
	t, ok := s.app.targetOf(p)
	if !ok {
		s.Fatal("the storage was not reached")
	}
	files, err := t.Bucket.List(context.Background())
	s.must(err)
	var sent []string
	for _, f := range files {
		sent = append(sent, f.Name)
	}
	return sent
}

// TestNamesAreHiddenOrReadableAtOnce, and after a restart, for a storage that is
// there. What lies in it keeps the name that it was sent with.
func TestNamesAreHiddenOrReadableAtOnce(t *testing.T) {
	s := newStage(t)
	if problem := s.connect(views.ConnectionForm{Key: invitation(s.startNode()), HideNames: true}); problem != "" {
		t.Fatal(problem)
	}
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	id := s.connection().Current
	send := func(name string) {
		s.Helper()
		s.act(func(a views.Actions) { a.Add([]string{s.file(name, 10)}) })
		s.row(name, views.Done)
	}
	hidden := func(want bool) {
		s.Helper()
		s.until("what was chosen", func() bool {
			if len(s.connection().Places) < 2 { // just after a start
				return false
			}
			place := s.connection().Places[1]
			return place.NamesHidden == want && place.LinksNamed && s.list().Problem == ""
		})
	}
	hidden(true)
	send("first.txt")
	if problem := s.hideNames(id, false); problem != "" {
		t.Error(problem)
	}
	hidden(false)
	send("second.txt")
	sent := s.names(id)
	if len(sent) != 2 || !strings.Contains(strings.Join(sent, "\n"), "second.txt") || strings.Contains(strings.Join(sent, "\n"), "first") {
		t.Errorf("the storage was told %q", sent)
	}
	s.start()
	hidden(false)
	s.row("first.txt", views.Done)
	send("third.txt")
	if problem := s.hideNames(id, true); problem != "" {
		t.Error(problem)
	}
	hidden(true)
	send("fourth.txt")
	for name, want := range map[string]bool{"first.txt": true, "second.txt": false, "third.txt": false, "fourth.txt": true} {
		s.pick(s.row(name, views.Done))
		s.until("what holds for "+name, func() bool { return s.detail().NamesHidden == want })
	}
	if told := strings.Join(s.names(id), "\n"); !strings.Contains(told, "third.txt") || strings.Contains(told, "fourth") {
		t.Errorf("the storage was told %q", told)
	}
}

// TestNamesStayReadable where nothing is known to hide them with, and on this
// computer nothing is chosen.
func TestNamesStayReadable(t *testing.T) {
	s := newStage(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path != "/v1/buckets" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte("[]"))
	}))
	t.Cleanup(server.Close)
	if problem := s.connect(views.ConnectionForm{Key: "T", Server: server.URL + "/v1"}); problem != "" {
		t.Fatal(problem)
	}
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	if problem := s.hideNames(s.connection().Current, true); !strings.Contains(problem, "does not tell its session ID") {
		t.Errorf("hidden without a session: %q", problem)
	}
	if s.connection().Places[1].NamesHidden {
		t.Error("they are said to be hidden")
	}
	for _, id := range []string{hereID, "nobody"} {
		if problem := s.hideNames(id, false); problem != "" {
			t.Error(problem)
		}
	}
	if !s.app.place(hereID).cfg.HideNames {
		t.Error("names on this computer were changed")
	}
}
