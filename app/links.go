package app

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/names"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// linkState is a link that was asked for.
type linkState struct {
	link   api.Link
	making bool
	err    error
	// waiting are those who want it while it is being made.
	waiting []linkUse
}

// linkUse is what somebody does with a link, or with why there is none.
type linkUse func(p *place, l api.Link, size int64, err error)

// maxCopied is up to how many files' links are copied together when an add is
// done. Of more, nobody wants them all.
const maxCopied = 20

// batch is what was added in one go: its links are copied together, when all
// of it is done and nothing failed.
type batch struct {
	quick   bool
	clip    func() string // what was on the clipboard when it was added
	left    int
	failed  bool
	walking bool
	done    []*tracked
	// ended is when all of it was over; zero before.
	ended time.Time
	// instead are the uploads in whose place it is sent.
	instead []*tracked
	// lacks tells that some of it is sent by another batch.
	lacks bool
}

// join adds what earlier batches have waiting for the same answer. Of one that
// failed nothing is copied.
func (b *batch) join(earlier *batch) *batch {
	if earlier == nil || earlier.failed {
		return b
	}
	if b.failed {
		return earlier
	}
	b.quick = b.quick || earlier.quick
	b.done = append(earlier.done, b.done...)
	return b
}

func (b *batch) over() bool { return !b.walking && b.left == 0 }

// whole tells that all of what is over is there, but for what the person has deleted
// himself: an archive that came back for that would hold what he wants to be gone. What
// somebody else has deleted may be nowhere else.
func (b *batch) whole() bool {
	return !b.failed && !b.lacks && len(b.done) > 0 && !slices.ContainsFunc(b.done, func(u *tracked) bool { return u.lost })
}

// end notes that all of a batch is over. Callers hold a.mu.
func (a *App) end(b *batch) {
	b.ended = time.Now()
	for _, u := range b.instead {
		a.settle(u)
	}
}

// noteEnded books the uploads that have ended and returns the batches that are
// over by that. Callers hold a.mu.
func (a *App) noteEnded(ended []*tracked) (over []*batch) {
	for _, u := range ended {
		b := u.batch
		if b == nil {
			continue
		}
		u.batch = nil
		b.left--
		if u.State.Stored() {
			b.done = append(b.done, u)
		} else {
			b.failed = true
		}
		if b.over() {
			a.end(b)
			over = append(over, b)
		}
	}
	return over
}

// finish copies the links of a batch that is over, or asks first who should
// open them.
func (a *App) finish(b *batch) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.done = a.stillThere(b.done)
	if len(b.done) == 0 {
		return
	}
	p := a.place(b.done[0].Target)
	if p == nil {
		return
	}
	if p.here() && a.audience() == views.AudienceUnknown {
		a.ask = true
		a.asked = b.join(a.asked)
		a.now()
		return
	}
	a.copyBatch(p, b)
}

// stillThere leaves out what was deleted or gave way since it was done: its link
// is dead. Callers hold a.mu.
func (a *App) stillThere(done []*tracked) []*tracked {
	return slices.DeleteFunc(done, func(u *tracked) bool { return u.unwanted || a.transfers.byID[u.ID] != u })
}

// copyBatch copies what of a batch may be copied. Callers hold a.mu.
func (a *App) copyBatch(p *place, b *batch) {
	there := a.stillThere(b.done) // the person may have taken long to answer
	wanted := b.quick || a.prefs.Load().CopyWhenDone
	if b.failed || !wanted || len(there) == 0 || len(there) > maxCopied || a.reach(p, there[0].Link.URL) == views.ReachThisComputer {
		return
	}
	done := make([]transfer.Status, len(there))
	for i, u := range there {
		done[i] = u.Status
	}
	a.group.Go(func() { a.copyDone(p, done, b.clip) })
}

// copyDone copies the links of finished uploads. Of many files that were on
// their way together the links are asked for only now, as are those that have
// ended while others were on their way.
func (a *App) copyDone(p *place, done []transfer.Status, before func() string) {
	links, sizes := make([]api.Link, len(done)), make([]int64, len(done))
	for i, u := range done {
		links[i], sizes[i] = u.Link, u.Size
		if u.Link.URL != "" && !ended(u.Link) {
			continue
		}
		link, err := a.fetchLink(p, u.File, u.Name)
		if err != nil {
			a.cannotCopy(err)
			return
		}
		links[i] = link
		a.mu.Lock()
		a.links[u.ID] = &linkState{link: link}
		a.mu.Unlock()
	}
	a.copyTried(p, links, sizes, before)
}

// cannotCopy says that a link is not to be had.
func (a *App) cannotCopy(err error) {
	a.Log.Warn("a link could not be copied", "error", err)
	a.say(a.Words.Text("note.linkFailed"))
}

// copyTried turns links into what others open, tries them where that is
// another address, and copies them. Where before is set, something that the
// person copied since then stays.
func (a *App) copyTried(p *place, links []api.Link, sizes []int64, before func() string) {
	var urls []string
	for i, l := range links {
		public, err := a.publicLink(p, l.URL)
		if err == nil && public != l.URL {
			err = a.tried(p, public, sizes[i])
		}
		if err != nil {
			a.cannotCopy(err)
			return
		}
		urls = append(urls, public)
	}
	text := strings.Join(urls, "\n")
	a.mu.Lock()
	said := a.copiedSays(p, urls, a.until(p, links[0]))
	a.mu.Unlock()
	if before != nil && a.copiedSince(before()) {
		a.say(a.Words.Count("note.linkReady", len(urls)))
		return
	}
	a.Do(func() { a.copy(text, before != nil, len(urls), said) })
}

// errAway: the storage of a link is not connected.
var errAway = &api.Error{Op: "link", Kind: api.ErrNetwork}

// tried sees that a link works, and gives the size that was sent.
func (a *App) tried(p *place, link string, want int64) error {
	t, ok := a.targetOf(p)
	if !ok {
		return errAway
	}
	_, err := transfer.TryLink(a.ctx, t.Bucket, link, want)
	return err
}

// copiedSays tells that links were copied: whom they serve, where that is nobody
// else, or until when. Callers hold a.mu.
func (a *App) copiedSays(p *place, urls []string, until time.Time) string {
	switch {
	case a.reach(p, urls[0]) == views.ReachThisComputer:
		return a.Words.Count("note.copiedHere", len(urls))
	case until.IsZero():
		return a.Words.Count("note.copiedLimited", len(urls))
	default:
		return a.Words.Count("note.copied", len(urls), words.Args{"Time": a.Words.Moment(until, time.Now())})
	}
}

// copy puts links on the clipboard, on the UI goroutine, and says so. byItself
// tells that nobody has just asked for them.
func (a *App) copy(text string, byItself bool, count int, said string) {
	a.Desktop.Clipboard().SetContent(text)
	a.mu.Lock()
	a.copied, a.unasked = text, byItself
	a.mu.Unlock()
	a.say(said)
	if byItself && a.prefs.Load().Notify {
		a.Desktop.Notify(a.Words.Text("window.title"), a.Words.Count("notify.copied", count))
	}
}

// copyLink copies the link of a row because the person asks for it.
func (a *App) copyLink(id string) { a.withLink(id, false, a.copyMade) }

// newLink makes a new link and copies it.
func (a *App) newLink(id string) { a.withLink(id, true, a.copyMade) }

// makeLinkOf makes a link, where there is none that works, to be looked at.
func (a *App) makeLinkOf(id string) { a.withLink(id, false, func(*place, api.Link, int64, error) {}) }

// copyMade copies a link that is there, or says why it does not.
func (a *App) copyMade(p *place, l api.Link, size int64, err error) {
	if err != nil {
		a.cannotCopy(err)
		return
	}
	a.copyTried(p, []api.Link{l}, []int64{size}, nil)
}

// withLink hands a row's link on, or why there is none; one that is missing or has
// ended is made anew. One that is being made is as good as another for all who want it
// meanwhile.
func (a *App) withLink(id string, anew bool, then linkUse) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, f, name, ok := a.find(id)
	if !ok { // the row went since it was clicked
		a.group.Go(func() { then(p, api.Link{}, 0, errAway) })
		return
	}
	s := a.linkOf(id)
	if s != nil && s.making {
		s.waiting = append(s.waiting, then)
		return
	}
	if s != nil && !anew && s.link.URL != "" && !ended(s.link) {
		a.group.Go(func() { then(p, s.link, f.Size, nil) })
		return
	}
	s = &linkState{making: true, waiting: []linkUse{then}}
	a.links[id] = s
	a.group.Go(func() {
		link, err := a.makeLink(id, p, f, name)
		for _, use := range a.waitingFor(s) {
			use(p, link, f.Size, err)
		}
	})
	a.now()
}

// waitingFor is who waits for a link that is not being made any more.
func (a *App) waitingFor(s *linkState) []linkUse {
	a.mu.Lock()
	defer a.mu.Unlock()
	return s.waiting
}

// linkOf is the link of a row that was asked for last, else the one that its
// upload ended with; nil where there is neither. Callers hold a.mu.
func (a *App) linkOf(id string) *linkState {
	if s := a.links[id]; s != nil {
		return s
	}
	if u, ours := a.transfers.byID[id]; ours {
		return &linkState{link: u.Link}
	}
	return nil
}

func ended(l api.Link) bool { return !l.Expires.IsZero() && time.Now().After(l.Expires) }

// makeLink asks for a link and tries it.
func (a *App) makeLink(id string, p *place, f api.File, name string) (api.Link, error) {
	link, err := a.fetchLink(p, f, name)
	if err != nil {
		a.Log.Warn("a link could not be made", "error", err)
	}
	a.mu.Lock()
	a.links[id] = &linkState{link: link, err: err}
	a.mu.Unlock()
	a.now()
	return link, err
}

// fetchLink asks for a link that works: one that fails its test is none, lest it be
// handed on later as if it had passed.
func (a *App) fetchLink(p *place, f api.File, name string) (api.Link, error) {
	t, ok := a.targetOf(p)
	if !ok {
		return api.Link{}, errAway
	}
	opt := api.LinkOptions{Filename: names.FileName(name), Lifetime: a.linkLifetime()}
	link, err := t.Bucket.DownloadURL(a.ctx, f.Key, opt)
	if err == nil {
		err = a.tried(p, link.URL, f.Size)
	}
	if err != nil {
		return api.Link{}, err
	}
	return link, nil
}

// until is when a link stops working: never later than its storage. Callers hold
// a.mu.
func (a *App) until(p *place, l api.Link) time.Time {
	ends := time.Time{}
	if p.conn != nil {
		ends = p.conn.Session().Ends
	}
	if l.Expires.IsZero() || (!ends.IsZero() && ends.Before(l.Expires)) {
		return ends
	}
	return l.Expires
}

// publicLink is the link as others open it.
func (a *App) publicLink(p *place, link string) (string, error) {
	if p.here() && a.audience() == views.AudienceNetwork {
		return a.Node.LANLink(link)
	}
	return link, nil
}

// reach says who can open a link of a storage.
func (a *App) reach(p *place, link string) views.Reach {
	if p.here() {
		if a.audience() == views.AudienceNetwork {
			return views.ReachLocalNetwork
		}
		return views.ReachThisComputer
	}
	return reachOf(link)
}

// reachOf judges by the address that a link names.
func reachOf(link string) views.Reach {
	u, err := url.Parse(link)
	if err != nil {
		return views.ReachAnyone
	}
	if strings.EqualFold(u.Hostname(), "localhost") {
		return views.ReachThisComputer
	}
	ip, err := netip.ParseAddr(u.Hostname())
	switch {
	case err != nil:
		return views.ReachAnyone
	case ip.IsLoopback():
		return views.ReachThisComputer
	case ip.IsPrivate(), ip.IsLinkLocalUnicast():
		return views.ReachPrivateNetwork
	default:
		return views.ReachAnyone
	}
}

// reachNote is what a finished row says of its link where that is less than
// one expects.
func (a *App) reachNote(p *place, link string) string {
	if a.reach(p, link) == views.ReachThisComputer {
		return a.Words.Text("reach.computer")
	}
	return ""
}
