package main_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// smallDisk names the environment variable that tells a test binary that it runs
// in a mount namespace of its own.
const smallDisk = "QUICKSYNC_TEST_SMALL_DISK"

// TestDiskFull runs itself again in a mount namespace (and, without root, a user
// namespace) in which it may mount a small disk.
func TestDiskFull(t *testing.T) {
	if os.Getenv(smallDisk) != "" {
		fillDisk(t, mountSmall(t))
		return
	}
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestDiskFull$", "-test.v")
	cmd.Env = append(os.Environ(), smallDisk+"=1", builtProgram+"="+program)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if _, ran := errors.AsType[*exec.ExitError](err); err != nil && !ran && os.Getenv("CI") == "" {
		t.Skipf("no namespace may be made here: %v", err)
	}
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestDiskFull")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// mountSmall mounts a disk of 24 MiB.
func mountSmall(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk sends what the node's disk cannot take: that file fails, by its name,
// and everything else goes on.
func fillDisk(t *testing.T, disk string) {
	const token = "the-key-of-the-small-disk"
	node := qs{T: t, dir: t.TempDir(), env: []string{"QS_TOKEN=" + token}}
	n := node.startNode("--data", filepath.Join(disk, "data"))
	q := onServer(t, n.URL, token)
	before, after := noise(1, mib), noise(2, mib)
	q.onDisk("before", before)
	q.onDisk("too large", noise(3, 32*mib))
	q.onDisk("after", after)
	q.send(0, "before")

	failed := q.send(1, "too large")["too large"]
	if failed.State != "failed" || failed.code() != "disk_full" {
		t.Errorf("%+v", failed)
	}
	q.run("send", "too large").wants(1).says("too large: The disk of the storage is full.", "Nothing that was stored is lost")
	q.send(0, "after")
	n.wantOnly(2)
	n.wantContents(q.list(), map[string][]byte{"before": before, "after": after})
}
