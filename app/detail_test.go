package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer/limit"
	"quicksync.me/desktop/views"
)

// picture makes a PNG on this computer.
func (s *stage) picture(name string) string {
	s.Helper()
	var b bytes.Buffer
	s.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))))
	path := s.file(name, 0)
	s.must(os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

// sent adds a file, waits until it is done and selects it.
func (s *stage) sent(path string) views.Row {
	s.Helper()
	s.act(func(a views.Actions) { a.Add([]string{path}) })
	r := s.row(filepath.Base(path), views.Done)
	s.pick(r)
	return r
}

// pick selects rows and waits until the pane tells of them.
func (s *stage) pick(rows ...views.Row) {
	s.Helper()
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	s.act(func(a views.Actions) { a.Select(ids) })
	s.until("the selection", func() bool {
		d := s.detail()
		return d.Count == len(rows) && (d.Count != 1 || d.Row.ID == ids[0])
	})
}

func TestPictureOfTheSelectedFile(t *testing.T) {
	s := newStage(t)
	shown := func() bool { d := s.detail(); return d.Picture != nil && !d.Picturing }
	s.sent(s.picture("photo.png"))
	s.until("the picture", shown)
	if got := s.detail().Picture.Bounds(); got != image.Rect(0, 0, 40, 30) {
		t.Errorf("the picture is %v", got)
	}
	hostile := s.file("hostile.png", 5000)
	s.sent(hostile)
	s.until("no picture", func() bool { d := s.detail(); return d.Picture == nil && !d.Picturing })
	s.sent(s.file("letter.txt", 10))
	if d := s.detail(); d.Picture != nil || d.Picturing {
		t.Errorf("a letter has the picture %v", d.Picture)
	}
	s.start()
	s.pick(s.row("photo.png", views.Done))
	s.until("the picture of an earlier run's file", shown)
	if from := s.detail().From; filepath.Base(from) != "photo.png" {
		t.Errorf("it lies at %q", from)
	}
}

func TestSumOfWhatWasUploaded(t *testing.T) {
	s := newStage(t)
	path := s.file("film.mov", 3<<20)
	sum := sha256.Sum256([]byte(s.content(path)))
	want := hex.EncodeToString(sum[:])
	r := s.sent(path)
	if d := s.detail().Sum; !d.Possible || d.Running || d.SHA256 != "" {
		t.Errorf("before: %+v", d)
	}
	computed := func() bool { d := s.detail().Sum; return d.SHA256 == want && !d.Running && d.Read == 3<<20 }
	s.act(func(a views.Actions) { a.Sum(r.ID) })
	s.until("the sum", computed)
	s.start()
	r = s.row("film.mov", views.Done)
	s.pick(r)
	s.act(func(a views.Actions) { a.Sum(r.ID) })
	s.until("the sum of an earlier run's file", computed)
	s.must(os.WriteFile(path, []byte("another film"), 0o600))
	s.start()
	r = s.row("film.mov", views.Done)
	s.pick(r)
	s.act(func(a views.Actions) { a.Sum(r.ID) })
	s.until("why there is none", func() bool {
		d := s.detail().Sum
		return strings.Contains(d.Problem, "“film.mov” has changed since it was uploaded") && d.SHA256 == ""
	})
}

// TestPaneOfAnEarlierRun: where a file or an archive lies, and whom its link will
// serve, is known without one.
func TestPaneOfAnEarlierRun(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	letter := s.file("letter.txt", 10)
	s.file("holiday/a.txt", 10)
	folder := filepath.Join(s.dir, "files", "holiday")
	s.act(func(a views.Actions) { a.Add([]string{letter}); a.Add([]string{folder}) })
	s.row("letter.txt", views.Done)
	s.row("holiday.zip", views.Done)
	s.start()
	for name, from := range map[string]string{"letter.txt": letter, "holiday.zip": folder} {
		s.pick(s.row(name, views.Done))
		if d := s.detail(); d.From != from || d.Link != (views.Link{Reach: views.ReachLocalNetwork}) {
			t.Errorf("%s is from %q, want %q, and its link is %+v", name, d.From, from, d.Link)
		}
	}
}

// TestReachOfALinkThatIsNotMade is that of its storage.
func TestReachOfALinkThatIsNotMade(t *testing.T) {
	s := newStage(t)
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	for server, want := range map[string]views.Reach{
		"http://127.0.0.1:5": views.ReachThisComputer, "https://api.example.org/v1": views.ReachAnyone, "": views.ReachAnyone,
	} {
		p := newPlace(settings.Connection{ID: "team", Server: server})
		if got := s.app.linkView(p, views.Row{ID: "team/k", HasLink: true}); got != (views.Link{Reach: want}) {
			t.Errorf("%s: %+v, want %v", server, got, want)
		}
	}
	if got := s.app.linkView(s.app.current, views.Row{ID: "x"}); got != (views.Link{}) {
		t.Errorf("a file without a link has %+v", got)
	}
}

// TestSumIsStopped reads a film of a hundred gigabytes, all of it a hole. It is
// stopped as soon as it moves, and can be asked for again.
func TestSumIsStopped(t *testing.T) {
	s := newStage(t)
	path := s.file("film.mov", 10)
	s.sent(path)
	info, err := os.Stat(path)
	s.must(err)
	s.start()
	s.must(os.Truncate(path, 100<<30))
	s.must(os.Chtimes(path, info.ModTime(), info.ModTime()))
	s.app.mu.Lock()
	for key, f := range s.app.history {
		f.Size = 100 << 30
		s.app.history[key] = f
	}
	s.app.mu.Unlock()
	r := s.row("film.mov", views.Done)
	s.pick(r)
	s.act(func(a views.Actions) { a.Sum(r.ID) })
	s.until("progress", func() bool { d := s.detail().Sum; return d.Running && d.Read > 0 })
	s.act(func(a views.Actions) { a.StopSum() })
	s.until("the end", func() bool {
		d := s.detail().Sum
		return !d.Running && d.SHA256 == "" && d.Problem == "" && d.Possible
	})
}

// TestPartsMapFillsAsTheyArrive: over a line so slow that no part arrives while they are
// looked for, then over a free one.
func TestPartsMapFillsAsTheyArrive(t *testing.T) {
	s := newStage(t)
	s.app.Engine.SetLimits(limit.Schedule{Rates: limit.Rates{Up: 16 << 10}})
	path := s.file("film.mov", 12<<20)
	s.act(func(a views.Actions) { a.Add([]string{path}) })
	s.until("the row", func() bool { return len(s.rows()) == 1 })
	s.pick(s.rows()[0])
	s.until("parts on their way", func() bool { return slices.Contains(s.detail().Cells, views.PartMoving) })
	s.app.Engine.SetLimits(limit.Schedule{})
	s.row("film.mov", views.Done)
	s.until("a full map", func() bool {
		d := s.detail()
		missing := func(p views.Part) bool { return p != views.PartDone }
		return d.Parts > 1 && len(d.Cells) == d.Parts && !slices.ContainsFunc(d.Cells, missing)
	})
}

// TestSavingIsGivenUp leaves nothing in the folder, and nothing to go on with. It would
// go on for longer than anything here is waited for.
func TestSavingIsGivenUp(t *testing.T) {
	s := newStage(t)
	r := s.sent(s.file("film.mov", 12<<20))
	other := s.sent(s.file("letter", 10))
	s.pick(r)
	s.app.Engine.SetLimits(limit.Schedule{Rates: limit.Rates{Down: 16 << 10}})
	to := s.T.TempDir()
	s.act(func(a views.Actions) { a.Save([]string{r.ID}, to) })
	s.until("how far it is", func() bool {
		v := s.detail().Saving
		return v.Files == 1 && v.Folder == filepath.Base(to) && v.Size == 12<<20 && v.Received > 0
	})
	s.act(func(a views.Actions) { a.StopSaving([]string{other.ID}) })
	s.pick(other)
	s.until("the pane of another file", func() bool { return s.detail().Saving.Files == 0 && s.overall().Saving != "" })
	s.act(func(a views.Actions) { a.StopSaving([]string{r.ID}) })
	s.says("Saving was cancelled")
	s.until("the end", func() bool { return s.overall().Saving == "" })
	s.app.Engine.SetLimits(limit.Schedule{})
	left, err := os.ReadDir(to)
	s.must(err)
	if len(left) > 0 {
		t.Errorf("left in the folder: %v", left)
	}
	s.start()
	s.row("film.mov", views.Done)
	if left := s.app.Engine.LeftDownloads(hereID); len(left) > 0 {
		t.Errorf("goes on at the next start: %+v", left)
	}
}

func TestLinksOfSeveralAreCopiedTogether(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	paths := []string{s.file("a", 100), s.file("b", 200)}
	for _, path := range paths {
		s.sent(path)
	}
	s.start() // of neither a link is there
	rows := []views.Row{s.row("a", views.Done), s.row("b", views.Done)}
	s.pick(rows...)
	if d := s.detail(); d.Counts[views.FilterDone] != 2 || d.Size != 300 || !d.Can.Copy {
		t.Errorf("the detail is %+v", d)
	}
	s.desk.SetContent("")
	s.act(func(a views.Actions) { a.CopyLinks([]string{rows[0].ID, rows[1].ID, "here/unknown"}) })
	s.says("2 links copied")
	links := strings.Split(s.desk.Content(), "\n")
	for i, path := range paths {
		if len(links) != 2 || s.fetch(links[i]) != s.content(path) {
			t.Errorf("link %d of %q gives other bytes", i, links)
		}
	}
}

// TestALinkIsMadeToBeLookedAt: the clipboard stays as it is.
func TestALinkIsMadeToBeLookedAt(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	path := s.file("a", 100)
	s.sent(path)
	s.start()
	r := s.row("a", views.Done)
	s.pick(r)
	s.desk.SetContent("mine")
	s.act(func(a views.Actions) { a.MakeLink(r.ID) })
	s.until("the link", func() bool { return s.detail().Link.URL != "" && !s.detail().Link.WorksUntil.IsZero() })
	if got := s.fetch(s.detail().Link.URL); got != s.content(path) || s.desk.Content() != "mine" {
		t.Errorf("the link gives %d bytes; the clipboard holds %q", len(got), s.desk.Content())
	}
}

func TestTotalsOfTheStorage(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) {
		a.Add([]string{s.file("a", 100), s.file("b", 200), filepath.Join(s.dir, "missing")})
	})
	s.until("the totals", func() bool {
		d := s.detail()
		return d.Count == 0 && d.Total == 3 && d.Size == 300 && d.Counts == views.Counts{3, 0, 1, 2} && d.Can == views.Can{}
	})
}
