package store

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"time"

	"go.etcd.io/bbolt"
)

// Begin starts an upload and reserves its size. It fails with ErrTooManyFiles
// or ErrQuota when the owner's limits have no room for it. The draft is taken
// to be within MaxParts and MaxPart.
func (s *Store) Begin(_ context.Context, owner Owner, d Draft, l Limits) (File, error) {
	f := File{
		Key: rand.Text(), UploadID: rand.Text(), Owner: owner, Name: d.Name,
		TotalParts: d.TotalParts, Size: d.Size, Created: time.Now().UTC(),
	}
	err := s.commits.do(func(tx *bbolt.Tx) error {
		t, err := getTally(tx, owner)
		if err != nil {
			return err
		}
		if err := t.allow(l, d.Size); err != nil {
			return err
		}
		return insert(tx, f)
	})
	if err != nil {
		return File{}, err
	}
	return f, nil
}

func insert(tx *bbolt.Tx, f File) error {
	list := tx.Bucket(bucketList)
	seq, err := list.NextSequence()
	if err != nil {
		return err
	}
	if err := list.Put(listKey(f.Owner, seq), []byte(f.Key)); err != nil {
		return err
	}
	if err := putFile(tx, fileRecord{File: f, Seq: seq}); err != nil {
		return err
	}
	return addTally(tx, f.Owner, tally{files: 1, declared: f.Size})
}

// PutPart stores a part, replacing the one of the same number. When it returns
// without an error the bytes and their record are on the disk. A body that
// cannot be read to its end (ErrBody), is larger than MaxPart
// (ErrPartTooLarge) or makes the upload hold more than was declared under a
// limit of bytes (ErrQuota) leaves nothing behind; neither does an upload that
// was deleted or completed meanwhile (ErrNoUpload).
func (s *Store) PutPart(ctx context.Context, ref Ref, number int, body io.Reader, l Limits) (Part, error) {
	room, err := s.room(ref, number, l)
	if err != nil {
		return Part{}, err
	}
	capped := &cappedReader{r: body, left: MaxPart, over: ErrPartTooLarge}
	if room < MaxPart {
		capped.left, capped.over = room, ErrQuota
	}
	e, err := s.extents.write(ctx, capped)
	if err != nil {
		return Part{}, err
	}
	return s.choose(ref, number, e, l)
}

// room returns how many bytes a part may have under the limits. Parts that
// arrive at the same time are not seen here; choose counts again.
func (s *Store) room(ref Ref, number int, l Limits) (room int64, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		f, err := upload(tx, ref, number)
		if err != nil {
			return err
		}
		replaced, _, err := getPart(tx, ref.Key, number)
		if err != nil {
			return err
		}
		room = MaxPart
		if l.Bytes > 0 {
			room = f.Size - (getHeld(tx, ref.Key) - replaced.Size)
		}
		return nil
	})
	return room, err
}

// choose commits the record that makes an extent the part, and lets go of the
// extent it replaces.
func (s *Store) choose(ref Ref, number int, e extent, l Limits) (Part, error) {
	record := partRecord{Part: Part{Number: number, Size: e.size, CRC: e.crc}, Extent: e.id}
	var replaced partRecord
	var replaces bool
	err := s.commits.do(func(tx *bbolt.Tx) error {
		f, err := upload(tx, ref, number)
		if err != nil {
			return err
		}
		if replaced, replaces, err = getPart(tx, ref.Key, number); err != nil {
			return err
		}
		grows := e.size - replaced.Size
		if l.Bytes > 0 && grows > 0 && getHeld(tx, ref.Key)+grows > f.Size {
			return ErrQuota
		}
		return putPart(tx, f.File, record, e.leaves, grows)
	})
	if err != nil {
		s.abandon(ref.Key, number, e.id)
		return Part{}, err
	}
	if replaces {
		s.discard(replaced.Extent)
	}
	return record.Part, nil
}

// abandon removes the extent of a part whose commit failed. A commit can fail
// in its very last step and have taken effect for readers nonetheless, so an
// extent that a record names is kept.
func (s *Store) abandon(key string, number int, id extentID) {
	err := s.view(func(tx *bbolt.Tx) error {
		r, ok, err := getPart(tx, key, number)
		if ok && r.Extent == id {
			return errors.New("the record names it")
		}
		return err
	})
	if err == nil {
		s.discard(id)
	}
}

func putPart(tx *bbolt.Tx, f File, r partRecord, leaves []byte, grows int64) error {
	key := partKey(f.Key, r.Number)
	if err := tx.Bucket(bucketParts).Put(key, r.encode()); err != nil {
		return err
	}
	if err := tx.Bucket(bucketLeaves).Put(key, leaves); err != nil {
		return err
	}
	return addHeld(tx, f, grows)
}

// upload returns the upload under way that a reference names and that has a
// part of this number.
func upload(tx *bbolt.Tx, ref Ref, number int) (fileRecord, error) {
	f, err := referred(tx, ref)
	switch {
	case err != nil:
		return fileRecord{}, err
	case f.Completed:
		return fileRecord{}, ErrNoUpload
	case number < 1 || number > f.TotalParts:
		return fileRecord{}, ErrBadPart
	}
	return f, nil
}

// referred returns what a reference names, under way or completed.
func referred(tx *bbolt.Tx, ref Ref) (fileRecord, error) {
	f, err := owned(tx, ref.Owner, ref.Key)
	if errors.Is(err, ErrNotFound) || err == nil && f.UploadID != ref.UploadID {
		return fileRecord{}, ErrNoUpload
	}
	return f, err
}
