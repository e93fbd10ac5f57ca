package transfer_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// clearing leaves a cancelled upload whose deletion is on its way.
func (b *bench) clearing() (id string, del *gate) {
	b.Helper()
	part, del := newGate("part"), newGate("delete")
	b.fake.SetBefore(func(op string) error { _ = part.hold(op); return del.hold(op) })
	id = b.add(b.file("f", 1<<20))[0]
	<-part.reached
	b.engine.Cancel(id)
	part.release()
	<-del.reached
	b.until(id, transfer.Cancelled)
	return id, del
}

// TestACancelledUploadIsNotRevived: what is only being deleted is not resumed,
// neither with all others nor because its connection leads elsewhere.
func TestACancelledUploadIsNotRevived(t *testing.T) {
	for name, do := range map[string]func(b *bench, id string){
		"resume":      func(b *bench, id string) { b.engine.Resume(id) },
		"resume all":  func(b *bench, _ string) { b.engine.ResumeAll() },
		"new session": func(b *bench, _ string) { b.connect("s2") },
		"retry, then cancel again": func(b *bench, id string) {
			b.engine.Retry(id)
			b.engine.Cancel(id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
				id, del := b.clearing()
				do(b, id)
				del.release()
				time.Sleep(time.Hour)
				if s := b.status(id); s.State != transfer.Cancelled {
					b.Errorf("it is %v", s.State)
				}
				b.holds(0)
			})
		})
	}
}

// TestARetryWhileAllIsHeldIsNotLost: it waits for ResumeAll.
func TestARetryWhileAllIsHeldIsNotLost(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		id, del := b.clearing()
		b.engine.Retry(id)
		b.engine.PauseAll()
		del.release()
		time.Sleep(time.Hour)
		if s := b.status(id); s.State != transfer.Paused {
			b.Errorf("it is %v", s.State)
		}
		b.engine.ResumeAll()
		b.until(id, transfer.Done)
	})
}

// TestOneMayGoOnWhileAllRest: what a person resumes, or tries again, by itself.
func TestOneMayGoOnWhileAllRest(t *testing.T) {
	for name, do := range map[string]func(b *bench, id string){
		"resume": func(b *bench, id string) { b.engine.Resume(id) },
		"retry":  func(b *bench, id string) { b.engine.Cancel(id); b.engine.Retry(id) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{}, func(b *bench) {
				b.engine.PauseAll()
				one, other := b.add(b.file("one", 10))[0], b.add(b.file("other", 10))[0]
				do(b, one)
				b.until(one, transfer.Done)
				late := b.add(b.file("late", 10))[0]
				time.Sleep(time.Hour)
				for _, id := range []string{other, late} {
					if s := b.status(id); s.State != transfer.Paused {
						b.Errorf("another one is %v", s.State)
					}
				}
				b.engine.ResumeAll()
				b.until(other, transfer.Done)
				b.until(late, transfer.Done)
			})
		})
	}
}

// TestAFailedFileThatIsAddedAgainGoesOn: its parts are not sent again, and no
// second upload of it stays behind to become a second file.
func TestAFailedFileThatIsAddedAgainGoesOn(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		b.fake.SetBefore(once("complete", &api.Error{Op: "complete", Kind: api.ErrQuota, Status: 507}))
		path := b.file("f", 1<<20)
		id := b.add(path)[0]
		b.until(id, transfer.Failed)
		b.engine.PauseAll()
		if again := b.add(path)[0]; again != id {
			b.Error("it was added as another one")
		}
		time.Sleep(time.Hour)
		b.until(id, transfer.Paused)
		b.engine.ResumeAll()
		b.arrived(id, path)
		b.engine.Retry(id)
		time.Sleep(time.Hour)
		b.holds(1)
		if begun, parts := b.fake.Calls("begin"), b.fake.Calls("part"); begun != 1 || parts != 4 {
			b.Errorf("begun %d times, %d parts sent for 4", begun, parts)
		}
	})
}

// TestWhereNobodyAttendsAFailureIsTheEnd: it is told once, and who counts what was
// added against what has ended would wait for ever.
func TestWhereNobodyAttendsAFailureIsTheEnd(t *testing.T) {
	inBubble(t, transfer.Config{Unattended: true}, func(b *bench) {
		b.fake.SetBefore(once("begin", &api.Error{Op: "begin", Kind: api.ErrQuota, Status: 507}))
		path := b.file("f", 10)
		id := b.add(path)[0]
		b.until(id, transfer.Failed)
		again := b.add(path)[0]
		b.arrived(again, path)
		if s := b.status(id); again == id || s.State != transfer.Failed {
			b.Errorf("the first one is %v", s.State)
		}
	})
}

// wrongKey is what a server says to a key that has ended.
var wrongKey = &api.Error{Op: "any", Kind: api.ErrUnauthorized, Status: 401}

// TestANewKeyIsForAll: also for what was just being stopped for want of one, and
// for what earlier runs have cancelled.
func TestANewKeyIsForAll(t *testing.T) {
	t.Run("stopped in the same moment", func(t *testing.T) {
		inBubble(t, transfer.Config{}, func(b *bench) {
			part := newGate("part")
			b.fake.SetBefore(part.hold)
			path := b.file("f", 10)
			id := b.add(path)[0]
			<-part.reached
			b.fake.SetBefore(func(string) error { return wrongKey })
			refused := b.add(b.file("g", 10))[0]
			b.until(refused, transfer.Paused)
			b.fake.SetBefore(nil)
			b.connect("s1")
			part.release()
			b.arrived(id, path)
			b.until(refused, transfer.Done)
		})
	})
	t.Run("while a cancel waits for its server", func(t *testing.T) {
		inBubble(t, transfer.Config{}, func(b *bench) {
			part, del, refuse := newGate("part"), newGate("delete"), once("delete", wrongKey)
			b.fake.SetBefore(func(op string) error { _, _ = part.hold(op), del.hold(op); return refuse(op) })
			id := b.add(b.file("f", 10))[0]
			<-part.reached
			b.engine.Cancel(id)
			part.release()
			<-del.reached
			b.connect("s1")
			del.release()
			time.Sleep(time.Hour)
			b.holds(0)
		})
	})
	t.Run("cancelled, and the connection leads elsewhere now", func(t *testing.T) {
		inBubble(t, transfer.Config{}, func(b *bench) {
			part := newGate("part")
			b.fake.SetBefore(part.hold)
			id := b.add(b.file("f", 10))[0]
			<-part.reached
			other := transfertest.NewFake()
			b.engine.Connect(transfer.Target{ID: "here", Session: "s2", Storage: "s2", Bucket: other, Limits: limits, Seal: func(n string) (string, error) { return n, nil }})
			b.engine.Cancel(id)
			part.release()
			time.Sleep(time.Hour)
			b.holds(0)
		})
	})
	t.Run("cancelled by an earlier run", func(t *testing.T) {
		resuming(t, func(b *bench) {
			part := newGate("part")
			b.fake.SetBefore(part.hold)
			id := b.add(b.file("f", 10))[0]
			<-part.reached
			b.fake.SetBefore(func(string) error { return wrongKey })
			b.engine.Cancel(id)
			part.release()
			b.until(id, transfer.Cancelled)
			b.restart()
			time.Sleep(time.Hour)
			b.fake.SetBefore(nil)
			b.connect("s1")
			time.Sleep(time.Hour)
			b.holds(0)
		})
	})
}

// TestTheLastWishCounts: a cancel, or a pause, in the moment in which another
// end is taking effect.
func TestTheLastWishCounts(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(b *bench, id string)
		want transfer.State
	}{
		"pause, then cancel":       {func(b *bench, id string) { b.engine.Pause(id); b.engine.Cancel(id) }, transfer.Cancelled},
		"new session, then cancel": {func(b *bench, id string) { b.connect("s2"); b.engine.Cancel(id) }, transfer.Cancelled},
		"no key, pause, then a new one": {func(b *bench, id string) {
			b.fake.SetBefore(func(string) error { return wrongKey })
			b.until(b.add(b.file("g", 10))[0], transfer.Paused)
			b.engine.Pause(id)
			b.connect("s1")
		}, transfer.Paused},
		"pause, then new session": {func(b *bench, id string) { b.engine.Pause(id); b.connect("s2") }, transfer.Paused},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{Workers: 2}, func(b *bench) {
				g := newGate("part")
				b.fake.SetBefore(g.hold)
				id := b.add(b.file("f", 10))[0]
				<-g.reached
				c.do(b, id)
				g.release()
				time.Sleep(time.Hour)
				if s := b.status(id); s.State != c.want {
					b.Errorf("it is %v", s.State)
				}
			})
		})
	}
}

// TestAPauseOutlastsTheKey that had been refused to another file just before.
func TestAPauseOutlastsTheKey(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 2}, func(b *bench) {
		g := newGate("part")
		b.fake.SetBefore(g.hold)
		id := b.add(b.file("f", 10))[0]
		<-g.reached
		b.fake.SetBefore(func(string) error { return wrongKey })
		b.until(b.add(b.file("g", 10))[0], transfer.Paused)
		b.engine.Pause(id)
		g.release()
		if s := b.until(id, transfer.Paused); s.Err != nil {
			b.Errorf("it rests for %v", s.Err)
		}
		b.fake.SetBefore(nil)
		b.connect("s1")
		time.Sleep(time.Hour)
		if s := b.status(id); s.State != transfer.Paused {
			b.Errorf("it is %v", s.State)
		}
	})
}

// TestALateBeginIsClearedAway: the first begin takes effect after the list that
// was searched for it. Then the transfer is cancelled, or its source changes, or
// the server forgets the second begin.
func TestALateBeginIsClearedAway(t *testing.T) {
	for name, c := range map[string]struct {
		then func(b *bench, id, path string)
		want int
	}{
		"cancelled": {func(b *bench, id, _ string) { b.engine.Cancel(id) }, 0},
		"changed": {func(b *bench, _, path string) {
			if err := os.Truncate(path, 5); err != nil {
				b.Error(err)
			}
		}, 0},
		"forgotten": {func(b *bench, id, _ string) {
			if err := b.fake.Delete(context.Background(), b.status(id).FileKey); err != nil {
				b.Error(err)
			}
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
				b.engine.Connect(transfer.Target{
					ID: "here", Session: "s1", Storage: "s1", Bucket: &lateBegin{Bucket: b.fake}, Limits: limits, UniqueName: func(string) bool { return true },
					Seal: func(name string) (string, error) { return name + "|" + rand.Text(), nil },
				})
				g := newGate("part")
				b.fake.SetBefore(g.hold)
				path := b.file("f", 1<<20)
				id := b.add(path)[0]
				<-g.reached
				b.holds(2)
				c.then(b, id, path)
				g.release()
				time.Sleep(time.Hour)
				b.holds(c.want)
			})
		})
	}
}

// lateBegin is a bucket whose first begin takes effect after the next list.
type lateBegin struct {
	transfer.Bucket
	late func()
	lost atomic.Bool
}

func (l *lateBegin) Begin(ctx context.Context, r api.BeginRequest) (api.Upload, error) {
	if l.lost.CompareAndSwap(false, true) {
		l.late = func() { _, _ = l.Bucket.Begin(context.Background(), r) }
		return api.Upload{}, broken
	}
	return l.Bucket.Begin(ctx, r)
}

func (l *lateBegin) List(ctx context.Context) ([]api.File, error) {
	files, err := l.Bucket.List(ctx)
	if l.late != nil {
		l.late()
		l.late = nil
	}
	return files, err
}

// TestWhatAChangedSourceLeftIsDeletedByTheNextRun: the program ends before the
// server could be told.
func TestWhatAChangedSourceLeftIsDeletedByTheNextRun(t *testing.T) {
	resuming(t, func(b *bench) {
		_, path := b.stoppedInParts()
		if err := os.Truncate(path, 5); err != nil {
			b.Fatal(err)
		}
		g := newGate("delete")
		b.fake.SetBefore(func(op string) error { _ = g.hold(op); return failWhen(op == "delete", broken) })
		b.engine.Recover("here")
		<-g.reached
		closed := make(chan struct{})
		go func() { b.engine.Close(); close(closed) }()
		time.Sleep(time.Second)
		g.release()
		<-closed
		b.fake.SetBefore(nil)
		b.restart()
		b.engine.Recover("here")
		time.Sleep(time.Hour)
		b.holds(0)
	})
}

// TestWhatMayNotBeDeletedIsByTheNextRun: the answer to the delete could not be read.
func TestWhatMayNotBeDeletedIsByTheNextRun(t *testing.T) {
	resuming(t, func(b *bench) {
		_, path := b.stoppedInParts()
		if err := os.Truncate(path, 5); err != nil {
			b.Fatal(err)
		}
		b.fake.SetBefore(func(op string) error {
			return failWhen(op == "delete", &api.Error{Op: op, Kind: api.ErrBadReply})
		})
		b.until(b.engine.Recover("here")[0], transfer.Failed)
		b.fake.SetBefore(nil)
		b.restart()
		b.engine.Recover("here")
		time.Sleep(time.Hour)
		b.holds(0)
	})
}

func failWhen(when bool, err error) error {
	if when {
		return err
	}
	return nil
}

// TestAFinishedFileStaysWhenItsSourceChangesAfterAKill: it was shown as done,
// the kill came before the journal knew, and then the source was changed.
func TestAFinishedFileStaysWhenItsSourceChangesAfterAKill(t *testing.T) {
	resuming(t, func(b *bench) {
		b.engine.Close()
		b.engine = transfer.New(transfer.Config{Workers: 1, Journal: lossy{b.journal, 5}})
		b.connect("s1")
		path := b.file("f", 1<<20)
		id := b.add(path)[0]
		b.arrived(id, path)
		b.file("f", 2<<20)
		b.restart()
		b.engine.Recover("here")
		if s := b.until(id, transfer.Done, transfer.Failed); s.State != transfer.Done {
			b.Errorf("%+v", s)
		}
		b.holds(1)
	})
}

// TestAnotherStorageTakesNoOldTags: an upload that failed in one storage, and
// is retried in another, is left with the tags of the other only.
func TestAnotherStorageTakesNoOldTags(t *testing.T) {
	resuming(t, func(b *bench) {
		n := 0
		b.fake.SetBefore(func(op string) error {
			if op == "part" {
				n++
			}
			return failWhen(op == "part" && n == 3, &api.Error{Op: op, Kind: api.ErrDiskFull})
		})
		id := b.add(b.file("f", 1<<20))[0]
		b.until(id, transfer.Failed)
		b.connect("s2")
		g := newGate("part")
		b.fake.SetBefore(func(op string) error { _ = g.hold(op); return failWhen(op == "part", broken) })
		b.engine.Retry(id)
		<-g.reached
		g.release()
		b.engine.Close()
		if n := b.leftTags(); n != 0 {
			b.Errorf("%d tags are left, and no part was answered", n)
		}
	})
}

// leftTags opens the journal again and counts the tags of the one upload in it.
func (b *bench) leftTags() int {
	b.Helper()
	b.restart()
	ids := b.engine.Recover("here")
	b.connect("s2")
	ids = append(ids, b.engine.Recover("here")...)
	if len(ids) != 1 {
		b.Fatalf("%d uploads are left", len(ids))
	}
	return b.status(ids[0]).PartsDone
}

// TestAPartFileIsKnownBeforeAKill: nothing lies beside the download that a
// later run finishes.
func TestAPartFileIsKnownBeforeAKill(t *testing.T) {
	resuming(t, func(b *bench) {
		if err := os.Mkdir(filepath.Join(b.dir, "to"), 0o700); err != nil {
			b.Fatal(err)
		}
		key, _ := b.stored(100)
		b.engine.Close()
		spy := &spyJournal{Journal: b.journal}
		b.engine = transfer.New(transfer.Config{Journal: spy})
		b.connect("s1")
		g := newGate("fetch")
		b.fake.SetBefore(g.hold)
		ctx, cancel := context.WithCancel(context.Background())
		d := transfer.Download{Target: "here", FileKey: key, Path: filepath.Join(b.dir, "to", "f")}
		ended := make(chan error, 1)
		go func() {
			_, err := b.engine.Download(ctx, d)
			ended <- err
		}()
		<-g.reached // the link is asked for its size, and the part file is there
		known := spy.download.Load()
		cancel()
		g.release()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
		if !known {
			b.Error("a kill now would leave a part file that nobody knows of")
		}
	})
}

// spyJournal notes whether it was told of a download.
type spyJournal struct {
	transfer.Journal
	download atomic.Bool
}

func (s *spyJournal) Save(e journal.Entry, wait bool) error {
	s.download.Store(e.Download)
	return s.Journal.Save(e, wait)
}

func (s *spyJournal) Renew(e journal.Entry) error {
	s.download.Store(e.Download)
	return s.Journal.Renew(e)
}

// TestBytesOfAnEarlierRunCountOnce: the server knows no ranges any more, and
// the whole file is fetched.
func TestBytesOfAnEarlierRunCountOnce(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		b.restart()
		b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: rangeless{b.fake}, Limits: limits})
		d.Received = new(atomic.Int64)
		if _, err := b.engine.Download(context.Background(), d); err != nil {
			b.Fatal(err)
		}
		if n := d.Received.Load(); n != int64(len(content)) {
			b.Errorf("%d bytes counted of %d", n, len(content))
		}
	})
}

// rangeless is a bucket that always gives the whole file.
type rangeless struct{ transfer.Bucket }

func (r rangeless) Fetch(ctx context.Context, link string, _, _ int64) (*api.Content, error) {
	c, err := r.Bucket.Fetch(ctx, link, 0, -1)
	if err == nil {
		c.Ranged = false
	}
	return c, err
}

// TestAFinishedUploadWhoseBeginIsNotKnownIsTakenAsItIs: small files are begun,
// sent and completed within one commit of the journal.
func TestAFinishedUploadWhoseBeginIsNotKnownIsTakenAsItIs(t *testing.T) {
	resuming(t, func(b *bench) {
		path := b.file("f", 1000)
		id := b.add(path)[0]
		b.arrived(id, path)
		before := b.status(id)
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		err = b.journal.Save(journal.Entry{
			ID: "known only as begun", Storage: "s1", Path: path, Name: "f", Added: time.Now(), Size: 1000, ModTime: info.ModTime(),
			PartSize: limits.MinPart, Parts: 1, Sealed: before.File.Name, Begun: true,
		}, true)
		if err != nil {
			b.Fatal(err)
		}
		b.restart()
		ids := b.engine.Recover("here")
		if len(ids) != 1 {
			b.Fatalf("left were %v", ids)
		}
		b.arrived(ids[0], path)
		if s := b.status(ids[0]); s.FileKey != before.FileKey || b.fake.Calls("delete") != 0 {
			b.Errorf("it is %s, was %s; %d were deleted", s.FileKey, before.FileKey, b.fake.Calls("delete"))
		}
		b.holds(1)
	})
}
