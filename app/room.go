package app

import (
	"path/filepath"
	"slices"
	"time"

	"quicksync.me/desktop/views/words"
)

// room is what a storage can still take, as far as that is known.
type room struct {
	// files is how many more files, negative without a bound, of maxFiles in all.
	files, maxFiles int
	// size is how many more bytes, negative without a bound.
	size int64
	// disk tells that it is the disk of this computer that bounds them.
	disk bool
	// ends is when it closes; zero where it never does.
	ends time.Time
	// rate in bytes a second at which it is sent to; 0 while that is not known.
	rate float64
	// waiting are the bytes that are on their way to it before.
	waiting int64
}

// roomOf returns what a storage has room for where this batch is sent to it. What
// is on its way there counts as if it were there.
func (a *App) roomOf(p *place, b *batch) room {
	r := room{files: -1, size: -1, rate: a.rateTo(p)}
	if p.here() {
		a.roomOnDisk(p, b, &r)
		return r
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	r.waiting = a.comingTo(p, b)
	if p.conn == nil {
		return r
	}
	files, size := a.heldBy(p, b)
	s := p.conn.Session()
	r.ends = s.Ends
	if s.MaxFiles > 0 {
		r.files, r.maxFiles = max(s.MaxFiles-files, 0), s.MaxFiles
	}
	if s.MaxBytes > 0 {
		r.size = max(s.MaxBytes-size, 0)
	}
	return r
}

// roomOnDisk tells how much of this computer's own storage is free.
func (a *App) roomOnDisk(p *place, b *batch, r *room) {
	usage, err := a.Node.Usage(a.ctx)
	if err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	r.waiting = a.comingTo(p, b)
	r.size, r.disk = max(int64(min(usage.Free, 1<<62))-r.waiting, 0), true
}

// heldBy counts what a storage holds or will hold: its files and their bytes. A
// file that several uploads stand for is one. What yields to a batch does not
// count, nor what lies in the storage of an earlier key. Callers hold a.mu.
func (a *App) heldBy(p *place, b *batch) (files int, size int64) {
	counts := map[string]bool{} // by the key of a file; false for one that goes
	for _, u := range a.transfers.order {
		if u.Target != p.id || u.earlier || counts[u.FileKey] {
			continue
		}
		goes := u.yields(b) || u.State.Ended() && !u.State.Stored()
		if u.FileKey != "" {
			counts[u.FileKey] = !goes
		}
		if !goes {
			files++
			size += u.Size
		}
	}
	for _, f := range p.list.files {
		if _, ours := counts[f.Key]; !ours {
			files++
			size += max(f.Size, 0)
		}
	}
	return files, size
}

// comingTo is how many bytes are still to be sent to a storage, but for what yields
// to a batch. Callers hold a.mu.
func (a *App) comingTo(p *place, b *batch) (bytes int64) {
	for _, u := range a.transfers.order {
		if u.Target == p.id && !u.yields(b) && !u.State.Ended() {
			bytes += u.Size - u.Sent
		}
	}
	return bytes
}

// yields tells that an upload takes no room from a batch, nil for none: it gives way
// to it, or has given way before. What is stored takes its room until it is deleted.
func (u *tracked) yields(b *batch) bool {
	return !u.State.Stored() && (u.unwanted || b != nil && u.heir == b)
}

// rateTo is about how fast a storage is sent to: as fast as of late, but not
// faster than the person allows.
func (a *App) rateTo(p *place) float64 {
	rate := a.Engine.Rate(p.id)
	limits := a.prefs.Load().Limits
	if allowed := float64(limits.Up); allowed > 0 && limits.Hours.From == "" && (rate == 0 || allowed < rate) {
		return allowed
	}
	return rate
}

// question is what is asked about a parcel that does not fit. Its sentence is
// said anew each time it is shown, as the language may change meanwhile.
type question struct {
	text    func() string
	answers []answer
}

// answer is one of the things that may become of a parcel.
type answer int

const (
	answerArchive answer = iota // all of it as one archive
	answerAnyway
	answerNot
	answerOneLink // one archive in place of what was sent
	answerKeep
)

// judge holds a parcel against the room that its storage has. What can be mended
// by an archive comes first.
func (a *App) judge(d *parcel, m measured, r room, now time.Time) (q question, fits bool) {
	switch {
	case r.files >= 0 && m.uploads > r.files:
		return a.tooMany(m, r), false
	case r.size >= 0 && m.size > r.size:
		return question{func() string { return a.tooLarge(d, m, r) }, []answer{answerAnyway, answerNot}}, false
	}
	if takes := lasting(m.size+r.waiting, r.rate); !r.ends.IsZero() && takes > r.ends.Sub(now) && r.ends.After(now) {
		return question{func() string { return a.tooLate(takes, r.ends.Sub(now)) }, []answer{answerAnyway, answerNot}}, false
	}
	return question{}, true
}

// tooMany offers one archive, where the storage takes one more file.
func (a *App) tooMany(m measured, r room) question {
	if r.files == 0 {
		return question{func() string { return a.Words.Count("hold.full", r.maxFiles) }, []answer{answerAnyway, answerNot}}
	}
	return question{func() string {
		args := words.Args{"Max": a.Words.Number(r.maxFiles), "Left": a.Words.Number(r.files)}
		if r.files < r.maxFiles {
			return a.Words.Count("hold.filesMore", m.uploads, args)
		}
		return a.Words.Count("hold.files", m.uploads, args)
	}, []answer{answerArchive, answerNot}}
}

func (a *App) tooLarge(d *parcel, m measured, r room) string {
	args := words.Args{
		"Name": filepath.Base(d.paths[0]), "Size": a.Words.Bytes(m.size), "Room": a.Words.Bytes(r.size),
	}
	switch {
	case r.disk && len(d.paths) == 1:
		return a.Words.Text("hold.disk", args)
	case r.disk:
		return a.Words.Count("hold.diskAll", len(d.paths), args)
	case len(d.paths) == 1:
		return a.Words.Text("hold.room", args)
	default:
		return a.Words.Count("hold.roomAll", len(d.paths), args)
	}
}

func (a *App) tooLate(takes, left time.Duration) string {
	return a.Words.Text("hold.time", words.Args{"Time": a.Words.Lasting(takes), "Left": a.Words.Lasting(left)})
}

// longest bounds what is foretold.
const longest = 100 * 24 * time.Hour

// lasting is how long so many bytes take; 0 while no rate is known.
func lasting(size int64, rate float64) time.Duration {
	if rate < 1 {
		return 0
	}
	return time.Duration(min(float64(size)/rate, longest.Seconds()) * float64(time.Second))
}

// warnOfEnd says once, while files are sent, that the storage will close before
// all of them are there. Callers hold a.mu.
func (a *App) warnOfEnd(now time.Time) {
	p := a.current
	if p.conn == nil || a.transfers.warned {
		return
	}
	ends := p.conn.Session().Ends
	if ends.IsZero() || !ends.After(now) || !slices.ContainsFunc(a.transfers.group, func(u *tracked) bool {
		return u.Target == p.id && u.State.Moving()
	}) {
		return
	}
	if takes := a.transfers.meter.Left(a.comingTo(p, nil)); takes > ends.Sub(now) {
		a.transfers.warned = true
		a.note = note{a.tooLate(takes, ends.Sub(now)), now}
	}
}
