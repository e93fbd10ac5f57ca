package settings

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quicksync.me/desktop/service/transfer/limit"
)

func openFile(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// fileWith returns the path of a settings file with that content.
func fileWith(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settings.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func contentOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func everything() Settings {
	return Settings{
		Version:  Version,
		Audience: AudienceServer,
		Current:  "b",
		Connections: []Connection{
			{ID: "a", Name: "ours", Server: "http://nas:8080/v1", SessionID: "s", HideNames: true},
			{ID: "b", Name: "<theirs> & \u2028", Server: "https://api.quicksync.me/v1"},
		},
		DownloadFolder: "/home/ann/in",
		LinkHours:      24,
		FoldersAsFiles: true,
		TrayHintShown:  true,
		Theme:          ThemeDark,
		Language:       "pt-BR",
		Workers:        12,
		Limits:         Limits{Up: 524288, Hours: Hours{From: "22:00", To: "06:00", Down: 1 << 20}},
		Window:         Window{Width: 1024.5, Height: 768},
	}
}

func TestDefaults(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	f := openFile(t, path)
	same(t, "settings", f.Get(), Settings{Version: 1, LinkHours: 168, CopyWhenDone: true, Notify: true})
	if f.Problem() != nil {
		t.Errorf("problem: %v", f.Problem())
	}
	if err := f.Update(func(*Settings) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was written though nothing changed: %v", err)
	}
}

func TestUpdateIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	f := openFile(t, path)
	if err := f.Update(func(s *Settings) { *s = everything() }); err != nil {
		t.Fatal(err)
	}
	same(t, "in this run", f.Get(), everything())
	again := openFile(t, path)
	same(t, "in the next run", again.Get(), everything())
	if again.Problem() != nil {
		t.Errorf("problem: %v", again.Problem())
	}
}

// TestResetKeepsWhatIsNoPreference: storages, answers and the window.
func TestResetKeepsWhatIsNoPreference(t *testing.T) {
	s := everything()
	want := defaults()
	want.Audience, want.Current, want.Connections = s.Audience, s.Current, s.Connections
	want.TrayHintShown, want.Window = s.TrayHintShown, s.Window
	same(t, "settings", s.Reset(), want)
}

func TestCopiesAreDeep(t *testing.T) {
	f := openFile(t, filepath.Join(t.TempDir(), "settings.json"))
	var leaked *Settings
	if err := f.Update(func(s *Settings) { *s = everything(); leaked = s }); err != nil {
		t.Fatal(err)
	}
	leaked.Connections[0].Name = "changed through Update"
	f.Get().Connections[0].Name = "changed through Get"
	same(t, "settings", f.Get(), everything())
}

func TestAFailedUpdateChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	f := openFile(t, filepath.Join(dir, "settings.json"))
	if err := f.Update(func(s *Settings) { s.LinkHours = 5 }); err == nil {
		t.Error("written where there is no directory")
	}
	same(t, "settings", f.Get(), defaults())
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.Update(func(s *Settings) { s.LinkHours = 5 }); err != nil {
		t.Error(err)
	}
}

func TestClamps(t *testing.T) {
	infinite := float32(math.Inf(1))
	cases := []struct{ from, want Settings }{
		{Settings{LinkHours: 0}, Settings{LinkHours: 1}},
		{Settings{LinkHours: -7}, Settings{LinkHours: 1}},
		{Settings{LinkHours: 721}, Settings{LinkHours: 720}},
		{Settings{LinkHours: 720, Audience: "everyone"}, Settings{LinkHours: 720}},
		{Settings{LinkHours: 1, Audience: "me"}, Settings{LinkHours: 1, Audience: AudienceMe}},
		{Settings{LinkHours: 1, Window: Window{-1, 1e9}}, Settings{LinkHours: 1, Window: Window{0, MaxWindow}}},
		{Settings{LinkHours: 1, Window: Window{float32(math.NaN()), infinite}}, Settings{LinkHours: 1, Window: Window{0, MaxWindow}}},
		{Settings{LinkHours: 1, Version: 99}, Settings{LinkHours: 1}},
		{Settings{LinkHours: 1, Theme: "pink", Workers: -1}, Settings{LinkHours: 1}},
		{Settings{LinkHours: 1, Theme: "light", Workers: 65}, Settings{LinkHours: 1, Theme: ThemeLight, Workers: 64}},
		{Settings{LinkHours: 1, Language: strings.Repeat("x", 36)}, Settings{LinkHours: 1}},
		{Settings{LinkHours: 1, Limits: Limits{Up: -1, Down: 1}}, Settings{LinkHours: 1, Limits: Limits{Down: 1024}}},
		{Settings{LinkHours: 1, Limits: Limits{Up: math.MaxInt64}}, Settings{LinkHours: 1, Limits: Limits{Up: 32 << 30}}},
		{
			Settings{LinkHours: 1, Limits: Limits{Hours: Hours{From: "9:00", To: "17:30", Up: 2, Down: -2}}},
			Settings{LinkHours: 1, Limits: Limits{Hours: Hours{From: "09:00", To: "17:30", Up: 1024}}},
		},
		{
			Settings{LinkHours: 1, Limits: Limits{Hours: Hours{From: "09:00", To: "24:00", Up: 5000}}},
			Settings{LinkHours: 1, Limits: Limits{Hours: Hours{Up: 5000}}},
		},
		{
			Settings{LinkHours: 1, Limits: Limits{Hours: Hours{From: "9:00", To: "09:00", Down: 5000}}},
			Settings{LinkHours: 1, Limits: Limits{Hours: Hours{Down: 5000}}},
		},
	}
	for _, c := range cases {
		c.want.Version = Version
		f := openFile(t, filepath.Join(t.TempDir(), "settings.json"))
		if err := f.Update(func(s *Settings) { *s = c.from }); err != nil {
			t.Fatal(err)
		}
		same(t, "updated", f.Get(), c.want)
		same(t, "read again", openFile(t, f.path).Get(), c.want)
	}
	f := openFile(t, fileWith(t, `{"version":1,"linkHours":100000,"audience":"x","window":{"width":-5}}`))
	same(t, "read", f.Get(), Settings{Version: 1, LinkHours: 720, CopyWhenDone: true, Notify: true})
}

// broken are contents that are set aside, with the link hours that could be read.
var broken = map[string]int{
	"":                               DefaultLinkHours,
	"\x00":                           DefaultLinkHours,
	"not JSON at all":                DefaultLinkHours,
	`{"version":1,"linkHours":24`:    DefaultLinkHours,
	`{"version":1} and more`:         DefaultLinkHours,
	`[]`:                             DefaultLinkHours,
	`{"version":"1","linkHours":24}`: DefaultLinkHours,
	`{"version":1.5}`:                DefaultLinkHours,
	`{"version":1,"audience":7,"linkHours":24}`: 24,
}

func TestABrokenFileIsSetAside(t *testing.T) {
	for content, hours := range broken {
		path := fileWith(t, content)
		if err := os.WriteFile(path+".broken-1", []byte("an earlier one"), 0o600); err != nil {
			t.Fatal(err)
		}
		f := openFile(t, path)
		want := defaults()
		want.LinkHours = hours
		same(t, content, f.Get(), want)
		var problem *FileError
		if !errors.As(f.Problem(), &problem) || !errors.Is(problem, ErrBroken) ||
			problem.Path != path || problem.Kept != path+".broken-2" {
			t.Fatalf("%q: problem: %v", content, f.Problem())
		}
		if err := f.Update(func(s *Settings) { s.TrayHintShown = true }); err != nil {
			t.Fatal(err)
		}
		same(t, "the file kept", contentOf(t, problem.Kept), content)
		same(t, "the one before", contentOf(t, path+".broken-1"), "an earlier one")
		if again := openFile(t, path); again.Problem() != nil || !again.Get().TrayHintShown {
			t.Errorf("%q: the new file: %v, %v", content, again.Get(), again.Problem())
		}
	}
}

// TestReadTouchesNothing: the file is that of a program that runs beside.
func TestReadTouchesNothing(t *testing.T) {
	for content, hours := range broken {
		path := fileWith(t, content)
		want := defaults()
		want.LinkHours = hours
		same(t, content, Read(path), want)
		same(t, "the file", contentOf(t, path), content)
	}
	path := fileWith(t, `{"version":2,"linkHours":24}`)
	if s := Read(path); s.LinkHours != 24 {
		t.Errorf("of a later version it reads %+v", s)
	}
	same(t, "without a file", Read(filepath.Join(t.TempDir(), "settings.json")), defaults())
}

func TestAFileThatCannotBeReadIsSetAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if f := openFile(t, path); !errors.Is(f.Problem(), ErrBroken) {
		t.Errorf("problem: %v", f.Problem())
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
}

func TestAFileOfALaterVersionIsNeverWritten(t *testing.T) {
	const content = `{"version":2,"linkHours":{"days":3},"current":"c","window":[1,2],"new":true}`
	path := fileWith(t, content)
	f := openFile(t, path)
	want := Settings{Version: 2, Current: "c", LinkHours: DefaultLinkHours, CopyWhenDone: true, Notify: true}
	same(t, "settings", f.Get(), want)
	var problem *FileError
	if !errors.As(f.Problem(), &problem) || !errors.Is(problem, ErrNewer) || problem.Path != path || problem.Kept != "" {
		t.Errorf("problem: %v", f.Problem())
	}
	if err := f.Update(func(s *Settings) { s.LinkHours = 3 }); err != nil {
		t.Errorf("Update: %v", err)
	}
	want.LinkHours = 3
	same(t, "after the update", f.Get(), want)
	same(t, "the file", contentOf(t, path), content)
}

func TestUnknownFieldsAreKept(t *testing.T) {
	path := fileWith(t, `{
		"skin": {"accent": 12345678901234567890, "dark": null},
		"window": {"width": 10, "maximized": true},
		"connections": [
			{"id": "a", "name": "A", "color": "red"},
			{"id": "b", "name": "B", "color": "blue"},
			{"name": "nameless", "color": "green"}
		]}`)
	f := openFile(t, path)
	change := func(s *Settings) {
		s.Connections = []Connection{{ID: "c"}, {ID: "b", Name: "still B"}, {Name: "nameless"}}
		s.Window.Width = 20
	}
	if err := f.Update(change); err != nil {
		t.Fatal(err)
	}
	if err := f.Update(func(s *Settings) { s.TrayHintShown = true }); err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal([]byte(contentOf(t, path)), &got); err != nil {
		t.Fatal(err)
	}
	err := json.Unmarshal([]byte(`{
		"version": 1, "audience": "", "current": "", "downloadFolder": "",
		"linkHours": 168, "copyWhenDone": true, "foldersAsFiles": false, "trayHintShown": true,
		"theme": "", "language": "", "workers": 0, "notify": true,
		"limits": {"up": 0, "down": 0, "hours": {"from": "", "to": "", "up": 0, "down": 0}},
		"skin": {"accent": 12345678901234567890, "dark": null},
		"window": {"width": 20, "height": 0, "maximized": true},
		"connections": [
			{"id": "c", "name": "", "server": "", "sessionId": "", "hideNames": false},
			{"id": "b", "name": "still B", "server": "", "sessionId": "", "hideNames": false, "color": "blue"},
			{"id": "", "name": "nameless", "server": "", "sessionId": "", "hideNames": false}
		]}`), &want)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the file", got, want)
	if !strings.Contains(contentOf(t, path), "12345678901234567890") {
		t.Error("a number that is not ours lost its last digits")
	}
}

func TestLimitsAreRead(t *testing.T) {
	f := openFile(t, fileWith(t, `{"version":1,"limits":{"up":0,"down":0,"hours":{"from":"9:00","to":"17:00","up":524288,"down":0}}}`))
	same(t, "the limits", f.Get().Limits.Schedule(), limit.Schedule{
		Hours: limit.Hours{From: 9 * 60, To: 17 * 60, Rates: limit.Rates{Up: 512 << 10}},
	})
	without := Limits{Up: 1 << 20, Down: 2 << 20, Hours: Hours{Up: 5000}}
	same(t, "without hours", without.Schedule(), limit.Schedule{Rates: limit.Rates{Up: 1 << 20, Down: 2 << 20}})
}

func TestConcurrentUpdates(t *testing.T) {
	f := openFile(t, filepath.Join(t.TempDir(), "settings.json"))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 5 {
				err := f.Update(func(s *Settings) {
					s.Connections = append(s.Connections, Connection{ID: strconv.Itoa(i*5 + j)})
				})
				if err != nil {
					t.Error(err)
				}
				f.Get()
			}
		})
	}
	all.Wait()
	seen := make(map[string]bool)
	for _, c := range openFile(t, f.path).Get().Connections {
		seen[c.ID] = true
	}
	if len(seen) != 40 {
		t.Errorf("%d of 40 updates were kept", len(seen))
	}
}

func FuzzOpen(f *testing.F) {
	for content := range broken {
		f.Add(content)
	}
	f.Add(`{"limits":{"up":-1,"down":1e18,"hours":{"from":"7:5","to":"25:00","up":3}}}`)
	f.Add(`{"version":3,"connections":[{"id":"a"},null,7]}`)
	f.Add(`{"connections":[{"id":"a","x":{"y":[{"id":1}]}}],"window":null,"Version":1}`)
	f.Fuzz(func(t *testing.T, content string) {
		file := openFile(t, fileWith(t, content))
		s := file.Get()
		same(t, "clamped again", s.Clamped(), s)
		if err := file.Update(func(s *Settings) { s.TrayHintShown = !s.TrayHintShown }); err != nil {
			t.Fatal(err)
		}
		if errors.Is(file.Problem(), ErrNewer) {
			same(t, "the file", contentOf(t, file.path), content)
			return
		}
		again := openFile(t, file.path)
		same(t, "read again", again.Get(), file.Get())
		if again.Problem() != nil {
			t.Errorf("what was written is broken: %v\n%s", again.Problem(), contentOf(t, file.path))
		}
	})
}
