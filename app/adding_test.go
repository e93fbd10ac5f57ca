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
	"testing"

	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer"
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
		for _, r := range s.rows() {
			if r.State == views.Done {
				got = append(got, r.Name)
			}
		}
		slices.Sort(got)
		return slices.Equal(got, names) && len(s.rows()) == len(names)
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
	if r.Message != "“astray.txt” is not there any more." || r.Brief != "" || !r.Can.Retry || !r.Can.Each {
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
	if o := s.connection().Offer; o.Text != "3 items were added together. One link would replace theirs." || o.Urgent {
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

// TestWhoShouldOpenItIsAskedFirst, and then whether one link is enough.
func TestWhoShouldOpenItIsAskedFirst(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.Add([]string{s.file("a.txt", 10), s.file("b.txt", 20)}) })
	s.until("the question", func() bool { c := s.connection(); return c.Ask && c.Offer.ID == "" })
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceMe) })
	s.until("the offer", func() bool { c := s.connection(); return !c.Ask && c.Offer.ID != "" })
}

// TestWhatWasThereBeforeStays when several things get one link.
func TestWhatWasThereBeforeStays(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceMe) })
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
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceMe) })
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
	if rows := s.rows(); len(rows) != 2 {
		t.Errorf("%+v", rows)
	}
	s.act(func(a views.Actions) { a.ResumeAll() })
	s.only("a.txt", "Holiday.zip")
	s.act(func(a views.Actions) { a.Add([]string{dir, path}) })
	s.row("a.txt", views.AlreadyUploaded)
	s.row("Holiday.zip", views.AlreadyUploaded)
	s.kept(2)
}

// TestTheMemberThatChangedIsNamed by its place in the folder, or its own name.
func TestTheMemberThatChangedIsNamed(t *testing.T) {
	at := filepath.FromSlash
	folder := transfer.Status{Name: "Holiday.zip", Path: at("/x/Holiday"), Bundle: []string{at("/x/Holiday")}}
	file := transfer.Status{Name: "plan.docx", Path: at("/x/plan.docx")}
	for _, c := range []struct {
		status transfer.Status
		err    error
		want   string
	}{
		{folder, &transfer.FileError{Path: at("/x/Holiday/deep/a.txt"), Kind: transfer.ErrChanged}, "deep/a.txt"},
		{folder, fmt.Errorf("part 3: %w", &transfer.FileError{Path: at("/y/b.txt"), Kind: transfer.ErrUnreadable}), "b.txt"},
		{folder, &transfer.FileError{Path: at("/x/Holiday"), Kind: transfer.ErrTooBig}, "Holiday.zip"},
		{folder, context.DeadlineExceeded, "Holiday.zip"},
		{file, &transfer.FileError{Path: at("/x/plan.docx"), Kind: transfer.ErrChanged}, "plan.docx"},
	} {
		c.status.Err = c.err
		if got := culprit(c.status); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

// TestWhatIsNotInTheQueueIsTold, so that quitting can ask: what waits for its storage,
// and what is asked about, as long as that storage is known.
func TestWhatIsNotInTheQueueIsTold(t *testing.T) {
	s := newStage(t)
	adding := func(is bool) {
		t.Helper()
		s.until(fmt.Sprint("adding: ", is), func() bool { return s.overall().Adding == is })
	}
	away := newPlace(settings.Connection{ID: "away"})
	s.act(func(views.Actions) {
		s.app.take(&parcel{place: away, paths: []string{s.file("a", 1)}, batch: &batch{}})
	})
	adding(true)
	close(away.tried)
	adding(false)
	s.bounded(node.Rules{MaxFiles: 1})
	two := []string{s.file("b", 2), s.file("c", 3)}
	s.act(func(a views.Actions) { a.Add(two) })
	adding(true)
	s.answer("Don’t send")
	adding(false)
	s.act(func(a views.Actions) { a.Add(two) })
	s.until("the question", func() bool { return s.connection().Offer.ID != "" })
	adding(true)
	s.act(func(a views.Actions) { a.Forget(s.connection().Current) })
	adding(false)
}

// TestNothingIsSentToAStorageThatWasRemoved while what was added is still walked: what
// is found from then on goes nowhere.
func TestNothingIsSentToAStorageThatWasRemoved(t *testing.T) {
	s := newStage(t)
	s.bounded(node.Rules{})
	s.app.mu.Lock()
	p := s.app.current
	s.app.mu.Unlock()
	s.act(func(a views.Actions) { a.PauseAll(); a.Forget(p.id) })
	d := &parcel{place: p, paths: []string{s.folder("Holiday", "one.txt"), s.file("f", 1)}, batch: &batch{walking: true}}
	s.app.send(d)
	if files, _, _ := s.app.Engine.Remaining(); files > 0 || d.batch.left > 0 {
		t.Errorf("%d files are in the queue", files)
	}
}
