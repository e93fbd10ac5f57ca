package main_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What was sent from this computer and comes back as something else is not kept, and
// what to do is said.
func TestFetchedIsNotWhatWasSent(t *testing.T) {
	t.Parallel()
	q := onHome(t)
	content := noise(5, part)
	q.onDisk("a", content)
	key := *q.send(0, "a")["a"].FileKey
	q.damage(content)
	r := q.run("get", "-o", "b", "--", key).wants(1).says("is not what was sent from this computer", "Fetch it again")
	if _, err := os.Stat(filepath.Join(q.dir, "b")); err == nil || r.stdout != "" {
		t.Errorf("it is kept, and said: %q", r.stdout)
	}
}

// damage changes some content where the node of this home has it.
func (q qs) damage(content []byte) {
	q.Helper()
	found := false
	err := filepath.WalkDir(strings.TrimPrefix(q.env[0], "QUICKSYNC_HOME="), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		stored, err := os.ReadFile(path)
		if at := bytes.Index(stored, content); at >= 0 {
			stored[at] ^= 1
			found, err = true, os.WriteFile(path, stored, 0o600)
		}
		return err
	})
	if err != nil || !found {
		q.Fatalf("the content is nowhere: %v", err)
	}
}
