package app

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/session"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/version"
	"quicksync.me/desktop/views"
)

// This file makes the text that a person hands to whoever helps. Nothing goes
// into it that came from a person, a server or a file: it is made of numbers, of
// sentences of this program, and of values out of closed sets. So it holds no
// key, no name, no path, no address and no link, whatever was logged.

// Bounds of what is quoted of the log: its last lines, out of its last bytes.
const (
	lastLines = 40
	lastBytes = 64 << 10
)

// diagnostics makes the text and hands it to done on the UI goroutine.
func (a *App) diagnostics(done func(text string)) {
	a.group.Go(func() {
		text := a.diagnose()
		a.Do(func() { done(text) })
	})
}

func (a *App) diagnose() string {
	var b strings.Builder
	fmt.Fprintf(&b, "QuickSync %s, Fyne %s, %s, %s/%s, %d processors\n",
		version.Program(), version.Of("fyne.io/fyne/v2"), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	a.diagnosePlaces(&b)
	a.diagnoseTransfers(&b)
	a.diagnosePreferences(&b)
	b.WriteString("log:\n")
	for _, line := range logLines(a.LogFile) {
		b.WriteString(quoteLog(line) + "\n")
	}
	return b.String()
}

// diagnosePlaces tells of the storages by their kind, not by their address.
func (a *App) diagnosePlaces(b *strings.Builder) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.places {
		kind := "a server"
		switch {
		case p.here():
			kind = "this computer"
		case p.cfg.Server == api.DefaultServer:
			kind = "the hosted service"
		}
		fmt.Fprintf(b, "storage: %s, reached %t, current %t, closed %t, names hidden %t, %d files listed, problem: %s, list: %s\n",
			kind, p.conn != nil, p == a.current, p.closed, p.cfg.HideNames, len(p.list.files), kindsOf(p.problem), kindsOf(p.list.err))
	}
	fmt.Fprintf(b, "this computer: %d files, %d bytes, %d bytes free\n", a.usage.Files, a.usage.Bytes, a.usage.Free)
}

// diagnoseTransfers counts the uploads by their state, and by what failed.
func (a *App) diagnoseTransfers(b *strings.Builder) {
	a.mu.Lock()
	defer a.mu.Unlock()
	counts := map[string]int{}
	for _, u := range a.transfers.order {
		counts[fmt.Sprintf("%s, %s", stateNames[state(u.State)], kindsOf(u.Err))]++
	}
	fmt.Fprintf(b, "uploads: %d, saving: %d, earlier: %d, network surely gone: %t\n",
		len(a.transfers.order), len(a.savings), len(a.History), a.Network.Gone())
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(b, "uploads %s: %d\n", what, counts[what])
	}
}

// stateNames are the states in words for developers.
var stateNames = map[views.State]string{
	views.Done: "done", views.AlreadyUploaded: "already", views.Cancelled: "cancelled", views.Waiting: "waiting",
	views.Preparing: "preparing", views.Uploading: "uploading", views.Finishing: "finishing", views.Paused: "paused",
	views.Reconnecting: "reconnecting", views.Failed: "failed",
}

func (a *App) diagnosePreferences(b *strings.Builder) {
	s := a.prefs.Load()
	fmt.Fprintf(b, "settings: version %d, file %s, look %d, language %s, own folder %t\n",
		s.Version, kindsOf(a.Settings.Problem()), looks[s.Theme], a.Words.Language(), s.DownloadFolder != "")
	fmt.Fprintf(b, "settings: copy %t, folders as files %t, notify %t, links %d h, parts at once %d, who opens %d\n",
		s.CopyWhenDone, s.FoldersAsFiles, s.Notify, s.LinkHours, s.Workers, a.audience())
	h := s.Limits.Hours
	fmt.Fprintf(b, "limits: up %d, down %d, from %q to %q up %d, down %d\n", s.Limits.Up, s.Limits.Down, h.From, h.To, h.Up, h.Down)
}

// kinds are all errors that may be named: what they say is this program's own.
var kinds = []error{
	api.ErrUnauthorized, api.ErrEnded, api.ErrQuota, api.ErrDiskFull, api.ErrNotFound, api.ErrNotQuickSync, api.ErrNetwork,
	api.ErrStalled, api.ErrBusy, api.ErrServer, api.ErrPortal, api.ErrOffline, api.ErrTooLarge, api.ErrForbidden,
	api.ErrIncomplete, api.ErrBadReply, api.ErrRefused,
	transfer.ErrVanished, transfer.ErrNotFile, transfer.ErrLoop, transfer.ErrChanged, transfer.ErrTooBig,
	transfer.ErrUnwritable, transfer.ErrUnreadable, transfer.ErrWrongSize, transfer.ErrWrongTag,
	session.ErrNoSession, session.ErrNoKey,
	secrets.ErrNotFound, secrets.ErrTooLong, secrets.ErrNoAnswer, secrets.ErrNotKept, secrets.ErrUnavailable,
	settings.ErrBroken, settings.ErrNewer, errNotOpen,
}

// anotherError stands for an error of none of the kinds.
const anotherError = "another error"

// kindsOf names what an error is, out of kinds, and the status of an answer.
func kindsOf(err error) string {
	if err == nil {
		return "none"
	}
	var named []string
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			named = append(named, kind.Error())
		}
	}
	var remote *api.Error
	if errors.As(err, &remote) && remote.Status != 0 {
		named = append(named, fmt.Sprintf("status %d", remote.Status))
	}
	return cmp.Or(strings.Join(named, ", "), anotherError)
}

// logLines are the last lines of the log, oldest first.
func logLines(path string) [][]byte {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil
	}
	from := max(0, info.Size()-lastBytes)
	data, err := io.ReadAll(io.NewSectionReader(file, from, lastBytes))
	if err != nil {
		return nil
	}
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	if from > 0 {
		lines = lines[1:] // cut in its middle
	}
	return lines[max(0, len(lines)-lastLines):]
}

// status finds the status of an answer where an error tells it.
var status = regexp.MustCompile(`\(status [0-9]{3}\)`)

// said is what a log's sentence looks like: it is one of this program's own, of
// plain words and what stands between them.
var said = regexp.MustCompile(`^[a-zA-Z][a-zA-Z' ,;:]{0,119}$`)

// quoteLog is what may be told of a line of the log: when, how bad, the sentence,
// which this program's own code has written, its numbers, and of its texts the
// kinds of errors that they name.
func quoteLog(line []byte) string {
	var entry map[string]any
	if json.Unmarshal(line, &entry) != nil {
		return "(not a line of the log)"
	}
	var b strings.Builder
	for _, key := range []string{"time", "level"} {
		if text, ok := entry[key].(string); ok && len(text) <= 40 && harmless.MatchString(text) {
			b.WriteString(text + " ")
		}
	}
	if text, ok := entry["msg"].(string); ok && said.MatchString(text) {
		b.WriteString(text)
	} else {
		b.WriteString(untold("msg"))
	}
	for _, key := range []string{"time", "level", "msg"} {
		delete(entry, key) // they are told
	}
	for _, key := range slices.Sorted(maps.Keys(entry)) {
		fmt.Fprintf(&b, "; %s", quoteValue(key, entry[key]))
	}
	return b.String()
}

// harmless is what a time or a level is made of.
var harmless = regexp.MustCompile(`^([0-9T:.+Z-]+|DEBUG|INFO|WARN|ERROR)$`)

func quoteValue(key string, value any) string {
	if !fieldName.MatchString(key) {
		key = "field"
	}
	switch v := value.(type) {
	case float64, bool:
		return fmt.Sprintf("%s %v", key, v)
	case string:
		named := status.FindAllString(v, 1)
		for _, kind := range kinds {
			if strings.Contains(v, kind.Error()) {
				named = append(named, kind.Error())
			}
		}
		return key + " " + cmp.Or(strings.Join(named, ", "), untold(key))
	default:
		return key + " " + untold(key)
	}
}

// untold stands for a value of which nothing may be told: a line that ends in its
// field's name looks as if something were lost.
func untold(key string) string {
	if key == "error" {
		return anotherError
	}
	return "not told"
}

// fieldName is what the log calls a field.
var fieldName = regexp.MustCompile(`^[a-z]{1,20}$`)
