package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"go.etcd.io/bbolt"

	"quicksync.me/desktop/service/node/unixfs"
)

// completeTries bounds how often completing starts over because parts were
// replaced under it. Each time somebody else got a part through.
const completeTries = 10

// Complete makes a file of an upload whose parts are all there, given their
// tags in order, and computes its CID. It fails with ErrNoUpload, or with an
// *IncompleteError when a part is missing, a tag is another part's, or the
// parts do not add up to the declared size. To complete a completed upload
// again with the same tags succeeds again.
func (s *Store) Complete(ctx context.Context, ref Ref, tags []string) (File, error) {
	for range completeTries {
		f, err := s.complete(ctx, ref, tags)
		if !errors.Is(err, errChanged) {
			return f, err
		}
	}
	return File{}, errChanged
}

// complete checks, computes the CID outside of any transaction, since that may
// take long, and commits if the parts are still the same.
func (s *Store) complete(ctx context.Context, ref Ref, tags []string) (File, error) {
	var f fileRecord
	var parts []partRecord
	err := s.view(func(tx *bbolt.Tx) (err error) {
		f, parts, err = completable(tx, ref, tags)
		return err
	})
	if err != nil || f.Completed {
		return f.File, err
	}
	cid, err := s.cid(ctx, f.Key, parts)
	if err != nil {
		return File{}, err
	}
	err = s.commits.do(func(tx *bbolt.Tx) error {
		now, nowParts, err := completable(tx, ref, tags)
		if err != nil {
			return err
		}
		if !slices.Equal(parts, nowParts) {
			return errChanged
		}
		f = now
		f.Completed, f.CID = true, cid
		return putFile(tx, f)
	})
	return f.File, err
}

// completable returns an upload and its parts where they are as they must be.
// Of a completed one whose tags differ it says ErrNoUpload: that upload is over.
func completable(tx *bbolt.Tx, ref Ref, tags []string) (fileRecord, []partRecord, error) {
	f, err := referred(tx, ref)
	if err != nil {
		return fileRecord{}, nil, err
	}
	var parts []partRecord
	err = eachPart(tx, f.Key, func(r partRecord) error {
		parts = append(parts, r)
		return nil
	})
	if err != nil {
		return fileRecord{}, nil, err
	}
	err = agree(f.File, parts, tags)
	if err != nil && f.Completed {
		err = ErrNoUpload
	}
	return f, parts, err
}

// agree compares the parts there with the tags and with what was declared.
func agree(f File, parts []partRecord, tags []string) error {
	if wrong := disagreeing(f.TotalParts, parts, tags); len(wrong) > 0 {
		return &IncompleteError{Parts: wrong, Reason: "missing, or with another tag: " + enumerate(wrong)}
	}
	if len(tags) > f.TotalParts {
		return &IncompleteError{Reason: fmt.Sprintf("%d tags for %d parts", len(tags), f.TotalParts)}
	}
	var sum int64
	for _, p := range parts {
		sum += p.Size
	}
	if sum != f.Size {
		return &IncompleteError{Reason: fmt.Sprintf("the parts have %d bytes, %d were declared", sum, f.Size)}
	}
	return nil
}

// disagreeing returns the numbers of the parts that are not there or not what
// the tags say. The parts come in order.
func disagreeing(total int, parts []partRecord, tags []string) (wrong []int) {
	for number := 1; number <= total; number++ {
		there := len(parts) > 0 && parts[0].Number == number
		if !there || number > len(tags) || parts[0].Tag() != tags[number-1] {
			wrong = append(wrong, number)
		}
		if there {
			parts = parts[1:]
		}
	}
	return wrong
}

// enumerate writes part numbers for a person: the first of them and how many
// more there are.
func enumerate(numbers []int) string {
	const shown = 10
	text := "part"
	for i, n := range numbers[:min(shown, len(numbers))] {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %d", n)
	}
	if more := len(numbers) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// cid computes the CID of the parts' content. Where every part but the last
// ends with a leaf, the digests kept with the parts are the file's; otherwise
// the leaves lie across parts and the content is read once.
func (s *Store) cid(ctx context.Context, key string, parts []partRecord) (string, error) {
	var b unixfs.Builder
	var err error
	if aligned(parts) {
		err = s.keptLeaves(&b, key, parts)
	} else {
		err = s.readLeaves(ctx, &b, parts)
	}
	if err != nil {
		return "", err
	}
	root, err := b.Root()
	return root.String(), err
}

func aligned(parts []partRecord) bool {
	return !slices.ContainsFunc(parts[:len(parts)-1], func(p partRecord) bool {
		return p.Size%unixfs.LeafSize != 0
	})
}

// keptLeaves adds the digests that were computed while the parts arrived. Their
// number is checked against the parts: they may have been replaced meanwhile.
func (s *Store) keptLeaves(b *unixfs.Builder, key string, parts []partRecord) error {
	return s.view(func(tx *bbolt.Tx) error {
		for _, p := range parts {
			digests := tx.Bucket(bucketLeaves).Get(partKey(key, p.Number))
			if err := addDigests(b, digests, p.Size); err != nil {
				return err
			}
		}
		return nil
	})
}

func addDigests(b *unixfs.Builder, digests []byte, size int64) error {
	for ; size > 0; size -= unixfs.LeafSize {
		if len(digests) < sha256.Size {
			return errChanged
		}
		if err := b.Leaf(unixfs.Digest(digests[:sha256.Size]), int(min(size, unixfs.LeafSize))); err != nil {
			return err
		}
		digests = digests[sha256.Size:]
	}
	if len(digests) > 0 {
		return errChanged
	}
	return nil
}

// readLeaves reads the content from its extents. One that is gone was replaced.
func (s *Store) readLeaves(ctx context.Context, b *unixfs.Builder, parts []partRecord) error {
	content := newContent(s.extents, parts)
	defer content.Close()
	buf := leafBuffer.Get().(*[unixfs.LeafSize]byte)
	defer leafBuffer.Put(buf)
	for {
		n, err := readLeaf(content, buf[:])
		if errors.Is(err, fs.ErrNotExist) {
			return errChanged
		}
		if err != nil && err != io.EOF {
			return err
		}
		if n > 0 {
			if err := b.Leaf(sha256.Sum256(buf[:n]), n); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
