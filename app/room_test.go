package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/views"
)

// bounded connects a storage with rules.
func (s *stage) bounded(r node.Rules) *node.Node {
	s.Helper()
	n, err := node.Open(context.Background(), node.Config{Dir: s.T.TempDir(), Rules: r})
	s.must(err)
	s.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.must(n.Close(ctx))
	})
	if problem := s.connect(views.ConnectionForm{Key: invitation(n), HideNames: true}); problem != "" {
		s.Fatal(problem)
	}
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID && !s.list().Loading })
	return n
}

// asks waits for a question about what does not fit, before a byte of it is
// sent.
func (s *stage) asks(n *node.Node, text string, files int) views.Offer {
	s.Helper()
	s.until("the question "+text, func() bool { return s.connection().Offer.Text == text })
	if u, err := n.Usage(context.Background()); err != nil || u.Files != files {
		s.Errorf("the storage has %d files already, %v", u.Files, err)
	}
	return s.connection().Offer
}

func TestTooManyFilesAreOfferedAsOne(t *testing.T) {
	s := newStage(t)
	server := s.bounded(node.Rules{MaxFiles: 2})
	paths := []string{s.file("a", 1), s.file("b", 2), s.file("c", 3)}
	s.act(func(a views.Actions) { a.Add(paths) })
	if o := s.asks(server, "3 files; this storage takes 2 — send them as one .zip?", 0); !o.Urgent {
		t.Errorf("%+v", o)
	}
	s.answer("Send as one .zip")
	s.only("files.zip")
	s.act(func(a views.Actions) { a.Add(paths[:2]) })
	s.asks(server, "2 files; this storage takes 1 more — send them as one .zip?", 1)
	s.answer("Don’t send")
	s.until("no question", func() bool { return s.connection().Offer.ID == "" })
	s.act(func(a views.Actions) { a.Add(paths[:1]) })
	s.row("a", views.Done)
	s.act(func(a views.Actions) { a.Add(paths[2:]) })
	s.asks(server, "This storage is full: it takes 2 files. Delete some there, or choose another storage.", 2)
	s.answer("Send anyway")
	s.row("c", views.Failed)
}

func TestTooMuchIsHeld(t *testing.T) {
	s := newStage(t)
	server := s.bounded(node.Rules{MaxMegaBytes: 1})
	big := s.file("film.mov", 1_200_000)
	s.act(func(a views.Actions) { a.Add([]string{big}) })
	if o := s.asks(server, "“film.mov” is 1.2 MB. This storage has room for 1.0 MB.", 0); o.Urgent {
		t.Errorf("%+v", o)
	}
	s.answer("Don’t send")
	s.act(func(a views.Actions) { a.Add([]string{big, s.file("small", 300_000)}) })
	s.asks(server, "These 2 are 1.5 MB. This storage has room for 1.0 MB.", 0)
	s.answer("Send anyway")
	s.row("film.mov", views.Failed)
	s.row("small", views.Done)
}

func TestWhatTakesTooLongIsHeld(t *testing.T) {
	s := newStage(t)
	server := s.bounded(node.Rules{Expiry: time.Now().Add(2*time.Hour + 10*time.Second)})
	s.app.save(func(p *settings.Settings) { p.Limits.Up = 16 << 10 })
	path := filepath.Join(s.dir, "film.mov")
	s.must(os.WriteFile(path, nil, 0o600))
	s.must(os.Truncate(path, 13*3600*16<<10))
	s.act(func(a views.Actions) { a.Add([]string{path}) })
	s.asks(server, "This takes about 13 h; your storage closes in 2 h.", 0)
	s.answer("Don’t send")
	s.act(func(a views.Actions) { a.Add([]string{s.file("small", 10)}) })
	s.row("small", views.Done)
}

// TestJudge tells the bounds of a storage that no test can have: its disk, and
// those that just hold.
func TestJudge(t *testing.T) {
	s := newStage(t)
	now := time.Now()
	one, two := &parcel{paths: []string{"/x/film.mov"}}, &parcel{paths: []string{"/x/a", "/x/b"}}
	free := room{files: -1, size: -1}
	for _, c := range []struct {
		parcel *parcel
		m      measured
		room   room
		want   string
	}{
		{one, measured{1, 1, 1 << 50}, free, ""},
		{one, measured{1, 1, 100}, room{files: 1, maxFiles: 1, size: 100, ends: now.Add(time.Hour), rate: 1}, ""},
		{one, measured{1, 1, 6_100_000_000}, room{files: -1, size: 5_000_000_000, disk: true}, "“film.mov” is 6.1 GB. The disk of this computer has room for 5.0 GB, and a copy is kept there."},
		{two, measured{2, 2, 6_100_000_000}, room{files: -1, size: 5_000_000_000, disk: true}, "These 2 are 6.1 GB. The disk of this computer has room for 5.0 GB, and a copy of each is kept there."},
		{two, measured{5012, 5012, 1}, room{files: 100, maxFiles: 100, size: -1}, "5,012 files; this storage takes 100 — send them as one .zip?"},
		{one, measured{1, 1, 1}, room{maxFiles: 1, size: -1}, "This storage is full: it takes 1 file. Delete it there, or choose another storage."},
		{one, measured{1, 1, 3600}, room{files: -1, size: -1, ends: now.Add(time.Hour), rate: 1, waiting: 3600}, "This takes about 2 h; your storage closes in 1 h."},
		{one, measured{1, 1, 3600}, room{files: -1, size: -1, ends: now.Add(-time.Hour), rate: 1}, ""}, // it says so itself
	} {
		q, fits := s.app.judge(c.parcel, c.m, c.room, now)
		got := ""
		if !fits {
			got = q.text()
		}
		if got != c.want || fits != (c.want == "") {
			t.Errorf("%+v in %+v: %q, %t, want %q", c.m, c.room, got, fits, c.want)
		}
	}
}

func TestFolderOfAll(t *testing.T) {
	home := filepath.FromSlash("/home/anna")
	for _, c := range []struct{ paths, want string }{
		{"/home/anna/Pictures/Alps/a,/home/anna/Pictures/Alps/b", "Alps"},
		{"/home/anna/Downloads/a,/home/anna/Downloads/b", ""},
		{"/home/anna/a,/home/anna/b", ""},
		{"/a,/b", ""}, {"/mnt/a,/mnt/b", ""},
		{"/mnt/disk/Work/a,/mnt/disk/Work/b", "Work"},
		{"/mnt/disk/Work/a,/mnt/disk/Work/b/c", ""},
		{os.TempDir() + "/a," + os.TempDir() + "/b", ""},
	} {
		var paths []string
		for _, p := range strings.Split(c.paths, ",") {
			paths = append(paths, filepath.FromSlash(p))
		}
		if got := folderOfAll(paths, home); got != c.want {
			t.Errorf("%q: %q, want %q", c.paths, got, c.want)
		}
	}
}

// TestRoomThatIsLeft is told of a storage that has bounds, as files come and go.
func TestRoomThatIsLeft(t *testing.T) {
	s := newStage(t)
	if r := s.connection().Room; r != (views.Room{}) {
		t.Errorf("this computer has bounds: %+v", r)
	}
	s.bounded(node.Rules{MaxFiles: 3, MaxMegaBytes: 2})
	left := func(want views.Room) {
		s.Helper()
		s.until("the room that is left", func() bool { return s.connection().Room == want })
	}
	left(views.Room{Files: 3, MaxFiles: 3, Bytes: 2_000_000, MaxBytes: 2_000_000})
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 500_000)}) })
	r := s.row("f", views.Done)
	left(views.Room{Files: 2, MaxFiles: 3, Bytes: 1_500_000, MaxBytes: 2_000_000})
	s.act(func(a views.Actions) { a.Delete([]string{r.ID}) })
	left(views.Room{Files: 3, MaxFiles: 3, Bytes: 2_000_000, MaxBytes: 2_000_000})
}

// TestRoomCountsAFileOnce, however often it was dropped, and nothing of what lies
// in the storage of an earlier key.
func TestRoomCountsAFileOnce(t *testing.T) {
	s := newStage(t)
	s.bounded(node.Rules{MaxFiles: 3, MaxMegaBytes: 2})
	left := func(want views.Room) {
		s.Helper()
		s.until("the room that is left", func() bool { return s.connection().Room == want })
	}
	path := s.file("f", 500_000)
	s.act(func(a views.Actions) { a.Add([]string{path}) })
	s.row("f", views.Done)
	s.act(func(a views.Actions) { a.Add([]string{path}) })
	s.row("f", views.AlreadyUploaded)
	s.act(func(a views.Actions) { a.Add([]string{s.file("g", 500_000)}) })
	s.row("g", views.Done)
	left(views.Room{Files: 1, MaxFiles: 3, Bytes: 1_000_000, MaxBytes: 2_000_000})

	next, err := node.Open(t.Context(), node.Config{Dir: t.TempDir(), Rules: node.Rules{MaxFiles: 3, MaxMegaBytes: 2}})
	s.must(err)
	t.Cleanup(func() { s.must(next.Close(context.Background())) })
	s.connect(views.ConnectionForm{PlaceID: s.connection().Current, Key: invitation(next), HideNames: true})
	left(views.Room{Files: 3, MaxFiles: 3, Bytes: 2_000_000, MaxBytes: 2_000_000})
}
