package store

import (
	"bytes"

	"go.etcd.io/bbolt"
)

// Setting returns what was kept under a name, nil where nothing was.
func (s *Store) Setting(name string) (value []byte, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		value = bytes.Clone(tx.Bucket(bucketSettings).Get([]byte(name)))
		return nil
	})
	return value, err
}

// SetSetting keeps a value under a name. Values are not encrypted; the database
// is readable by the user alone.
func (s *Store) SetSetting(name string, value []byte) error {
	return s.commits.do(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketSettings).Put([]byte(name), value)
	})
}
