package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
)

// portal is what a call meets on a network that wants a sign-in.
var portal = &api.Error{Op: "any", Kind: api.ErrPortal, Status: http.StatusNetworkAuthenticationRequired}

// over connects the bucket over a network.
func (b *bench) over(offline func() bool) {
	b.engine.Connect(transfer.Target{
		ID: "here", Session: "s1", Storage: "s1", Bucket: b.fake, Limits: limits, Offline: offline,
		Seal: func(name string) (string, error) { return name, nil },
	})
}

// breaking has every call fail, and counts them, until it is mended.
type breaking struct {
	with   *api.Error
	mended atomic.Bool
	calls  atomic.Int64
}

func (k *breaking) call(string) error {
	if k.mended.Load() {
		return nil
	}
	k.calls.Add(1)
	return k.with
}

func no() bool { return false }

// TestWithoutANetworkNothingIsTried, but for a probe now and then; and no
// patience runs out.
func TestWithoutANetworkNothingIsTried(t *testing.T) {
	inBubble(t, transfer.Config{Patience: time.Minute, Unattended: true}, func(b *bench) {
		var offline atomic.Bool
		line := &breaking{with: broken}
		b.over(offline.Load)
		offline.Store(true)
		b.fake.SetBefore(line.call)
		began := time.Now()
		path := b.file("f", 1<<20)
		id := b.add(path)[0]
		if s := b.until(id, transfer.Reconnecting); !errors.Is(s.Err, api.ErrOffline) || time.Since(began) > time.Second {
			b.Errorf("after %v: %v", time.Since(began), s.Err)
		}
		time.Sleep(time.Hour)
		if s := b.status(id); s.State != transfer.Reconnecting || !errors.Is(s.Err, api.ErrOffline) {
			b.Fatalf("after an hour: %+v", s)
		}
		if n := line.calls.Load(); n < 100 || n > 121 {
			b.Errorf("%d probes in an hour, want one every 30 s", n)
		}
		line.mended.Store(true)
		offline.Store(false)
		b.engine.Nudge()
		back := time.Now()
		b.arrived(id, path)
		if took := time.Since(back); took > time.Second {
			b.Errorf("went on after %v", took)
		}
	})
}

// TestPatienceBeginsAnewWithTheNetwork: it is the server's time that runs, and
// not the one without a network.
func TestPatienceBeginsAnewWithTheNetwork(t *testing.T) {
	inBubble(t, transfer.Config{Patience: time.Minute}, func(b *bench) {
		var offline atomic.Bool
		b.over(offline.Load)
		b.fake.SetBefore(func(string) error { return broken })
		id := b.add(b.file("f", 10))[0]
		time.Sleep(30 * time.Second)
		offline.Store(true)
		time.Sleep(time.Hour)
		offline.Store(false)
		b.engine.Nudge()
		back := time.Now()
		if s := b.until(id, transfer.Failed); !errors.Is(s.Err, api.ErrNetwork) || time.Since(back) < time.Minute {
			b.Errorf("failed %v after the network was back: %v", time.Since(back), s.Err)
		}
	})
}

// TestASystemThatIsWrongIsNotBelieved: what is answered is there.
func TestASystemThatIsWrongIsNotBelieved(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.over(func() bool { return true })
		began := time.Now()
		paths := []string{b.file("a", 40<<18), b.file("b", 40<<18)}
		for i, id := range b.add(paths...) {
			b.arrived(id, paths[i])
		}
		if took := time.Since(began); took > time.Minute {
			b.Errorf("it took %v", took)
		}
	})
}

// TestNudge: what waits is tried at once, but for what a server has asked, and
// for storages that need no network.
func TestNudge(t *testing.T) {
	asks := &api.Error{Op: "begin", Kind: api.ErrBusy, Status: http.StatusTooManyRequests, RetryAfter: time.Minute}
	for name, c := range map[string]struct {
		with    *api.Error
		offline func() bool
		early   bool
	}{
		"a line that broke":            {broken, no, true},
		"a server that asked for time": {asks, no, false},
		"this computer's own storage":  {broken, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{}, func(b *bench) {
				line := &breaking{with: c.with}
				b.over(c.offline)
				b.fake.SetBefore(line.call)
				path := b.file("f", 10)
				id := b.add(path)[0]
				due := time.Now()
				for time.Until(due) < 5*time.Second {
					time.Sleep(10 * time.Millisecond)
					due = b.status(id).NextTry
				}
				line.mended.Store(true)
				b.engine.Nudge()
				b.arrived(id, path)
				if early := time.Now().Before(due); early != c.early {
					b.Errorf("done %v before it was due", time.Until(due))
				}
			})
		})
	}
}

// TestNudgeDoesNotHideTrouble: that it is tried anew does not make it work.
func TestNudgeDoesNotHideTrouble(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.over(no)
		b.fake.SetBefore(func(string) error { return broken })
		id := b.add(b.file("f", 10))[0]
		b.until(id, transfer.Reconnecting)
		b.engine.Nudge()
		for range 1000 {
			if s := b.status(id); s.State != transfer.Reconnecting {
				b.Fatalf("%+v", s)
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

// TestPortalFailsNoFile: whatever it stands in front of, the file arrives once
// the person has signed in.
func TestPortalFailsNoFile(t *testing.T) {
	for _, op := range []string{"begin", "part", "complete", "stat", "link", "fetch"} {
		t.Run(op, func(t *testing.T) {
			inBubble(t, transfer.Config{}, func(b *bench) {
				var signedIn atomic.Bool
				b.fake.SetBefore(func(o string) error {
					if o == op && !signedIn.Load() {
						return portal
					}
					return nil
				})
				path := b.file("f", 1<<20)
				id := b.add(path)[0]
				b.until(id, transfer.Reconnecting)
				time.Sleep(time.Hour)
				if s := b.status(id); s.State != transfer.Reconnecting || !errors.Is(s.Err, api.ErrPortal) {
					b.Fatalf("after an hour: %+v", s)
				}
				signedIn.Store(true)
				b.arrived(id, path)
				b.holds(1)
			})
		})
	}
}

// TestPortalIsNoDeletion: what was cancelled behind a portal is deleted later.
func TestPortalIsNoDeletion(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.fake.SetBefore(func(op string) error {
			if op == "complete" {
				return broken
			}
			return nil
		})
		id := b.add(b.file("f", 10))[0]
		b.until(id, transfer.Reconnecting)
		began := time.Now()
		b.fake.SetBefore(func(string) error {
			if time.Since(began) < 10*time.Second {
				return portal
			}
			return nil
		})
		b.engine.Cancel(id)
		b.until(id, transfer.Cancelled)
		b.engine.Cleared(context.Background())
		b.fake.SetBefore(nil)
		b.holds(0)
	})
}

// pages is a bucket whose links know no ranges and give HTML, as a file of HTML
// is served by some, and a portal in front of all.
type pages struct {
	transfer.Bucket
	client *api.Client
	page   atomic.Pointer[string]
}

func (p *pages) RoundTrip(r *http.Request) (*http.Response, error) {
	page := *p.page.Load()
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/html"}}, Request: r,
		Body: io.NopCloser(bytes.NewReader([]byte(page))), ContentLength: int64(len(page)),
	}, nil
}

func (p *pages) LinkSize(ctx context.Context, _ string) (int64, error) {
	return p.client.LinkSize(ctx, "http://files.example/f")
}

func (p *pages) Fetch(ctx context.Context, _ string, from, until int64) (*api.Content, error) {
	return p.client.Fetch(ctx, "http://files.example/f", from, until)
}

// TestAPageIsTheFileWhereItIsAsLong, and a portal's is not.
func TestAPageIsTheFileWhereItIsAsLong(t *testing.T) {
	const mine, theirs = "<html>my home page</html>", "<html>Room number?</html> "
	inBubble(t, transfer.Config{}, func(b *bench) {
		p := &pages{Bucket: b.fake}
		var err error
		if p.client, err = api.New(api.Config{Server: api.DefaultServer, Transport: p}); err != nil {
			b.Fatal(err)
		}
		show := func(page string) { p.page.Store(&page) }
		b.engine.Connect(transfer.Target{
			ID: "here", Session: "s1", Storage: "s1", Bucket: p, Limits: limits,
			Seal: func(name string) (string, error) { return name, nil },
		})
		show(theirs)
		path := write(b.T, filepath.Join(b.dir, "index.html"), mine)
		id := b.add(path)[0]
		b.until(id, transfer.Reconnecting)
		show(mine)
		b.arrived(id, path)

		show(theirs)
		time.AfterFunc(time.Hour, func() { show(mine) })
		began := time.Now()
		got, err := b.engine.Download(context.Background(), transfer.Download{
			Target: "here", FileKey: b.status(id).FileKey, Path: filepath.Join(b.dir, "saved"),
		})
		if err != nil || time.Since(began) < time.Hour {
			b.Fatalf("after %v: %v", time.Since(began), err)
		}
		if data, err := os.ReadFile(got); err != nil || string(data) != mine {
			b.Errorf("%q, %v", data, err)
		}
	})
}
