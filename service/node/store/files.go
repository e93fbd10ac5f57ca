package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"
)

// listPage is how many files are read in one transaction. A list may go to a
// slow reader, and a transaction that stays open keeps the database growing.
const listPage = 500

// List yields the owner's files and uploads under way, in the order in which
// they were begun. Files that come or go meanwhile may or may not be among
// them. An error is the last thing it yields.
func (s *Store) List(ctx context.Context, owner Owner) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		from := listKey(owner, 0)
		for from != nil {
			var page []File
			err := s.view(func(tx *bbolt.Tx) (err error) {
				page, from, err = listFrom(tx, owner, from)
				return err
			})
			for _, f := range page {
				if !yield(f, nil) {
					return
				}
			}
			if err = errors.Join(err, ctx.Err()); err != nil {
				yield(File{}, err)
				return
			}
		}
	}
}

// listFrom returns a page of the list and where the next begins, nil at the end.
func listFrom(tx *bbolt.Tx, owner Owner, from []byte) (page []File, next []byte, err error) {
	c := tx.Bucket(bucketList).Cursor()
	for k, key := c.Seek(from); bytes.HasPrefix(k, owner[:]); k, key = c.Next() {
		if len(page) == listPage {
			return page, bytes.Clone(k), nil
		}
		f, ok, err := getFile(tx, string(key))
		if err == nil && !ok {
			err = fmt.Errorf("%w: the list names a file that is not there", errCorrupt)
		}
		if err != nil {
			return page, nil, err
		}
		page = append(page, f.File)
	}
	return page, nil, nil
}

// Stat returns the owner's file or upload under way, or ErrNotFound.
func (s *Store) Stat(_ context.Context, owner Owner, key string) (File, error) {
	var f fileRecord
	err := s.view(func(tx *bbolt.Tx) (err error) {
		f, err = owned(tx, owner, key)
		return err
	})
	return f.File, err
}

// Delete removes the owner's file, or ends an upload and removes what it had.
// It fails with ErrNotFound when there is none. It works on a full disk too.
func (s *Store) Delete(_ context.Context, owner Owner, key string) error {
	gone, err := s.delete(owner, key)
	if errors.Is(err, ErrDiskFull) {
		if err := s.reserve.release(); err != nil {
			return err
		}
		gone, err = s.delete(owner, key)
	}
	if err == nil {
		s.discard(gone...)
	}
	s.refill()
	return err
}

// delete removes all records of a file and returns the extents they named.
func (s *Store) delete(owner Owner, key string) (gone []extentID, err error) {
	err = s.commits.do(func(tx *bbolt.Tx) error {
		f, err := owned(tx, owner, key)
		if err != nil {
			return err
		}
		gone = gone[:0]
		return erase(tx, f, func(id extentID) { gone = append(gone, id) })
	})
	return gone, err
}

func erase(tx *bbolt.Tx, f fileRecord, named func(extentID)) error {
	numbers := make([]int, 0, f.TotalParts)
	err := eachPart(tx, f.Key, func(r partRecord) error {
		numbers = append(numbers, r.Number)
		named(r.Extent)
		return nil
	})
	for _, number := range numbers {
		key := partKey(f.Key, number)
		err = errors.Join(err, tx.Bucket(bucketParts).Delete(key), tx.Bucket(bucketLeaves).Delete(key))
	}
	return errors.Join(err,
		addTally(tx, f.Owner, tally{files: -1, declared: -f.Size, stored: -getHeld(tx, f.Key)}),
		tx.Bucket(bucketHeld).Delete([]byte(f.Key)),
		tx.Bucket(bucketList).Delete(listKey(f.Owner, f.Seq)),
		tx.Bucket(bucketFiles).Delete([]byte(f.Key)),
	)
}
