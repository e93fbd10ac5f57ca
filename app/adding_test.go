package app

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/views"
)

// unzip returns what is in an archive, by name.
func (s *stage) unzip(archive string) map[string]string {
	s.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(archive)), int64(len(archive)))
	s.must(err)
	in := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		s.must(err)
		data, err := io.ReadAll(r)
		s.must(err)
		in[f.Name] = string(data)
	}
	return in
}

// folder makes a folder of files and returns its path.
func (s *stage) folder(name string, files ...string) string {
	s.Helper()
	for i, file := range files {
		s.file(filepath.Join(name, file), 1000*(i+1))
	}
	return filepath.Join(s.dir, "files", name)
}

// only waits until just the rows of these names are there, all of them done.
func (s *stage) only(names ...string) {
	s.Helper()
	slices.Sort(names)
	s.until(fmt.Sprintf("only %q", names), func() bool {
		var got []string
		for _, r := range s.list().Rows {
			if r.State == views.Done {
				got = append(got, r.Name)
			}
		}
		slices.Sort(got)
		return slices.Equal(got, names) && len(s.list().Rows) == len(names)
	})
}

// kept waits until this computer's storage holds so many files.
func (s *stage) kept(files int) {
	s.Helper()
	s.until(fmt.Sprint(files, " files in the storage"), func() bool {
		u, err := s.node.Usage(context.Background())
		return err == nil && u.Files == files
	})
}

func (s *stage) answer(text string) {
	s.Helper()
	s.until("the answer "+text, func() bool { return slices.Contains(s.connection().Offer.Answers, text) })
	o := s.connection().Offer
	s.act(func(a views.Actions) { a.Answer(o.ID, slices.Index(o.Answers, text)) })
}

func TestAFolderIsOneLink(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	dir := s.folder("Holiday", "one.txt", "deep/zwei 📎.bin")
	s.act(func(a views.Actions) { a.Add([]string{dir}) })
	r := s.row("Holiday.zip", views.Done)
	s.says("Link copied")
	in := s.unzip(s.fetch(s.desk.Content()))
	if len(in) != 2 || in["Holiday/one.txt"] != s.content(filepath.Join(dir, "one.txt")) || in["Holiday/deep/zwei 📎.bin"] != s.content(filepath.Join(dir, "deep/zwei 📎.bin")) {
		t.Errorf("the archive holds %d files", len(in))
	}
	if !r.Can.Each || s.connection().Offer.ID != "" {
		t.Errorf("%+v, %+v", r.Can, s.connection().Offer)
	}
	s.act(func(a views.Actions) { a.SendEach([]string{r.ID}) })
	s.only("Holiday/one.txt", "Holiday/deep/zwei 📎.bin")
	s.kept(2)
}

// TestAFolderOnItsWayGivesWay to its files, and nothing of it is left.
func TestAFolderOnItsWayGivesWay(t *testing.T) {
	s := newStage(t)
	dir := s.folder("Holiday", "one.txt", "two.txt")
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{dir}) })
	r := s.row("Holiday.zip", views.Paused)
	s.act(func(a views.Actions) { a.SendEach([]string{r.ID}); a.SendEach([]string{r.ID}); a.ResumeAll() })
	s.only("Holiday/one.txt", "Holiday/two.txt")
	s.kept(2)
	if o := s.overall(); o.Files != 2 || o.FilesDone != 2 {
		t.Errorf("%+v", o)
	}
}

func TestFoldersAsFilesIsASetting(t *testing.T) {
	s := newStage(t)
	s.app.save(func(p *settings.Settings) { p.FoldersAsFiles = true })
	s.act(func(a views.Actions) { a.Add([]string{s.folder("Holiday", "one.txt", "two.txt")}) })
	s.only("Holiday/one.txt", "Holiday/two.txt")
}

func TestAMemberThatCannotBeSentIsNamed(t *testing.T) {
	s := newStage(t)
	dir := s.folder("Holiday", "one.txt")
	s.must(os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "astray.txt")))
	s.act(func(a views.Actions) { a.Add([]string{dir}) })
	r := s.row("Holiday.zip", views.Failed)
	if r.Message != "“astray.txt” is not there any more." || !r.Can.Retry || !r.Can.Each {
		t.Errorf("%+v", r)
	}
	s.must(os.Remove(filepath.Join(dir, "astray.txt")))
	s.act(func(a views.Actions) { a.Retry([]string{r.ID}) })
	s.only("Holiday.zip")
}

// TestAFolderGoesOnAtTheNextStart as the one archive that it was.
func TestAFolderGoesOnAtTheNextStart(t *testing.T) {
	s := newStage(t)
	dir := s.folder("Holiday", "one.txt", "two.txt")
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{dir}) })
	s.row("Holiday.zip", views.Paused)
	s.start()
	if r := s.row("Holiday.zip", views.Done); !r.Can.Each {
		t.Errorf("%+v", r.Can)
	}
}

func TestSeveralThingsMayHaveOneLink(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	paths := []string{s.file("a.txt", 10), s.folder("Holiday", "one.txt"), s.file("c.txt", 30)}
	s.act(func(a views.Actions) { a.Add(paths) })
	s.says("3 links copied")
	s.only("a.txt", "Holiday.zip", "c.txt")
	if o := s.connection().Offer; o.Text != "3 were added together." || o.Urgent {
		t.Errorf("%+v", o)
	}
	s.answer("One link for all 3")
	s.only("files.zip") // the folder that all of them are in
	s.kept(1)
	s.says("Link copied")
	in := s.unzip(s.fetch(s.desk.Content()))
	if len(in) != 3 || in["c.txt"] != s.content(paths[2]) || in["Holiday/one.txt"] == "" {
		t.Errorf("the archive holds %d files", len(in))
	}
}

// TestOneLinkBeforeTheFirstIsThere: nothing of the single uploads is left, nor
// copied, and the question who should open it is asked for the one.
func TestOneLinkBeforeTheFirstIsThere(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{s.file("a.txt", 10), s.file("b.txt", 20)}) })
	s.row("b.txt", views.Paused)
	s.answer("One link for all 2")
	s.row("files.zip", views.Paused)
	s.act(func(a views.Actions) { a.ResumeAll() })
	s.only("files.zip")
	s.until("the question", func() bool { return s.connection().Ask })
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	s.says("Link copied")
	s.kept(1)
}

// TestWhatWasThereBeforeStays when several things get one link.
func TestWhatWasThereBeforeStays(t *testing.T) {
	s := newStage(t)
	before, other := s.file("a.txt", 10), s.file("b.txt", 20)
	s.act(func(a views.Actions) { a.Add([]string{before}) })
	s.row("a.txt", views.Done)
	s.act(func(a views.Actions) { a.Add([]string{before, other}) })
	s.row("a.txt", views.AlreadyUploaded)
	s.row("b.txt", views.Done)
	s.answer("One link for all 2")
	s.only("a.txt", "files.zip")
	s.kept(2)
}

func TestSeparateLinksAreKept(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.Add([]string{s.file("a.txt", 10), s.file("b.txt", 20)}) })
	s.only("a.txt", "b.txt")
	s.answer("Keep separate links")
	s.until("no offer", func() bool { return s.connection().Offer.ID == "" })
	s.only("a.txt", "b.txt")
}

// TestTheSameTwiceIsSaidAndSentOnce, in the queue and when it is there.
func TestTheSameTwiceIsSaidAndSentOnce(t *testing.T) {
	s := newStage(t)
	path, dir := s.file("a.txt", 10), s.folder("Holiday", "one.txt")
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{path, path, dir}) })
	s.row("a.txt", views.Paused)
	s.row("Holiday.zip", views.Paused)
	s.act(func(a views.Actions) { a.Add([]string{dir, path}) })
	s.says("2 files were in the queue already and are sent once")
	if rows := s.list().Rows; len(rows) != 2 {
		t.Errorf("%+v", rows)
	}
	s.act(func(a views.Actions) { a.ResumeAll() })
	s.only("a.txt", "Holiday.zip")
	s.act(func(a views.Actions) { a.Add([]string{dir, path}) })
	s.row("a.txt", views.AlreadyUploaded)
	s.row("Holiday.zip", views.AlreadyUploaded)
	s.kept(2)
}

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
		{one, measured{1, 1, 3600}, room{files: -1, size: -1, ends: now.Add(time.Hour), rate: 1, waiting: 3600}, "This takes about 2 h; your storage closes in 1 h."},
		{one, measured{1, 1, 3600}, room{files: -1, size: -1, ends: now.Add(-time.Hour), rate: 1}, ""}, // it says so itself
	} {
		q, fits := s.app.judge(c.parcel, c.m, c.room, now)
		if q.text != c.want || fits != (c.want == "") {
			t.Errorf("%+v in %+v: %q, %t, want %q", c.m, c.room, q.text, fits, c.want)
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
