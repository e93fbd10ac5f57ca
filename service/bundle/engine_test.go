package bundle_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/flow"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/service/transfer/transfertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// partSize makes many parts of a few files, in bytes.
const partSize = 64 << 10

var limits = transfer.Limits{Step: partSize, MinPart: partSize, MaxPart: partSize, MaxParts: 10_000}

// send lets an engine take a bundle to its end in a bucket.
func send(t *testing.T, fake *transfertest.Fake, left []journal.Entry, src transfer.Source) transfer.Status {
	t.Helper()
	e := transfer.New(transfer.Config{Left: left})
	defer e.Close()
	e.Connect(transfer.Target{
		ID: "here", Session: "s", Storage: "s", Bucket: fake, Limits: limits, UniqueName: func(string) bool { return true },
		Seal: func(name string) (string, error) { return name + "|" + rand.Text(), nil },
	})
	id, _ := e.Add("here", src)
	for {
		s, ok := e.Status(id)
		if !ok {
			t.Fatal("the upload is not known")
		}
		if s.State.Ended() {
			return s
		}
		<-e.Wake()
	}
}

func wantStored(t *testing.T, fake *transfertest.Fake, s transfer.Status, want []byte) {
	t.Helper()
	if s.State != transfer.Done || !bytes.Equal(fake.Content(s.FileKey), want) {
		t.Errorf("state %v, %v; %d bytes of %d", s.State, s.Err, len(fake.Content(s.FileKey)), len(want))
	}
}

func sendable(t *testing.T) (dir string) {
	return tree(t, map[string]string{
		"a": strings.Repeat("a", 300_000), "b": strings.Repeat("b", 100), "c": strings.Repeat("cd", 150_000), "e/": "",
	})
}

func TestItIsSentInParallelParts(t *testing.T) {
	dir, fake := sendable(t), transfertest.NewFake()
	b := pack(t, dir)
	s := send(t, fake, nil, b)
	wantStored(t, fake, s, whole(t, b))
	if s.Parts != int((b.Size()+partSize-1)/partSize) {
		t.Errorf("%d parts", s.Parts)
	}
}

// A later run sends the parts that an earlier one did not, of the archive that
// it makes of the same files.
func TestItGoesOnInTheNextRun(t *testing.T) {
	dir, fake := sendable(t), transfertest.NewFake()
	earlier := pack(t, dir)
	left := begun(t, fake, earlier, 1, 2, 5, 9)
	before := fake.Calls("part")
	s := send(t, fake, []journal.Entry{left}, pack(t, dir))
	wantStored(t, fake, s, whole(t, earlier))
	if sent := fake.Calls("part") - before; sent != s.Parts-4 || fake.Calls("begin") != 1 {
		t.Errorf("%d of %d parts were sent, %d begun", sent, s.Parts, fake.Calls("begin"))
	}
}

// begun is what a run leaves behind that has sent these parts.
func begun(t *testing.T, fake *transfertest.Fake, b *bundle.Bundle, numbers ...int) journal.Entry {
	t.Helper()
	version, err := b.Stat()
	must(t, err)
	plan, ok := limits.Plan(version.Size, flow.Line{})
	if !ok {
		t.Fatal("it does not fit")
	}
	up, err := fake.Begin(t.Context(), api.BeginRequest{Parts: plan.Parts, Name: "sealed", Size: plan.Size})
	must(t, err)
	r, tags := open(t, b), map[int]string{}
	for _, n := range numbers {
		offset, length := plan.Part(n)
		tags[n], err = fake.PutPart(t.Context(), api.Part{
			Upload: up, Number: n, Size: length,
			Body: func() io.Reader { return io.NewSectionReader(r, offset, length) },
		})
		must(t, err)
	}
	return journal.Entry{
		ID: "left", Storage: "s", Path: b.Path(), Name: b.Name(), Added: time.Now(),
		Size: version.Size, ModTime: version.ModTime, PartSize: plan.PartSize, Parts: plan.Parts,
		Sealed: "sealed", Begun: true, UploadID: up.ID, FileKey: up.FileKey, Tags: tags,
	}
}

// What changed in between is not mixed with what was sent: it is all sent anew.
func TestAnotherVersionIsSentAnew(t *testing.T) {
	dir, fake := sendable(t), transfertest.NewFake()
	left := begun(t, fake, pack(t, dir), 1, 2)
	path := filepath.Join(dir, "b")
	plant(t, path, false, strings.Repeat("B", 100))
	// It is as long as before, and still not the newest.
	older := modified.Add(-time.Minute)
	must(t, os.Chtimes(path, older, older))
	b := pack(t, dir)
	wantStored(t, fake, send(t, fake, []journal.Entry{left}, b), whole(t, b))
	if fake.Content(left.FileKey) != nil || fake.Calls("begin") != 2 {
		t.Errorf("%d begun", fake.Calls("begin"))
	}
}
