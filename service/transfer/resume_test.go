package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
)

// restart ends the engine in mid-flight, as a plug does, and starts the next
// one with what the journal holds.
func (b *bench) restart() {
	b.Helper()
	b.engine.Close()
	if b.journal != nil {
		if err := b.journal.Close(); err != nil {
			b.Fatal(err)
		}
	}
	j, left, setAside, err := journal.Open(filepath.Join(b.dir, "journals"))
	if err != nil || len(setAside) > 0 {
		b.Fatal(err, setAside)
	}
	b.journal = j
	b.engine = transfer.New(transfer.Config{Workers: 1, Journal: j, Left: left})
	b.connect("s1")
}

func resuming(t *testing.T, run func(b *bench)) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.restart()
		run(b)
		b.engine.Close()
		if err := b.journal.Close(); err != nil {
			b.Error(err)
		}
	})
}

// stopAt ends the engine at the n-th call of an operation: before it is
// carried out, or after, with its answer lost.
func (b *bench) stopAt(op string, n int, after bool) (reached <-chan struct{}) {
	at := make(chan struct{})
	engine := b.engine
	hook := func(o string) error {
		if o != op {
			return nil
		}
		if n--; n == 0 {
			go engine.Close()
			close(at)
			time.Sleep(time.Second) // until the engine has taken its end in
			return broken
		}
		return nil
	}
	if after {
		b.fake.SetAfter(hook)
	} else {
		b.fake.SetBefore(hook)
	}
	return at
}

// TestGoesOnAfterEachInstant ends the program around every call there is. The
// next start goes on by itself: one file, the right one, and no part that was
// answered is sent again.
func TestGoesOnAfterEachInstant(t *testing.T) {
	for _, op := range []string{"begin", "part", "complete", "stat", "link", "fetch"} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, after %v", op, after), func(t *testing.T) {
				resuming(t, func(b *bench) {
					path := b.file("f", 1<<20)
					n := 1
					if op == "part" {
						n = 3
					}
					reached := b.stopAt(op, n, after)
					id := b.add(path)[0]
					<-reached
					b.restart()
					b.fake.SetBefore(nil)
					b.fake.SetAfter(nil)
					if ids := b.engine.Recover("here"); len(ids) != 1 || ids[0] != id {
						b.Fatalf("goes on with %v, want %s", ids, id)
					}
					b.arrived(id, path)
					b.holds(1)
					if n := b.fake.Calls("complete"); n != 1 {
						b.Errorf("complete took effect %d times", n)
					}
					if n := b.fake.Calls("part"); n > 5 {
						b.Errorf("%d parts sent for 4", n)
					}
					b.forgotten()
				})
			})
		}
	}
}

// forgotten checks that the journal has nothing left to do.
func (b *bench) forgotten() {
	b.Helper()
	b.restart()
	if n := b.engine.Left("here"); n != 0 {
		b.Errorf("the journal still holds %d uploads", n)
	}
}

func TestQueueGoesOnOldestFirst(t *testing.T) {
	resuming(t, func(b *bench) {
		b.engine.PauseAll()
		var want []string
		paths := map[string]string{}
		for i := range 20 {
			path := b.file(fmt.Sprint(i), 10*i)
			id := b.add(path)[0]
			want, paths[id] = append(want, id), path
			time.Sleep(time.Millisecond)
		}
		b.restart()
		ids := b.engine.Recover("here")
		if fmt.Sprint(ids) != fmt.Sprint(want) {
			b.Errorf("goes on with %v, want %v", ids, want)
		}
		for id, path := range paths {
			b.arrived(id, path)
		}
		b.holds(20)
		history, err := b.journal.History()
		if err != nil || len(history) != 20 || history[0].FileKey == "" || history[0].Ended.IsZero() {
			b.Errorf("history: %d, %v", len(history), err)
		}
	})
}

// stoppedInParts leaves an upload of four parts with two of them answered.
func (b *bench) stoppedInParts() (id, path string) {
	b.Helper()
	path = b.file("f", 1<<20)
	reached := b.stopAt("part", 3, false)
	id = b.add(path)[0]
	<-reached
	b.restart()
	b.fake.SetBefore(nil)
	return id, path
}

func TestAddingTheSameFileGoesOn(t *testing.T) {
	resuming(t, func(b *bench) {
		id, path := b.stoppedInParts()
		if again := b.add(path)[0]; again != id {
			b.Errorf("begun anew as %s", again)
		}
		b.arrived(id, path)
		if n := b.fake.Calls("part"); n != 4 {
			b.Errorf("%d parts sent for 4", n)
		}
		b.holds(1)
		b.forgotten()
	})
}

func TestAddingANewVersionReplacesTheOld(t *testing.T) {
	resuming(t, func(b *bench) {
		id, path := b.stoppedInParts()
		b.file("f", 2<<20)
		if b.add(path)[0] != id {
			b.Error("the old upload was left behind")
		}
		b.arrived(id, path)
		b.holds(1)
	})
}

func TestAFileThatChangedMeanwhileAsks(t *testing.T) {
	resuming(t, func(b *bench) {
		id, path := b.stoppedInParts()
		b.file("f", 2<<20)
		b.engine.Recover("here")
		if s := b.until(id, transfer.Failed, transfer.Done); !errors.Is(s.Err, transfer.ErrChanged) {
			b.Fatalf("%+v", s)
		}
		b.engine.Retry(id)
		b.arrived(id, path)
		b.holds(1)
	})
}

func TestAFileThatMovedAsks(t *testing.T) {
	resuming(t, func(b *bench) {
		id, path := b.stoppedInParts()
		if err := os.Rename(path, path+".away"); err != nil {
			b.Fatal(err)
		}
		b.engine.Recover("here")
		if s := b.until(id, transfer.Failed, transfer.Done); !errors.Is(s.Err, transfer.ErrVanished) {
			b.Fatalf("%+v", s)
		}
		if err := os.Rename(path+".away", path); err != nil {
			b.Fatal(err)
		}
		b.engine.Retry(id)
		b.arrived(id, path)
		if n := b.fake.Calls("part"); n != 4 {
			b.Errorf("%d parts sent for 4", n)
		}
	})
}

func TestAServerThatForgotBeginsAnewAndSaysSo(t *testing.T) {
	resuming(t, func(b *bench) {
		id, path := b.stoppedInParts()
		files, err := b.fake.List(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		if err := b.fake.Delete(context.Background(), files[0].Key); err != nil {
			b.Fatal(err)
		}
		b.engine.Recover("here")
		b.arrived(id, path)
		if s := b.status(id); s.Anew != 1 {
			b.Errorf("begun anew %d times", s.Anew)
		}
		b.holds(1)
	})
}

// TestACancelMadeOfflineIsNotForgotten: the server could not be told; the next
// run tells it as soon as it is connected.
func TestACancelMadeOfflineIsNotForgotten(t *testing.T) {
	resuming(t, func(b *bench) {
		id, _ := b.stoppedInParts()
		b.engine.Recover("here")
		b.until(id, transfer.Done)
		b.fake.SetBefore(func(string) error { return &api.Error{Op: "any", Kind: api.ErrNetwork} })
		second := b.add(b.file("g", 1<<20))[0]
		time.Sleep(time.Minute)
		b.engine.Cancel(second)
		b.until(second, transfer.Cancelled)
		b.fake.SetBefore(nil)
		b.restart()
		time.Sleep(time.Minute)
		b.holds(1)
		b.forgotten()
	})
}

func TestAJournalThatFailsDoesNotStopUploads(t *testing.T) {
	resuming(t, func(b *bench) {
		if err := b.journal.Close(); err != nil {
			b.Fatal(err)
		}
		path := b.file("f", 1<<20)
		b.arrived(b.add(path)[0], path)
		b.engine.Close()
		b.journal = nil
		b.restart()
	})
}

func TestTheSameFileIsNotSentTwice(t *testing.T) {
	resuming(t, func(b *bench) {
		path := b.file("f", 1<<20)
		first := b.add(path)[0]
		b.arrived(first, path)
		for _, restart := range []bool{false, true} {
			if restart {
				b.restartWithHistory()
			}
			again := b.until(b.add(path)[0], transfer.Already, transfer.Done, transfer.Failed)
			if again.State != transfer.Already || again.Link.URL == "" || again.Sent != 1<<20 {
				b.Errorf("%+v", again)
			}
			b.holds(1)
		}

		b.file("f", 1<<20) // another content
		changed := b.add(path)[0]
		b.arrived(changed, path)
		b.holds(2)

		if err := b.fake.Delete(context.Background(), b.status(changed).FileKey); err != nil {
			b.Fatal(err)
		}
		b.arrived(b.add(path)[0], path) // it is not there any more
		b.holds(2)
	})
}

// restartWithHistory restarts, and has the engine know what was finished.
func (b *bench) restartWithHistory() {
	b.Helper()
	b.restart()
	history, err := b.journal.History()
	if err != nil {
		b.Fatal(err)
	}
	b.engine.Close()
	b.engine = transfer.New(transfer.Config{Journal: b.journal, History: history})
	b.connect("s1")
}

// lossy is a journal that loses the tags, as a kill does that comes before
// their commit.
type lossy struct {
	transfer.Journal
	from int
}

func (l lossy) Tag(id string, number int, tag string) error {
	if number >= l.from {
		return nil
	}
	return l.Journal.Tag(id, number, tag)
}

func (l lossy) Finish(string, journal.Finished) error { return nil }

// TestKilledAfterCompleteWithTagsUncommitted: complete took effect, but the
// journal knows neither that nor the last tags.
func TestKilledAfterCompleteWithTagsUncommitted(t *testing.T) {
	for _, from := range []int{1, 4} {
		resuming(t, func(b *bench) {
			b.engine.Close()
			b.engine = transfer.New(transfer.Config{Workers: 1, Journal: lossy{b.journal, from}})
			b.connect("s1")
			path := b.file("f", 1<<20)
			id := b.add(path)[0]
			b.arrived(id, path)
			b.restart()
			b.engine.Recover("here")
			b.arrived(id, path)
			b.holds(1)
			if n := b.fake.Calls("part"); n != 4 {
				b.Errorf("%d parts sent", n)
			}
		})
	}
}

// TestAnotherSessionTakesTheQueueOver: what waits, what runs and what failed
// goes to the new session; what is done stays where it is.
func TestAnotherSessionTakesTheQueueOver(t *testing.T) {
	resuming(t, func(b *bench) {
		donePath := b.file("done", 10)
		done := b.add(donePath)[0]
		b.arrived(done, donePath)
		key := b.status(done).FileKey
		g := newGate("part")
		b.fake.SetBefore(g.hold)
		paths := map[string]string{}
		for i := range 20 {
			path := b.file(fmt.Sprint(i), 300_000)
			paths[b.add(path)[0]] = path
		}
		<-g.reached
		b.connect("s2")
		g.release()
		b.fake.SetBefore(nil)
		for id, path := range paths {
			b.arrived(id, path)
			f, err := b.fake.Stat(context.Background(), b.status(id).FileKey)
			if err != nil || !strings.Contains(f.Name, "|s2|") {
				b.Errorf("sealed as %q (%v)", f.Name, err)
			}
		}
		if s := b.status(done); s.State != transfer.Done || s.FileKey != key {
			b.Errorf("the finished one is now %+v", s)
		}
		b.restart()
		b.connect("s2")
		if n := b.engine.Left("here"); n != 0 {
			b.Errorf("%d are left", n)
		}
	})
}

func TestADownloadThatGivesUpCanGoOn(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		b.restart()
		b.engine.Close()
		b.engine = transfer.New(transfer.Config{Journal: b.journal, Patience: time.Minute})
		b.connect("s1")
		if err := os.Remove(d.Path + ".part"); err != nil {
			b.Fatal(err)
		}
		var fetches atomic.Int32
		b.fake.SetBefore(func(op string) error {
			if op == "fetch" && fetches.Add(1) > 2 {
				return broken
			}
			return nil
		})
		if _, err := b.engine.Download(context.Background(), d); !errors.Is(err, api.ErrNetwork) {
			b.Fatalf("gave up with %v", err)
		}
		if _, err := os.Stat(d.Path + ".part"); err != nil {
			b.Errorf("what was there is gone: %v", err)
		}
		b.fake.SetBefore(nil)
		b.restart()
		path, err := b.engine.Download(context.Background(), d)
		if got, _ := os.ReadFile(path); err != nil || string(got) != content {
			b.Errorf("%v", err)
		}
	})
}
