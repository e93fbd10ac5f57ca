package journal

import "go.etcd.io/bbolt"

// PutVersion writes a version as a program of that version would.
func PutVersion(tx *bbolt.Tx, v byte) error { return put(tx, bucketMeta, keyVersion, []byte{v}) }

// Cap bounds the file to so many bytes, as a full disk does; 0 is no bound.
func (j *Journal) Cap(bytes int) error {
	return j.do(true, func(*bbolt.Tx) error {
		j.db.MaxSize = bytes
		return nil
	})
}
