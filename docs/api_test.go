// Package docs_test holds the documentation to what it says.
package docs_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"quicksync.me/desktop/service/node"
)

// blocks are the shell blocks of a page, in their order.
func blocks(t *testing.T, page string) (all []string) {
	t.Helper()
	for _, m := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(read(t, page), -1) {
		all = append(all, m[1])
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestAPIPage runs the shell blocks of api.md against a node, and looks at what
// they leave.
func TestAPIPage(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil && os.Getenv("CI") == "" {
			t.Skip(err)
		}
	}
	for what, size := range map[string]int{"an empty file": 0, "one byte": 1, "one part": 5 << 20, "three parts": 11 << 20} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			n := startNode(t)
			content := make([]byte, size)
			_, _ = rand.Read(content)
			dir := runPage(t, n, content)
			checkFiles(t, n, dir, content)
			if u, err := n.Usage(t.Context()); err != nil || u.Files != 0 {
				t.Errorf("left on the node: %+v, %v", u, err)
			}
		})
	}
}

func startNode(t *testing.T) *node.Node {
	t.Helper()
	n, err := node.Open(t.Context(), node.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return n
}

// runPage runs the page as one script, in a folder that it returns.
func runPage(t *testing.T, n *node.Node, content []byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	file := filepath.Join(dir, "sent")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	script := strings.Join(blocks(t, "api.md"), "\n")
	cmd := exec.CommandContext(t.Context(), "bash", "-e", "-u", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SERVER="+n.URL(), "TOKEN="+n.Token(), "FILE="+file, "NO_PROXY=*")
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// checkFiles looks at what the blocks wrote.
func checkFiles(t *testing.T, n *node.Node, dir string, content []byte) {
	t.Helper()
	if fetched := read(t, filepath.Join(dir, "fetched")); !bytes.Equal([]byte(fetched), content) {
		t.Errorf("fetched are %d bytes, sent were %d", len(fetched), len(content))
	}
	for name, want := range map[string]string{
		"session.json": `"` + n.SessionID() + `"`,
		"opened.txt":   "report, final.bin",
		"deleted.txt":  "204",
		"middle.txt":   "ell",
		"headers.txt":  `filename="hello.txt"`,
		"status.txt":   "404",
		"problem.json": `"code":"not_found"`,
	} {
		if got := read(t, filepath.Join(dir, name)); !strings.Contains(got, want) {
			t.Errorf("%s holds %q, which lacks %q", name, got, want)
		}
	}
	type file struct {
		Completed     bool  `json:"completed"`
		Size          int64 `json:"originalSizeInBytes"`
		FileName, CID string
	}
	var one file
	var list []file
	decode(t, filepath.Join(dir, "file.json"), &one)
	decode(t, filepath.Join(dir, "list.json"), &list)
	if !one.Completed || one.Size != int64(len(content)) || one.CID == "" || len(list) != 1 || list[0] != one {
		t.Errorf("file %+v, list %+v", one, list)
	}
}

func decode(t *testing.T, path string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, path)), into); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}

// TestCallsArePresent: each call of the API has a command that the test above
// runs.
func TestCallsArePresent(t *testing.T) {
	script := strings.Join(blocks(t, "api.md"), "\n")
	for _, call := range []string{
		`call "$SERVER/session/current"`, `call "$SERVER/buckets" >`, `"$SERVER/buckets" \`, `call -X PUT "$SERVER/buckets"`,
		`"$SERVER/buckets/complete"`, `call "$SERVER/buckets/file/$KEY"`, `call "$SERVER/buckets/download/$KEY"`, `call -X DELETE`,
	} {
		if !strings.Contains(script, call) {
			t.Errorf("no block has %q", call)
		}
	}
}

// TestCodesAreTold: the table of errors has each code of the node, and no other.
func TestCodesAreTold(t *testing.T) {
	told := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| \\d{3} \\| `(\\w+)` \\|").FindAllStringSubmatch(read(t, "api.md"), -1) {
		told[m[1]] = true
	}
	source := read(t, filepath.Join("..", "service", "node", "problem.go"))
	codes := regexp.MustCompile(`(?m)^\tcode\w+ += "(\w+)"$`).FindAllStringSubmatch(source, -1)
	if len(codes) == 0 {
		t.Error("the node has no codes")
	}
	for _, m := range codes {
		if !told[m[1]] {
			t.Errorf("%s is not told", m[1])
		}
		delete(told, m[1])
	}
	if len(told) > 0 {
		t.Errorf("the node does not have %v", told)
	}
}

// TestPlacesOfAssumptionsExist: the README's table of what is not documented
// names files that are there.
func TestPlacesOfAssumptionsExist(t *testing.T) {
	rows := regexp.MustCompile(`(?m)^\| [^|]+ \| ([IC, ]+) \| [^|]+ \| ([^|]*)\|$`).FindAllStringSubmatch(read(t, "../README.md"), -1)
	if len(rows) == 0 {
		t.Error("the README has no table of assumptions")
	}
	for _, row := range rows {
		dir := ""
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[2], -1) {
			if strings.Contains(m[1], "/") {
				dir = filepath.Dir(m[1])
			}
			if _, err := os.Stat(filepath.Join("..", dir, filepath.Base(m[1]))); err != nil {
				t.Errorf("%s: %v", row[0], err)
			}
		}
	}
}
