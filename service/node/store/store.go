// Package store keeps a node's files on this computer's disk: the bytes in
// extent files, everything about them in one bbolt database.
//
// The rules it lives by:
//
//   - Every attempt to put a part writes an extent file of its own, which is on
//     the disk (file and directory) before it is spoken of. The committed part
//     record chooses the extent; whatever no record names is swept at Open.
//   - A finished file is the list of its parts' extents. It is never copied.
//   - A part's leaves are hashed in the pass that writes it, so that the CID of
//     a finished file costs no second reading.
//   - Files belong to an owner, and only what serves content looks past that.
package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"quicksync.me/desktop/service/paths"
)

const (
	databaseName = "node.db"
	extentsName  = "extents"
	reserveName  = "reserve"

	// lockPatience is how long Open waits for another program to let go of the
	// database: long enough for one that is just closing.
	lockPatience = time.Second
)

// Config says where a Store lives.
type Config struct {
	// Dir holds the database and the extents; it is made (0700) where missing.
	Dir string
	// Log takes what nobody waits for, such as an orphan that cannot be removed;
	// nil discards it.
	Log *slog.Logger
}

// Store keeps files. All methods may be called at the same time from many
// goroutines; after Close they fail with ErrClosed.
type Store struct {
	log     *slog.Logger
	dir     string
	db      *bbolt.DB
	commits *committer
	extents *extents
	reserve *reserve
}

// Open opens the store in a directory, making it where there is none, and
// sweeps extents that a crash left without a record. It fails with ErrInUse
// while another Store has the directory, and with ErrFormat when a newer
// program wrote it; in both cases nothing is touched.
func Open(cfg Config) (*Store, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(filepath.Join(cfg.Dir, extentsName), 0o700); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	db, err := openDatabase(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s := &Store{
		log:     cfg.Log,
		dir:     cfg.Dir,
		db:      db,
		extents: &extents{dir: filepath.Join(cfg.Dir, extentsName)},
		reserve: &reserve{path: filepath.Join(cfg.Dir, reserveName)},
	}
	if err := s.sweep(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := paths.SyncDir(cfg.Dir); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.refill()
	s.commits = newCommitter(db)
	return s, nil
}

// Close waits for the commits under way and closes the database.
func (s *Store) Close() error {
	s.commits.close()
	return s.db.Close()
}

func openDatabase(dir string) (*bbolt.DB, error) {
	path := filepath.Join(dir, databaseName)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:      lockPatience,
		FreelistType: bbolt.FreelistMapType,
	})
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	if err := prepare(db); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %s: %w", path, err), db.Close())
	}
	return db, nil
}

// sweep removes the extents that no part record names. It runs before the
// store takes parts, so an extent without a record is surely an orphan.
func (s *Store) sweep() error {
	var named []extentID
	err := s.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketParts).ForEach(func(_, value []byte) error {
			part, err := decodePart(value)
			named = append(named, part.Extent)
			return err
		})
	})
	if err != nil {
		return err
	}
	swept, err := s.extents.sweep(named, s.log)
	if swept > 0 {
		s.log.Info("store: swept extents left by a crash", "count", swept)
	}
	return err
}

// discard removes extents that no record names any more. What cannot be
// removed now, as a file being read on Windows, goes at the next sweep.
func (s *Store) discard(ids ...extentID) {
	for _, id := range ids {
		if err := s.extents.remove(id); err != nil {
			s.log.Debug("store: extent stays until the next sweep", "error", err)
		}
	}
}

func (s *Store) refill() {
	if err := s.reserve.refill(); err != nil {
		s.log.Warn("store: no room for the reserve that lets files be deleted from a full disk", "error", err)
	}
}
