package node

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk names the environment variable that tells a test binary that it runs
// in a mount namespace of its own.
const smallDisk = "QUICKSYNC_TEST_SMALL_DISK"

// TestDiskFull runs itself again in a mount namespace, for which root needs no
// more and others a user namespace, in which it may mount a small disk.
func TestDiskFull(t *testing.T) {
	if os.Getenv(smallDisk) != "" {
		fillDisk(t, mountSmall(t))
		return
	}
	out, err := inNamespace(syscall.CLONE_NEWNS)
	if refused(err) {
		out, err = inNamespace(syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER)
	}
	if refused(err) && os.Getenv("CI") == "" {
		t.Skipf("no namespace may be made here: %v", err)
	}
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestDiskFull")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// inNamespace runs the test in namespaces of its own; in a user namespace it is
// root.
func inNamespace(flags uintptr) ([]byte, error) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestDiskFull$", "-test.v")
	cmd.Env = append(os.Environ(), smallDisk+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
	if flags&syscall.CLONE_NEWUSER != 0 {
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return cmd.CombinedOutput()
}

// refused tells whether a process was not started at all.
func refused(err error) bool {
	_, ran := errors.AsType[*exec.ExitError](err)
	return err != nil && !ran
}

func mountSmall(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk fills a disk to the last byte and has the node empty it again.
func fillDisk(t *testing.T, disk string) {
	n := start(t, Config{Dir: filepath.Join(disk, "node")})
	// Records enough that deleting one file touches pages that nothing else does.
	const others = 60
	for range others {
		n.upload("small", []byte("x"))
	}
	u := n.begin("name", 100, 100*256<<10)
	full := n.fill(u)
	wantProblem(t, "part", full, 507, "disk_full")
	stuff(t, filepath.Join(disk, "the rest"))
	wantProblem(t, "tiny part", n.putPart(u, 100, bytes.NewReader([]byte("x"))), 507, "disk_full")
	n.exhaustDatabase()

	if got := n.call("DELETE", "/buckets/"+u.FileKey, nil); got.status != http.StatusNoContent {
		t.Fatalf("delete from a full disk: %d %s", got.status, got.body)
	}
	if info, err := os.Stat(filepath.Join(n.dir, "reserve")); err != nil || info.Size() == 0 {
		t.Errorf("the reserve is not in place again: %v", err)
	}
	content := noise(300 << 10)
	key := n.upload("name", content)
	if got := n.get(n.link(key, "").URL); !bytes.Equal(got.body, content) {
		t.Errorf("%d, %d bytes", got.status, len(got.body))
	}
	if left := extents(t, n.dir); len(left) != others+1 {
		t.Errorf("extents of %v bytes are left", left)
	}
}

// fill puts parts until one is refused, and returns the refusal.
func (n testNode) fill(u uploadAnswer) (refusal answer) {
	content := noise(256 << 10)
	for number := 1; ; number++ {
		if refusal = n.putPart(u, number, bytes.NewReader(content)); refusal.status != http.StatusOK {
			return refusal
		}
	}
}

// exhaustDatabase begins uploads, of long names and then of short ones, until
// the database has not one page left to write to.
func (n testNode) exhaustDatabase() {
	for _, length := range []int{maxName, 2000, 1} {
		got := answer{status: http.StatusOK}
		for got.status == http.StatusOK {
			got = n.json("POST", "/buckets", beginBody(strings.Repeat("n", length), 1, 1))
		}
		wantProblem(n.t, "begin", got, 507, "disk_full")
	}
}

// stuff writes a file until the disk has no byte left.
func stuff(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 1024))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}
