package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"go.etcd.io/bbolt"
)

// The buckets, and what the first of them holds.
var (
	bucketMeta    = []byte("quicksync journal")
	bucketEntries = []byte("entries")
	bucketTags    = []byte("tags")
	bucketHistory = []byte("history")
	keyVersion    = []byte("version")
)

// version of the format that this program writes.
const version = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errChecksum: a record is not what was written.
var errChecksum = errors.New("a record is damaged")

// seal puts a checksum over key and value in front of a value: bbolt itself
// does not notice a bit that the disk has flipped.
func seal(key, value []byte) []byte {
	sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
	return append(binary.BigEndian.AppendUint32(nil, sum), value...)
}

func unseal(key, sealed []byte) ([]byte, error) {
	if len(sealed) < 4 || !bytes.Equal(seal(key, sealed[4:])[:4], sealed[:4]) {
		return nil, errChecksum
	}
	return sealed[4:], nil
}

func put(tx *bbolt.Tx, bucket, key, value []byte) error {
	return tx.Bucket(bucket).Put(key, seal(key, value))
}

func putJSON(tx *bbolt.Tx, bucket, key []byte, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return put(tx, bucket, key, value)
}

// fill is how full a page of entries is when the next one is begun. Their IDs
// grow, so that nothing comes between them later.
const fill = 0.9

func putEntry(tx *bbolt.Tx, e Entry) error {
	tx.Bucket(bucketEntries).FillPercent = fill
	return putJSON(tx, bucketEntries, []byte(e.ID), e)
}

// tagKey orders tags by upload and number.
func tagKey(id string, number int) []byte {
	return binary.BigEndian.AppendUint32(append([]byte(id), 0), uint32(number))
}

func putTag(tx *bbolt.Tx, id string, number int, tag string) error {
	return put(tx, bucketTags, tagKey(id, number), []byte(tag))
}

func dropEntry(tx *bbolt.Tx, id string) error {
	if err := tx.Bucket(bucketEntries).Delete([]byte(id)); err != nil {
		return err
	}
	return dropTags(tx, id)
}

func dropTags(tx *bbolt.Tx, id string) error {
	prefix := append([]byte(id), 0)
	c := tx.Bucket(bucketTags).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Seek(prefix) {
		if err := c.Delete(); err != nil {
			return err
		}
	}
	return nil
}

// putFinished keys the history by time, so that the oldest comes first, and
// drops what is over the bound.
func putFinished(tx *bbolt.Tx, f Finished) error {
	b := tx.Bucket(bucketHistory)
	seq, err := b.NextSequence()
	if err != nil {
		return err
	}
	key := binary.BigEndian.AppendUint64(nil, uint64(max(f.Ended.UnixNano(), 0)))
	if err := putJSON(tx, bucketHistory, binary.BigEndian.AppendUint64(key, seq), f); err != nil {
		return err
	}
	if seq <= MaxHistory {
		return nil
	}
	oldest, _ := b.Cursor().First()
	return b.Delete(oldest)
}

// each reads a bucket whose values are sealed.
func each(tx *bbolt.Tx, bucket []byte, read func(key, value []byte) error) error {
	b := tx.Bucket(bucket)
	if b == nil {
		return fmt.Errorf("the part %q is missing", bucket)
	}
	return b.ForEach(func(k, sealed []byte) error {
		value, err := unseal(k, sealed)
		if err != nil {
			return err
		}
		return read(k, value)
	})
}

func readEntries(tx *bbolt.Tx) (entries []Entry, err error) {
	index := map[string]int{}
	err = each(tx, bucketEntries, func(k, v []byte) error {
		e := Entry{Tags: map[int]string{}}
		if err := json.Unmarshal(v, &e); err != nil {
			return err
		}
		index[e.ID] = len(entries)
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(tx, bucketTags, func(k, v []byte) error {
		if len(k) < 5 {
			return errChecksum
		}
		if i, ok := index[string(k[:len(k)-5])]; ok {
			entries[i].Tags[int(binary.BigEndian.Uint32(k[len(k)-4:]))] = string(v)
		}
		return nil
	})
	return entries, err
}

func readFinished(tx *bbolt.Tx) (history []Finished, err error) {
	err = each(tx, bucketHistory, func(_, v []byte) error {
		var f Finished
		err := json.Unmarshal(v, &f)
		history = append(history, f)
		return err
	})
	return history, err
}

func readHistory(db *bbolt.DB) (history []Finished, err error) {
	err = db.View(func(tx *bbolt.Tx) error {
		history, err = readFinished(tx)
		return err
	})
	return history, err
}

func isEmpty(db *bbolt.DB) bool {
	empty := true
	err := db.View(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketEntries, bucketHistory} {
			if k, _ := tx.Bucket(name).Cursor().First(); k != nil {
				empty = false
			}
		}
		return nil
	})
	return empty && err == nil
}

// create makes a new journal.
func create(path string) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketMeta, bucketEntries, bucketTags, bucketHistory} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return put(tx, bucketMeta, keyVersion, []byte{version})
	})
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}
