package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
)

// world is the model: what the person has, did and wished.
type world struct {
	t          *rapid.T
	dir        string
	seed       uint8
	workers    int
	patience   time.Duration
	unattended bool

	conns    [2]*connection
	storages []*storage // all that there ever were
	program  *program
	disk     sync.Mutex // one change of a source at a time
	sources  []*source
	sends    []*send        // of this run of the program, visible or not
	haunting sync.WaitGroup // what servers do late

	mu    sync.Mutex
	now   int // counts all that happens
	began time.Time
	story []string
	wrong []string          // what broke a promise
	since map[string]int    // the version of the source when a transfer was added
	done  map[string]string // the file key of each finished transfer, as committed
	shown map[string]bool   // file keys that the person has seen as stored
	gone  map[string]bool   // file keys that the person has deleted
	known map[string]bool   // transfers whose begin the journal knows
}

// source is a file of the person, or a bundle of one.
type source struct {
	name, path string
	bundle     bool
	away       bool
	versions   [][]byte // all that it ever held, the newest last
}

// wish is what the person wants of a transfer.
type wish int

const (
	stored wish = iota
	cancelled
	either // it was being finished when it was cancelled
)

// send is a transfer as the model knows it.
type send struct {
	id      string
	src     *source
	conn    *connection
	want    wish
	pausing bool   // the person wants it to pause
	resting bool   // and it has come to rest
	hidden  bool   // nothing is told of it: it is forgotten, or waits
	waits   bool   // left by an earlier run, and not gone on with yet
	stored  bool   // seen as such in this run
	key     string // of the file that it was seen stored as, in any run
}

// bare is a world with nothing in it but a folder.
func bare(t *rapid.T) *world {
	dir, err := os.MkdirTemp("", "model")
	if err != nil {
		t.Fatal(err)
	}
	return &world{
		t: t, dir: dir, began: time.Now(), seed: rapid.Uint8().Draw(t, "seed"),
		since: map[string]int{}, done: map[string]string{},
		shown: map[string]bool{}, gone: map[string]bool{}, known: map[string]bool{},
	}
}

func newWorld(t *rapid.T, failed func(story string)) *world {
	w := bare(t)
	w.workers = rapid.IntRange(1, 4).Draw(t, "workers")
	w.patience = rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(t, "patience")
	w.unattended = rapid.Bool().Draw(t, "unattended")
	w.conns = [2]*connection{{id: "a", limits: manyParts}, {id: "b", limits: fewParts, opaque: true}}
	for _, c := range w.conns {
		c.lead(w)
	}
	w.open()
	t.Cleanup(func() { w.tidy(failed) })
	return w
}

// tidy ends all that runs, and tells the story of a failure.
func (w *world) tidy(failed func(story string)) {
	for _, st := range w.storages {
		st.calm()
	}
	w.program.shut(false)
	w.haunting.Wait()
	_ = os.RemoveAll(w.dir)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.wrong) > 0 {
		story := strings.Join(w.story, "\n")
		failed(story)
		w.t.Log(story)
	}
}

// instant is the next number in the order of all that happens.
func (w *world) instant() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now++
	return w.now
}

// tell adds to the story that a failure is told with.
func (w *world) tell(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.story = append(w.story, fmt.Sprintf("%12v  ", time.Since(w.began))+fmt.Sprintf(format, args...))
}

// fail notes a broken promise; the next check ends the run by it. Its text
// holds nothing that differs from run to run.
func (w *world) fail(format string, args ...any) {
	w.tell("WRONG: "+format, args...)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// later has a server do something after a while.
func (w *world) later(d time.Duration, do func()) {
	w.haunting.Go(func() {
		time.Sleep(d)
		w.tell("a server acts late")
		do()
	})
}

// named takes in whether the journal knows that a transfer was begun.
func (w *world) named(e journal.Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known[e.ID] = e.Begun && !e.Cancelled
}

// finished takes in what the journal says is done.
func (w *world) finished(id string, f journal.Finished) {
	w.mu.Lock()
	key, again := w.done[id]
	w.done[id], w.known[id] = f.FileKey, false
	w.mu.Unlock()
	if again && key != f.FileKey {
		w.fail("one transfer has made two files")
	}
}

// deletes checks that the engine may delete a file.
func (w *world) deletes(fileKey string) {
	w.mu.Lock()
	shown := w.shown[fileKey]
	w.mu.Unlock()
	if shown {
		w.fail("a file is deleted that was shown as stored")
	}
}

// belied takes in that a link has shown another size than its file has. A run that did
// not come to write down that the file was finished may send it anew then.
func (w *world) belied(fileKey string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.shown, fileKey)
}

// settled lets everything come to where only time moves it.
func (w *world) settled() { synctest.Wait() }

// content makes bytes that differ at every place and from version to version.
func content(size, version int) []byte {
	data := make([]byte, size)
	x := uint64(version+1) * 0x9E3779B97F4A7C15
	for i := 0; i < size; i += 8 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		for j := i; j < min(i+8, size); j++ {
			data[j] = byte(x >> (8 * (j - i)))
		}
	}
	return data
}

// put gives a source its newest version, under a new time.
func (w *world) put(s *source, data []byte, anew bool) {
	w.disk.Lock()
	defer w.disk.Unlock()
	s.versions = append(s.versions, data)
	path := s.path
	if s.away {
		path += ".away"
	}
	if anew {
		_ = os.Remove(path)
	}
	err := os.WriteFile(path, data, 0o600)
	if err == nil {
		modified := time.Unix(1_000_000_000+int64(len(s.versions)), 0)
		err = os.Chtimes(path, modified, modified)
	}
	if err != nil {
		w.fail("a source: %v", err)
	}
}

// rewrite gives a source as many other bytes, in place, while a part of it is
// read.
func (w *world) rewrite(name string) {
	i := slices.IndexFunc(w.sources, func(s *source) bool { return s.name == name })
	s := w.sources[i]
	w.tell("%s changes while it is read", name)
	w.put(s, content(len(s.versions[len(s.versions)-1]), len(s.versions)+100*i), false)
}

// newSource makes a file of some size.
func (w *world) newSource(size int, bundle bool) *source {
	name := fmt.Sprint("f", len(w.sources))
	s := &source{name: name, path: filepath.Join(w.dir, name), bundle: bundle}
	w.sources = append(w.sources, s)
	w.put(s, content(size, 100*len(w.sources)), false)
	return s
}

// holds tells whether a source held these bytes, in a version not before from.
func (s *source) holds(data []byte, from int) bool {
	return slices.ContainsFunc(s.versions[from:], func(v []byte) bool { return bytes.Equal(v, data) })
}

// bundled is a Bundle as the engine sees it: a source that it has made anew in
// the next run, which has no identity on disk and is worked out in part.
type bundled struct{ name, path string }

var _ transfer.Bundle = (*bundled)(nil)

func (b *bundled) Name() string    { return b.name }
func (b *bundled) Path() string    { return b.path }
func (b *bundled) Paths() []string { return []string{b.path} }
func (b *bundled) Forget()         {}

func (b *bundled) Look(context.Context) error { return nil }

func (b *bundled) Size() int64 {
	v, _ := b.Stat()
	return v.Size
}

func (b *bundled) Stat() (transfer.Version, error) {
	info, err := os.Stat(b.path)
	if err != nil {
		return transfer.Version{}, transfer.NewStatError(b.path, err)
	}
	return transfer.Version{Size: info.Size(), ModTime: info.ModTime()}, nil
}

func (b *bundled) Open() (transfer.Reader, error) {
	f, err := os.Open(b.path)
	if err != nil {
		return nil, transfer.NewFileError(b.path, err)
	}
	return f, nil
}
