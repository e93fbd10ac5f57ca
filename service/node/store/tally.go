package store

import (
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"
)

// tally is what an owner's files add up to.
type tally struct {
	files    int64
	declared int64
	stored   int64
}

const tallySize = 3 * 8

func decodeTally(b []byte) (tally, error) {
	if b == nil {
		return tally{}, nil
	}
	if len(b) != tallySize {
		return tally{}, fmt.Errorf("%w: a tally of %d bytes", errCorrupt, len(b))
	}
	return tally{
		files:    int64(binary.BigEndian.Uint64(b)),
		declared: int64(binary.BigEndian.Uint64(b[8:])),
		stored:   int64(binary.BigEndian.Uint64(b[16:])),
	}, nil
}

func getTally(tx *bbolt.Tx, owner Owner) (tally, error) {
	return decodeTally(tx.Bucket(bucketTally).Get(owner[:]))
}

// addTally changes an owner's tally by the given differences.
func addTally(tx *bbolt.Tx, owner Owner, by tally) error {
	t, err := getTally(tx, owner)
	if err != nil {
		return err
	}
	b := make([]byte, 0, tallySize)
	for _, n := range []int64{t.files + by.files, t.declared + by.declared, t.stored + by.stored} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return tx.Bucket(bucketTally).Put(owner[:], b)
}

// getHeld returns how many bytes the parts of a file hold.
func getHeld(tx *bbolt.Tx, key string) int64 {
	value := tx.Bucket(bucketHeld).Get([]byte(key))
	if len(value) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(value))
}

// addHeld changes what a file and its owner hold.
func addHeld(tx *bbolt.Tx, f File, by int64) error {
	held := binary.BigEndian.AppendUint64(nil, uint64(getHeld(tx, f.Key)+by))
	if err := tx.Bucket(bucketHeld).Put([]byte(f.Key), held); err != nil {
		return err
	}
	return addTally(tx, f.Owner, tally{stored: by})
}

// allow tells whether one more file of a size fits an owner's limits.
func (t tally) allow(l Limits, size int64) error {
	if l.Files > 0 && t.files >= int64(l.Files) {
		return ErrTooManyFiles
	}
	if l.Bytes > 0 && t.declared+size > l.Bytes {
		return ErrQuota
	}
	return nil
}

// Usage returns what the store takes up, and what is left.
func (s *Store) Usage() (Usage, error) {
	var u Usage
	err := s.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketTally).ForEach(func(_, value []byte) error {
			t, err := decodeTally(value)
			u.Files += int(t.files)
			u.Bytes += t.stored
			return err
		})
	})
	if err != nil {
		return Usage{}, err
	}
	u.Free, err = freeSpace(s.dir)
	return u, err
}
