package app

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/views"
)

// TestWhatDoesNotFitReplacesNothing: the single files stay until the person has
// answered, and afterwards.
func TestWhatDoesNotFitReplacesNothing(t *testing.T) {
	s := newStage(t)
	server := s.bounded(node.Rules{MaxMegaBytes: 1})
	s.act(func(a views.Actions) { a.Add([]string{s.file("a", 400_000), s.file("b", 400_000)}) })
	s.only("a", "b")
	s.answer("One link for all 2")
	s.asks(server, "These 2 are 800 kB. This storage has room for 200 kB.", 2)
	s.only("a", "b")
	s.answer("Don’t send")
	s.until("no question", func() bool { return s.connection().Offer.ID == "" })
	s.only("a", "b")
	if u := s.usage(server); u.Files != 2 {
		t.Errorf("the storage has %+v", u)
	}
}

// TestWhatIsOnItsWayLeavesItsRoom to what is sent in its place.
func TestWhatIsOnItsWayLeavesItsRoom(t *testing.T) {
	s := newStage(t)
	s.bounded(node.Rules{MaxFiles: 2, MaxMegaBytes: 1})
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{s.file("a", 400_000), s.file("b", 400_000)}) })
	s.row("b", views.Paused)
	s.answer("One link for all 2")
	s.row("files.zip", views.Paused)
	s.act(func(a views.Actions) { a.ResumeAll() })
	s.only("files.zip")
}

// TestWhatCannotBeReplacedComesBack with its link.
func TestWhatCannotBeReplacedComesBack(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceMe) })
	a, b := s.file("a", 10), s.file("b", 20)
	s.act(func(act views.Actions) { act.Add([]string{a, b}) })
	s.only("a", "b")
	s.must(os.Remove(b))
	s.answer("One link for all 2")
	s.row("files.zip", views.Failed)
	s.row("a", views.Done)
	s.row("b", views.Done)
	s.kept(2)
}

// TestAnArchiveStaysUntilItsFilesAreThere, and where one of them is given up.
func TestAnArchiveStaysUntilItsFilesAreThere(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceMe) })
	s.act(func(a views.Actions) { a.Add([]string{s.folder("Holiday", "one.txt", "two.txt")}) })
	archive := s.row("Holiday.zip", views.Done)
	each := func() (one, two views.Row) {
		s.act(func(a views.Actions) { a.PauseAll(); a.SendEach([]string{archive.ID}) })
		one, two = s.row("Holiday/one.txt", views.Paused), s.row("Holiday/two.txt", views.Paused)
		s.until("no archive", func() bool {
			return !slices.ContainsFunc(s.rows(), func(r views.Row) bool { return r.ID == archive.ID })
		})
		return one, two
	}
	one, two := each()
	s.act(func(a views.Actions) { a.Resume([]string{one.ID}) })
	one = s.row("Holiday/one.txt", views.Done)
	if u, err := s.node.Usage(context.Background()); err != nil || u.Files != 2 {
		t.Errorf("the storage has %+v, %v", u, err)
	}
	s.act(func(a views.Actions) { a.Cancel([]string{two.ID}) })
	s.row("Holiday/two.txt", views.Cancelled)
	if again := s.row("Holiday.zip", views.Done); again.ID != archive.ID || !again.Can.Each {
		t.Errorf("it came back as %+v", again)
	}
	s.act(func(a views.Actions) { a.Delete([]string{one.ID, two.ID}) })
	s.only("Holiday.zip")

	each()
	s.act(func(a views.Actions) { a.ResumeAll() })
	s.only("Holiday/one.txt", "Holiday/two.txt")
	s.kept(2)
}

// TestAnArchiveThatIsOneStays where its files are too many for the storage.
func TestAnArchiveThatIsOneStays(t *testing.T) {
	s := newStage(t)
	server := s.bounded(node.Rules{MaxFiles: 2})
	s.act(func(a views.Actions) { a.Add([]string{s.folder("Holiday", "one.txt", "two.txt")}) })
	archive := s.row("Holiday.zip", views.Done)
	for range 2 {
		s.act(func(a views.Actions) { a.SendEach([]string{archive.ID}) })
		s.asks(server, "2 files; this storage takes 1 more — send them as one .zip?", 1)
		s.answer("Send as one .zip")
		s.until("no question", func() bool { return s.connection().Offer.ID == "" })
		s.only("Holiday.zip")
	}
}

// settled waits until it is decided what becomes of all that gave way.
func (s *stage) settled() {
	s.Helper()
	s.until("nothing that gave way", func() bool {
		s.app.mu.Lock()
		defer s.app.mu.Unlock()
		return !slices.ContainsFunc(s.app.transfers.order, func(u *tracked) bool { return u.unwanted })
	})
}

// TestWhatIsAddedAgainIsNotDeleted with what gave way, as it is the same file: whether
// it is there again by then, or on its way.
func TestWhatIsAddedAgainIsNotDeleted(t *testing.T) {
	for name, first := range map[string]int{"there": 0, "on its way": 1} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.act(func(a views.Actions) { a.SetAudience(views.AudienceMe) })
			again := s.file("a", 10)
			s.act(func(a views.Actions) { a.Add([]string{again, s.file("b", 20)}) })
			s.only("a", "b")
			s.act(func(a views.Actions) { a.PauseAll() })
			s.answer("One link for all 2")
			archive := s.row("files.zip", views.Paused)
			s.act(func(a views.Actions) { a.Add([]string{again}) })
			rows := []views.Row{s.row("a", views.Paused), archive}
			ends := []views.State{views.AlreadyUploaded, views.Done}
			for _, i := range []int{first, 1 - first} {
				s.act(func(a views.Actions) { a.Resume([]string{rows[i].ID}) })
				s.row(rows[i].Name, ends[i])
				if i == 1 {
					s.settled()
				}
			}
			s.kept(2)
			s.works(s.row("a", views.AlreadyUploaded))
		})
	}
}

// TestAFolderAddedAgainIsNotDeleted when its files have been sent in place of the
// first archive of it.
func TestAFolderAddedAgainIsNotDeleted(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceMe) })
	dir := s.folder("Holiday", "one.txt")
	s.act(func(a views.Actions) { a.Add([]string{dir}) })
	archive := s.row("Holiday.zip", views.Done)
	s.act(func(a views.Actions) { a.PauseAll(); a.SendEach([]string{archive.ID}) })
	file := s.row("Holiday/one.txt", views.Paused)
	s.act(func(a views.Actions) { a.Add([]string{dir}) })
	again := s.row("Holiday.zip", views.Paused)
	s.act(func(a views.Actions) { a.Resume([]string{again.ID}) })
	s.row("Holiday.zip", views.AlreadyUploaded)
	s.act(func(a views.Actions) { a.Resume([]string{file.ID}) })
	s.row("Holiday/one.txt", views.Done)
	s.settled()
	s.kept(2)
	s.works(s.row("Holiday.zip", views.AlreadyUploaded))
}

// works fails unless the link of a row leads to its file.
func (s *stage) works(r views.Row) {
	s.Helper()
	s.app.mu.Lock()
	link := s.app.transfers.byID[r.ID].Link.URL
	s.app.mu.Unlock()
	if got := s.fetch(link); int64(len(got)) != r.Size {
		s.Errorf("the link of %s leads to %q", r.Name, got)
	}
}

// TestAnArchiveComesBackForAFileThatIsLost while the others were on their way; what the
// person has deleted himself it does not come back for.
func TestAnArchiveComesBackForAFileThatIsLost(t *testing.T) {
	for name, c := range map[string]struct {
		remove func(s *stage, one views.Row)
		left   []string
	}{
		"deleted elsewhere": {(*stage).loses, []string{"Holiday.zip", "Holiday/two.txt"}},
		"deleted here": {func(s *stage, one views.Row) {
			s.act(func(a views.Actions) { a.Delete([]string{one.ID}) })
		}, []string{"Holiday/two.txt"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.act(func(a views.Actions) { a.SetAudience(views.AudienceMe) })
			s.act(func(a views.Actions) { a.Add([]string{s.folder("Holiday", "one.txt", "two.txt")}) })
			archive := s.row("Holiday.zip", views.Done)
			s.act(func(a views.Actions) { a.PauseAll(); a.SendEach([]string{archive.ID}) })
			one := s.row("Holiday/one.txt", views.Paused)
			s.row("Holiday/two.txt", views.Paused)
			s.act(func(a views.Actions) { a.Resume([]string{one.ID}) })
			c.remove(s, s.row("Holiday/one.txt", views.Done))
			s.until("one row", func() bool { return len(s.rows()) == 1 })
			s.act(func(a views.Actions) { a.ResumeAll() })
			s.only(c.left...)
			s.settled()
			s.kept(len(c.left))
		})
	}
}

// loses has somebody else delete the file of a row.
func (s *stage) loses(r views.Row) {
	s.Helper()
	s.app.mu.Lock()
	client, key := s.app.current.conn.Client(), s.app.transfers.byID[r.ID].FileKey
	s.app.mu.Unlock()
	s.must(client.Delete(s.Context(), key))
	s.act(func(a views.Actions) { a.Reload() })
}

// TestAnArchiveThatHasFailedIsSentAgain where its files are too many for the storage,
// and the person would rather have it.
func TestAnArchiveThatHasFailedIsSentAgain(t *testing.T) {
	s := newStage(t)
	server := s.bounded(node.Rules{MaxFiles: 2})
	dir := s.folder("Holiday", "one.txt", "two.txt", "three.txt")
	astray := filepath.Join(dir, "astray.txt")
	s.must(os.Symlink(filepath.Join(dir, "nowhere"), astray))
	s.act(func(a views.Actions) { a.Add([]string{dir}) })
	archive := s.row("Holiday.zip", views.Failed)
	s.must(os.Remove(astray))
	s.act(func(a views.Actions) { a.SendEach([]string{archive.ID}) })
	s.asks(server, "3 files; this storage takes 2 — send them as one .zip?", 0)
	s.answer("Send as one .zip")
	s.only("Holiday.zip")
	if r := s.rows()[0]; r.ID != archive.ID {
		t.Errorf("another one was sent: %+v", r)
	}
}
