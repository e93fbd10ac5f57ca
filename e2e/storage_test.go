//go:build e2e && linux

package e2e

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"quicksync.me/desktop/e2e/harness"
)

// A stored file is one line of qs list.
type storedFile struct {
	FileKey   string `json:"fileKey"`
	Name      string `json:"name"`
	Size      int64  `json:"size"`
	Parts     int    `json:"parts"`
	Completed bool   `json:"completed"`
}

// qs runs the command on the person's machine and returns what it says. more
// is added to its environment.
func (s *stage) qs(more []string, args ...string) string {
	s.Helper()
	cmd := s.machine().Command(within(s.T), s.built("qs"), args...)
	cmd.Env, cmd.Dir = append(s.desk.Env(s.env()...), more...), s.desk.Home
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		s.Fatalf("qs %q: %v: %s", args, err, said.String())
	}
	return string(out)
}

// list is what a storage holds: that of the running program, or the one that
// more names.
func (s *stage) list(more ...string) []storedFile {
	s.Helper()
	var all []storedFile
	for lines := json.NewDecoder(strings.NewReader(s.qs(more, "list", "--json"))); ; {
		var f storedFile
		err := lines.Decode(&f)
		if errors.Is(err, io.EOF) {
			return all
		}
		s.must(err)
		all = append(all, f)
	}
}

// stored waits until a storage holds files of these names, all of them whole,
// and returns their keys.
func (s *stage) stored(names []string, more ...string) map[string]string {
	s.Helper()
	keys := map[string]string{}
	s.until("the files "+strings.Join(names, ", ")+" in the storage", func() bool {
		clear(keys)
		for _, f := range s.list(more...) {
			if f.Completed {
				keys[f.Name] = f.FileKey
			}
		}
		return !slices.ContainsFunc(names, func(n string) bool { return keys[n] == "" })
	})
	return keys
}

// begun waits until the storage knows of an upload that is not finished.
func (s *stage) begun(name string) storedFile {
	s.Helper()
	var found storedFile
	s.until("the upload of "+name+" to begin", func() bool {
		all := s.list()
		at := slices.IndexFunc(all, func(f storedFile) bool { return f.Name == name })
		if at >= 0 {
			found = all[at]
		}
		return at >= 0
	})
	if found.Completed {
		s.Fatalf("%s is finished already: it should be larger", name)
	}
	return found
}

// file makes a file of the person's and returns its path.
func (s *stage) file(name string, content []byte) string {
	s.Helper()
	path := filepath.Join(s.desk.Home, name)
	s.must(os.MkdirAll(filepath.Dir(path), 0o700))
	s.must(os.WriteFile(path, content, 0o600))
	return path
}

// random makes a file of random bytes and returns its path.
func (s *stage) random(name string, size int) string {
	s.Helper()
	content := make([]byte, size)
	_, err := rand.Read(content)
	s.must(err)
	return s.file(name, content)
}

// long makes a file that takes a while to send, of nothing but a hole.
func (s *stage) long(name string) string {
	s.Helper()
	const size = 600 << 20
	path := s.file(name, nil)
	s.must(os.Truncate(path, size))
	return path
}

// sum is the SHA-256 of a file, in hexadecimal.
func (s *stage) sum(path string) string {
	s.Helper()
	f, err := os.Open(path)
	s.must(err)
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	s.must(err)
	return hex.EncodeToString(h.Sum(nil))
}

// unreachable is the status of a server that takes no connection, or cuts it.
const unreachable = 0

// cut are the exit codes of curl that mean unreachable: no connection, a part
// of the answer, none of it, a broken connection.
var cut = []int{7, 18, 52, 56}

// curl asks for an address on a machine. It returns the HTTP status, or
// unreachable, and the path of the body.
func (s *stage) curl(m *harness.Machine, url string, args ...string) (status int, body string) {
	s.Helper()
	body = filepath.Join(s.T.TempDir(), "body")
	args = append(args, "--silent", "--noproxy", "*", "--globoff", "--max-time", "30",
		"--output", body, "--write-out", "%{http_code}", url)
	cmd := m.Command(within(s.T), "curl", args...)
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) && slices.Contains(cut, failed.ExitCode()) {
		return unreachable, ""
	}
	s.must(err)
	status, err = strconv.Atoi(string(out))
	s.must(err)
	return status, body
}

// opens checks that a link gives the bytes of a file on a machine.
func (s *stage) opens(m *harness.Machine, link, path string) {
	s.Helper()
	status, body := s.curl(m, link)
	if status != 200 {
		s.Fatalf("the link answers %d, want 200", status)
	}
	if got, want := s.sum(body), s.sum(path); got != want {
		s.Fatalf("the link of %s gives SHA-256 %s, want %s", filepath.Base(path), got, want)
	}
}

// clipboard is the text on the clipboard, empty where there is none.
func (s *stage) clipboard() string {
	s.Helper()
	text, err := s.desk.Clipboard(within(s.T))
	if errors.Is(err, harness.ErrClipboardEmpty) {
		return ""
	}
	s.must(err)
	return text
}

// copied waits for links on the clipboard that were not there before, one on
// each line.
func (s *stage) copied(before string) string {
	s.Helper()
	var text string
	s.until("a link on the clipboard", func() bool {
		text = s.clipboard()
		return text != before && strings.HasPrefix(text, "http://")
	})
	return text
}
