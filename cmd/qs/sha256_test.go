package main_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// summedFile is what send says with --sha256.
type summedFile struct {
	sentFile
	SHA256 string `json:"sha256"`
}

// What send says of a file, or of a folder that it makes an archive of, is the
// SHA-256 of what comes back.
func TestSHA256(t *testing.T) {
	t.Parallel()
	q, _ := withServer(t)
	q.onDisk("plain", noise(1, 3<<20))
	q.onDisk("empty", nil)
	q.onDisk(filepath.Join("folder", "member"), noise(2, 700_000))
	for _, name := range []string{"plain", "empty", "folder", "plain"} { // the last one is there already
		sent := one[summedFile](q.ok("send", "--json", "--sha256", name))
		got := one[fetchedFile](q.ok("get", "--json", "-o", "back", *sent.FileKey))
		data, err := os.ReadFile(filepath.Join(q.dir, got.Path))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if want := hex.EncodeToString(sum[:]); sent.SHA256 != want {
			t.Errorf("%s: %s, want %s", name, sent.SHA256, want)
		}
		line := q.ok("send", "--sha256", name).stdout
		if !strings.HasSuffix(line, "\t"+sent.SHA256+"\n") {
			t.Errorf("%s: says %q without its sum", name, line)
		}
	}
	if plain := q.ok("send", "plain").stdout; strings.Count(plain, "\t") != 1 {
		t.Errorf("unasked, it says %q", plain)
	}
}
