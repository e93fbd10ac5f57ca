package transfer_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// line is the way of one run of the program to a storage. Each call takes its
// time there and back, and may meet a fault.
type line struct {
	*transfertest.Fake
	st   *storage
	run  *program
	conn *connection
}

var _ transfer.Bucket = (*line)(nil)

// errand says what a call is about.
type errand struct {
	op     string
	file   string // the plain name
	number int    // of the part
}

// call is an errand on its way.
type call struct {
	errand
	ctx context.Context
	// lives tells that a server may carry it out after its program is gone.
	lives bool
}

// journey is one call's way: to the server, what it meets there, and back.
func journey[T any](l *line, c call, act func() (T, error)) (answer T, err error) {
	blind := func() { _, _ = act() }
	if err := l.there(c, blind); err != nil {
		return answer, err
	}
	if l.st.refusesKey() {
		return answer, &api.Error{Op: c.op, Kind: api.ErrUnauthorized, Status: http.StatusUnauthorized}
	}
	if kind := l.st.strike(c.op); kind != "" {
		return answer, faults[kind](l, c, blind)
	}
	if answer, err = act(); err == nil {
		err = l.travel(c)
	}
	return answer, err
}

// there takes a call to the server. A program that is killed meanwhile may have
// sent it all the same.
func (l *line) there(c call, blind func()) error {
	err := l.travel(c)
	if err != nil && c.lives && l.run.haunts.Load() {
		l.st.w.later(l.delay(c)*50, blind)
	}
	return err
}

// travel takes a call one way. A call of a program that is gone, or that nobody
// waits for any more, does not arrive.
func (l *line) travel(c call) error {
	wait(c.ctx, l.delay(c))
	if c.ctx.Err() != nil || l.run.dead.Load() {
		return &api.Error{Op: c.op, Kind: api.ErrNetwork, Err: context.Cause(c.ctx)}
	}
	return nil
}

// delay is how long a call travels: up to 20 ms. It hangs on what the call is
// about, and not on the order in which the scheduler lets calls come that are
// made in the same instant.
func (l *line) delay(c call) time.Duration {
	l.st.mu.Lock()
	defer l.st.mu.Unlock()
	l.st.calls[c.errand]++
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, c.errand, l.st.calls[c.errand], l.st.w.seed)
	return time.Duration(h.Sum64() % uint64(20*time.Millisecond))
}

// wait sleeps, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func (l *line) List(ctx context.Context) ([]api.File, error) {
	return journey(l, call{errand{op: "list"}, ctx, false}, func() ([]api.File, error) {
		stale := l.st.strike("stale list") != ""
		now := l.st.files()
		l.st.note(func(at int) {
			if stale {
				now, l.st.staled = slices.Clone(l.st.snapshot), at
			} else {
				l.st.snapshot = slices.Clone(now) // the engine may change what it gets
			}
		})
		return now, nil
	})
}

func (l *line) Begin(ctx context.Context, r api.BeginRequest) (api.Upload, error) {
	l.touch(r.Name)
	var late atomic.Bool
	defer late.Store(true)
	return journey(l, call{errand{op: "begin", file: plain(r.Name)}, ctx, true}, func() (api.Upload, error) {
		u, err := l.Fake.Begin(context.Background(), r)
		l.st.note(func(at int) { l.st.births[u.FileKey] = birth{r.Name, at, late.Load()} })
		return u, err
	})
}

// touch notes that an upload is gone on with.
func (l *line) touch(sealed string) {
	l.st.note(func(at int) { l.st.touched[sealed] = at })
}

func (l *line) sealedName(fileKey string) (sealed string) {
	l.st.note(func(int) { sealed = l.st.births[fileKey].sealed })
	return sealed
}

// about is a call for one file.
func (l *line) about(ctx context.Context, op, fileKey string) call {
	return call{errand{op: op, file: plain(l.sealedName(fileKey))}, ctx, false}
}

// keyOf is the key of the file that a link of a Fake leads to.
func keyOf(link string) string { return link[strings.LastIndex(link, "/")+1:] }

// opaqueTag begins the tags of a storage whose tags tell nothing.
const opaqueTag = "opaque-"

func (l *line) PutPart(ctx context.Context, p api.Part) (string, error) {
	sealed := l.sealedName(p.Upload.FileKey)
	l.touch(sealed)
	l.run.partBegins(l.conn, p)
	defer l.run.partEnds(l.conn)
	c := call{errand{"part", plain(sealed), p.Number}, ctx, true}
	data, err := l.read(c, p)
	if err != nil {
		return "", err
	}
	if l.st.strike("forgotten at part") != "" {
		_ = l.Fake.Delete(context.Background(), p.Upload.FileKey)
	}
	if l.st.strike("late loser") != "" {
		l.st.w.later(l.delay(c)*10, func() { _, _ = l.store(p, spoilt(data)) })
		return "", broken
	}
	if !l.st.opaque && l.st.strike("spoilt part") != "" {
		data = spoilt(data)
	}
	return journey(l, c, func() (string, error) { return l.store(p, data) })
}

// read reads a part in two pieces, with some time between them.
func (l *line) read(c call, p api.Part) ([]byte, error) {
	body, data := p.Body(), make([]byte, p.Size)
	n, err := io.ReadFull(body, data[:p.Size/2])
	if err == nil {
		wait(c.ctx, l.delay(c))
		if l.st.strike("changes while it is read") != "" {
			l.st.w.rewrite(c.file)
		}
		var m int
		m, err = io.ReadFull(body, data[n:])
		n += m
	}
	if err != nil || int64(n) != p.Size {
		return nil, &api.Error{Op: "part", Kind: api.ErrNetwork, Err: io.ErrUnexpectedEOF}
	}
	return data, nil
}

func spoilt(data []byte) []byte {
	data = append([]byte(nil), data...)
	if len(data) > 0 {
		data[len(data)/2] ^= 1
	}
	return data
}

// store has the bucket keep a part.
func (l *line) store(p api.Part, data []byte) (string, error) {
	p.Body = func() io.Reader { return strings.NewReader(string(data)) }
	tag, err := l.Fake.PutPart(context.Background(), p)
	if err != nil {
		return "", err
	}
	if l.st.opaque {
		tag = opaqueTag + tag
	}
	l.st.note(func(int) { l.st.answered[part{p.Upload.ID, p.Number}] = tag })
	return tag, nil
}

func (l *line) Complete(ctx context.Context, u api.Upload, tags []string) error {
	sealed := l.sealedName(u.FileKey)
	l.touch(sealed)
	_, err := journey(l, call{errand{op: "complete", file: plain(sealed)}, ctx, false}, func() (struct{}, error) { return struct{}{}, l.complete(u, tags) })
	return err
}

// complete has the bucket make a file, unless it is to lack a part.
func (l *line) complete(u api.Upload, tags []string) error {
	if f, err := l.Fake.Stat(context.Background(), u.FileKey); err == nil && f.Completed {
		l.st.w.fail("complete was sent after one had taken effect")
	}
	given := make([]string, len(tags))
	for i, tag := range tags {
		given[i] = strings.TrimPrefix(tag, opaqueTag)
	}
	incomplete := &api.Error{Op: "complete", Kind: api.ErrIncomplete, Status: http.StatusBadRequest}
	lost := 1 + len(tags)/2
	switch {
	case l.st.strike("forgotten at complete") != "":
		_ = l.Fake.Delete(context.Background(), u.FileKey)
	case l.st.strike("refused for nothing") != "":
		return incomplete
	case l.st.strike("lost part, named") != "":
		l.Fake.LosePart(u.FileKey, lost)
	case l.st.strike("lost part, not named") != "":
		l.Fake.LosePart(u.FileKey, lost)
		if err := l.Fake.Complete(context.Background(), u, given); err == nil {
			return nil
		}
		return incomplete
	}
	return l.Fake.Complete(context.Background(), u, given)
}

func (l *line) Stat(ctx context.Context, fileKey string) (api.File, error) {
	return journey(l, l.about(ctx, "stat", fileKey), func() (api.File, error) {
		return l.Fake.Stat(context.Background(), fileKey)
	})
}

func (l *line) Delete(ctx context.Context, fileKey string) error {
	_, err := journey(l, l.about(ctx, "delete", fileKey), func() (struct{}, error) {
		l.st.w.deletes(fileKey)
		return struct{}{}, l.Fake.Delete(context.Background(), fileKey)
	})
	return err
}

func (l *line) DownloadURL(ctx context.Context, fileKey string, opt api.LinkOptions) (api.Link, error) {
	return journey(l, l.about(ctx, "link", fileKey), func() (api.Link, error) {
		return l.Fake.DownloadURL(context.Background(), fileKey, opt)
	})
}

func (l *line) LinkSize(ctx context.Context, link string) (int64, error) {
	return journey(l, l.about(ctx, "fetch", keyOf(link)), func() (int64, error) {
		n, err := l.Fake.LinkSize(context.Background(), link)
		if l.st.strike("wrong size") != "" {
			l.st.w.belied(keyOf(link))
			return n + 1, err
		}
		if err == nil {
			l.st.note(func(int) { l.st.proved[keyOf(link)] = true })
		}
		return n, err
	})
}
