package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// fetch returns what a link gives.
func (s *stage) fetch(link string) string {
	s.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(link)
	s.must(err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	s.must(err)
	return string(data)
}

func (s *stage) content(path string) string {
	s.Helper()
	data, err := os.ReadFile(path)
	s.must(err)
	return string(data)
}

func TestDroppedFileBecomesALink(t *testing.T) {
	s := newStage(t)
	path := s.file("plan.docx", 300_000)
	s.act(func(a views.Actions) { a.Add([]string{path}) })
	r := s.row("plan.docx", views.Done)
	if r.Message != "Opens on this computer only." || !r.HasLink || r.Size != 300_000 {
		t.Errorf("the row is %+v", r)
	}
	s.until("the question", func() bool { return s.connection().Ask })
	if s.desk.Content() != "" {
		t.Errorf("a link for this computer alone was copied: %s", s.desk.Content())
	}
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	s.says("Link copied")
	link := s.desk.Content()
	if !strings.HasPrefix(link, "http://localhost:") || s.fetch(link) != s.content(path) {
		t.Errorf("copied %q", link)
	}
	if c := s.connection(); c.Ask || c.Audience != views.AudienceNetwork {
		t.Errorf("still asks: %+v", c)
	}
	if !slices.Contains(s.desk.notices, "Link copied") {
		t.Errorf("notified %q", s.desk.notices)
	}
	if again := s.row("plan.docx", views.Done); again.Message != "" || again.ID != r.ID {
		t.Errorf("the row is %+v", again)
	}
}

func TestSeveralLinksAreCopiedTogether(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	paths := []string{s.file("a", 1), s.file("b", 2), s.file("c", 3)}
	s.act(func(a views.Actions) { a.Add(paths) })
	s.says("3 links copied")
	links := strings.Split(s.desk.Content(), "\n")
	var got []string
	for _, l := range links {
		got = append(got, s.fetch(l))
	}
	for _, p := range paths {
		if !slices.Contains(got, s.content(p)) {
			t.Errorf("no link gives %s", p)
		}
	}
}

// A few files that are on their way beside many have no links yet when they are
// done.
func TestLinksOfFilesAmongManyAreCopied(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	var many []string
	for i := range 200 {
		many = append(many, s.file(fmt.Sprint("many", i), 1000+i))
	}
	few := []string{s.file("a", 1), s.file("b", 2)}
	s.act(func(a views.Actions) {
		a.Add(many)
		a.Add(few)
	})
	s.says("2 links copied")
	for i, link := range strings.Split(s.desk.Content(), "\n") {
		if got := s.fetch(link); got != s.content(few[0]) && got != s.content(few[1]) {
			t.Errorf("link %d gives another file", i)
		}
	}
}

func TestWhatThePersonCopiedStays(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	s.act(func(a views.Actions) {
		a.Add([]string{s.file("f", 20<<20)})
		s.desk.SetContent("something else")
	})
	r := s.row("f", views.Done)
	s.says("The link is ready")
	if s.desk.Content() != "something else" {
		t.Errorf("the clipboard holds %q", s.desk.Content())
	}
	s.act(func(a views.Actions) { a.CopyLink(r.ID) })
	s.says("Link copied")
	if !strings.HasPrefix(s.desk.Content(), "http://localhost:") {
		t.Errorf("the clipboard holds %q", s.desk.Content())
	}
}

func TestNothingIsCopiedAfterAFailure(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	s.act(func(a views.Actions) { a.Add([]string{s.file("good", 1), filepath.Join(s.dir, "missing")}) })
	s.row("good", views.Done)
	r := s.row("missing", views.Failed)
	if r.Message != "“missing” is not there any more." || r.Brief != "Not there any more" || !r.Can.Retry {
		t.Errorf("the row is %+v", r)
	}
	if s.desk.Content() != "" {
		t.Errorf("copied %q", s.desk.Content())
	}
	if o := s.overall(); o.State != views.Failed || o.FilesDone != 1 || o.Files != 2 {
		t.Errorf("overall %+v", o)
	}
}

func TestOnlyMeCopiesNothingUnasked(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceMe) })
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	r := s.row("f", views.Done)
	s.act(func(a views.Actions) { a.CopyLink(r.ID) })
	s.says("Link copied — it opens on this computer only")
	if !strings.HasPrefix(s.desk.Content(), "http://127.0.0.1:") {
		t.Errorf("copied %q", s.desk.Content())
	}
}

// TestRowsSurviveARestart: what an earlier run uploaded is listed with its
// plain name, and its link is made when asked for.
func TestRowsSurviveARestart(t *testing.T) {
	s := newStage(t)
	path := s.file("film.mov", 1000)
	s.act(func(a views.Actions) { a.Add([]string{path}) })
	s.row("film.mov", views.Done)
	s.start()
	r := s.row("film.mov", views.Done)
	if !strings.HasPrefix(r.ID, "here/") || r.Size != 1000 || r.Added.IsZero() {
		t.Errorf("the row is %+v", r)
	}
	s.act(func(a views.Actions) { a.Select([]string{r.ID}) })
	s.until("the detail", func() bool { return s.detail().Count == 1 })
	d := s.detail()
	if d.CID == "" || d.FileKey == "" || d.Parts != 1 || d.PartsDone != 1 || d.NamesHidden || d.Link.URL != "" {
		t.Errorf("the detail is %+v", d)
	}
	s.act(func(a views.Actions) { a.CopyLink(r.ID) })
	s.says("Link copied")
	if s.fetch(s.desk.Content()) != s.content(path) {
		t.Error("the link gives other bytes")
	}
	s.until("the link", func() bool { return s.detail().Link.URL == s.desk.Content() && !s.detail().Link.WorksUntil.IsZero() })
}

// TestUploadsGoOnAtTheNextStart: without a button, and oldest first.
func TestUploadsGoOnAtTheNextStart(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{s.file("f", 10), s.file("g", 20)}) })
	s.row("g", views.Paused)
	s.start()
	s.says("2 uploads of last time go on")
	s.row("f", views.Done)
	s.row("g", views.Done)
}

func TestAJournalThatCannotBeReadIsSaid(t *testing.T) {
	s := newStage(t)
	s.must(os.WriteFile(filepath.Join(s.dir, "journals", "x.journal"), []byte("torn"), 0o600))
	s.start()
	s.says("could not be read and was set aside")
}

func TestSearchFilterAndSort(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) {
		a.Add([]string{s.file("Beta.txt", 10), s.file("alpha.txt", 30), s.file("gamma.pdf", 20), filepath.Join(s.dir, "gone")})
	})
	s.until("all of them", func() bool {
		return s.list().Counts == views.Counts{views.FilterAll: 4, views.FilterDone: 3, views.FilterFailed: 1}
	})
	names := func() (n string) {
		for _, r := range s.rows() {
			n += r.Name + " "
		}
		return n
	}
	for want, do := range map[string]func(a views.Actions){
		"alpha.txt Beta.txt gamma.pdf gone ": func(a views.Actions) { a.Sort(views.ColumnName, false) },
		"gone gamma.pdf Beta.txt alpha.txt ": func(a views.Actions) { a.Sort(views.ColumnName, true) },
		"alpha.txt gamma.pdf Beta.txt gone ": func(a views.Actions) { a.Sort(views.ColumnSize, true) },
		"gone ":                              func(a views.Actions) { a.Filter(views.FilterFailed) },
		"alpha.txt Beta.txt ":                func(a views.Actions) { a.Sort(views.ColumnName, false); a.Search(".TXT") },
		"":                                   func(a views.Actions) { a.Search("nothing like it") },
	} {
		s.act(func(a views.Actions) { a.Search(""); a.Filter(views.FilterAll); do(a) })
		if chosen := s.list().Chosen; chosen != s.chosen() {
			t.Errorf("the click is answered with %+v, not %+v", chosen, s.chosen())
		}
		s.until(fmt.Sprintf("%q", want), func() bool { return names() == want })
	}
}

// chosen is what the person has chosen to see.
func (s *stage) chosen() views.Choice {
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	return s.app.view.Choice
}

func TestDeleteIsForGood(t *testing.T) {
	s := newStage(t)
	path := s.file("f", 10)
	s.act(func(a views.Actions) { a.Add([]string{path, filepath.Join(s.dir, "missing")}) })
	r, missing := s.row("f", views.Done), s.row("missing", views.Failed)
	s.act(func(a views.Actions) { a.Delete([]string{r.ID, missing.ID}) })
	s.until("nothing", func() bool { return len(s.rows()) == 0 })
	if u, err := s.node.Usage(context.Background()); err != nil || u.Files != 0 {
		t.Errorf("the node keeps %+v, %v", u, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the original: %v", err)
	}
}

func TestSaveNeverReplacesAFile(t *testing.T) {
	s := newStage(t)
	path := s.file("f.txt", 10)
	s.act(func(a views.Actions) { a.Add([]string{path}) })
	r := s.row("f.txt", views.Done)
	to := s.T.TempDir()
	s.must(os.WriteFile(filepath.Join(to, "f.txt"), []byte("mine"), 0o600))
	s.act(func(a views.Actions) { a.Save([]string{r.ID}, to) })
	s.says("Saved 1 file in " + filepath.Base(to))
	if s.content(filepath.Join(to, "f.txt")) != "mine" || s.content(filepath.Join(to, "f (2).txt")) != s.content(path) {
		t.Error("saved wrongly")
	}
	s.act(func(a views.Actions) { a.Save([]string{r.ID}, filepath.Join(to, "nowhere")) })
	s.says("cannot be saved there")
}

func TestFolderOfManyFiles(t *testing.T) {
	s := newStage(t)
	const many = 300
	for i := range many {
		s.file(fmt.Sprintf("tree/%d/%d.txt", i%7, i), i)
	}
	s.app.save(func(p *settings.Settings) { p.FoldersAsFiles = true })
	s.act(func(a views.Actions) { a.Add([]string{filepath.Join(s.dir, "files", "tree")}) })
	s.until("all of them", func() bool { return s.list().Counts[views.FilterDone] == many })
	if n := s.overall(); n.FilesDone != many || n.Running {
		t.Errorf("overall %+v", n)
	}
}

func TestPauseAndCancel(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{s.file("f", 10), s.file("g", 10)}) })
	f, g := s.row("f", views.Paused), s.row("g", views.Paused)
	if !f.Can.Resume || !f.Can.Cancel || f.Can.Copy || !s.overall().Paused {
		t.Errorf("%+v, %+v", f, s.overall())
	}
	s.act(func(a views.Actions) { a.Cancel([]string{g.ID}); a.ResumeAll() })
	s.row("f", views.Done)
	g = s.row("g", views.Cancelled)
	s.act(func(a views.Actions) { a.Retry([]string{g.ID}) })
	s.row("g", views.Done)
}

// invitation is what opens a node.
func invitation(n *node.Node) string {
	return n.URL() + "#key=" + n.Token()
}

func (s *stage) connect(f views.ConnectionForm) string {
	s.Helper()
	answer := make(chan string, 1)
	s.act(func(a views.Actions) { a.Connect(f, func(problem string) { answer <- problem }) })
	return <-answer
}

func TestConnectAndForget(t *testing.T) {
	s := newStage(t)
	server := s.startNode()
	if problem := s.connect(views.ConnectionForm{Key: invitation(server), HideNames: true}); problem != "" {
		t.Fatal(problem)
	}
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	s.row("f", views.Done)
	if u, _ := server.Usage(context.Background()); u.Files != 1 {
		t.Errorf("the server has %d files", u.Files)
	}
	id := s.connection().Current
	if s.ring.get(id) != server.Token() {
		t.Errorf("the keyring holds %q", s.ring.get(id))
	}
	if strings.Contains(s.content(filepath.Join(s.dir, "settings.json")), server.Token()) {
		t.Error("the settings hold the key")
	}

	s.start() // it connects by itself
	s.until("the server again", func() bool { return s.connection().Ready && s.connection().Current == id })
	s.row("f", views.Done)

	if problem := s.connect(views.ConnectionForm{Key: invitation(server), HideNames: true}); problem != "" || len(s.connection().Places) != 2 {
		t.Errorf("connected twice: %s, %+v", problem, s.connection().Places)
	}
	s.act(func(a views.Actions) { a.Forget(id) })
	s.until("this computer", func() bool { return s.connection().Current == hereID && len(s.connection().Places) == 1 })
	s.until("an empty keyring", func() bool { return s.ring.len() == 0 })
}

// TestNothingIsOfferedOfAStorageThatWasRemoved, and a link that is not to be had
// any more is said.
func TestNothingIsOfferedOfAStorageThatWasRemoved(t *testing.T) {
	s := newStage(t)
	server := s.startNode()
	if problem := s.connect(views.ConnectionForm{Key: invitation(server), HideNames: true}); problem != "" {
		t.Fatal(problem)
	}
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	r := s.row("f", views.Done)
	s.until("the recent link", func() bool { return len(s.overall().Recents) == 1 })
	s.act(func(a views.Actions) { a.Forget(s.connection().Current) })
	s.until("no recent link", func() bool { return len(s.overall().Recents) == 0 })
	s.app.mu.Lock()
	left := len(s.app.transfers.order)
	s.app.mu.Unlock()
	if left > 0 {
		t.Errorf("%d uploads are left", left)
	}
	s.act(func(a views.Actions) { a.CopyLink(r.ID) })
	s.says("The link could not be made")
}

// TestALinkThatCannotBeMadeIsSaid where the person asked for it.
func TestALinkThatCannotBeMadeIsSaid(t *testing.T) {
	s := newStage(t)
	n := s.startNode()
	f := s.front(n)
	s.connect(views.ConnectionForm{Key: f.url + "#key=" + n.Token(), HideNames: true})
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	r := s.row("f", views.Done)
	f.answer(refuse(http.StatusForbidden, "forbidden"))
	s.act(func(a views.Actions) { a.NewLink(r.ID) })
	s.says("The link could not be made")
}

func TestConnectSaysWhatIsWrong(t *testing.T) {
	s := newStage(t)
	server := s.startNode()
	for key, want := range map[string]string{
		"":                            "neither a key nor an invitation",
		"two words":                   "neither a key nor an invitation",
		server.URL() + "#key=bad":     "does not work",
		"http://127.0.0.1:1/v1#key=x": "There is no connection to the storage. Try again",
	} {
		if problem := s.connect(views.ConnectionForm{Key: key, HideNames: true}); !strings.Contains(problem, want) {
			t.Errorf("%q: %q, want %q", key, problem, want)
		}
	}
	if len(s.connection().Places) > 1 || s.ring.len() > 0 {
		t.Errorf("kept something: %+v, %v", s.connection().Places, s.ring.len())
	}
}

func TestConnectionTest(t *testing.T) {
	s := newStage(t)
	server := s.startNode()
	run := func(key string) (steps []string, ok bool, report string) {
		over := make(chan struct{})
		s.act(func(a views.Actions) {
			a.Test(views.ConnectionForm{Key: key, HideNames: true}, func(st views.Step) {
				if !st.Running {
					steps = append(steps, st.Name+":"+st.Problem)
				}
			}, func(worked bool, text string) {
				ok, report = worked, text
				close(over)
			})
		})
		<-over
		return steps, ok, report
	}
	if steps, ok, report := run(invitation(server)); !ok || len(steps) != 7 || strings.Contains(report, server.Token()) {
		t.Errorf("%q, %v, %s", steps, ok, report)
	}
	if steps, ok, _ := run(server.URL() + "#key=bad"); ok || len(steps) != 2 || !strings.HasPrefix(steps[1], "Check the key:The key does not work") {
		t.Errorf("%q, %v", steps, ok)
	}
	if u, _ := server.Usage(context.Background()); u.Files != 0 {
		t.Errorf("%d files are left", u.Files)
	}
}

// TestLostKeyKeepsTheQueue: the server refuses the key, the row says so, and a
// new key sets it going.
func TestLostKeyKeepsTheQueue(t *testing.T) {
	s := newStage(t)
	server := s.startNode()
	s.connect(views.ConnectionForm{Key: invitation(server), HideNames: true})
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	wrong, err := api.New(api.Config{Server: server.URL(), Token: "ended"})
	s.must(err)
	target, _ := s.app.targetOf(s.app.current)
	target.Bucket = wrong
	s.app.Engine.Connect(target)
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	r := s.row("f", views.Paused)
	if !strings.Contains(r.Message, "Paste a new one") || !s.connection().NeedsKey {
		t.Errorf("%+v", r)
	}
	s.connect(views.ConnectionForm{Key: invitation(server), HideNames: true})
	s.row("f", views.Done)
	wrong.CloseIdle()
}

func TestHandOver(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	s.must(s.app.HandOver(t.Context(), []string{s.file("f", 10)}))
	s.row("f", views.Done)
	s.says("Link copied")
	s.must(s.app.HandOver(t.Context(), nil))
	s.until("the window twice", func() bool { s.desk.mu.Lock(); defer s.desk.mu.Unlock(); return s.desk.raised == 2 })
}

func TestOpenPrefersTheOriginal(t *testing.T) {
	s := newStage(t)
	path := s.file("a b#.txt", 10)
	s.act(func(a views.Actions) { a.Add([]string{path}) })
	r := s.row("a b#.txt", views.Done)
	opened := func() []string { s.desk.mu.Lock(); defer s.desk.mu.Unlock(); return s.desk.opened }
	s.act(func(a views.Actions) { a.Open(r.ID) })
	s.until("the original", func() bool { return len(opened()) == 1 })
	s.must(os.Remove(path))
	s.act(func(a views.Actions) { a.Open(r.ID) })
	s.until("both", func() bool { return len(opened()) == 2 })
	if o := opened(); !strings.HasSuffix(o[0], "/a%20b%23.txt") || !strings.HasPrefix(o[0], "file:///") || !strings.HasPrefix(o[1], "http://127.0.0.1:") {
		t.Errorf("opened %q", o)
	}
}

func TestReachOfLinks(t *testing.T) {
	for link, want := range map[string]views.Reach{
		"http://127.0.0.1:5/x": views.ReachThisComputer, "http://[::1]/x": views.ReachThisComputer, "http://LOCALHOST/": views.ReachThisComputer,
		"http://192.168.1.4/x": views.ReachPrivateNetwork, "http://[fd00::1]/x": views.ReachPrivateNetwork, "http://169.254.1.1/": views.ReachPrivateNetwork,
		"https://files.example.org/x": views.ReachAnyone, "https://8.8.8.8/": views.ReachAnyone,
	} {
		if got := reachOf(link); got != want {
			t.Errorf("%s reaches %v, want %v", link, got, want)
		}
	}
}

// TestEveryErrorHasItsSentence: no error of the services reaches a person as
// a developer's text.
func TestEveryErrorHasItsSentence(t *testing.T) {
	s := newStage(t)
	for _, kind := range []error{
		api.ErrUnauthorized, api.ErrNotFound, api.ErrTooLarge, api.ErrQuota, api.ErrDiskFull, api.ErrEnded,
		api.ErrBusy, api.ErrServer, api.ErrNetwork, api.ErrStalled, api.ErrNotQuickSync, api.ErrForbidden, api.ErrIncomplete,
		api.ErrRefused, api.ErrBadReply, api.ErrPortal, api.ErrOffline,
	} {
		err := &api.Error{Op: "part", Kind: kind, Status: 1, Detail: "developers"}
		text, lasting := s.app.explain(err, "n"), s.app.explainLasting(err, "n")
		for _, text := range []string{text, lasting} {
			if text == "" || strings.Contains(text, "⟦") || strings.Contains(text, "developers") {
				t.Errorf("%v: %q", kind, text)
			}
		}
		for _, promise := range []string{"it is tried again", "goes on by itself", "the queue waits"} {
			if strings.Contains(text, promise) {
				t.Errorf("%v: %q promises what nobody does", kind, text)
			}
		}
	}
	if text := s.app.explain(errors.New("developers"), ""); text == "" || strings.Contains(text, "developers") {
		t.Errorf("another error: %q", text)
	}
	for _, kind := range []error{
		transfer.ErrVanished, transfer.ErrUnreadable, transfer.ErrNotFile, transfer.ErrLoop, transfer.ErrChanged, transfer.ErrChangedSince, transfer.ErrTooBig, transfer.ErrUnwritable,
	} {
		text := s.app.explain(&transfer.FileError{Path: "/p/{{.Size}}", Kind: kind}, "{{.Name}} $(x)")
		if !strings.Contains(text, "“{{.Name}} $(x)”") || strings.Contains(text, "⟦") {
			t.Errorf("%v: %q", kind, text)
		}
	}
}
