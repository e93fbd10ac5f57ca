package main

import (
	"maps"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// scene is one state of the window: its data, and what is done in it.
type scene struct {
	list       views.List
	detail     views.Detail
	overall    views.Overall
	connection views.Connection
	// act is done in the window once it is drawn, and then after that was drawn:
	// what a sheet holds has its place only then.
	act, then func(fyne.Window)
	// asks is done before, and said is a sentence that the window says.
	asks func(*views.Window)
	said string
}

func (s scene) set(data *views.Data) {
	_ = data.Connection.Set(s.connection)
	_ = data.List.Set(s.list)
	_ = data.Detail.Set(s.detail)
	_ = data.Overall.Set(s.overall)
	_ = data.Preferences.Set(views.Preferences{
		CopyWhenDone: true, Notify: true, DownloadFolder: "/home/anna/Downloads", LinkHours: 168,
		Up: 2_500_000, Hours: views.Hours{From: "09:00", To: "17:00", Up: 500_000},
	})
}

func stateNames() string { return strings.Join(slices.Sorted(maps.Keys(scenes)), " ") }

// usual are the states that a person sees every day.
var usual = map[string]scene{
	"empty":     {connection: here(false)},
	"list":      {list: listOf(finished()), detail: totals(), connection: here(false)},
	"uploading": {list: listOf(moving()), detail: totals(), overall: busy(), connection: here(false)},
	"failed":    {list: listOf(failing()), detail: failedDetail(), overall: busy(), connection: here(false), act: down(3)},
	"detail":    {list: listOf(finished()), detail: doneDetail(), connection: here(false), act: down(1)},
	"several": {
		list: listOf(finished()), connection: here(false), act: reachDown,
		detail: severalDetail(),
	},
	"strip": {list: listOf(finished()[:2]), detail: totals(), connection: here(true)},
	"offer": {list: listOf(moving()), detail: totals(), overall: busy(), connection: offered(views.Offer{
		ID: "1", Text: "3 items were added together. One link would replace theirs.", Answers: []string{"One link for all 3", "Keep separate links"},
	})},
	"held": {list: listOf(finished()), detail: totals(), connection: offered(views.Offer{
		ID: "2", Text: "5,012 files; this storage takes 100 — send them as one .zip?",
		Answers: []string{"Send as one .zip", "Don’t send"}, Urgent: true,
	})},
	"heldtime": {list: listOf(finished()), detail: totals(), connection: offered(views.Offer{
		ID: "3", Text: "This takes about 13 h; your storage closes in 2 h.", Answers: []string{"Send anyway", "Don’t send"},
	})},
	"folder":   {list: listOf(folders()), detail: folderDetail(), connection: here(false), act: down(1)},
	"connect":  {list: listOf(finished()), detail: totals(), connection: here(false), act: connect("fails")},
	"storage":  {list: listOf(finished()), detail: totals(), connection: remote(), act: after(1, fyne.KeySpace, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)},
	"settings": {list: listOf(finished()), detail: totals(), connection: here(false), act: after(4, fyne.KeySpace)},
	"clean":    {list: listOf(finished()), detail: totals(), connection: here(false), act: after(4, fyne.KeySpace), then: after(22, fyne.KeySpace)},
	"language": {list: listOf(finished()), detail: totals(), connection: here(false), act: after(4, fyne.KeySpace), then: after(4, fyne.KeySpace)},
	"limits":   {list: listOf(finished()), detail: totals(), connection: here(false), act: after(4, fyne.KeySpace), then: after(14)},
	"waits":    {list: listOf(waiting()), detail: totals(), overall: outage(), connection: away()},
	"ended":    {list: listOf(gone()), detail: totals(), connection: ended()},
	"picture":  {list: listOf(finished()), detail: pictureDetail(), connection: remote(), act: down(3)},
	"parts":    {list: listOf(moving()), detail: partsDetail(), overall: busy(), connection: remote(), act: pressed(1, 4)},
	"facts":    {list: listOf(finished()), detail: summingDetail(), connection: remote(), act: pressed(3, 7)},
	"trouble":  {list: listOf(failing()), detail: troubleDetail(), overall: busy(), connection: here(false), act: pressed(3, 4)},
	"saving":   {list: listOf(finished()), detail: savingDetail(), overall: views.Overall{Saving: "Saving 1 file…"}, connection: remote(), act: down(3)},
	"qr":       {list: listOf(finished()), detail: pictureDetail(), connection: remote(), act: pressed(3, 2)},
	"nomatch": {
		list:   views.List{Search: "xyz", Counts: views.Counts{0, 0, 0, 0}},
		detail: totals(), connection: here(false),
	},
	"problem": {list: stale(), detail: totals(), connection: broken(), overall: offline()},
	"hostile": {list: listOf(hostile()), detail: totals(), connection: here(false)},
	"delete":  {list: listOf(finished()), detail: doneDetail(), connection: here(false), act: after(0, fyne.KeyDown, fyne.KeyDelete)},
	"menu":    {list: listOf(finished()), detail: doneDetail(), connection: here(false), act: after(0, fyne.KeyDown, fyne.KeyDown, desktop.KeyMenu)},
}

func here(ask bool) views.Connection {
	return views.Connection{
		Places: []views.Place{{ID: "here", Name: "This computer", Here: true}}, Current: "here",
		Ready: true, Ask: ask, Used: 1_830_000_000, Free: 212_000_000_000,
	}
}

// offered asks about files that were added.
func offered(o views.Offer) views.Connection {
	c := here(false)
	c.Offer = o
	return c
}

// folders is a list whose first row is a folder that was dropped.
func folders() []views.Row {
	rows := finished()
	rows[0].Name, rows[0].Can.Each = "Holiday in the mountains.zip", true
	return rows
}

func folderDetail() views.Detail {
	d := doneDetail()
	d.Row, d.Can, d.From = folders()[0], folders()[0].Can, "/home/anna/Pictures/Holiday in the mountains"
	return d
}

func remote() views.Connection {
	c := here(false)
	c.Places = append(c.Places, views.Place{ID: "team", Name: "Studio Nord", Server: "https://api.quicksync.me/v1", NamesHidden: true})
	c.Current, c.Ends, c.Audience, c.Room = "team", time.Now().Add(50*time.Hour), views.AudienceAnyone, left
	return c
}

func broken() views.Connection {
	c := remote()
	c.Ready, c.Problem = false, "The server does not answer."
	return c
}

func offline() views.Overall {
	return views.Overall{Message: "No internet connection. We’ll continue by ourselves when it’s back."}
}

func stale() views.List {
	l := listOf(finished())
	l.Problem, l.LoadedAt = "The server does not answer.", time.Now().Add(-12*time.Minute)
	return l
}

// away is a storage that does not answer while files are sent to it.
func away() views.Connection {
	c := remote()
	c.Ready, c.Ends = false, time.Now().Add(43*time.Minute)
	return c
}

func outage() views.Overall {
	all := busy()
	all.Reconnecting, all.NextTry, all.Left, all.Speed = true, 12*time.Second, -1, 0
	return all
}

func waiting() []views.Row {
	rows := moving()
	for i := range rows[:3] {
		rows[i].State, rows[i].Speed, rows[i].Left = views.Reconnecting, 0, -1
		rows[i].Message = "No connection. Nothing is lost: it goes on by itself when the connection is back. Next try in 12 s."
		rows[i].Brief = "No connection"
	}
	return rows
}

func ended() views.Connection {
	c := remote()
	c.Ready, c.NeedsKey, c.Ends = false, true, time.Now().Add(-time.Minute)
	c.Problem = "This storage has closed. Paste a new key: 2 files start again from the beginning, 6 earlier links no longer work."
	return c
}

func gone() []views.Row {
	rows := finished()
	for i := range rows {
		rows[i].State, rows[i].HasLink, rows[i].Can = views.Gone, false, views.Can{}
		rows[i].Message = "Its storage has closed: the link no longer works."
	}
	return rows
}

func totals() views.Detail {
	return views.Detail{Total: 8, Size: 4_215_000_000, Counts: views.Counts{8, 0, 0, 8}}
}

func busy() views.Overall {
	return views.Overall{
		Files: 7, FilesDone: 3, Bytes: 4_000_000_000, BytesDone: 1_200_000_000, Speed: 6_300_000,
		Left: 7 * time.Minute, State: views.Uploading, Running: true,
	}
}

// undone is what the end of the program would leave undone, in part for good.
func undone() views.Overall {
	o := busy()
	o.Adding, o.Saving, o.Deleting = true, "Saving 3 files: 1.2 GB of 4.0 GB", 12
	return o
}

func listOf(rows []views.Row) views.List {
	return views.List{Rows: views.RowSlice(rows), Counts: views.Counts{len(rows), 2, 1, len(rows) - 3}, Chosen: views.Choice{Sort: views.ColumnAdded, Descending: true}}
}

var doneCan = views.Can{Copy: true, Save: true, Delete: true}

func finished() []views.Row {
	row := func(id, name string, size int64, ago time.Duration, message string) views.Row {
		return views.Row{
			ID: id, Name: name, Size: size, State: views.Done, Sent: size, Added: time.Now().Add(-ago),
			Message: message, HasLink: true, Can: doneCan,
		}
	}
	return []views.Row{
		row("1", "holiday in the mountains 2026.mp4", 1_204_000_000, 2*time.Minute, "Opens on this computer only"),
		row("2", "report.pdf", 320_000, 9*time.Minute, ""),
		row("3", "IMG_20261121_184512.jpg", 4_800_000, 50*time.Minute, ""),
		row("4", "Interview Anna – final cut.wav", 312_000_000, 3*time.Hour, ""),
		row("5", "website-backup-2026-11-20.tar.gz", 2_600_000_000, 26*time.Hour, ""),
		row("6", "budget.xlsx", 84_000, 49*time.Hour, ""),
		row("7", "main.go", 4_096, 99*time.Hour, ""),
		row("8", "notes", 0, 300*time.Hour, ""),
	}
}

func moving() []views.Row {
	can := views.Can{Pause: true, Cancel: true}
	now := time.Now()
	rows := []views.Row{
		{ID: "a", Name: "holiday in the mountains 2026.mp4", Size: 1_204_000_000, State: views.Uploading, Sent: 746_000_000, Speed: 6_100_000, Left: 75 * time.Second, Can: can, Added: now},
		{ID: "b", Name: "report.pdf", Size: 20_000_000, State: views.Uploading, Sent: 12_400_000, Speed: 3_100_000, Left: 2 * time.Second, Can: can, Added: now},
		{ID: "c", Name: "IMG_20261121_184512.jpg", Size: 4_800_000, State: views.Finishing, Sent: 4_800_000, Can: can, Added: now},
		{ID: "d", Name: "Interview Anna – final cut.wav", Size: 312_000_000, State: views.Reconnecting, Sent: 200_000_000, Message: "The connection broke. Trying again in 20 s.", Can: can, Added: now},
		{ID: "e", Name: "website-backup-2026-11-20.tar.gz", Size: 2_600_000_000, State: views.Paused, Sent: 800_000_000, Can: views.Can{Resume: true, Cancel: true}, Added: now},
		{ID: "f", Name: "budget.xlsx", Size: 84_000, State: views.Waiting, Left: -1, Can: can, Added: now},
		{ID: "g", Name: "old.zip", Size: 84_000_000, State: views.Cancelled, Left: -1, Can: views.Can{Retry: true}, Added: now.Add(-time.Hour)},
	}
	return append(rows, finished()[1:4]...)
}

func failing() []views.Row {
	rows := moving()
	rows[2] = views.Row{
		ID: "c", Name: "film.mov", Size: 6_100_000_000, State: views.Failed, Added: time.Now(),
		Message: "“film.mov” is too large: this storage takes files up to 5 GB.", Brief: "Too large: up to 5 GB fit", Can: views.Can{Retry: true, Cancel: true},
	}
	return rows
}

func failedDetail() views.Detail {
	row := failing()[2]
	return views.Detail{Count: 1, Row: row, Size: row.Size, Can: row.Can, From: "/home/anna/Videos/Mountains/film.mov"}
}

func doneDetail() views.Detail {
	row := finished()[0]
	return views.Detail{
		Count: 1, Row: row, Size: row.Size, Can: row.Can, NamesHidden: true,
		Link: views.Link{URL: "http://127.0.0.1:4711/d/abc", WorksUntil: time.Now().Add(7 * 24 * time.Hour), Reach: views.ReachThisComputer},
		From: "/home/anna/Videos/holiday in the mountains 2026.mp4", FileKey: "7f3e9a1c5b2d4860",
		Creator: "me", CID: "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", Parts: 41, PartsDone: 41,
	}
}

func hostile() []views.Row {
	rows := finished()
	for i, name := range []string{
		"evil\u202etxt.exe", "line\nbreak\tand\x00nul.pdf", strings.Repeat("very long ", 400) + ".docx",
		"שלום עולם.pdf", "مرحبا report 2026.docx", "日本語のファイル名.jpg", "😀👨‍👩‍👧‍👦 family.png", "../../etc/отчёт 한국어 ελληνικά.txt",
	} {
		rows[i].Name = name
	}
	return rows
}

// actions answers what is asked for in the simplest way that can be seen.
func actions(a fyne.App, data *views.Data, c *words.Catalogue) views.Actions {
	set := func(change func(*views.List)) {
		list, _ := data.List.Get()
		change(&list)
		_ = data.List.Set(list)
	}
	many := func([]string) {}
	return views.Actions{
		Add: many, QuickShare: many, SendEach: many, Copied: func(done func(string)) { done("") }, Paste: func() {}, ShareClipboard: func() {},
		Answer: func(string, int) {}, Delete: many, Pause: many, Resume: many, Cancel: many, Retry: many, Select: many,
		Search: func(text string) { set(func(l *views.List) { l.Search = text }) },
		Filter: func(f views.Filter) { set(func(l *views.List) { l.Filter, l.Chosen.Filter = f, f }) },
		Sort: func(by views.Column, down bool) {
			set(func(l *views.List) { l.Chosen.Sort, l.Chosen.Descending = by, down })
		},
		Reload: func() {}, RetryFailed: func() {}, PauseAll: func() {}, ResumeAll: func() {},
		CopyLink: func(string) {}, NewLink: func(string) {}, CopyLinks: many, MakeLink: func(string) {},
		Sum: func(string) {}, StopSum: func() {}, StopSaving: many, Open: func(string) {}, Save: func([]string, string) {},
		Originals:   func(_ []string, done func(bool)) { done(true) },
		SetAudience: func(views.Audience) {}, Choose: func(string) {}, Forget: func(string) {}, HideNames: func(string, bool, func(string)) {},
		DownloadFolder: func() string { return "" }, Quit: a.Quit, Test: trial(c),
		Visible: func(bool) {}, ResetPreferences: func() {}, Diagnostics: func(done func(string)) { done("") },
		Prefer: func(change func(*views.Preferences)) {
			p, _ := data.Preferences.Get()
			change(&p)
			_ = data.Preferences.Set(p)
		},
		CleanUps: func(done func([]views.CleanUp, string)) {
			done([]views.CleanUp{{Days: 30, Files: 41, Bytes: 9_200_000_000}, {Days: 7, Files: 96, Bytes: 12_400_000_000}, {Files: 112, Bytes: 14_000_000_000}}, "")
		},
		CleanUp: func(_ int, done func(string)) { done("") },
		Connect: func(_ views.ConnectionForm, done func(string)) func() {
			done(c.Text("error.unauthorized"))
			return func() {}
		},
	}
}

// keys types on what has the focus, or on the window itself.
func keys(window fyne.Window, names ...fyne.KeyName) {
	for _, name := range names {
		event := &fyne.KeyEvent{Name: name}
		if focused := window.Canvas().Focused(); focused != nil {
			focused.TypedKey(event)
		} else {
			window.Canvas().OnTypedKey()(event)
		}
	}
}

// down chooses the row that so many arrows come to.
func down(times int) func(fyne.Window) {
	return func(window fyne.Window) {
		for range times {
			keys(window, fyne.KeyDown)
		}
	}
}

func reachDown(window fyne.Window) {
	down(1)(window)
	if list, ok := window.Canvas().Focused().(desktop.Keyable); ok {
		list.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	}
	down(2)(window)
}

// after types keys once so many steps of Tab were taken.
func after(tabs int, names ...fyne.KeyName) func(fyne.Window) {
	return func(window fyne.Window) {
		for range tabs {
			window.Canvas().FocusNext()
		}
		keys(window, names...)
	}
}
