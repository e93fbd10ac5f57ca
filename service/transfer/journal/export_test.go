package journal

import "go.etcd.io/bbolt"

// PutVersion writes a version as a program of that version would.
func PutVersion(tx *bbolt.Tx, v byte) error { return put(tx, bucketMeta, keyVersion, []byte{v}) }
