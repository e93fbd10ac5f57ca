package store

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// maxGroup bounds how many changes share a commit, and so how long the first of
// them waits for the others' work.
const maxGroup = 256

// committer lets changes share transactions. While one commit is on its way to
// the disk the next changes gather, and they go together: under load one pair
// of fsyncs serves many, and a lone change never waits on a timer, as it would
// in bbolt's Batch.
type committer struct {
	db      *bbolt.DB
	changes chan *change
	quit    chan struct{}
	stopped sync.WaitGroup
	once    sync.Once
}

type change struct {
	apply func(*bbolt.Tx) error
	done  chan error
}

func newCommitter(db *bbolt.DB) *committer {
	c := &committer{db: db, changes: make(chan *change), quit: make(chan struct{})}
	c.stopped.Go(c.run)
	return c
}

// do applies a change and returns when it is on the disk, or was not made at
// all. It takes no context: whoever stopped waiting would not know which. A
// change may be applied more than once before it is committed, so it starts
// over each time.
func (c *committer) do(apply func(*bbolt.Tx) error) error {
	ch := &change{apply: apply, done: make(chan error, 1)}
	select {
	case c.changes <- ch:
		return diskError(<-ch.done)
	case <-c.quit:
		return ErrClosed
	}
}

func (c *committer) close() {
	c.once.Do(func() { close(c.quit) })
	c.stopped.Wait()
}

func (c *committer) run() {
	for {
		select {
		case first := <-c.changes:
			c.commit(c.gather(first))
		case <-c.quit:
			return
		}
	}
}

// gather takes along whatever else waits at this moment.
func (c *committer) gather(first *change) []*change {
	group := []*change{first}
	for len(group) < maxGroup {
		select {
		case next := <-c.changes:
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}

// commit makes a group's changes in one transaction. One that fails takes the
// transaction down, so it is answered and the others start again without it.
func (c *committer) commit(group []*change) {
	for len(group) > 0 {
		failed := -1
		err := c.db.Update(func(tx *bbolt.Tx) error {
			for i, ch := range group {
				if err := safely(ch.apply, tx); err != nil {
					failed = i
					return err
				}
			}
			return nil
		})
		if failed >= 0 {
			group[failed].done <- err
			group = slices.Delete(group, failed, failed+1)
			continue
		}
		for _, ch := range group {
			ch.done <- err
		}
		return
	}
}

// safely turns a panic into an error: it belongs to one caller, not to all who
// share the transaction.
func safely(apply func(*bbolt.Tx) error, tx *bbolt.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: panic in a change: %v", p)
		}
	}()
	return apply(tx)
}

// view runs f in a read transaction.
func (s *Store) view(f func(*bbolt.Tx) error) error {
	err := s.db.View(f)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}
