package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

func TestOwnersSeeTheirOwn(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	f := storeParts(t, s, []byte("hello"), 5)
	if _, err := s.Stat(t.Context(), bob, f.Key); !errors.Is(err, ErrNotFound) {
		t.Errorf("stat: %v", err)
	}
	if err := s.Delete(t.Context(), bob, f.Key); !errors.Is(err, ErrNotFound) {
		t.Errorf("delete: %v", err)
	}
	for g, err := range s.List(t.Context(), bob) {
		t.Errorf("list: %v, %v", g, err)
	}
	if err := s.Delete(t.Context(), alice, f.Key); err != nil {
		t.Fatal(err)
	}
	if left := extentFiles(t, dir); len(left) > 0 {
		t.Errorf("%v is left of a deleted file", left)
	}
	if _, _, err := s.Open(t.Context(), f.Key); !errors.Is(err, ErrNotFound) {
		t.Errorf("open a deleted file: %v", err)
	}
	if u, err := s.Usage(); err != nil || u.Files != 0 || u.Bytes != 0 {
		t.Errorf("usage %+v, %v", u, err)
	}
	if err := s.db.View(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketFiles, bucketList, bucketParts, bucketLeaves, bucketHeld} {
			if k, _ := tx.Bucket(name).Cursor().First(); k != nil {
				t.Errorf("%s still has %q", name, k)
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestListPagesInOrder(t *testing.T) {
	s := openStore(t, t.TempDir())
	const count = 2*listPage + 1
	var want []string
	for range count {
		want = append(want, begin(t, s, 0, 1).Key)
	}
	var got []string
	for f, err := range s.List(t.Context(), alice) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, f.Key)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d files, or another order", len(got))
	}
}

func TestStateOutlivesAClose(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	ref := begin(t, s, 10, 2)
	one := put(t, s, ref, 1, []byte("12345"))
	if err := s.SetSetting("k", []byte("v")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin(t.Context(), alice, Draft{TotalParts: 1}, Limits{}); !errors.Is(err, ErrClosed) {
		t.Errorf("begin after close: %v", err)
	}
	if _, err := s.Stat(t.Context(), alice, ref.Key); !errors.Is(err, ErrClosed) {
		t.Errorf("stat after close: %v", err)
	}
	s = openStore(t, dir)
	two := put(t, s, ref, 2, []byte("67890"))
	if _, err := s.Complete(t.Context(), ref, []string{one, two}); err != nil {
		t.Error(err)
	}
	if v, err := s.Setting("k"); err != nil || string(v) != "v" {
		t.Errorf("setting %q, %v", v, err)
	}
	if v, err := s.Setting("none"); err != nil || v != nil {
		t.Errorf("no setting %q, %v", v, err)
	}
}

func TestOrphansAreSwept(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	f := storeParts(t, s, []byte("hello"), 5)
	// An extent that is on the disk while its record is not: what a crash
	// between the two leaves.
	if _, err := s.extents.write(t.Context(), bytes.NewReader([]byte("orphan"))); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, extentsName, "README")
	if err := os.MkdirAll(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(foreign, "not ours"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, dir)
	if files := extentFiles(t, dir); len(files) != 2 {
		t.Errorf("%v, want the file's extent and the stranger's", files)
	}
	_, r, err := s.Open(t.Context(), f.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
}

// What a file manager, a file system or another user leaves among the extents
// keeps no store from opening, nor the sweep from the orphans behind it. The
// directory without rights is one for all but root, who reads it.
func TestStrangersAmongTheExtents(t *testing.T) {
	dir := t.TempDir()
	among := func(names ...string) string { return filepath.Join(append([]string{dir, extentsName}, names...)...) }
	name := func(first string) string { return first + strings.Repeat("0", 30) }
	orphan, stuck := among("ff", name("ff")), among("00", name("00"))
	err := errors.Join(
		os.MkdirAll(filepath.Join(stuck, "full"), 0o700), // has an orphan's name, and cannot be removed
		os.Mkdir(among("ff"), 0o700),
		os.WriteFile(orphan, []byte("orphan"), 0o600),
		os.WriteFile(among(".DS_Store"), nil, 0o600),
		os.Mkdir(among("lost+found"), 0),
	)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	s, err := Open(Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := os.Stat(orphan); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the orphan is there: %v", err)
	}
	if said := log.String(); !strings.Contains(said, filepath.Base(stuck)) || !strings.Contains(said, "count=1") {
		t.Errorf("the log says %q", said)
	}
	if _, err := os.ReadDir(among("lost+found")); err != nil && !strings.Contains(log.String(), "lost+found") {
		t.Errorf("the log says nothing of what could not be read: %q", &log)
	}
}

func TestOneStorePerDirectory(t *testing.T) {
	dir := t.TempDir()
	openStore(t, dir)
	if _, err := Open(Config{Dir: dir}); !errors.Is(err, ErrInUse) || !bytes.Contains([]byte(err.Error()), []byte(dir)) {
		t.Errorf("second open: %v", err)
	}
}

func TestForeignFormatsAreLeftAlone(t *testing.T) {
	for name, change := range map[string]func(*bbolt.Tx) error{
		"newer": func(tx *bbolt.Tx) error {
			if err := create(tx); err != nil {
				return err
			}
			return tx.Bucket(bucketMeta).Put(keyFormat, binary.BigEndian.AppendUint32(nil, formatVersion+1))
		},
		"no version": func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket(bucketMeta)
			return err
		},
		"another program's": func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket([]byte("something else"))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, databaseName)
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Update(change), db.Close()); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(path)
			if _, err := Open(Config{Dir: dir}); !errors.Is(err, ErrFormat) {
				t.Errorf("open: %v", err)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the database was changed")
			}
		})
	}
	t.Run("no database", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, databaseName), noise(64<<10), 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := Open(Config{Dir: dir}); err == nil {
			t.Error("noise was opened", s.Close())
		}
	})
}

func TestNewDatabaseAfterACrash(t *testing.T) {
	dir := t.TempDir()
	db, err := bbolt.Open(filepath.Join(dir, databaseName), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	storeParts(t, openStore(t, dir), []byte("hello"), 5)
}

func FuzzOwnerText(f *testing.F) {
	text, _ := alice.MarshalText()
	f.Add(text)
	f.Add([]byte("zz"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var o Owner
		if o.UnmarshalText(text) != nil {
			return
		}
		if back, err := o.MarshalText(); err != nil || !bytes.EqualFold(back, text) {
			t.Errorf("%q became %q, %v", text, back, err)
		}
	})
}
