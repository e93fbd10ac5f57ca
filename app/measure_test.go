package app

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// TestAFolderHasItsSizeAtOnce, and one that waits gives up what was found in it
// when something else is added: it is looked through again when its turn comes.
func TestAFolderHasItsSizeAtOnce(t *testing.T) {
	s := newStage(t)
	s.file("one/a.txt", 100_000)
	s.file("two/b.txt", 50_000)
	folder := func(name string) string { return filepath.Join(s.dir, "files", name) }
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{folder("one")}) })
	if r := s.row("one.zip", views.Paused); r.Size <= 100_000 {
		t.Errorf("it has %d bytes", r.Size)
	}
	s.file("one/late.txt", 30_000)
	s.act(func(a views.Actions) { a.Add([]string{folder("two")}) })
	s.row("two.zip", views.Paused)
	s.act(func(a views.Actions) { a.ResumeAll() })
	if r := s.row("one.zip", views.Done); r.Size <= 130_000 {
		t.Errorf("%d bytes were sent: what came late is not among them", r.Size)
	}
	s.row("two.zip", views.Done)
}

// TestMeasureKeepsWhatIsFew, and finds the same again where there was more.
func TestMeasureKeepsWhatIsFew(t *testing.T) {
	s := newStage(t)
	dir := filepath.Join(t.TempDir(), "many")
	s.must(os.Mkdir(dir, 0o700))
	fill := func(from, until int) {
		for i := from; i < until; i++ {
			s.must(os.WriteFile(filepath.Join(dir, strconv.Itoa(i)), []byte("x"), 0o600))
		}
	}
	for _, c := range []struct {
		files int
		kept  bool
	}{{10, true}, {mostFound, true}, {mostFound + 1, false}} {
		entries, err := os.ReadDir(dir)
		s.must(err)
		fill(len(entries), c.files)
		for _, each := range []bool{true, false} {
			d := &parcel{paths: []string{dir}, each: each}
			m, err := s.app.measure(d)
			s.must(err)
			uploads := 1
			if each {
				uploads = c.files
			}
			if m.files != c.files || m.size != int64(c.files) || m.uploads != uploads || (len(d.found) == uploads) != c.kept {
				t.Errorf("%d files, each %v: %+v, and %d are kept", c.files, each, m, len(d.found))
			}
			again, sized := 0, false
			s.must(s.app.found(t.Context(), d, func(src transfer.Source) {
				again++
				_, archive := src.(*bundle.Lazy)
				sized = archive && src.Size() > 0
			}))
			if again != uploads || sized != (c.kept && !each) {
				t.Errorf("%d files, each %v: %d are sent, and the archive is laid out: %v", c.files, each, again, sized)
			}
		}
	}
}
