package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// gate holds calls of one operation until it is opened.
type gate struct {
	op      string
	reached chan struct{}
	open    chan struct{}
	once    sync.Once
}

func newGate(op string) *gate {
	return &gate{op: op, reached: make(chan struct{}, 1000), open: make(chan struct{})}
}

func (g *gate) hold(op string) error {
	if op == g.op {
		g.reached <- struct{}{}
		<-g.open
	}
	return nil
}

func (g *gate) release() { g.once.Do(func() { close(g.open) }) }

func TestPauseKeepsWhatWasAnswered(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		path := b.file("f", 1<<20)
		third := newGate("part")
		n := 0
		b.fake.SetBefore(func(op string) error {
			if op == "part" {
				if n++; n == 3 {
					return third.hold(op)
				}
			}
			return nil
		})
		id := b.add(path)[0]
		<-third.reached
		b.engine.Pause(id)
		third.release()
		s := b.until(id, transfer.Paused)
		if s.PartsDone < 2 || s.Err != nil || s.Sent != int64(s.PartsDone)<<18 {
			b.Errorf("paused as %+v", s)
		}
		time.Sleep(time.Hour)
		b.until(id, transfer.Paused)
		b.engine.Resume(id)
		b.arrived(id, path)
		b.holds(1)
		if begun := b.fake.Calls("begin"); begun != 1 {
			b.Errorf("begun %d times", begun)
		}
	})
}

func TestResumeWhilePausingIsNotLost(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		g := newGate("begin")
		b.fake.SetBefore(g.hold)
		path := b.file("f", 10)
		id := b.add(path)[0]
		<-g.reached
		b.engine.Pause(id)
		b.engine.Resume(id)
		g.release()
		b.arrived(id, path)
		b.holds(1)
	})
}

// TestPausesCostNoTurns pauses and resumes a film more often than there are
// turns for films, while others want theirs. Another one must still get its own.
func TestPausesCostNoTurns(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		g := newGate("part")
		b.fake.SetBefore(g.hold)
		film := b.file("film", 16<<20)
		id := b.add(film)[0]
		for range 6 {
			<-g.reached
			b.engine.Pause(id)
			b.engine.Resume(id)
			next := newGate("part")
			b.fake.SetBefore(next.hold)
			g.release()
			for range 1000 {
				b.engine.Resume("another")
				runtime.Gosched()
			}
			g = next
		}
		b.fake.SetBefore(nil)
		g.release()
		b.arrived(id, film)
		other := b.file("other", 9<<20)
		b.arrived(b.add(other)[0], other)
	})
}

func TestCancelDeletesWhatTheServerHad(t *testing.T) {
	for _, op := range []string{"begin", "part", "complete", "stat", "link"} {
		t.Run("during "+op, func(t *testing.T) {
			inBubble(t, transfer.Config{}, func(b *bench) {
				g := newGate(op)
				b.fake.SetBefore(g.hold)
				id := b.add(b.file("f", 1<<20))[0]
				<-g.reached
				b.engine.Cancel(id)
				b.fake.SetBefore(nil)
				g.release()
				b.until(id, transfer.Cancelled)
				b.engine.Cleared(context.Background())
				b.holds(0)
			})
		})
	}
}

func TestCancelOfAPausedUploadDeletesToo(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		g := newGate("part")
		b.fake.SetBefore(g.hold)
		path := b.file("f", 1<<20)
		id := b.add(path)[0]
		<-g.reached
		b.engine.Pause(id)
		g.release()
		b.until(id, transfer.Paused)
		b.engine.Cancel(id)
		b.until(id, transfer.Cancelled)
		b.engine.Cleared(context.Background())
		b.holds(0)
		b.engine.Retry(id)
		b.arrived(id, path)
		b.holds(1)
	})
}

func TestPauseAllHoldsWhatIsAddedToo(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.engine.PauseAll()
		path := b.file("f", 10)
		id := b.add(path)[0]
		time.Sleep(time.Hour)
		b.until(id, transfer.Paused)
		if n := b.fake.Calls("begin"); n != 0 {
			b.Errorf("%d begun", n)
		}
		b.engine.ResumeAll()
		b.arrived(id, path)
	})
}

// TestWrongKeyKeepsTheQueue: one refusal is enough, nobody else asks, and a
// new key sets all of them going.
func TestWrongKeyKeepsTheQueue(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		g := newGate("begin")
		b.fake.SetBefore(func(op string) error {
			_ = g.hold(op)
			return &api.Error{Op: op, Kind: api.ErrUnauthorized, Status: 401}
		})
		var ids, paths []string
		for range 50 {
			path := b.file("f"+time.Now().String()+string(rune('a'+len(ids))), 10)
			paths = append(paths, path)
			ids = append(ids, b.add(path)...)
		}
		<-g.reached
		g.release()
		for _, id := range ids {
			if s := b.until(id, transfer.Paused); !errors.Is(s.Err, api.ErrUnauthorized) {
				b.Fatalf("paused by %v", s.Err)
			}
		}
		b.fake.SetBefore(nil)
		b.connect("s1")
		for i, id := range ids {
			b.arrived(id, paths[i])
		}
		b.holds(len(ids))
	})
}

func TestANewSessionBeginsAnew(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		path := b.file("f", 1<<20)
		second := 0
		b.fake.SetBefore(func(op string) error {
			if op == "part" {
				if second++; second == 2 {
					return &api.Error{Op: op, Kind: api.ErrEnded, Status: 410}
				}
			}
			return nil
		})
		id := b.add(path)[0]
		b.until(id, transfer.Paused)
		b.connect("s2")
		b.arrived(id, path)
		f, err := b.fake.Stat(context.Background(), b.status(id).FileKey)
		if err != nil || f.Name[:5] != "f|s2|" {
			b.Errorf("sealed as %q (%v)", f.Name, err)
		}
	})
}

func TestSmallFilesDoNotWaitBehindAFilm(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 2}, func(b *bench) {
		film := b.file("film", 20<<20)
		b.fake.SetBefore(func(op string) error {
			if op == "part" {
				time.Sleep(time.Second)
			}
			return nil
		})
		var films []string
		for i := range 6 {
			copied := fmt.Sprint(film, i)
			if err := os.Link(film, copied); err != nil {
				b.Fatal(err)
			}
			films = append(films, b.add(copied)...)
		}
		small := b.add(b.file("small", 10))[0]
		b.until(small, transfer.Done)
		for _, id := range films {
			if s := b.status(id); s.State == transfer.Done {
				b.Error("a film was done before the small file")
			}
		}
	})
}

func TestChangesTellsEachChangeOnce(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		path := b.file("f", 10)
		id := b.add(path)[0]
		<-b.engine.Wake()
		b.arrived(id, path)
		all, rev := b.engine.Changes(0)
		if len(all) != 1 || all[0].ID != id || all[0].State != transfer.Done {
			b.Errorf("changes: %+v", all)
		}
		if again, _ := b.engine.Changes(rev); len(again) != 0 {
			b.Errorf("told again: %+v", again)
		}
		b.engine.Forget(id)
		if _, ok := b.engine.Status(id); ok {
			b.Error("still remembered")
		}
	})
}

func TestCloseStopsWhatMoves(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.fake.SetBefore(func(string) error { return broken })
		id := b.add(b.file("f", 10))[0]
		time.Sleep(time.Minute)
		b.engine.Close()
		if s := b.status(id); s.State != transfer.Waiting {
			b.Errorf("left as %+v", s)
		}
	})
}

func TestTheSameFileIsQueuedOnce(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		path := b.file("f", 1<<20)
		g := newGate("begin")
		b.fake.SetBefore(g.hold)
		ids := b.add(path, path, filepath.Dir(path))
		if ids[0] != ids[1] || len(ids) != 3 || ids[2] == ids[0] {
			b.Errorf("queued as %v: the one from the folder has another name", ids)
		}
		g.release()
		b.arrived(ids[0], path)
		b.until(ids[2], transfer.Done)
		b.holds(2)
	})
}

// TestANewKeyKeepsTheServersPace: a line that is down is down for the same
// server with a new key too, and shows as such.
func TestANewKeyKeepsTheServersPace(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.fake.SetBefore(func(string) error { return broken })
		id := b.add(b.file("f", 10))[0]
		b.until(id, transfer.Reconnecting)
		b.connect("s1")
		b.until(id, transfer.Reconnecting)
	})
}

func TestPatienceIsNotOutlastedByRetryAfter(t *testing.T) {
	inBubble(t, transfer.Config{Patience: 2 * time.Minute}, func(b *bench) {
		b.fake.SetBefore(func(op string) error {
			return &api.Error{Op: op, Kind: api.ErrBusy, Status: 429, RetryAfter: 24 * time.Hour}
		})
		began := time.Now()
		b.until(b.add(b.file("f", 10))[0], transfer.Failed)
		if took := time.Since(began); took > 5*time.Minute {
			b.Errorf("failed after %v", took)
		}
	})
}

// TestCancelOffline: it shows at once, and holds neither a lane nor the end.
func TestCancelOffline(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		g := newGate("part")
		b.fake.SetBefore(g.hold)
		id := b.add(b.file("f", 1<<20))[0]
		<-g.reached
		b.fake.SetBefore(func(string) error { return broken })
		g.release()
		b.engine.Cancel(id)
		began := time.Now()
		b.until(id, transfer.Cancelled)
		b.engine.Close()
		if took := time.Since(began); took > time.Second {
			b.Errorf("it took %v", took)
		}
	})
}

// TestACancelIsMadeUpFor as soon as the server can be told, in the same run.
func TestACancelIsMadeUpFor(t *testing.T) {
	wrongKey := &api.Error{Op: "delete", Kind: api.ErrUnauthorized, Status: 401}
	for name, c := range map[string]struct {
		with   *api.Error
		forget bool
		then   func(b *bench)
	}{
		"the server was away":                  {with: broken, then: func(*bench) {}},
		"nobody wants to know of it":           {with: broken, forget: true, then: func(*bench) {}},
		"the key did not work":                 {with: wrongKey, then: func(b *bench) { b.connect("s1") }},
		"it did not, and nobody wants to know": {with: wrongKey, forget: true, then: func(b *bench) { b.connect("s1") }},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{}, func(b *bench) {
				g := newGate("complete")
				b.fake.SetBefore(g.hold)
				id := b.add(b.file("f", 1<<20))[0]
				<-g.reached
				b.fake.SetBefore(func(string) error { return c.with })
				b.engine.Cancel(id)
				g.release()
				b.until(id, transfer.Cancelled)
				if c.forget {
					b.engine.Forget(id)
				}
				time.Sleep(time.Hour)
				b.fake.SetBefore(nil)
				c.then(b)
				time.Sleep(time.Minute)
				b.holds(0)
			})
		})
	}
}

// TestARetryDoesNotWaitForACancel that the server could not be told of yet.
func TestARetryDoesNotWaitForACancel(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		g := newGate("complete")
		b.fake.SetBefore(g.hold)
		path := b.file("f", 1<<20)
		id := b.add(path)[0]
		<-g.reached
		b.fake.SetBefore(func(string) error { return broken })
		b.engine.Cancel(id)
		g.release()
		b.until(id, transfer.Cancelled)
		time.Sleep(time.Minute)
		b.engine.Retry(id)
		b.until(id, transfer.Reconnecting)
		b.fake.SetBefore(nil)
		b.arrived(id, path)
		b.holds(1)
		if n := b.fake.Calls("part"); n != 4 {
			b.Errorf("%d parts sent for 4", n)
		}
	})
}

func TestRetryOfWhatIsBeingCancelledIsNotLost(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		part, del := newGate("part"), newGate("delete")
		b.fake.SetBefore(func(op string) error { _ = part.hold(op); return del.hold(op) })
		path := b.file("f", 1<<20)
		id := b.add(path)[0]
		<-part.reached
		b.engine.Cancel(id)
		part.release()
		<-del.reached
		b.until(id, transfer.Cancelled)
		b.engine.Retry(id)
		del.release()
		b.arrived(id, path)
		b.holds(1)
	})
}

// TestAnotherServerIsNotWaitedFor as long as the one before has asked for.
func TestAnotherServerIsNotWaitedFor(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		asks := &api.Error{Op: "any", Kind: api.ErrBusy, Status: 429, RetryAfter: 24 * time.Hour}
		b.fake.SetBefore(func(string) error { return asks })
		path := b.file("f", 1<<20)
		id := b.add(path)[0]
		time.Sleep(time.Minute)
		b.fake = transfertest.NewFake()
		b.engine.Connect(b.another())
		b.arrived(id, path)
		b.holds(1)
	})
}

// TestManyFilesDoNotWaitForAServerThatGaveWay: some of them waited for its list, and
// that for the time that it had asked for.
func TestManyFilesDoNotWaitForAServerThatGaveWay(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		var completes atomic.Int32
		b.fake.SetBefore(func(op string) error {
			if op == "complete" && completes.Add(1) > 30 {
				return &api.Error{Op: op, Kind: api.ErrBusy, Status: 429, RetryAfter: 24 * time.Hour}
			}
			if op == "complete" {
				time.Sleep(100 * time.Millisecond) // all are on their way
			}
			return nil
		})
		paths := make([]string, 60)
		for i := range paths {
			paths[i] = b.file(fmt.Sprint("f", i), 100+i)
		}
		ids := b.add(paths...)
		time.Sleep(time.Minute)
		b.fake = transfertest.NewFake()
		b.engine.Connect(b.another())
		for i, id := range ids {
			if b.status(id).State != transfer.Done { // at the one before
				b.arrived(id, paths[i])
			}
		}
	})
}

// another is a storage on another server than that of connect.
func (b *bench) another() transfer.Target {
	return transfer.Target{
		ID: "here", Session: "s2", Server: "another", Storage: "another#s2", Bucket: b.fake, Limits: limits,
		Seal: func(name string) (string, error) { return name, nil },
	}
}

// folder is a bundle of which nobody knows the size before it is looked through.
type folder struct {
	transfer.Source
	looked *atomic.Int32
	open   chan struct{}
}

func (f folder) Paths() []string { return []string{f.Path()} }
func (folder) Forget()           {}

func (f folder) Look(ctx context.Context) error {
	f.looked.Add(1)
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-f.open:
		return nil
	}
}

// TestFoldersDoNotHoldUpSmallFiles: they may be large, and are looked through a
// few at a time.
func TestFoldersDoNotHoldUpSmallFiles(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		var looked atomic.Int32
		open := make(chan struct{})
		for i := range 100 {
			b.engine.Add("here", folder{transfer.FileAt(b.file(fmt.Sprint("folder", i), 0)), &looked, open})
		}
		defer close(open)
		b.until(b.add(b.file("small", 10))[0], transfer.Done)
		if n := looked.Load(); n > 10 {
			b.Errorf("%d folders are looked through at once", n)
		}
	})
}
