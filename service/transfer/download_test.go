package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// stored puts a file into the bucket and returns its key and content.
func (b *bench) stored(size int) (fileKey, content string) {
	b.Helper()
	path := b.file("stored", size)
	id := b.add(path)[0]
	b.arrived(id, path)
	return b.status(id).FileKey, string(b.fake.Content(b.status(id).FileKey))
}

func (b *bench) download(key, name string) (string, error) {
	return b.engine.Download(context.Background(), transfer.Download{Target: "here", FileKey: key, Path: filepath.Join(b.dir, "to", name)})
}

// folder lists a folder's names and checks that nothing unfinished is there.
func (b *bench) folder() (names []string) {
	b.Helper()
	entries, err := os.ReadDir(filepath.Join(b.dir, "to"))
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".part") {
			b.Errorf("%s is left", e.Name())
		}
		names = append(names, e.Name())
	}
	return names
}

func downloading(t *testing.T, run func(b *bench)) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		if err := os.Mkdir(filepath.Join(b.dir, "to"), 0o700); err != nil {
			b.Fatal(err)
		}
		run(b)
	})
}

func TestDownloadNeverReplacesAFile(t *testing.T) {
	downloading(t, func(b *bench) {
		key, content := b.stored(600_000)
		for _, want := range []string{"a.tar.gz", "a.tar (2).gz", "a.tar (3).gz"} {
			path, err := b.download(key, "a.tar.gz")
			if err != nil || filepath.Base(path) != want {
				b.Fatalf("saved as %q, %v; want %q", path, err, want)
			}
			if got, _ := os.ReadFile(path); string(got) != content {
				b.Errorf("%s has other bytes", want)
			}
		}
		if n := len(b.folder()); n != 3 {
			b.Errorf("%d files", n)
		}
	})
}

func TestDownloadNames(t *testing.T) {
	long := strings.Repeat("п", 125) + ".jpeg" // 255 bytes
	dotted := "1." + strings.Repeat("x", 253)
	for name, second := range map[string]string{
		".hidden":                       ".hidden (2)",
		"noext":                         "noext (2)",
		long:                            strings.Repeat("п", 123) + " (2).jpeg",
		dotted:                          dotted[:251] + " (2)",
		"v1." + strings.Repeat("x", 40): "v1." + strings.Repeat("x", 40) + " (2)",
	} {
		downloading(t, func(b *bench) {
			key, _ := b.stored(1)
			for _, want := range []string{name, second} {
				if path, err := b.download(key, name); err != nil || filepath.Base(path) != want {
					b.Errorf("saved as %q, %v; want %q", path, err, want)
				}
			}
		})
	}
}

func TestDownloadSizes(t *testing.T) {
	for _, size := range []int{0, 1, 1 << 20} {
		downloading(t, func(b *bench) {
			key, content := b.stored(size)
			path, err := b.download(key, "f")
			if err != nil {
				b.Fatal(err)
			}
			if got, _ := os.ReadFile(path); string(got) != content {
				b.Errorf("%d bytes came back changed", size)
			}
		})
	}
}

// brokenLine is a bucket whose content breaks off after so many bytes.
type brokenLine struct {
	*transfertest.Fake
	breaks  atomic.Int32
	ranges  bool
	fetched atomic.Int64
}

func (l *brokenLine) Fetch(ctx context.Context, link string, from, until int64) (*api.Content, error) {
	if !l.ranges {
		from = 0
	}
	c, err := l.Fake.Fetch(ctx, link, from, until)
	if err != nil {
		return nil, err
	}
	data, _ := io.ReadAll(c)
	if until < 0 && l.breaks.Add(-1) >= 0 {
		data = data[:len(data)/2]
	}
	l.fetched.Add(int64(len(data)))
	c.ReadCloser = io.NopCloser(bytes.NewReader(data))
	return c, nil
}

func TestDownloadGoesOnWhereTheLineBroke(t *testing.T) {
	for name, ranges := range map[string]bool{"with ranges": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			downloading(t, func(b *bench) {
				key, content := b.stored(1 << 20)
				line := &brokenLine{Fake: b.fake, ranges: ranges}
				line.breaks.Store(3)
				b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Bucket: line, Limits: limits})
				path, err := b.download(key, "f")
				if err != nil {
					b.Fatal(err)
				}
				if got, _ := os.ReadFile(path); string(got) != content {
					b.Error("the bytes came back changed")
				}
				if ranges && line.fetched.Load() != 1<<20 {
					b.Errorf("%d bytes fetched for %d", line.fetched.Load(), 1<<20)
				}
			})
		})
	}
}

func TestDownloadFailsClearly(t *testing.T) {
	downloading(t, func(b *bench) {
		key, _ := b.stored(10)
		_, err := b.engine.Download(context.Background(), transfer.Download{Target: "here", FileKey: key, Path: filepath.Join(b.dir, "nowhere", "f")})
		var f *transfer.FileError
		if !errors.As(err, &f) || f.Kind != transfer.ErrUnwritable || f.Path != filepath.Join(b.dir, "nowhere") {
			b.Errorf("into a folder that is not there: %v", err)
		}
		if _, err := b.download("no such key", "f"); !errors.Is(err, api.ErrNotFound) {
			b.Errorf("an unknown file: %v", err)
		}
		b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Bucket: &wrongTotal{b.fake}, Limits: limits})
		if _, err := b.download(key, "f"); !errors.Is(err, transfer.ErrWrongSize) {
			b.Errorf("a content of another size: %v", err)
		}
		if names := b.folder(); len(names) != 0 {
			b.Errorf("left behind: %v", names)
		}
	})
}

// wrongTotal is a bucket that gives more than it declared.
type wrongTotal struct{ *transfertest.Fake }

func (w *wrongTotal) Fetch(ctx context.Context, link string, from, until int64) (*api.Content, error) {
	c, err := w.Fake.Fetch(ctx, link, from, until)
	if err == nil {
		c.ReadCloser, c.Total = io.NopCloser(io.MultiReader(c.ReadCloser, strings.NewReader("more"))), c.Total+4
	}
	return c, err
}

// meteredFetch counts the bytes of content that were asked for.
type meteredFetch struct {
	*transfertest.Fake
	bytes atomic.Int64
	spans sync.Map
}

func (m *meteredFetch) Fetch(ctx context.Context, link string, from, until int64) (*api.Content, error) {
	c, err := m.Fake.Fetch(ctx, link, from, until)
	if err == nil && until > 0 {
		m.bytes.Add(min(until+1, c.Total) - from)
		m.spans.Store(from, true)
	}
	return c, err
}

// interruptedDownload stops a download of four pieces after two of them.
func (b *bench) interruptedDownload() (key, content string, d transfer.Download) {
	b.Helper()
	if err := os.Mkdir(filepath.Join(b.dir, "to"), 0o700); err != nil {
		b.Fatal(err)
	}
	key, content = b.stored(28 << 20)
	ctx, cancel := context.WithCancel(context.Background())
	pieces := 0
	var mu sync.Mutex
	b.fake.SetBefore(func(op string) error {
		mu.Lock()
		defer mu.Unlock()
		if op == "fetch" {
			if pieces++; pieces > 3 { // the first asks for the size
				cancel()
				return broken
			}
		}
		return nil
	})
	d = transfer.Download{Target: "here", FileKey: key, Path: filepath.Join(b.dir, "to", "f.bin")}
	if _, err := b.engine.Download(ctx, d); !errors.Is(err, context.Canceled) {
		b.Fatalf("stopped with %v", err)
	}
	b.fake.SetBefore(nil)
	return key, content, d
}

func TestDownloadGoesOnAfterTheProgramEnded(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		b.restart()
		b.goesOn(d, content)
	})
}

// TestDownloadGoesOnWithANewKey, in the same run: the pieces that are there are
// not fetched again, and there is one file.
func TestDownloadGoesOnWithANewKey(t *testing.T) {
	resuming(t, func(b *bench) {
		if err := os.Mkdir(filepath.Join(b.dir, "to"), 0o700); err != nil {
			b.Fatal(err)
		}
		key, content := b.stored(28 << 20)
		var fetches atomic.Int32
		b.fake.SetBefore(func(op string) error {
			if op == "fetch" && fetches.Add(1) > 3 { // the first asks for the size
				return &api.Error{Op: "fetch", Kind: api.ErrUnauthorized, Status: 401}
			}
			return nil
		})
		var received atomic.Int64
		_, err := b.engine.Download(context.Background(), transfer.Download{
			Target: "here", FileKey: key, Path: filepath.Join(b.dir, "to", "f"), Received: &received,
		})
		if !errors.Is(err, api.ErrUnauthorized) || received.Load() == 0 {
			b.Fatalf("stopped with %v after %d bytes", err, received.Load())
		}
		b.fake.SetBefore(nil)
		metered := &meteredFetch{Fake: b.fake}
		b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: metered, Limits: limits})
		left := b.engine.LeftDownloads("here")
		if len(left) != 1 || left[0].FileKey != key {
			b.Fatalf("left: %+v", left)
		}
		left[0].Received = &received
		path, err := b.engine.Download(context.Background(), left[0])
		if got, _ := os.ReadFile(path); err != nil || string(got) != content || received.Load() != 28<<20 {
			b.Fatalf("%v, %d bytes", err, received.Load())
		}
		if n := metered.bytes.Load(); n >= 28<<20 {
			b.Errorf("%d bytes fetched, at least a piece was there", n)
		}
		if names := b.folder(); len(names) != 1 || len(b.engine.LeftDownloads("here")) > 0 {
			b.Errorf("in the folder: %v", names)
		}
	})
}

func TestPiecesThatNeverReachedTheDiskAreFetchedAgain(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		if err := os.WriteFile(d.Path+".part", make([]byte, 28<<20), 0o600); err != nil {
			b.Fatal(err)
		}
		b.restart()
		path, err := b.engine.Download(context.Background(), d)
		if err != nil {
			b.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != content {
			b.Error("the bytes came back changed")
		}
	})
}

func TestDownloadOfAnotherFileDoesNotTakeUpTheRest(t *testing.T) {
	resuming(t, func(b *bench) {
		_, _, d := b.interruptedDownload()
		b.restart()
		key, content := b.stored(100)
		path, err := b.engine.Download(context.Background(), transfer.Download{Target: "here", FileKey: key, Path: d.Path})
		if err != nil || path != d.Path {
			b.Fatal(path, err)
		}
		if got, _ := os.ReadFile(path); string(got) != content {
			b.Error("the bytes came back changed")
		}
	})
}

func TestDownloadFetchesPiecesInParallel(t *testing.T) {
	downloading(t, func(b *bench) {
		key, content := b.stored(40 << 20)
		metered := &meteredFetch{Fake: b.fake}
		b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Bucket: metered, Limits: limits})
		g := newGate("fetch")
		first := true
		var mu sync.Mutex
		b.fake.SetBefore(func(op string) error {
			mu.Lock()
			alone := first && op == "fetch"
			first = first && op != "fetch"
			mu.Unlock()
			if op != "fetch" || alone {
				return nil
			}
			return g.hold(op)
		})
		done := make(chan error, 1)
		go func() {
			path, err := b.download(key, "f")
			if got, _ := os.ReadFile(path); err == nil && string(got) != content {
				err = errors.New("the bytes came back changed")
			}
			done <- err
		}()
		<-g.reached // the first piece, alone
		g.release()
		if err := <-done; err != nil {
			b.Fatal(err)
		}
		spans := 0
		metered.spans.Range(func(any, any) bool { spans++; return true })
		if spans < 5 || metered.bytes.Load() != 40<<20 {
			b.Errorf("%d pieces, %d bytes", spans, metered.bytes.Load())
		}
	})
}

func TestALinkThatIsRefusedIsRenewedOnce(t *testing.T) {
	downloading(t, func(b *bench) {
		key, content := b.stored(30 << 20)
		refused := &api.Error{Op: "fetch", Kind: api.ErrForbidden, Status: 403}
		b.fake.SetBefore(once("fetch", refused))
		path, err := b.download(key, "f")
		if got, _ := os.ReadFile(path); err != nil || string(got) != content {
			b.Fatal(err)
		}
		b.fake.SetBefore(func(op string) error {
			if op == "fetch" {
				return refused
			}
			return nil
		})
		if _, err := b.download(key, "g"); !errors.Is(err, api.ErrForbidden) {
			b.Errorf("refused for good: %v", err)
		}
		if n := b.fake.Calls("link"); n > 2+2+1 {
			b.Errorf("%d links asked for", n)
		}
	})
}

// brief is a bucket whose links open few times before they have ended.
type brief struct {
	*transfertest.Fake
	mu   sync.Mutex
	left int
}

func (l *brief) DownloadURL(ctx context.Context, fileKey string, opt api.LinkOptions) (api.Link, error) {
	l.mu.Lock()
	l.left = 3
	l.mu.Unlock()
	return l.Fake.DownloadURL(ctx, fileKey, opt)
}

func (l *brief) Fetch(ctx context.Context, link string, from, until int64) (*api.Content, error) {
	l.mu.Lock()
	l.left--
	ended := l.left < 0
	l.mu.Unlock()
	if ended {
		return nil, &api.Error{Op: "fetch", Kind: api.ErrForbidden, Status: 403}
	}
	return l.Fake.Fetch(ctx, link, from, until)
}

// TestADownloadOutlivesItsLinks: a large file takes longer than a link lives.
func TestADownloadOutlivesItsLinks(t *testing.T) {
	downloading(t, func(b *bench) {
		key, content := b.stored(30 << 20)
		b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: &brief{Fake: b.fake}, Limits: limits})
		before := b.fake.Calls("link")
		path, err := b.download(key, "f")
		if got, _ := os.ReadFile(path); err != nil || string(got) != content {
			b.Fatal(err)
		}
		if n := b.fake.Calls("link") - before; n < 5 {
			b.Errorf("%d links asked for: too few pieces to tell", n)
		}
	})
}

// flipping is a bucket that flips a bit of what is fetched.
type flipping struct{ *transfertest.Fake }

func (l flipping) Fetch(ctx context.Context, link string, from, until int64) (*api.Content, error) {
	c, err := l.Fake.Fetch(ctx, link, from, until)
	if err != nil || until == 0 {
		return c, err
	}
	data, err := io.ReadAll(c)
	data[len(data)/2] ^= 1
	c.ReadCloser = io.NopCloser(bytes.NewReader(data))
	return c, err
}

// TestDownloadIsComparedWithWhatWasUploaded also has the history of an earlier
// run tell it.
func TestDownloadIsComparedWithWhatWasUploaded(t *testing.T) {
	resuming(t, func(b *bench) {
		if err := os.MkdirAll(filepath.Join(b.dir, "to"), 0o700); err != nil {
			b.Fatal(err)
		}
		key, content := b.stored(5_000_000)
		for _, restarted := range []bool{false, true} {
			if restarted {
				b.restartWithHistory()
			}
			b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: flipping{b.fake}, Limits: limits})
			if path, err := b.download(key, "f"); !errors.Is(err, transfer.ErrWrongSum) {
				b.Errorf("restarted %v: a flipped bit was saved to %q: %v", restarted, path, err)
			}
			if names := b.folder(); len(names) > 0 {
				b.Errorf("in the folder: %v", names)
			}
		}
		b.connect("s1")
		path, err := b.download(key, "f")
		if got, _ := os.ReadFile(path); err != nil || string(got) != content {
			b.Error(err)
		}
	})
}
