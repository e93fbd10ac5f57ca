package transfer_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/service/transfer/transfertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is an engine with a bucket in memory and files on disk.
type bench struct {
	*testing.T
	fake    *transfertest.Fake
	engine  *transfer.Engine
	journal *journal.Journal
	dir     string
	added   int // files
}

// limits make parts of 256 KiB, so that a small file has many.
var limits = transfer.Limits{Step: 256 << 10, MinPart: 256 << 10, MaxPart: 256 << 10, MaxParts: 10_000}

// inBubble runs a test with its engine under a clock that leaps over waits.
func inBubble(t *testing.T, cfg transfer.Config, run func(b *bench)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{T: t, fake: transfertest.NewFake(), engine: transfer.New(cfg), dir: dir}
		b.connect("s1")
		defer func() { b.engine.Close() }()
		run(b)
	})
}

func (b *bench) connect(session string) {
	b.engine.Connect(transfer.Target{
		ID: "here", Session: session, Storage: session, Bucket: b.fake, Limits: limits, UniqueName: func(string) bool { return true },
		Seal: func(name string) (string, error) { return name + "|" + session + "|" + rand.Text(), nil },
	})
}

// file makes a file of random content and returns its path.
func (b *bench) file(name string, size int) string {
	b.Helper()
	data := make([]byte, size)
	_, _ = rand.Read(data)
	return write(b.T, filepath.Join(b.dir, name), string(data))
}

func (b *bench) add(paths ...string) (ids []string) {
	b.Helper()
	err := transfer.Walk(context.Background(), paths, func(s transfer.Source) {
		id, _ := b.engine.Add("here", s)
		ids = append(ids, id)
		b.added++
	})
	if err != nil {
		b.Fatal(err)
	}
	return ids
}

func (b *bench) status(id string) transfer.Status {
	b.Helper()
	s, ok := b.engine.Status(id)
	if !ok {
		b.Fatalf("there is no transfer %s", id)
	}
	return s
}

// until waits for a state.
func (b *bench) until(id string, want ...transfer.State) transfer.Status {
	b.Helper()
	for start := time.Now(); time.Since(start) < time.Hour; time.Sleep(10 * time.Millisecond) {
		if s := b.status(id); slices.Contains(want, s.State) {
			return s
		}
	}
	b.Fatalf("after an hour: %+v", b.status(id))
	return transfer.Status{}
}

// arrived checks that the file is in the bucket, once and right.
func (b *bench) arrived(id, path string) {
	b.Helper()
	s := b.until(id, transfer.Done, transfer.Failed)
	if s.State != transfer.Done {
		b.Fatalf("%s: %v", path, s.Err)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	if string(b.fake.Content(s.FileKey)) != string(want) {
		b.Errorf("%s arrived changed", path)
	}
	if s.Sent != s.Size || s.Size != int64(len(want)) || s.PartsDone != s.Parts {
		b.Errorf("the count is off: %+v", s)
	}
	few := b.added <= 20
	if few && s.Link.URL == "" || !s.File.Completed {
		b.Errorf("done without a link or a look-up: %+v", s)
	}
}

// holds checks the number of files in the bucket.
func (b *bench) holds(want int) {
	b.Helper()
	files, err := b.fake.List(context.Background())
	if err != nil || len(files) != want {
		b.Errorf("the bucket holds %d files (%v), want %d", len(files), err, want)
	}
}

func TestSizesArrive(t *testing.T) {
	part := int(limits.MaxPart)
	inBubble(t, transfer.Config{}, func(b *bench) {
		paths := map[string]string{}
		for i, size := range []int{0, 1, part - 1, part, part + 1, 5*part + 7, 40 * part} {
			path := b.file(fmt.Sprint(i), size)
			paths[b.add(path)[0]] = path
		}
		for id, path := range paths {
			b.arrived(id, path)
		}
		b.holds(len(paths))
	})
}

func TestUnreadableFileFailsByNameAndTheRestGoesOn(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		good, missing := b.file("good", 10), filepath.Join(b.dir, "missing")
		ids := b.add(missing, good)
		b.arrived(ids[1], good)
		s := b.until(ids[0], transfer.Failed)
		var f *transfer.FileError
		if !errors.As(s.Err, &f) || f.Path != missing || f.Kind != transfer.ErrVanished {
			b.Errorf("failed with %v", s.Err)
		}
		b.holds(1)
		b.file("missing", 20) // the stick is plugged in
		b.engine.Retry(ids[0])
		b.until(ids[0], transfer.Uploading, transfer.Done)
		b.arrived(ids[0], missing)
	})
}

func TestFileTooBigIsRefusedBeforeItIsBegun(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		path := b.file("big", 0)
		if err := os.Truncate(path, limits.MaxSize()+1); err != nil {
			b.Fatal(err)
		}
		s := b.until(b.add(path)[0], transfer.Failed)
		var f *transfer.FileError
		if !errors.As(s.Err, &f) || f.Kind != transfer.ErrTooBig || f.Limit != limits.MaxSize() {
			b.Errorf("failed with %v", s.Err)
		}
		b.holds(0)
	})
}

// transient errors, as a server and a line give them.
var (
	busy   = &api.Error{Op: "any", Kind: api.ErrBusy, Status: 429, RetryAfter: 2 * time.Second}
	failed = &api.Error{Op: "any", Kind: api.ErrServer, Status: 500}
	broken = &api.Error{Op: "any", Kind: api.ErrNetwork}
)

// TestLostAnswers loses the first answer of each call after the server acted.
func TestLostAnswers(t *testing.T) {
	for _, op := range []string{"begin", "part", "complete", "stat", "link", "fetch"} {
		t.Run(op, func(t *testing.T) {
			inBubble(t, transfer.Config{}, func(b *bench) {
				b.fake.SetAfter(once(op, broken))
				path := b.file("f", 1<<20)
				b.arrived(b.add(path)[0], path)
				b.holds(1)
				if n := b.fake.Calls("complete"); n != 1 {
					b.Errorf("complete took effect %d times", n)
				}
			})
		})
	}
}

// once fails one operation one time.
func once(op string, err error) func(string) error {
	var mu sync.Mutex
	left := 1
	return func(o string) error {
		mu.Lock()
		defer mu.Unlock()
		if o != op || left == 0 {
			return nil
		}
		left--
		return err
	}
}

// TestFlakyServer fails a third of the calls in one of the ways there are,
// before or after they were carried out.
func TestFlakyServer(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		var mu sync.Mutex
		dice := mathrand.New(mathrand.NewPCG(1, 2))
		draw := func(ways ...error) func(string) error {
			return func(string) error {
				mu.Lock()
				defer mu.Unlock()
				if dice.IntN(6) > 0 {
					return nil
				}
				return ways[dice.IntN(len(ways))]
			}
		}
		b.fake.SetBefore(draw(busy, failed, broken))
		b.fake.SetAfter(draw(failed, broken))
		paths := map[string]string{}
		for i := range 60 {
			path := b.file(fmt.Sprint(i), i*20_000)
			paths[b.add(path)[0]] = path
		}
		for id, path := range paths {
			b.arrived(id, path)
		}
		b.fake.SetBefore(nil)
		b.fake.SetAfter(nil)
		b.holds(len(paths))
	})
}

func TestPatienceEnds(t *testing.T) {
	inBubble(t, transfer.Config{Patience: time.Minute}, func(b *bench) {
		b.fake.SetBefore(func(string) error { return broken })
		began := time.Now()
		s := b.until(b.add(b.file("f", 10))[0], transfer.Failed)
		if !errors.Is(s.Err, api.ErrNetwork) || time.Since(began) < time.Minute {
			b.Errorf("after %v: %v", time.Since(began), s.Err)
		}
	})
}

func TestWithoutPatienceItWaitsForEver(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		var gone sync.Map
		gone.Store("gone", true)
		b.fake.SetBefore(func(string) error {
			if _, is := gone.Load("gone"); is {
				return broken
			}
			return nil
		})
		path := b.file("f", 10)
		id := b.add(path)[0]
		time.Sleep(24 * time.Hour)
		if s := b.status(id); s.State != transfer.Reconnecting || !errors.Is(s.Err, api.ErrNetwork) || s.NextTry.Before(time.Now()) {
			b.Errorf("after a day: %+v", s)
		}
		gone.Delete("gone")
		b.arrived(id, path)
	})
}

func TestServerThatAlwaysFailsIsGivenUp(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.fake.SetBefore(func(op string) error {
			if op == "complete" {
				return failed
			}
			return nil
		})
		id := b.add(b.file("f", 10))[0]
		b.until(id, transfer.Failed)
		b.fake.SetBefore(nil)
		parts := b.fake.Calls("part")
		b.engine.Retry(id)
		b.until(id, transfer.Done)
		if b.fake.Calls("part") != parts {
			b.Error("a retry sent parts again that had been answered")
		}
	})
}

func TestRetryAfterIsObeyed(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.fake.SetBefore(once("begin", &api.Error{Op: "begin", Kind: api.ErrBusy, Status: 429, RetryAfter: 90 * time.Second}))
		began := time.Now()
		b.until(b.add(b.file("f", 10))[0], transfer.Done)
		if took := time.Since(began); took < 90*time.Second {
			b.Errorf("went on after %v", took)
		}
	})
}

func TestForgottenUploadBeginsAnew(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.fake.SetBefore(once("part", &api.Error{Op: "part", Kind: api.ErrNotFound, Status: 404}))
		path := b.file("f", 1<<20)
		b.arrived(b.add(path)[0], path)
		if n := b.fake.Calls("begin"); n != 2 {
			b.Errorf("begun %d times", n)
		}
	})
}

// mute is a bucket that does not say which parts it misses.
type mute struct{ *transfertest.Fake }

func (m mute) Complete(ctx context.Context, u api.Upload, tags []string) error {
	err := m.Fake.Complete(ctx, u, tags)
	if errors.Is(err, api.ErrIncomplete) {
		return &api.Error{Op: "complete", Kind: api.ErrIncomplete, Status: http.StatusBadRequest}
	}
	return err
}

// TestAPartThatNobodyNamesIsSentAgain: what was sent twice is sent again first,
// and then all.
func TestAPartThatNobodyNamesIsSentAgain(t *testing.T) {
	for name, c := range map[string]struct{ lost, forever, sent int }{
		"the one that was sent twice": {lost: 2, sent: 4 + 1 + 1},
		"another one":                 {lost: 3, sent: 4 + 1 + 1 + 4},
		"time and again":              {lost: 3, forever: 3, sent: 4 + 1 + 1 + 4},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
				b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: mute{b.fake}, Limits: limits, Seal: func(n string) (string, error) { return n, nil }})
				path, parts, completes := b.file("f", 1<<20), 0, 0
				b.fake.SetAfter(func(op string) error {
					if op == "part" {
						parts++
					}
					if op == "part" && parts == 2 {
						return broken // its answer is lost
					}
					return nil
				})
				b.fake.SetBefore(func(op string) error {
					if op != "complete" {
						return nil
					}
					if completes++; completes <= max(1, c.forever) {
						files, _ := b.fake.List(context.Background())
						b.fake.LosePart(files[0].Key, c.lost)
					}
					return nil
				})
				id := b.add(path)[0]
				if c.forever > 0 {
					if s := b.until(id, transfer.Failed, transfer.Done); !errors.Is(s.Err, api.ErrIncomplete) {
						b.Errorf("%+v", s)
					}
				} else {
					b.arrived(id, path)
				}
				if parts != c.sent {
					b.Errorf("%d parts sent, want %d", parts, c.sent)
				}
			})
		})
	}
}

func TestWrongTagSendsThePartAgain(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		path := b.file("f", 1<<20)
		spoiled := &spoiler{Fake: b.fake, left: 2}
		b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Bucket: spoiled, Limits: limits, Seal: func(n string) (string, error) { return n, nil }})
		b.arrived(b.add(path)[0], path)
		if n := b.fake.Calls("part"); n != 4+2 {
			b.Errorf("%d parts sent, want 4 and 2 again", n)
		}
	})
}

// spoiler is a bucket whose line changes the first bytes that it carries.
type spoiler struct {
	*transfertest.Fake
	mu   sync.Mutex
	left int
}

func (s *spoiler) PutPart(ctx context.Context, p api.Part) (string, error) {
	s.mu.Lock()
	spoil := s.left > 0
	s.left--
	s.mu.Unlock()
	if spoil {
		body := p.Body
		p.Body = func() io.Reader {
			data, _ := io.ReadAll(body())
			data[0]++
			return bytes.NewReader(data)
		}
	}
	return s.Fake.PutPart(ctx, p)
}

func TestChangedFileIsNeverDone(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"grown": func(path string) error { return os.Truncate(path, 2<<20) },
		"cut":   func(path string) error { return os.Truncate(path, 1) },
		"touched": func(path string) error {
			return os.Chtimes(path, time.Now(), time.Unix(1, 0))
		},
		"replaced": func(path string) error {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if err := os.WriteFile(path+"2", data, 0o600); err != nil {
				return err
			}
			return os.Rename(path+"2", path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
				path := b.file("f", 1<<20)
				changed := once("part", errors.New("now"))
				b.fake.SetAfter(func(op string) error {
					if changed(op) != nil {
						if err := change(path); err != nil {
							b.Error(err)
						}
					}
					return nil
				})
				id := b.add(path)[0]
				if s := b.until(id, transfer.Failed, transfer.Done); !errors.Is(s.Err, transfer.ErrChanged) {
					b.Fatalf("%+v", s)
				}
				b.holds(0)
				b.engine.Retry(id)
				b.arrived(id, path)
			})
		})
	}
}

// tagged is a journal that counts the tags that are kept.
type tagged struct{ tags atomic.Int64 }

func (*tagged) Save(journal.Entry, bool) error        { return nil }
func (t *tagged) Tag(string, int, string) error       { t.tags.Add(1); return nil }
func (*tagged) Renew(journal.Entry) error             { return nil }
func (*tagged) Forget(string) error                   { return nil }
func (*tagged) Finish(string, journal.Finished) error { return nil }

// TestAPartOfAChangedFileIsNotKept: it may be of either version.
func TestAPartOfAChangedFileIsNotKept(t *testing.T) {
	var kept tagged
	inBubble(t, transfer.Config{Workers: 1, Journal: &kept}, func(b *bench) {
		path := b.file("f", 1<<20)
		changed := once("part", errors.New("now"))
		b.fake.SetAfter(func(op string) error {
			if changed(op) != nil {
				return os.Chtimes(path, time.Now(), time.Unix(1, 0))
			}
			return nil
		})
		s := b.until(b.add(path)[0], transfer.Failed, transfer.Done)
		if n := kept.tags.Load(); n > 0 || !errors.Is(s.Err, transfer.ErrChanged) {
			b.Errorf("%d tags were kept: %+v", n, s)
		}
	})
}

func TestServerThatStoredAnotherSizeIsNotBelieved(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.engine.Connect(transfer.Target{ID: "here", Bucket: &liar{b.fake}, Limits: limits, Seal: func(n string) (string, error) { return n, nil }})
		s := b.until(b.add(b.file("f", 100))[0], transfer.Failed, transfer.Done)
		if !errors.Is(s.Err, transfer.ErrWrongSize) {
			b.Errorf("%+v", s)
		}
		b.holds(0)
	})
}

// TestALinkThatIsEarlyIsTriedAgain has a server that makes the file in its own
// time: until it is looked up as finished, its link gives less.
func TestALinkThatIsEarlyIsTriedAgain(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.engine.Connect(transfer.Target{ID: "here", Bucket: &slow{Fake: b.fake}, Limits: limits, Seal: func(n string) (string, error) { return n, nil }})
		path := b.file("f", 100)
		b.arrived(b.add(path)[0], path)
		b.holds(1)
	})
}

// slow is a bucket that has a file finished some seconds after its complete.
type slow struct {
	*transfertest.Fake
	looks atomic.Int64
}

func (s *slow) Stat(ctx context.Context, fileKey string) (api.File, error) {
	f, err := s.Fake.Stat(ctx, fileKey)
	f.Completed = f.Completed && s.looks.Add(1) > 3
	return f, err
}

func (s *slow) LinkSize(ctx context.Context, link string) (int64, error) {
	n, err := s.Fake.LinkSize(ctx, link)
	if s.looks.Load() <= 3 {
		n = 0
	}
	return n, err
}

// liar is a bucket whose links give a byte less than was sent.
type liar struct{ *transfertest.Fake }

func (l *liar) LinkSize(ctx context.Context, link string) (int64, error) {
	n, err := l.Fake.LinkSize(ctx, link)
	return n - 1, err
}
