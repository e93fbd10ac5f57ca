package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"time"
	"unicode/utf8"

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
	e.ModTime = writable(e.ModTime)
	return putJSON(tx, bucketEntries, []byte(e.ID), writtenEntry{e, exactly(append([]string{e.Path, e.Name, e.PartPath}, e.Bundle...))})
}

// writtenEntry is an Entry as it is written. Exact holds Path, Name, PartPath and
// Bundle where JSON cannot.
type writtenEntry struct {
	Entry
	Exact [][]byte `json:"exact,omitempty"`
}

func (w writtenEntry) entry() Entry {
	e := w.Entry
	if len(w.Exact) == 3+len(e.Bundle) {
		e.Path, e.Name, e.PartPath = string(w.Exact[0]), string(w.Exact[1]), string(w.Exact[2])
		for i, path := range w.Exact[3:] {
			e.Bundle[i] = string(path)
		}
	}
	return e
}

// writtenFinished is a Finished as it is written. Exact holds Path and Name where
// JSON cannot.
type writtenFinished struct {
	Finished
	Exact [][]byte `json:"exact,omitempty"`
}

func (w writtenFinished) finished() Finished {
	f := w.Finished
	if len(w.Exact) == 2 {
		f.Path, f.Name = string(w.Exact[0]), string(w.Exact[1])
	}
	return f
}

// exactly keeps names byte by byte where one of them is no UTF-8, as a file's may
// be: JSON would hold another one, and the file would not be found again.
func exactly(texts []string) (exact [][]byte) {
	if !slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) }) {
		return nil
	}
	for _, s := range texts {
		exact = append(exact, []byte(s))
	}
	return exact
}

// writable is a time that JSON can hold: some disks know years after 9999. A
// record that cannot be written would hold up all others; a file of such a time is
// taken for changed.
func writable(t time.Time) time.Time {
	if year := t.Year(); year < 0 || year > 9999 {
		return time.Time{}
	}
	return t
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
	f.ModTime = writable(f.ModTime)
	key := binary.BigEndian.AppendUint64(nil, uint64(max(f.Ended.UnixNano(), 0)))
	if err := putJSON(tx, bucketHistory, binary.BigEndian.AppendUint64(key, seq), writtenFinished{f, exactly([]string{f.Path, f.Name})}); err != nil {
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
		var w writtenEntry
		if err := json.Unmarshal(v, &w); err != nil {
			return err
		}
		w.Tags = map[int]string{}
		index[w.ID] = len(entries)
		entries = append(entries, w.entry())
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
		var w writtenFinished
		err := json.Unmarshal(v, &w)
		history = append(history, w.finished())
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
