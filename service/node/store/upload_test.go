package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/iotest"

	"go.etcd.io/bbolt"
)

func TestTagIsTheChecksum(t *testing.T) {
	s := openStore(t, t.TempDir())
	content := noise(leaf + 3)
	want := fmt.Sprintf("crc32c-%08x", crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli)))
	if got := put(t, s, begin(t, s, int64(len(content)), 1), 1, content); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestPartIsReplaced(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	ref := begin(t, s, 3, 1)
	old := put(t, s, ref, 1, []byte("old!"))
	fresh := put(t, s, ref, 1, []byte("new"))
	if n := len(extentFiles(t, dir)); n != 1 {
		t.Errorf("%d extents after a replacement", n)
	}
	var incomplete *IncompleteError
	if _, err := s.Complete(t.Context(), ref, []string{old}); !errors.As(err, &incomplete) || !slices.Equal(incomplete.Parts, []int{1}) {
		t.Errorf("the old tag: %v", err)
	}
	if _, err := s.Complete(t.Context(), ref, []string{fresh}); err != nil {
		t.Error(err)
	}
	if u, err := s.Usage(); err != nil || u.Bytes != 3 || u.Files != 1 || u.Free == 0 {
		t.Errorf("usage %+v, %v", u, err)
	}
}

func TestCompleteAgrees(t *testing.T) {
	s := openStore(t, t.TempDir())
	ref := begin(t, s, 6, 3)
	one, three := put(t, s, ref, 1, []byte("1")), put(t, s, ref, 3, []byte("333"))
	two := Part{CRC: crc32.Checksum([]byte("22"), castagnoli)}.Tag()
	for _, c := range []struct {
		name  string
		tags  []string
		parts []int
	}{
		{"no tags", nil, []int{1, 2, 3}},
		{"a part missing", []string{one, two, three}, []int{2}},
		{"swapped", []string{three, two, one}, []int{1, 2, 3}},
		{"a tag missing", []string{one, two}, []int{2, 3}},
	} {
		var incomplete *IncompleteError
		_, err := s.Complete(t.Context(), ref, c.tags)
		if !errors.As(err, &incomplete) || !slices.Equal(incomplete.Parts, c.parts) {
			t.Errorf("%s: %v, want parts %v", c.name, err, c.parts)
		}
	}
	long := put(t, s, ref, 2, []byte("22222"))
	for name, tags := range map[string][]string{
		"sum too large": {one, long, three}, "too many tags": {one, long, three, three},
	} {
		var incomplete *IncompleteError
		if _, err := s.Complete(t.Context(), ref, tags); !errors.As(err, &incomplete) || len(incomplete.Parts) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	put(t, s, ref, 2, []byte("22"))
	first, err := s.Complete(t.Context(), ref, []string{one, two, three})
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Complete(t.Context(), ref, []string{one, two, three})
	if err != nil || again != first {
		t.Errorf("again: %+v, %v", again, err)
	}
	if _, err := s.Complete(t.Context(), ref, []string{one}); !errors.Is(err, ErrNoUpload) {
		t.Errorf("again with other tags: %v", err)
	}
	if _, err := s.PutPart(t.Context(), ref, 1, bytes.NewReader(nil), Limits{}); !errors.Is(err, ErrNoUpload) {
		t.Errorf("a part after completing: %v", err)
	}
}

func TestEnumerate(t *testing.T) {
	many := make([]int, 12)
	for i := range many {
		many[i] = i + 1
	}
	if got, want := enumerate(many), "part 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFailedPartLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	ref := begin(t, s, 10, 2)
	broken := errors.New("broken")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		ref    Ref
		number int
		body   io.Reader
		want   error
	}{
		{"broken body", t.Context(), ref, 1, io.MultiReader(bytes.NewReader(noise(leaf+9)), iotest.ErrReader(broken)), broken},
		{"cut off", t.Context(), ref, 1, io.MultiReader(bytes.NewReader(noise(9)), iotest.ErrReader(io.ErrUnexpectedEOF)), ErrBody},
		{"too large", t.Context(), ref, 1, bytes.NewReader(make([]byte, MaxPart+1)), ErrPartTooLarge},
		{"part 0", t.Context(), ref, 0, bytes.NewReader(nil), ErrBadPart},
		{"part 3", t.Context(), ref, 3, bytes.NewReader(nil), ErrBadPart},
		{"cancelled", cancelled, ref, 1, bytes.NewReader(noise(9)), context.Canceled},
		{"another's upload", t.Context(), Ref{bob, ref.Key, ref.UploadID}, 1, bytes.NewReader(nil), ErrNoUpload},
		{"another upload", t.Context(), Ref{alice, ref.Key, "other"}, 1, bytes.NewReader(nil), ErrNoUpload},
		{"no upload", t.Context(), Ref{alice, "none", "none"}, 1, bytes.NewReader(nil), ErrNoUpload},
	} {
		if _, err := s.PutPart(c.ctx, c.ref, c.number, c.body, Limits{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if left := extentFiles(t, dir); len(left) > 0 {
			t.Errorf("%s: %v is left", c.name, left)
		}
	}
	if _, err := s.PutPart(t.Context(), ref, 1, bytes.NewReader(make([]byte, MaxPart)), Limits{}); err != nil {
		t.Errorf("the largest part: %v", err)
	}
}

func TestLimits(t *testing.T) {
	s := openStore(t, t.TempDir())
	l := Limits{Files: 2, Bytes: 10}
	first, err := s.Begin(t.Context(), alice, Draft{Name: "a", TotalParts: 2, Size: 6}, l)
	if err != nil {
		t.Fatal(err)
	}
	ref := Ref{alice, first.Key, first.UploadID}
	if _, err := s.Begin(t.Context(), alice, Draft{Name: "b", TotalParts: 1, Size: 5}, l); !errors.Is(err, ErrQuota) {
		t.Errorf("over the bytes: %v", err)
	}
	if _, err := s.Begin(t.Context(), alice, Draft{Name: "b", TotalParts: 1, Size: 4}, l); err != nil {
		t.Errorf("exactly the bytes: %v", err)
	}
	if _, err := s.Begin(t.Context(), alice, Draft{Name: "c", TotalParts: 1}, l); !errors.Is(err, ErrTooManyFiles) {
		t.Errorf("over the files: %v", err)
	}
	if _, err := s.Begin(t.Context(), bob, Draft{Name: "c", TotalParts: 1, Size: 10}, l); err != nil {
		t.Errorf("another owner: %v", err)
	}
	for _, c := range []struct {
		number, size int
		want         error
	}{{1, 7, ErrQuota}, {1, 4, nil}, {2, 3, ErrQuota}, {2, 2, nil}, {1, 4, nil}, {1, 5, ErrQuota}} {
		_, err := s.PutPart(t.Context(), ref, c.number, bytes.NewReader(make([]byte, c.size)), l)
		if !errors.Is(err, c.want) {
			t.Errorf("part %d of %d bytes: %v, want %v", c.number, c.size, err, c.want)
		}
	}
	if err := s.Delete(t.Context(), alice, first.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin(t.Context(), alice, Draft{Name: "d", TotalParts: 1, Size: 6}, l); err != nil {
		t.Errorf("after a deletion: %v", err)
	}
}

// Many do everything at once to the same upload; whatever wins, what is left is
// whole: a completed file reads back, and no extent is there without a record.
func TestConcurrency(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	for round := range 20 {
		content := noise(2*leaf + round)
		ref := begin(t, s, int64(len(content)), 2)
		tags := []string{put(t, s, ref, 1, content[:leaf]), put(t, s, ref, 2, content[leaf:])}
		var wg sync.WaitGroup
		for worker := range 6 {
			wg.Go(func() {
				number := worker%2 + 1
				part := content[:leaf]
				if number == 2 {
					part = content[leaf:]
				}
				_, err := s.PutPart(t.Context(), ref, number, bytes.NewReader(part), Limits{})
				if err != nil && !errors.Is(err, ErrNoUpload) {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			_, err := s.Complete(t.Context(), ref, tags)
			if err != nil && !errors.Is(err, ErrNoUpload) && !errors.Is(err, errChanged) {
				t.Error(err)
			}
		})
		if round%2 == 1 {
			wg.Go(func() {
				if err := s.Delete(t.Context(), alice, ref.Key); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		checkWhole(t, s, ref, content)
	}
	checkExtents(t, s, dir)
}

func checkWhole(t *testing.T, s *Store, ref Ref, content []byte) {
	t.Helper()
	_, r, err := s.Open(t.Context(), ref.Key)
	if errors.Is(err, ErrNotFound) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %d of %d bytes, %v", len(got), len(content), err)
	}
}

// checkExtents compares the records with the files on the disk.
func checkExtents(t *testing.T, s *Store, dir string) {
	t.Helper()
	var named []string
	if err := s.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketParts).ForEach(func(_, v []byte) error {
			r, err := decodePart(v)
			named = append(named, s.extents.path(r.Extent))
			return err
		})
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(named)
	if files := extentFiles(t, dir); !slices.Equal(files, named) {
		t.Errorf("%d extents on the disk, %d named", len(files), len(named))
	}
}

// A change that fails or panics must not take down those it shares a
// transaction with.
func TestCommitterIsolates(t *testing.T) {
	s := openStore(t, t.TempDir())
	failing := errors.New("failing")
	var wg sync.WaitGroup
	for i := range 90 {
		wg.Go(func() {
			err := s.commits.do(func(tx *bbolt.Tx) error {
				if err := tx.Bucket(bucketSettings).Put([]byte{byte(i)}, nil); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return failing
				case 2:
					panic("on purpose")
				}
				return nil
			})
			if (err == nil) != (i%3 == 0) || i%3 == 1 && !errors.Is(err, failing) {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	err := s.view(func(tx *bbolt.Tx) error {
		for i := range 90 {
			there := tx.Bucket(bucketSettings).Get([]byte{byte(i)}) != nil
			if there != (i%3 == 0) {
				t.Errorf("change %d: there %v", i, there)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
