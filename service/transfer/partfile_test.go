package transfer_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
)

// goesOn checks that a download which an earlier run has left goes on with what
// was there.
func (b *bench) goesOn(d transfer.Download, content string) {
	b.Helper()
	metered := &meteredFetch{Fake: b.fake}
	b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: metered, Limits: limits})
	left := b.engine.LeftDownloads("here")
	if len(left) != 1 || left[0].Path != d.Path || left[0].FileKey != d.FileKey {
		b.Fatalf("left: %+v", left)
	}
	left[0].Received = new(atomic.Int64)
	path, err := b.engine.Download(context.Background(), left[0])
	if got, _ := os.ReadFile(path); err != nil || path != d.Path || string(got) != content {
		b.Fatalf("%q with %d bytes, %v", path, len(got), err)
	}
	if n := metered.bytes.Load(); n >= int64(len(content)) {
		b.Errorf("%d bytes fetched, at least a piece was there", n)
	}
	if n := left[0].Received.Load(); n != int64(len(content)) {
		b.Errorf("%d bytes counted", n)
	}
	if names := b.folder(); len(names) != 1 {
		b.Errorf("in the folder: %v", names)
	}
	b.restart()
	if left := b.engine.LeftDownloads("here"); len(left) != 0 {
		b.Errorf("still left: %+v", left)
	}
}

// TestADownloadWaitsForItsPartFile: a disk that is away, or a part file that
// cannot be opened just now, is said by name, in the same run and in the next, and
// loses nothing.
func TestADownloadWaitsForItsPartFile(t *testing.T) {
	for name, c := range map[string]struct {
		away, back func(folder, part string) error
		kind       error
	}{
		"the disk is away": {
			func(folder, _ string) error { return os.Rename(folder, folder+" away") },
			func(folder, _ string) error { return os.Rename(folder+" away", folder) },
			transfer.ErrVanished,
		},
		"it does not open": {
			func(_, part string) error { return errors.Join(os.Rename(part, part+".away"), os.Mkdir(part, 0o700)) },
			func(_, part string) error { return errors.Join(os.Remove(part), os.Rename(part+".away", part)) },
			transfer.ErrUnreadable,
		},
	} {
		t.Run(name, func(t *testing.T) {
			resuming(t, func(b *bench) {
				_, content, d := b.interruptedDownload()
				folder, part := filepath.Dir(d.Path), d.Path+".part"
				if err := c.away(folder, part); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					b.restart()
					for range 2 {
						var file *transfer.FileError
						_, err := b.engine.Download(context.Background(), d)
						if !errors.As(err, &file) || file.Path != part || file.Kind != c.kind || !transfer.CanGoOn(err) {
							t.Errorf("%v", err)
						}
					}
				}
				if err := c.back(folder, part); err != nil {
					t.Fatal(err)
				}
				b.goesOn(d, content)
			})
		})
	}
}

// TestAFolderThatWasDeletedIsNotWaitedForForEver.
func TestAFolderThatWasDeletedIsNotWaitedForForEver(t *testing.T) {
	resuming(t, func(b *bench) {
		_, _, d := b.interruptedDownload()
		if err := os.RemoveAll(filepath.Dir(d.Path)); err != nil {
			t.Fatal(err)
		}
		for _, left := range []int{1, 0} {
			b.restart()
			if _, err := b.engine.Download(context.Background(), d); err == nil {
				t.Error("it is said to be saved")
			}
			if n := len(b.engine.LeftDownloads("here")); n != left {
				t.Errorf("%d downloads are left, want %d", n, left)
			}
			time.Sleep(8 * 24 * time.Hour)
		}
	})
}

// blocked has something lie in the place of a part file that cannot be opened, and
// takes it away.
func blocked(part string) error {
	return errors.Join(os.Rename(part, part+".away"), os.Mkdir(part, 0o700))
}
func freed(part string) error { return errors.Join(os.Remove(part), os.Rename(part+".away", part)) }

// TestADownloadIsAsPatientAsEverAfterAWeek: how long it waits for its part file counts
// from when that was missed, and anew when it was there again.
func TestADownloadIsAsPatientAsEverAfterAWeek(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		part := d.Path + ".part"
		for range 2 {
			time.Sleep(8 * 24 * time.Hour)
			b.must(blocked(part))
			for range 2 {
				b.restart()
				if _, err := b.engine.Download(context.Background(), d); !errors.Is(err, transfer.ErrUnreadable) {
					t.Errorf("ended with %v", err)
				}
			}
			b.must(freed(part))
			b.opened(d)
		}
		b.restart()
		b.goesOn(d, content)
	})
}

// opened has a download open its part file, and stop.
func (b *bench) opened(d transfer.Download) {
	b.Helper()
	b.restart()
	ctx, cancel := context.WithCancel(context.Background())
	b.fake.SetBefore(func(op string) error {
		if op == "fetch" {
			cancel()
			return broken
		}
		return nil
	})
	if _, err := b.engine.Download(ctx, d); !errors.Is(err, context.Canceled) {
		b.Errorf("ended with %v", err)
	}
	b.fake.SetBefore(nil)
}

// TestWhatCannotBeOpenedIsNotRemoved, however long that lasts.
func TestWhatCannotBeOpenedIsNotRemoved(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		part := d.Path + ".part"
		b.must(blocked(part))
		b.restart()
		for _, works := range []bool{false, true} {
			path, err := b.engine.Download(context.Background(), d)
			if got, _ := os.ReadFile(path); works != (err == nil) || works && string(got) != content {
				t.Errorf("saved as %q, %v", path, err)
			}
			if _, err := os.Lstat(part); err != nil {
				t.Error(err)
			}
			time.Sleep(8 * 24 * time.Hour)
		}
	})
}

// TestAPartFileThatIsGoneIsBegunAnew, under the same name.
func TestAPartFileThatIsGoneIsBegunAnew(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		if err := os.Remove(d.Path + ".part"); err != nil {
			t.Fatal(err)
		}
		b.restart()
		path, err := b.engine.Download(context.Background(), d)
		if got, _ := os.ReadFile(path); err != nil || path != d.Path || string(got) != content {
			t.Errorf("%q, %v", path, err)
		}
	})
}

// TestADiskThatIsPulledOutLosesNothing: what was fetched before is gone on with
// when it is back.
func TestADiskThatIsPulledOutLosesNothing(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		b.restart()
		folder := filepath.Dir(d.Path)
		b.fake.SetBefore(once("fetch", &api.Error{Op: "fetch", Kind: api.ErrRefused}))
		b.fake.SetAfter(func(op string) error {
			if op == "link" {
				return os.Rename(folder, folder+" away")
			}
			return nil
		})
		if _, err := b.engine.Download(context.Background(), d); !errors.Is(err, api.ErrRefused) {
			t.Fatal(err)
		}
		b.fake.SetAfter(nil)
		b.restart()
		if err := os.Rename(folder+" away", folder); err != nil {
			t.Fatal(err)
		}
		b.goesOn(d, content)
	})
}

// TestPiecesThatCannotBeReadAreFetchedAgain.
func TestPiecesThatCannotBeReadAreFetchedAgain(t *testing.T) {
	if n, err := transfer.Unreadable(write(t, filepath.Join(t.TempDir(), "part"), "ab"), "crc32c-00000000", ""); n != 0 || err != nil {
		t.Errorf("%d pieces are there, %v", n, err)
	}
}

// TestTheLookAtWhatIsThereEnds with the download: what is there stays for the next
// time, unless the person has given it up.
func TestTheLookAtWhatIsThereEnds(t *testing.T) {
	for _, why := range []error{context.Canceled, transfer.ErrGivenUp} {
		t.Run(why.Error(), func(t *testing.T) {
			resuming(t, func(b *bench) {
				_, content, d := b.interruptedDownload()
				b.restart()
				ctx, cancel := context.WithCancelCause(context.Background())
				b.fake.SetAfter(func(op string) error {
					cancel(why)
					return nil
				})
				d.Received = new(atomic.Int64)
				if _, err := b.engine.Download(ctx, d); !errors.Is(err, why) || d.Received.Load() > 0 {
					t.Errorf("ended with %v, after %d bytes", err, d.Received.Load())
				}
				b.fake.SetAfter(nil)
				if why == context.Canceled {
					b.goesOn(d, content)
				} else if names := b.folder(); len(names) > 0 || len(b.engine.LeftDownloads("here")) > 0 {
					t.Errorf("in the folder: %v", names)
				}
			})
		})
	}
}

// TestADeletedFileIsNotGoneOnWith for ever.
func TestADeletedFileIsNotGoneOnWith(t *testing.T) {
	resuming(t, func(b *bench) {
		key, _, d := b.interruptedDownload()
		b.restart()
		if err := b.fake.Delete(context.Background(), key); err != nil {
			t.Fatal(err)
		}
		if _, err := b.engine.Download(context.Background(), d); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("ended with %v", err)
		}
		b.restart()
		if names := b.folder(); len(names) > 0 || len(b.engine.LeftDownloads("here")) > 0 {
			t.Errorf("in the folder: %v", names)
		}
	})
}

// TestAPartFileThatIsDeletedMeanwhileIsNamed, and fetched again the next time.
func TestAPartFileThatIsDeletedMeanwhileIsNamed(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		b.restart()
		b.fake.SetAfter(func(op string) error {
			if op == "fetch" {
				_ = os.Remove(d.Path + ".part")
			}
			return nil
		})
		var file *transfer.FileError
		if _, err := b.engine.Download(context.Background(), d); !errors.As(err, &file) || file.Kind != transfer.ErrVanished || file.Path != d.Path+".part" {
			t.Error(err)
		}
		b.fake.SetAfter(nil)
		path, err := b.engine.Download(context.Background(), d)
		if got, _ := os.ReadFile(path); err != nil || path != d.Path || string(got) != content {
			t.Errorf("%q, %v", path, err)
		}
	})
}

// TestAWholeFileThatGetsNoNameIsNotLost: its disk was pulled out with the last
// byte; the next try names it, in the same run.
func TestAWholeFileThatGetsNoNameIsNotLost(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		b.restart()
		folder := filepath.Dir(d.Path)
		b.fake.SetAfter(func(op string) error {
			if op == "fetch" {
				_ = os.Rename(folder, folder+" away")
			}
			return nil
		})
		var file *transfer.FileError
		if _, err := b.engine.Download(context.Background(), d); !errors.As(err, &file) {
			t.Fatal(err)
		}
		b.fake.SetAfter(nil)
		if err := os.Rename(folder+" away", folder); err != nil {
			t.Fatal(err)
		}
		b.goesOn(d, content)
	})
}
