package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/views"
)

func (s *stage) preferences() views.Preferences { v, _ := s.app.Data.Preferences.Get(); return v }

// TestPreferencesHoldAtOnceAndAfterwards, until they are reset.
func TestPreferencesHoldAtOnceAndAfterwards(t *testing.T) {
	s := newStage(t)
	first := s.preferences()
	if !first.CopyWhenDone || !first.Notify || first.LinkHours != 168 || first.DownloadFolder != s.dir {
		t.Errorf("at first: %+v", first)
	}
	want := views.Preferences{
		Look: views.LookDark, Language: "en", Up: 5000, Down: 6000, Hours: views.Hours{From: "22:00", To: "06:00", Up: 7000},
		Workers: 3, LinkHours: 1, DownloadFolder: filepath.Join(s.dir, "in"),
	}
	s.act(func(a views.Actions) { a.Prefer(func(p *views.Preferences) { *p = want }) })
	s.until("what was chosen", func() bool { return s.preferences() == want })
	if s.do.DownloadFolder() != want.DownloadFolder || s.app.linkLifetime() != time.Hour || s.app.Words.Language() != "en" {
		t.Error("it does not hold")
	}
	s.act(func(a views.Actions) {
		a.Prefer(func(p *views.Preferences) { p.LinkHours = 10_000; p.Up = 1; p.Workers = -4 })
	})
	want.LinkHours, want.Up, want.Workers = settings.MaxLinkHours, 1024, 0
	s.until("it within its bounds", func() bool { return s.preferences() == want })
	s.start()
	if got := s.preferences(); got != want {
		t.Errorf("after a restart: %+v, want %+v", got, want)
	}
	s.connect(views.ConnectionForm{Key: invitation(s.startNode()), HideNames: true})
	s.act(func(a views.Actions) { a.ResetPreferences() })
	s.until("what was at first", func() bool { return s.preferences() == first })
	if len(s.connection().Places) != 2 {
		t.Error("a storage was lost with the settings")
	}
}

func TestNotificationsCanBeOff(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) {
		a.SetAudience(views.AudienceNetwork)
		a.Prefer(func(p *views.Preferences) { p.Notify = false })
		a.QuickShare([]string{s.file("f", 10)})
	})
	s.says("Link copied")
	if len(s.desk.notices) > 0 || s.app.TrayHint() {
		t.Errorf("notified %q", s.desk.notices)
	}
}

// TestSettingsOfALaterVersionAreUsable, and it is said that nothing is kept.
func TestSettingsOfALaterVersionAreUsable(t *testing.T) {
	for content, want := range map[string]string{
		`{"version": 99, "theme": "dark", "glow": 7}`: "A later version of QuickSync has written the settings",
		`{"version": 1,`: "The settings could not be read and were set aside",
	} {
		s := newStage(t)
		path := filepath.Join(s.dir, "settings.json")
		s.stop()
		s.must(os.WriteFile(path, []byte(content), 0o600))
		s.stop = func() {}
		s.start()
		s.says(want)
		s.act(func(a views.Actions) { a.Prefer(func(p *views.Preferences) { p.LinkHours = 3 }) })
		s.until("a change", func() bool { return s.preferences().LinkHours == 3 })
		s.sends("f")
		if newer := strings.Contains(content, "99"); newer && s.content(path) != content {
			t.Errorf("the later file was written: %s", s.content(path))
		}
	}
}

// sends sends a file and sees it done.
func (s *stage) sends(name string) {
	s.Helper()
	s.act(func(a views.Actions) { a.Add([]string{s.file(name, 10)}) })
	s.row(name, views.Done)
}

// TestDiagnosticsHoldNothingOfAPerson: no key, name, path, address or link,
// whatever was logged and whatever went wrong.
func TestDiagnosticsHoldNothingOfAPerson(t *testing.T) {
	s := newStage(t)
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	server := s.startNode()
	s.connect(views.ConnectionForm{Key: invitation(server), HideNames: true})
	s.sends("Kündigung von Anna.docx")
	s.act(func(a views.Actions) {
		a.Prefer(func(p *views.Preferences) { p.DownloadFolder = "/home/anna/Geheim" })
		a.Add([]string{filepath.Join(s.dir, "Testament.pdf")})
	})
	s.row("Testament.pdf", views.Failed)
	id := s.row("Kündigung von Anna.docx", views.Done).ID
	s.app.mu.Lock()
	link := s.app.transfers.byID[id].Link.URL
	key := s.app.transfers.byID[id].FileKey
	session := s.app.current.conn.Session().ID
	s.app.mu.Unlock()
	log.Warn("a link could not be made", "error", &api.Error{
		Op: "link", Kind: api.ErrServer, Status: 502, Detail: "Testament.pdf at " + link + " for Bearer " + server.Token(),
	}, "path", "/home/anna/Geheim/Testament.pdf", "count", 7)
	log.Error("/home/anna/Geheim is gone: "+server.Token(), "Kündigung von Anna.docx", session, "names", []string{"Testament.pdf"})
	logged.WriteString("torn: " + server.Token() + "\n")
	s.app.LogFile = filepath.Join(s.dir, "log.jsonl")
	s.must(os.WriteFile(s.app.LogFile, logged.Bytes(), 0o600))

	told := make(chan string, 1)
	s.act(func(a views.Actions) { a.Diagnostics(func(text string) { told <- text }) })
	text := <-told
	for what, secret := range map[string]string{
		"the key": server.Token(), "the own key": s.node.Token(), "the session": session, "a link": link, "a file key": key,
		"a name": "Kündigung", "another name": "Testament", "a folder": "Geheim", "a person": "anna", "the data folder": s.dir,
		"an address": "127.0.0.1", "a signature": link[strings.LastIndex(link, "=")+1:], "a scheme": "://", "a storage's ID": s.connection().Current,
	} {
		if secret == "" || strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
			t.Errorf("%s, %q, is in it:\n%s", what, secret, text)
		}
	}
	for _, want := range []string{
		"QuickSync ", ", Fyne ", "storage: this computer", "storage: a server", "uploads done, none: 1", "uploads failed, is not there: 1",
		"own folder true", "links 168 h", "a link could not be made; count 7; error (status 502), " + api.ErrServer.Error(), "(not a line of the log)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in it:\n%s", want, text)
		}
	}
}

// TestEverySentenceOfTheLogIsTold: what the program logs of itself reads like a
// sentence of its own.
func TestEverySentenceOfTheLogIsTold(t *testing.T) {
	call := regexp.MustCompile(`\.(?:Debug|Info|Warn|Error)\("([^"]+)"`)
	found := 0
	for _, root := range []string{".", "../service"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, sentence := range call.FindAllSubmatch(source, -1) {
				if found++; !said.Match(sentence[1]) {
					t.Errorf("%s logs %q, which is not told", path, sentence[1])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 20 {
		t.Errorf("only %d sentences were found", found)
	}
}

// TestNoLineOfTheLogEndsInNothing: where nothing may be told, that is said.
func TestNoLineOfTheLogEndsInNothing(t *testing.T) {
	for line, want := range map[string]string{
		`{"level":"INFO","msg":"store: swept extents left by a crash","count":4}`:                     "INFO store: swept extents left by a crash; count 4",
		`{"level":"INFO","msg":"the system does not let itself be kept awake","error":"no org.Anna"}`: "INFO the system does not let itself be kept awake; error another error",
		`{"level":"WARN","msg":"an upload failed","transfer":"OKTTL5","error":"a: is not there"}`:     "WARN an upload failed; error is not there; transfer not told",
		`{"level":"WARN","msg":"/home/anna: it is gone"}`:                                             "WARN not told",
	} {
		if got := quoteLog([]byte(line)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// FuzzLogQuotesOnlyItsOwn: of a text of the log only what this program has
// written itself comes out.
func FuzzLogQuotesOnlyItsOwn(f *testing.F) {
	for _, text := range []string{"eyJhbGciOiJIUzI1NiJ9.e30.x", "https://x/y?sig=z", "/home/anna/a b.pdf", "network", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, err := json.Marshal(map[string]any{"msg": "fixed words", "error": text, "other": map[string]string{text: text}})
		if err != nil {
			t.Skip(err)
		}
		rest := quoteLog(line)
		for _, own := range append(kindTexts(), "fixed words", "; error ", "; other not told", anotherError, ", ") {
			rest = strings.ReplaceAll(rest, own, "")
		}
		if rest = status.ReplaceAllString(rest, ""); strings.TrimSpace(rest) != "" {
			t.Errorf("%q came through of %q", rest, text)
		}
	})
}

func kindTexts() (all []string) {
	for _, kind := range kinds {
		all = append(all, kind.Error())
	}
	return all
}

// TestTheLogsEndIsQuoted, in whole lines.
func TestTheLogsEndIsQuoted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	line := `{"time":"2026-11-22T23:44:52Z","level":"WARN","msg":"x"}` + "\n"
	for lines, want := range map[int]int{0: 1, 3: 3, 5000: lastLines} {
		if err := os.WriteFile(path, []byte(strings.Repeat(line, lines)), 0o600); err != nil {
			t.Fatal(err)
		}
		got := logLines(path)
		if len(got) != want || lines > 0 && quoteLog(got[0]) != "2026-11-22T23:44:52Z WARN x" {
			t.Errorf("of %d lines %d are quoted, the first as %q", lines, len(got), quoteLog(got[0]))
		}
	}
	if logLines(path+"-not") != nil {
		t.Error("a log that is not there has lines")
	}
}

// TestCleaningUpDeletesByAge what is on this computer, and nothing else.
func TestCleaningUpDeletesByAge(t *testing.T) {
	s := newStage(t)
	for _, name := range []string{"old", "week", "new"} {
		s.sends(name)
	}
	s.app.mu.Lock()
	for _, u := range s.app.transfers.order {
		u.Added = u.Added.AddDate(0, 0, -map[string]int{"old": 31, "week": 8}[u.Name])
	}
	s.app.mu.Unlock()
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{s.file("on its way", 10)}) })
	s.row("on its way", views.Paused)
	if got, want := s.cleanUps(), []views.CleanUp{{Days: 30, Files: 1, Bytes: 10}, {Days: 7, Files: 2, Bytes: 20}, {Files: 3, Bytes: 30}}; !slices.Equal(got, want) {
		t.Errorf("offered: %+v", got)
	}
	for _, c := range []struct{ days, left int }{{7, 1}, {7, 1}, {0, 0}} {
		said := make(chan string, 1)
		s.act(func(a views.Actions) { a.CleanUp(c.days, func(sentence string) { said <- sentence }) })
		if text := <-said; !strings.HasPrefix(text, "Deleted") {
			t.Error(text)
		}
		if u := s.usage(s.node); u.Files != c.left {
			t.Errorf("%d files are left, want %d", u.Files, c.left)
		}
	}
	s.until("the rows to go", func() bool { return len(s.rows()) == 1 && s.connection().Used == 0 })
}

// TestCleaningUpLeavesWhatIsNotDone, although the storage has all of it: it is looked up
// by now, and would be sent anew.
func TestCleaningUpLeavesWhatIsNotDone(t *testing.T) {
	s := newStage(t)
	asked, held := make(chan struct{}, 100), make(chan struct{})
	s.door = s.inFront(s.node, func(w http.ResponseWriter, r *http.Request, node http.Handler) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/buckets/file/") {
			asked <- struct{}{}
			<-held
		}
		node.ServeHTTP(w, r)
	})
	s.start()
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	<-asked
	if got := s.cleanUps(); slices.ContainsFunc(got, func(c views.CleanUp) bool { return c.Files > 0 }) {
		t.Errorf("offered: %+v", got)
	}
	said := make(chan string, 1)
	s.act(func(a views.Actions) { a.CleanUp(0, func(sentence string) { said <- sentence }) })
	text := <-said
	close(held)
	s.row("f", views.Done)
	if u := s.usage(s.node); u.Files != 1 {
		t.Errorf("%d files are left: %s", u.Files, text)
	}
}

// TestNoRowOutlivesItsFile: a file that was added again has two rows.
func TestNoRowOutlivesItsFile(t *testing.T) {
	for name, remove := range map[string]func(s *stage, a views.Actions, id string){
		"cleaned up": func(s *stage, a views.Actions, _ string) { a.CleanUp(0, func(string) {}) },
		"deleted":    func(s *stage, a views.Actions, id string) { a.Delete([]string{id}) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.sends("f")
			id := s.row("f", views.Done).ID
			s.act(func(a views.Actions) { a.Add([]string{filepath.Join(s.dir, "files", "f")}) })
			s.row("f", views.AlreadyUploaded)
			s.act(func(a views.Actions) { remove(s, a, id) })
			s.until("no rows", func() bool { return len(s.rows()) == 0 })
		})
	}
}

func (s *stage) usage(n *node.Node) node.Usage {
	s.Helper()
	u, err := n.Usage(context.Background())
	s.must(err)
	return u
}

func (s *stage) cleanUps() []views.CleanUp {
	s.Helper()
	offered := make(chan []views.CleanUp, 1)
	s.act(func(a views.Actions) {
		a.CleanUps(func(choices []views.CleanUp, problem string) {
			if problem != "" {
				s.Error(problem)
			}
			offered <- choices
		})
	})
	return <-offered
}
