//go:build e2e && linux

package e2e

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
)

// TestNamesCanBeReadable on the page of a storage that is there: what is sent from
// then on has its own name, what lies there keeps the one it has.
func TestNamesCanBeReadable(t *testing.T) {
	s := newStage(t, stageConfig{})
	_, window := s.open()
	node := s.node()
	s.paste(window, node.invitation())
	s.connect(window)
	s.must(s.desk.Drop(within(t), window, s.random("hidden.txt", 3000)))
	s.stored([]string{"hidden.txt"}, node.env()...)
	s.openStorage(window)
	s.photograph(window, "names-hidden.png")
	s.tab(-3) // over connecting and forgetting
	s.press("space")
	s.photograph(window, "names-readable.png")
	s.press("Escape")
	s.plain(window)
	s.must(s.desk.Drop(within(t), window, s.random("readable.txt", 3000)))
	s.stored([]string{"hidden.txt", "readable.txt"}, node.env()...)
	if told := s.told(node); len(told) != 2 || !slices.Contains(told, "readable.txt") || slices.Contains(told, "hidden.txt") {
		t.Errorf("the storage was told %q", told)
	}
}

// told are the names that a storage was told, to the letter.
func (s *stage) told(n node) (names []string) {
	s.Helper()
	request, err := http.NewRequestWithContext(within(s.T), http.MethodGet, n.URL+"/buckets", nil)
	s.must(err)
	request.Header.Set("Authorization", "Bearer "+n.token)
	answer, err := http.DefaultClient.Do(request)
	s.must(err)
	defer func() { s.note(answer.Body.Close()) }()
	var files []struct {
		FileName string `json:"fileName"`
	}
	s.must(json.NewDecoder(answer.Body).Decode(&files))
	for _, f := range files {
		names = append(names, f.FileName)
	}
	return names
}
