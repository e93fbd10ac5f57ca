package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
)

// TestDownloadsEndWhole explores downloads: stopped, killed and gone on with,
// over a line that breaks and a server that may know no ranges. At the end each
// lies on the disk as it was sent, nothing lies beside it, and nobody else's
// file was touched.
func TestDownloadsEndWhole(t *testing.T) {
	files := [2][]byte{content(1000, 0), content(17<<20, 1)} // one piece, and three
	explore(t, 20, 20, func(t *rapid.T, failed func(story string)) {
		d := newDownloads(t, files)
		t.Cleanup(func() { d.tidy(failed) })
		d.begin(t)
		t.Repeat(map[string]func(*rapid.T){
			"":                  d.check,
			"download":          d.begin,
			"stop":              d.stop,
			"close and open":    func(*rapid.T) { d.restart(false) },
			"kill and open":     func(*rapid.T) { d.restart(true) },
			"fault":             d.arm,
			"another fault":     d.arm,
			"ranges come or go": d.turnRanges,
			"part file spoilt":  d.spoil,
			"somebody's file":   d.occupy,
			"a moment":          d.pass(2, 7, 15, 30),
			"a while":           d.pass(100, 1000, 31_000, 70_000),
		})
		d.settle()
	})
}

// downloads is the model: what lies on the server, and what was asked for.
type downloads struct {
	files   [2][]byte
	*world  // its story, its clock and its late servers; nothing is uploaded
	storage *shelf
	wanted  map[string]*wanted // by the path that was asked for
	theirs  map[string]string  // files that were there before, by path
}

// wanted is a download that the person wants to have.
type wanted struct {
	fileKey, path string
	cancel        context.CancelFunc // nil while it does not run
	result        chan result
	received      *atomic.Int64
}

type result struct {
	path string
	err  error
}

func newDownloads(t *rapid.T, files [2][]byte) *downloads {
	d := &downloads{files: files, world: bare(t), wanted: map[string]*wanted{}, theirs: map[string]string{}}
	if err := os.Mkdir(filepath.Join(d.dir, "to"), 0o700); err != nil {
		t.Fatal(err)
	}
	d.storage = &shelf{storage: newStorage(d.world, "shelf", false)}
	d.storage.ranged.Store(true)
	for i, data := range files {
		d.storage.keys[i] = d.storage.put(t, fmt.Sprint("d", i, "|"), data)
	}
	d.open()
	return d
}

// open starts a run of the program.
func (d *downloads) open() {
	kept, left, setAside, err := journal.Open(filepath.Join(d.dir, "journals"))
	if err != nil || len(setAside) > 0 {
		d.t.Fatal(err, setAside)
	}
	p := &program{w: d.world, journal: newLedger(d.world, kept, left), left: left}
	p.Engine = transfer.New(transfer.Config{Journal: p.journal, Left: left})
	p.Connect(transfer.Target{
		ID: "here", Session: "shelf", Storage: "shelf", Limits: manyParts,
		Bucket: &fetchLine{line{Fake: d.storage.Fake, st: d.storage.storage, run: p}, d.storage},
	})
	d.program = p
}

// begin asks for one of the files, or goes on with what was stopped.
func (d *downloads) begin(t *rapid.T) {
	i := rapid.IntRange(0, 1).Draw(t, "file")
	name := rapid.SampledFrom([]string{"x.bin", "y"}).Draw(t, "name")
	path := filepath.Join(d.dir, "to", fmt.Sprint(i, name))
	w, ok := d.wanted[path]
	if !ok {
		w = &wanted{fileKey: d.storage.keys[i], path: path}
		d.wanted[path] = w
	}
	if w.cancel == nil {
		d.run(w)
	}
}

// run has the engine download a file.
func (d *downloads) run(w *wanted) {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.result, w.received = cancel, make(chan result, 1), new(atomic.Int64)
	d.tell("download %s", filepath.Base(w.path))
	engine, got, received := d.program.Engine, w.result, w.received
	go func() {
		path, err := engine.Download(ctx, transfer.Download{Target: "here", FileKey: w.fileKey, Path: w.path, Received: received})
		got <- result{path, err}
	}()
}

func (d *downloads) stop(t *rapid.T) {
	running := d.running()
	if len(running) == 0 {
		t.Skip("nothing runs")
	}
	w := running[rapid.IntRange(0, len(running)-1).Draw(t, "download")]
	d.tell("stop %s", filepath.Base(w.path))
	w.cancel()
}

// running are the downloads that run, in the order of their paths.
func (d *downloads) running() (running []*wanted) {
	for _, w := range d.wanted {
		if w.cancel != nil {
			running = append(running, w)
		}
	}
	slices.SortFunc(running, func(a, b *wanted) int { return strings.Compare(a.path, b.path) })
	return running
}

// arm has one of the next calls fail, or a body end early.
func (d *downloads) arm(t *rapid.T) {
	op := rapid.SampledFrom([]string{"fetch", "fetch", "link", "stat", "cut"}).Draw(t, "op")
	kind := "cut"
	if op != "cut" {
		kind = rapid.SampledFrom(append([]string{"403"}, usual...)).Draw(t, "fault")
	}
	d.storage.arm(&armed{on: op, kind: kind, skip: rapid.IntRange(0, 3).Draw(t, "skip"), times: rapid.SampledFrom([]int{1, 1, 2, 4}).Draw(t, "times")})
}

// turnRanges has the server know ranges from now on, or no longer: behind one name
// there may be several servers.
func (d *downloads) turnRanges(*rapid.T) {
	ranged := !d.storage.ranged.Load()
	d.tell("ranges: %v", ranged)
	d.storage.ranged.Store(ranged)
}

// spoil loses what is in a part file, as a power cut does, while nothing runs.
func (d *downloads) spoil(t *rapid.T) {
	parts := d.parts()
	if len(parts) == 0 || len(d.running()) > 0 {
		t.Skip("there is none that nobody writes")
	}
	path := parts[rapid.IntRange(0, len(parts)-1).Draw(t, "part file")]
	d.tell("%s is spoilt", filepath.Base(path))
	data, err := os.ReadFile(path)
	clear(data[:min(len(data), 9<<20)])
	if err = errors.Join(err, os.WriteFile(path, data, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// occupy has somebody else's file lie where a download shall.
func (d *downloads) occupy(t *rapid.T) {
	path := filepath.Join(d.dir, "to", rapid.SampledFrom([]string{"0x.bin", "1y"}).Draw(t, "name"))
	if _, err := os.Lstat(path); err == nil {
		t.Skip("there is one")
	}
	d.tell("somebody's %s is there", filepath.Base(path))
	d.theirs[path] = "somebody's"
	if err := os.WriteFile(path, []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// restart ends the program and starts it again. What it does after a kill has
// not happened: part files that it removes then are still there.
func (d *downloads) restart(kill bool) {
	d.tell("the program ends, killed: %v", kill)
	undo := func() {}
	if kill {
		undo = d.keepParts()
		d.program.journal.kill()
		d.program.dead.Store(true)
	}
	for _, w := range d.running() {
		w.cancel()
		d.take(w, <-w.result)
	}
	d.program.shut(kill)
	undo()
	d.open()
}

// parts are the part files that there are.
func (d *downloads) parts() []string {
	parts, err := filepath.Glob(filepath.Join(d.dir, "to", "*.part"))
	if err != nil {
		d.t.Fatal(err)
	}
	return parts
}

// keepParts returns what brings part files back that are removed meanwhile.
func (d *downloads) keepParts() (undo func()) {
	aside, err := os.MkdirTemp(d.dir, "aside")
	parts := d.parts()
	for _, path := range parts {
		err = errors.Join(err, os.Link(path, filepath.Join(aside, filepath.Base(path))))
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return func() {
		for _, path := range parts {
			if err := os.Link(filepath.Join(aside, filepath.Base(path)), path); err != nil && !errors.Is(err, fs.ErrExist) {
				d.t.Fatal(err)
			}
		}
	}
}

// check takes in what has ended, and looks at what must hold at any time.
func (d *downloads) check(*rapid.T) {
	synctest.Wait()
	for _, w := range d.running() {
		select {
		case r := <-w.result:
			d.take(w, r)
		default:
		}
		// Pieces may be on their way beside the whole file, until that is there.
		if n := w.received.Load(); n < 0 || n > 2*int64(len(d.files[1])) {
			d.fail("%d bytes are received", n)
		}
	}
	for path, want := range d.theirs {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			d.fail("somebody's file was touched")
		}
	}
	d.report()
}

// take takes in how a download has ended.
func (d *downloads) take(w *wanted, r result) {
	w.cancel()
	w.cancel = nil
	d.tell("%s ended: %v", filepath.Base(w.path), r.err)
	if r.err != nil {
		return
	}
	i := slices.Index(d.storage.keys[:], w.fileKey)
	got, err := os.ReadFile(r.path)
	switch want := d.files[i]; {
	case err != nil || !bytes.Equal(got, want):
		d.fail("%s has other bytes", filepath.Base(w.path))
	case w.received.Load() != int64(len(want)):
		d.fail("%d bytes received of %d", w.received.Load(), len(want))
	}
	delete(d.wanted, w.path)
}

// settle ends all trouble and downloads, in a new run, what is still wanted and
// what the journal has kept.
func (d *downloads) settle() {
	d.tell("the end begins")
	d.storage.calm()
	d.restart(false)
	for _, left := range d.program.LeftDownloads("here") {
		if d.wanted[left.Path] == nil {
			d.wanted[left.Path] = &wanted{fileKey: left.FileKey, path: left.Path}
		}
	}
	for path := range d.wanted {
		d.run(d.wanted[path])
	}
	time.Sleep(time.Hour)
	d.check(nil)
	for path := range d.wanted {
		d.fail("%s did not end", filepath.Base(path))
	}
	d.restart(false)
	if n := len(d.program.LeftDownloads("here")); n > 0 {
		d.fail("%d downloads are left in the journal", n)
	}
	if n := len(d.parts()); n > 0 {
		d.fail("%d part files are left", n)
	}
	d.report()
}

func (d *downloads) tidy(failed func(story string)) {
	d.storage.calm()
	for _, w := range d.running() {
		w.cancel()
		<-w.result
	}
	d.world.tidy(failed)
}
