//go:build e2e && linux

package e2e

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// oddNames are names that shells, URLs, menus and other systems stumble over.
var oddNames = []string{
	"plain.txt",
	"a b/ünïcode ☕.txt",
	"a b/deep/er/$(touch pwned).bin",
	"a b/deep/er/100% #1 & more?.csv",
	"-rf",
	`quote "'` + "`.txt",
	"new\nline.txt",
	"back\\slash.txt",
	".hidden",
	"empty.dat",
}

// wholeRows is how many rows are seen from top to bottom in a new window.
const wholeRows = 8

// TestFolderAndFiles drops a folder, then three files at once, and fetches all
// of it back.
func TestFolderAndFiles(t *testing.T) {
	s := newStage(t, stageConfig{})
	_, window := s.open()
	paths := s.folder("Träume & Co", oddNames)
	s.must(s.desk.Drop(within(t), window, filepath.Join(s.desk.Home, "Träume & Co")))
	s.stored(slices.Collect(maps.Keys(paths)))
	s.answer(window, onlyMe)

	three := map[string]string{}
	for _, name := range []string{"one.pdf", "two words.pdf", "три.pdf"} {
		three[name] = s.random(name, 6<<20)
	}
	s.must(s.desk.Drop(within(t), window, slices.Collect(maps.Values(three))...))
	maps.Copy(paths, three)
	s.comesBack(paths, s.stored(slices.Collect(maps.Keys(paths))))
	s.finished(window, wholeRows)
	s.photograph(window, "many.png")
}

// folder makes a folder of files, each of other bytes, and returns their paths
// by the names that they have in a storage.
func (s *stage) folder(name string, files []string) map[string]string {
	s.Helper()
	paths := map[string]string{}
	for i, file := range files {
		in := name + "/" + file
		paths[in] = s.random(filepath.FromSlash(in), (i+1)*1000)
	}
	paths[name+"/empty.dat"] = s.file(filepath.Join(name, "empty.dat"), nil)
	return paths
}

// comesBack fetches files by their keys and compares them with the originals.
func (s *stage) comesBack(paths, keys map[string]string) {
	s.Helper()
	if len(keys) != len(paths) {
		s.Errorf("the storage holds %d files, want %d", len(keys), len(paths))
	}
	for name, path := range paths {
		got := filepath.Join(s.T.TempDir(), strconv.Quote(filepath.Base(name))+".got")
		s.qs(nil, "get", keys[name], "-o", got)
		if s.sum(got) != s.sum(path) {
			s.Errorf("%q comes back with other bytes", name)
		}
	}
}
