package store

// This file is the format on the disk. The rules are:
//
//   - meta/format holds the version, a big-endian uint32. Who finds a newer one
//     leaves the database alone.
//   - files/KEY is a File and its place in the owner's list, as JSON.
//   - list/OWNER SEQ is KEY: the owner's files in the order of their beginning.
//   - parts/KEY NUMBER is a partRecord: extent ID, size, CRC32C.
//   - leaves/KEY NUMBER is the part's leaf digests in a row. They are apart from
//     the parts so that listing extents does not read them.
//   - held/KEY is the sum of the sizes of the parts there, tally/OWNER what all
//     files of an owner add up to: both follow from the rest and are kept so
//     that no limit costs a scan.
//   - settings/NAME is whatever the owner of the directory wants kept.
//
// Numbers are big-endian, so that keys sort by them.

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
)

const formatVersion = 1

var (
	bucketMeta     = []byte("meta")
	bucketFiles    = []byte("files")
	bucketList     = []byte("list")
	bucketParts    = []byte("parts")
	bucketLeaves   = []byte("leaves")
	bucketHeld     = []byte("held")
	bucketTally    = []byte("tally")
	bucketSettings = []byte("settings")

	keyFormat = []byte("format")
)

var errCorrupt = errors.New("store: a record is damaged")

// prepare makes the buckets of a new database and refuses one whose format is
// not ours. A database without any bucket is new: bbolt had made the file when
// the program died.
func prepare(db *bbolt.DB) error {
	fresh := false
	err := db.View(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if meta == nil {
			first, _ := tx.Cursor().First()
			if fresh = first == nil; fresh {
				return nil
			}
			return fmt.Errorf("%w: the database is not a node's", ErrFormat)
		}
		return checkFormat(meta.Get(keyFormat))
	})
	if err != nil || !fresh {
		return err
	}
	return diskError(db.Update(create))
}

func checkFormat(value []byte) error {
	if len(value) != 4 {
		return fmt.Errorf("%w: the database does not say which it has", ErrFormat)
	}
	if found := binary.BigEndian.Uint32(value); found != formatVersion {
		return fmt.Errorf("%w: %d, this program reads %d", ErrFormat, found, formatVersion)
	}
	return nil
}

func create(tx *bbolt.Tx) error {
	for _, name := range [][]byte{
		bucketMeta, bucketFiles, bucketList, bucketParts, bucketLeaves,
		bucketHeld, bucketTally, bucketSettings,
	} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	return tx.Bucket(bucketMeta).Put(keyFormat, binary.BigEndian.AppendUint32(nil, formatVersion))
}

// fileRecord is a file with its place in the owner's list.
type fileRecord struct {
	File
	Seq uint64 `json:"seq"`
}

func getFile(tx *bbolt.Tx, key string) (fileRecord, bool, error) {
	value := tx.Bucket(bucketFiles).Get([]byte(key))
	if value == nil {
		return fileRecord{}, false, nil
	}
	var r fileRecord
	if err := json.Unmarshal(value, &r); err != nil {
		return fileRecord{}, false, fmt.Errorf("%w: file: %w", errCorrupt, err)
	}
	r.Key = key
	return r, true, nil
}

func putFile(tx *bbolt.Tx, r fileRecord) error {
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketFiles).Put([]byte(r.Key), value)
}

// owned returns the owner's file, or ErrNotFound, which is also the answer for
// another owner's.
func owned(tx *bbolt.Tx, owner Owner, key string) (fileRecord, error) {
	r, ok, err := getFile(tx, key)
	if err == nil && (!ok || r.Owner != owner) {
		err = ErrNotFound
	}
	return r, err
}

func listKey(owner Owner, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(slices.Clone(owner[:]), seq)
}

const partRecordSize = len(extentID{}) + 8 + 4

// partRecord chooses the extent that holds a part.
type partRecord struct {
	Part
	Extent extentID
}

func partKey(key string, number int) []byte {
	return binary.BigEndian.AppendUint32([]byte(key), uint32(number))
}

func (r partRecord) encode() []byte {
	b := append(make([]byte, 0, partRecordSize), r.Extent[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Size))
	return binary.BigEndian.AppendUint32(b, r.CRC)
}

// decodePart reads a record; its number stands in the key alone.
func decodePart(b []byte) (partRecord, error) {
	var r partRecord
	if len(b) != partRecordSize {
		return r, fmt.Errorf("%w: a part of %d bytes", errCorrupt, len(b))
	}
	rest := b[copy(r.Extent[:], b):]
	r.Size = int64(binary.BigEndian.Uint64(rest))
	r.CRC = binary.BigEndian.Uint32(rest[8:])
	return r, nil
}

// getPart returns the record of a part; ok is false where there is none.
func getPart(tx *bbolt.Tx, key string, number int) (r partRecord, ok bool, err error) {
	value := tx.Bucket(bucketParts).Get(partKey(key, number))
	if value == nil {
		return partRecord{}, false, nil
	}
	r, err = decodePart(value)
	r.Number = number
	return r, err == nil, err
}

// eachPart calls f for every part of a file that is there, in order.
func eachPart(tx *bbolt.Tx, key string, f func(partRecord) error) error {
	return eachOf(tx.Bucket(bucketParts), key, func(number int, value []byte) error {
		r, err := decodePart(value)
		if err != nil {
			return err
		}
		r.Number = number
		return f(r)
	})
}

// eachOf calls f for all entries of a file in a bucket keyed by partKey. Keys
// of files all have the same length, so no file's is another's prefix.
func eachOf(b *bbolt.Bucket, key string, f func(number int, value []byte) error) error {
	c := b.Cursor()
	first := partKey(key, 0)
	for k, v := c.Seek(first); len(k) == len(first) && string(k[:len(key)]) == key; k, v = c.Next() {
		if err := f(int(binary.BigEndian.Uint32(k[len(key):])), v); err != nil {
			return err
		}
	}
	return nil
}
