package views

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"quicksync.me/desktop/views/words"
)

// cells is a row as it is drawn: words and a bar. Two rows that say the same
// are drawn the same, so a row is drawn anew only when its cells differ.
type cells struct {
	kind              kind
	name, size, added string
	// bar tells that share, from 0 to 1, is drawn as a bar with percent beside
	// it; else status stands there, with a word that can be tapped after it.
	bar        bool
	share      float32
	percent    string
	held       bool // the bar does not move
	status     string
	statusTint fyne.ThemeColorName
	act        act
	action     string
	// note is the second line, and brief what it says where that does not fit.
	note, brief string
	// chosen rows are selected; cursor marks the one that the keys move.
	chosen, cursor bool
}

// act is what the word in a row asks for.
type act int

const (
	actNone act = iota
	actCopy
	actRetry
)

// dot stands between the parts of a line.
const dot = " · "

func joined(parts ...string) string {
	var told []string
	for _, part := range parts {
		if part != "" {
			told = append(told, part)
		}
	}
	return strings.Join(told, dot)
}

// cellsOf says what a row shows at the moment now.
func cellsOf(w *words.Catalogue, row Row, now time.Time) cells {
	c := cells{kind: kindOf(row.Name), name: named(w, row.Name), size: w.Bytes(row.Size)}
	if !row.Added.IsZero() {
		c.added = w.Ago(row.Added, now)
	}
	if barred(row) {
		c.bar, c.held = true, row.State == Paused || row.State == Reconnecting
		c.share, c.percent = shareOf(w, row.Sent, row.Size)
		c.note, c.brief = movingNote(w, row)
		return c
	}
	c.status, c.statusTint = stateWord(w, row.State), colorInk
	c.note, c.brief = shown(row.Message), shown(row.Brief)
	switch {
	case row.State == Failed:
		c.statusTint = colorDanger
	case row.State != Done && row.State != AlreadyUploaded:
		c.statusTint = colorQuiet
	}
	switch {
	case row.Can.Retry:
		c.act, c.action = actRetry, w.Text("row.retry")
	case row.Can.Copy:
		c.act, c.action = actCopy, w.Text("row.copy")
	}
	return c
}

// barred tells whether a row shows how far it is. One that only waits does not:
// a thousand empty bars say nothing.
func barred(row Row) bool {
	switch row.State {
	case Uploading, Finishing, Preparing, Reconnecting:
		return true
	case Waiting, Paused:
		return row.Sent > 0
	default:
		return false
	}
}

// shareOf returns how much is done from 0 to 1, and in words. It stops at
// 99 %: only a file that was looked up is done, and that has another state.
func shareOf(w *words.Catalogue, sent, size int64) (float32, string) {
	share := 0.0
	if size > 0 {
		share = min(max(float64(sent)/float64(size), 0), 0.99)
	}
	return float32(share), w.Text("unit.percent", words.Args{"N": int(share * 100)})
}

// movingNote says how a file moves, and the same in fewer words.
func movingNote(w *words.Catalogue, row Row) (note, brief string) {
	sent, left := w.Sent(row.Sent, row.Size), w.Lasting(row.Left)
	switch {
	case row.Message != "":
		return shown(row.Message), shown(row.Brief)
	case row.State == Uploading:
		return joined(sent, w.Speed(row.Speed), left), joined(sent, left)
	case row.State == Paused, row.State == Waiting:
		return joined(stateWord(w, row.State), sent), ""
	default:
		return stateWord(w, row.State), ""
	}
}

// stateWord returns the word of a state; an ellipsis only where something
// moves.
func stateWord(w *words.Catalogue, s State) string {
	switch s {
	case Done:
		return w.Text("state.done")
	case AlreadyUploaded:
		return w.Text("state.already")
	case Cancelled:
		return w.Text("state.cancelled")
	case Unfinished:
		return w.Text("state.unfinished")
	case Waiting:
		return w.Text("state.waiting")
	case Preparing:
		return w.Text("state.preparing")
	case Uploading:
		return w.Text("state.uploading")
	case Finishing:
		return w.Text("state.finishing")
	case Paused:
		return w.Text("state.paused")
	case Reconnecting:
		return w.Text("state.reconnecting")
	case Gone:
		return w.Text("state.gone")
	default:
		return w.Text("state.failed")
	}
}
