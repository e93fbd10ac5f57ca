package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// asNobody is a qs without the powers of the superuser, with a folder in which
// it may do all: root reads and writes whatever the modes of files say.
func asNobody(t *testing.T, server, token string) qs {
	t.Helper()
	q := onServer(t, server, token)
	if os.Getuid() != 0 {
		return q
	}
	dir, err := os.MkdirTemp("", "qs-nobody")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	const nobody = 65534
	q.dir = dir
	q.env[0] = "QUICKSYNC_HOME=" + filepath.Join(dir, "home")
	q.prepare = func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	return q
}

// readOnly takes the right to write from a folder until the test ends.
func readOnly(t *testing.T, dir string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(dir, mode); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o777) })
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	server, n := withServer(t)
	q := asNobody(t, n.URL, strings.TrimPrefix(server.env[2], "QS_TOKEN="))
	readOnly(t, q.onDisk("secret", []byte("secret")), 0)
	q.onDisk("closed/inside", []byte("inside"))
	readOnly(t, filepath.Join(q.dir, "closed"), 0o600)
	q.onDisk("good", []byte("good"))
	sent := q.send(1, "secret", "closed", "good")
	for name, code := range map[string]string{"secret": "unreadable", "good": ""} {
		if s := sent[name]; s.code() != code {
			t.Errorf("%s: %+v", name, s)
		}
	}
	for name, s := range sent {
		if strings.HasPrefix(name, "closed") && s.code() != "unreadable" {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if len(sent) != 3 {
		t.Errorf("%+v", sent)
	}
	q.run("send", "secret").wants(1).says("secret: it cannot be read: check its permissions (permission denied)")
	n.wantOnly(1)
}

// TestAFolderWithAnUnreadableFile is sent without it, which is said.
func TestAFolderWithAnUnreadableFile(t *testing.T) {
	t.Parallel()
	server, n := withServer(t)
	q := asNobody(t, n.URL, strings.TrimPrefix(server.env[2], "QS_TOKEN="))
	q.onDisk("folder/good", []byte("good"))
	readOnly(t, q.onDisk("folder/secret", []byte("secret")), 0)
	r := q.run("send", "folder").wants(1)
	r.says("left out of folder.zip", filepath.Join("folder", "secret"), "it cannot be read: check its permissions")
	n.wantOnly(1)
}

func TestGetIntoAReadOnlyFolder(t *testing.T) {
	t.Parallel()
	server, n := withServer(t)
	q := asNobody(t, n.URL, strings.TrimPrefix(server.env[2], "QS_TOKEN="))
	key := n.stores("a.txt", []byte("a"))
	closed := filepath.Join(q.dir, "closed")
	if err := os.Mkdir(closed, 0o777); err != nil {
		t.Fatal(err)
	}
	readOnly(t, closed, 0o555)
	q.run("get", key, "-o", closed).wants(1).says(closed, "it cannot be written", "permission denied")
	q.ok("get", key, "-o", "a.txt")
}

// A home that cannot be written is said, not survived in silence.
func TestHomeThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	q := asNobody(t, "", "")
	home := filepath.Join(q.dir, "home")
	if err := os.Mkdir(home, 0o777); err != nil {
		t.Fatal(err)
	}
	readOnly(t, home, 0o555)
	q.onDisk("a", nil)
	for _, args := range [][]string{{"list"}, {"send", "a"}, {"node"}} {
		q.run(args...).wants(1).says(home, "permission denied")
	}
}
