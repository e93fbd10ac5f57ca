package paths

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// renames are the ways to rename, of which the first that works is taken.
var renames = map[string]func(from, to string) error{
	"first that works": RenameNew, "system": renameNew, "link": linkNew, "claim": claimNew,
}

// TestRenameNew, in each of its ways.
func TestRenameNew(t *testing.T) {
	for way, rename := range renames {
		t.Run(way, func(t *testing.T) {
			from, to := file(t, "new"), filepath.Join(t.TempDir(), "b")
			if err := rename(from, to); err != nil {
				t.Fatal(err)
			}
			wantContent(t, to, "new")
			if _, err := os.Lstat(from); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the old name: %v", err)
			}
		})
	}
}

// TestRenameNewReplacesNothing: no file, no folder, no link that leads nowhere.
func TestRenameNewReplacesNothing(t *testing.T) {
	folder := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(folder, "nothing"), link); err != nil {
		t.Fatal(err)
	}
	for way, rename := range renames {
		t.Run(way, func(t *testing.T) {
			from, old := file(t, "new"), file(t, "old")
			for _, to := range []string{old, folder, link} {
				if err := rename(from, to); !errors.Is(err, fs.ErrExist) {
					t.Errorf("over %s: %v", to, err)
				}
			}
			wantContent(t, from, "new")
			wantContent(t, old, "old")
		})
	}
}

// TestRenameNewLeavesNothingWhenItFails.
func TestRenameNewLeavesNothingWhenItFails(t *testing.T) {
	for way, rename := range renames {
		t.Run(way, func(t *testing.T) {
			to := filepath.Join(t.TempDir(), "b")
			if err := rename(filepath.Join(t.TempDir(), "nothing"), to); !errors.Is(err, fs.ErrNotExist) {
				t.Error(err)
			}
			if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the new name: %v", err)
			}
		})
	}
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantContent(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
}
