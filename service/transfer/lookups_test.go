package transfer_test

import (
	"fmt"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
)

// manyFiles adds small files and waits until they have arrived.
func (b *bench) manyFiles(count int) {
	b.Helper()
	paths := make([]string, count)
	for i := range paths {
		paths[i] = b.file(fmt.Sprint("small", i), 100+i)
	}
	b.engine.PauseAll() // so that they are many from the first on
	ids := b.add(paths...)
	b.engine.ResumeAll()
	for i, id := range ids {
		b.arrived(id, paths[i])
	}
	b.holds(count)
}

// The last ones of a burst may be too few for a list that has become long: that is worth
// a tenth of it.
func TestManyFilesAreLookedUpTogether(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.manyFiles(500)
		if lists, stats, links := b.fake.Calls("list")-1, b.fake.Calls("stat"), b.fake.Calls("link"); lists > 3 || stats >= 50 || links > 0 {
			b.Errorf("%d lists, %d files looked up by themselves, %d links", lists, stats, links)
		}
	})
}

// slowly makes each call of one operation take its time.
func slowly(op string, takes time.Duration) func(string) error {
	return func(o string) error {
		if o == op {
			time.Sleep(takes)
		}
		return nil
	}
}

func TestTheListIsAskedForOnceASecond(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 2}, func(b *bench) {
		b.fake.SetBefore(slowly("part", 100*time.Millisecond))
		began := time.Now()
		b.manyFiles(200) // ten seconds
		if lists := b.fake.Calls("list") - 1; lists < 5 || lists > int(time.Since(began).Seconds())+2 {
			b.Errorf("%d lists in %v", lists, time.Since(began))
		}
	})
}

// A list that fails, or lacks a file, is no proof that it is not there.
func TestWhatTheListDoesNotTellIsLookedUp(t *testing.T) {
	for _, why := range []error{api.ErrRefused, api.ErrStalled} { // once, and however often it is asked for
		inBubble(t, transfer.Config{}, func(b *bench) {
			b.fake.SetBefore(func(op string) error {
				if op == "list" {
					return &api.Error{Op: "list", Kind: why}
				}
				return nil
			})
			paths := make([]string, 50)
			for i := range paths {
				paths[i] = b.file(fmt.Sprint("small", i), 100+i)
			}
			for i, id := range b.add(paths...) {
				b.arrived(id, paths[i])
			}
			if stats := b.fake.Calls("stat"); stats != 50 {
				b.Errorf("%v: %d files were looked up by themselves", why, stats)
			}
		})
	}
}

// Of a bucket with very many files the list costs more than looking up.
func TestALongListIsNotAskedForAgainAndAgain(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 2}, func(b *bench) {
		b.manyFiles(3000)
		b.fake.SetBefore(slowly("part", 500*time.Millisecond))
		lists := b.fake.Calls("list")
		var ids []string
		for i := range 40 {
			ids = append(ids, b.add(b.file(fmt.Sprint("later", i), 10))...)
		}
		for _, id := range ids {
			b.until(id, transfer.Done)
		}
		if again, stats := b.fake.Calls("list")-lists, b.fake.Calls("stat"); again > 1 || stats < 20 {
			b.Errorf("%d lists, %d looked up by themselves", again, stats)
		}
	})
}
