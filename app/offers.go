package app

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"time"

	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// offerFor is for about how long one link is still offered once all that it
// would be for is there.
const offerFor = time.Minute

// hold keeps a parcel that does not fit until the person has answered.
func (a *App) hold(d *parcel) {
	a.mu.Lock()
	d.id = rand.Text()
	a.held = append(a.held, d)
	a.mu.Unlock()
	a.now()
	if d.batch.quick { // perhaps nobody sees the window
		a.Do(a.Desktop.Raise)
	}
}

// offerOneLink offers one link for several things that were added together. What
// was added before is not asked about any more. Callers hold a.mu.
func (a *App) offerOneLink(d *parcel) {
	a.together = nil
	if len(d.uploads) == 0 || d.archive != "" {
		return
	}
	d.id = rand.Text()
	a.together = d
}

// offer is what the strip asks about what was added to the storage that is
// shown. What does not fit waits for its answer and comes first; one link is
// offered when nothing else is asked. Callers hold a.mu.
func (a *App) offer(now time.Time) views.Offer {
	if d := a.heldFor(a.current); d != nil {
		return views.Offer{
			ID: d.id, Text: d.asks.text(), Answers: a.answerTexts(d, d.asks.answers), Urgent: d.asks.answers[0] == answerArchive,
		}
	}
	d := a.together
	if d == nil || a.ask || d.place != a.current || !d.batch.ended.IsZero() && now.Sub(d.batch.ended) > offerFor {
		return views.Offer{}
	}
	return views.Offer{ID: d.id, Text: a.Words.Count("offer.together", len(d.paths)), Answers: a.answerTexts(d, oneLinkAnswers)}
}

var oneLinkAnswers = []answer{answerOneLink, answerKeep}

// heldFor returns the parcel that is asked about first; nil if there is none.
func (a *App) heldFor(p *place) *parcel {
	at := slices.IndexFunc(a.held, func(d *parcel) bool { return d.place == p })
	if at < 0 {
		return nil
	}
	return a.held[at]
}

func (a *App) answerTexts(d *parcel, answers []answer) (texts []string) {
	for _, which := range answers {
		switch which {
		case answerArchive:
			texts = append(texts, a.Words.Text("hold.archive"))
		case answerAnyway:
			texts = append(texts, a.Words.Text("hold.anyway"))
		case answerNot:
			texts = append(texts, a.Words.Text("hold.not"))
		case answerOneLink:
			texts = append(texts, a.Words.Count("offer.oneLink", len(d.paths)))
		case answerKeep:
			texts = append(texts, a.Words.Text("offer.keep"))
		}
	}
	return texts
}

// answer does what the person has answered. An offer that is gone meanwhile is
// not answered any more.
func (a *App) answer(offer string, place int) {
	a.mu.Lock()
	d, answers := a.takeAsked(offer)
	a.mu.Unlock()
	if d == nil || place < 0 || place >= len(answers) {
		return
	}
	switch answers[place] {
	case answerArchive:
		a.asArchive(d)
	case answerAnyway:
		d.sure = true
		a.take(d)
	case answerNot:
		a.release(d.batch)
	case answerOneLink:
		a.oneLink(d)
	}
	a.now()
}

// asArchive sends a parcel as one archive. Where that is what it was to replace, the
// archive stays, and is sent again if it has failed.
func (a *App) asArchive(d *parcel) {
	var ids []string
	a.mu.Lock()
	for _, u := range d.batch.instead {
		ids = append(ids, u.ID)
	}
	a.mu.Unlock()
	if a.release(d.batch) {
		a.Engine.Retry(ids...)
		return
	}
	d.archive = a.archiveName(d.paths)
	a.take(d)
}

// takeAsked takes the parcel that an offer is about, with the answers that there
// are. Callers hold a.mu.
func (a *App) takeAsked(offer string) (*parcel, []answer) {
	if d := a.together; d != nil && d.id == offer {
		a.together = nil
		return d, oneLinkAnswers
	}
	at := slices.IndexFunc(a.held, func(d *parcel) bool { return d.id == offer })
	if at < 0 {
		return nil, nil
	}
	d := a.held[at]
	a.held = slices.Delete(a.held, at, at+1)
	return d, d.asks.answers
}

// archiveName is what one archive of several things is called: as the folder
// that all of them are in, where that was made for them, else by the time.
func (a *App) archiveName(paths []string) string {
	home, _ := os.UserHomeDir()
	if name := folderOfAll(paths, home); name != "" {
		return name + ".zip"
	}
	return a.Words.Text("name.files", words.Args{"Time": stamp(time.Now())}) + ".zip"
}

// stamp is a time in a file's name, on every system: to the minute.
func stamp(t time.Time) string { return t.Format("2006-01-02 15.04") }

// folderOfAll is the name of the one folder that all paths are directly in;
// empty where there is none, or where anything may lie in it: a topmost folder,
// the home folder and those in it (Desktop, Downloads), those for what is
// temporary.
func folderOfAll(paths []string, home string) string {
	folder := filepath.Dir(paths[0])
	if slices.ContainsFunc(paths, func(p string) bool { return filepath.Dir(p) != folder }) {
		return ""
	}
	above := filepath.Dir(folder)
	if above == folder || above == filepath.Dir(above) || folder == home || above == home || folder == filepath.Clean(os.TempDir()) {
		return ""
	}
	return filepath.Base(folder)
}
