package store

import (
	"errors"
	"strings"
)

var (
	// ErrInUse reports that another program has the directory open.
	ErrInUse = errors.New("store: the directory is in use by another program")
	// ErrFormat reports a database that this program does not know how to read.
	ErrFormat = errors.New("store: unknown format")
	// ErrClosed reports a call after Close.
	ErrClosed = errors.New("store: closed")
	// ErrNotFound reports that the owner has no such file.
	ErrNotFound = errors.New("store: no such file")
	// ErrNoUpload reports that the owner has no such upload under way.
	ErrNoUpload = errors.New("store: no such upload")
	// ErrBadPart reports a part number outside 1 to the upload's total.
	ErrBadPart = errors.New("store: no such part in this upload")
	// ErrPartTooLarge reports a part of more than MaxPart bytes.
	ErrPartTooLarge = errors.New("store: part too large")
	// ErrQuota reports that Limits.Bytes would be passed.
	ErrQuota = errors.New("store: over the quota")
	// ErrTooManyFiles reports that Limits.Files would be passed.
	ErrTooManyFiles = errors.New("store: too many files")
	// ErrDiskFull reports that the disk has no room.
	ErrDiskFull = errors.New("store: disk full")
	// ErrBody reports that the bytes of a part could not be read to their end;
	// it wraps the reader's own error.
	ErrBody = errors.New("store: the part's bytes ended early")

	// errChanged reports that parts were replaced while a file was completed.
	errChanged = errors.New("store: the upload changed while it was completed")
)

// IncompleteError reports an upload that cannot be completed as asked. Nothing
// is lost by it: the parts that are right stay.
type IncompleteError struct {
	// Parts are the numbers of the parts that are missing or whose tags do not
	// match, ascending; empty when the parts agree and something else does not.
	Parts []int
	// Reason says in a sentence what is wrong.
	Reason string
}

// Error returns the reason.
func (e *IncompleteError) Error() string { return "store: incomplete: " + e.Reason }

// diskError marks an error that means a full disk with ErrDiskFull and returns
// every other error as it is. Where bbolt grows its file it formats the
// system's error without wrapping it, so the text counts as well.
func diskError(err error) error {
	if err == nil || errors.Is(err, ErrDiskFull) {
		return err
	}
	for _, full := range diskFullErrnos {
		if errors.Is(err, full) || strings.Contains(err.Error(), full.Error()) {
			return errors.Join(ErrDiskFull, err)
		}
	}
	return err
}
