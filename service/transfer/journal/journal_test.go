package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"quicksync.me/desktop/service/transfer/journal"
)

// holdEnv makes the test binary a program that holds a journal until it is
// killed: it writes one entry and says so.
const holdEnv = "QUICKSYNC_TEST_HOLD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdEnv); dir != "" {
		hold(dir)
	}
	goleak.VerifyTestMain(m)
}

func hold(dir string) {
	j, _, _, err := journal.Open(dir)
	if err == nil {
		err = j.Save(entry("held", 7), true)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("holding")
	select {}
}

// entry makes an entry that was added so many minutes after the start of time.
func entry(id string, minute int) journal.Entry {
	at := time.Unix(int64(minute)*60, 123).UTC()
	return journal.Entry{
		ID: id, Storage: "here", Path: "/home/я/" + id, Name: id + "\n📎", Added: at, Size: 1 << 40, ModTime: at,
		PartSize: 8 << 20, Parts: 3, Sealed: "sealed", Begun: true, UploadID: "u", FileKey: "k/" + id, Tags: map[int]string{},
	}
}

func open(t *testing.T, dir string) (*journal.Journal, []journal.Entry) {
	t.Helper()
	j, entries, setAside, err := journal.Open(dir)
	if err != nil || len(setAside) > 0 {
		t.Fatal(err, setAside)
	}
	return j, entries
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".journal") {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestEntriesComeBackOldestFirst(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	second, first := entry("b", 2), entry("a", 1)
	for _, e := range []journal.Entry{second, first, entry("gone", 0), entry("done", 3)} {
		must(t, j.Save(e, true))
	}
	must(t, j.Tag("a", 1, `"one"`))
	must(t, j.Tag("a", 10_000, "crc32c-01"))
	must(t, j.Tag("b", 2, "lost"))
	must(t, j.Tag("gone", 1, "x"))
	must(t, j.Renew(second))
	must(t, j.Tag("b", 3, "three"))
	must(t, j.Forget("gone"))
	must(t, j.Finish("done", journal.Finished{FileKey: "k", Name: "n", Ended: time.Unix(9, 0).UTC()}))
	must(t, j.Close())

	j, got := open(t, dir)
	first.Tags = map[int]string{1: `"one"`, 10_000: "crc32c-01"}
	second.Tags = map[int]string{3: "three"}
	if diff := cmp.Diff([]journal.Entry{first, second}, got); diff != "" {
		t.Error(diff)
	}
	history, err := j.History()
	if err != nil || len(history) != 1 || history[0].Name != "n" {
		t.Errorf("history %+v, %v", history, err)
	}
	if n := files(t, dir); len(n) != 1 {
		t.Errorf("the adopted journal is still there: %v", n)
	}
	must(t, j.Close())
}

func TestAnEmptyJournalLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	must(t, j.Save(entry("a", 1), false))
	must(t, j.Forget("a"))
	must(t, j.Close())
	if n := files(t, dir); len(n) != 0 {
		t.Errorf("left %v", n)
	}
	if err := j.Save(entry("b", 1), true); err == nil {
		t.Error("a closed journal takes entries")
	}
}

// TestAdoptsOnlyTheDead: the journal of a living process stays its own, that
// of one that was killed is adopted.
func TestAdoptsOnlyTheDead(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holdEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line := make([]byte, 7)
	if _, err := io.ReadFull(out, line); err != nil || string(line) != "holding" {
		t.Fatalf("%q, %v", line, err)
	}
	j, entries := open(t, dir)
	if len(entries) != 0 || j.Whole() {
		t.Errorf("took %v from a living process, or all that was left: %t", entries, j.Whole())
	}
	must(t, j.Close())
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	j, entries = open(t, dir)
	if len(entries) != 1 || entries[0].ID != "held" || !j.Whole() {
		t.Errorf("adopted %v, all that was left: %t", entries, j.Whole())
	}
	must(t, j.Close())
}

// TestAJournalMayGoMeanwhile: whoever ends with nothing left to do removes his own
// while another program looks at all that are there.
func TestAJournalMayGoMeanwhile(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "listed.journal")))
	j, entries := open(t, dir)
	if len(entries) != 0 {
		t.Errorf("found %v", entries)
	}
	must(t, j.Close())
}

func TestHistoryIsBounded(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	const many = 10_100
	for i := range many {
		must(t, j.Finish("x", journal.Finished{FileKey: fmt.Sprint(i), Ended: time.Unix(int64(i), 0)}))
	}
	must(t, j.Close())
	j, _ = open(t, dir)
	history, err := j.History()
	if err != nil || len(history) != 10_000 || history[0].FileKey != "100" || history[len(history)-1].FileKey != fmt.Sprint(many-1) {
		t.Errorf("%d files, %v", len(history), err)
	}
	must(t, j.Close())
}

func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	var group sync.WaitGroup
	for g := range 16 {
		group.Go(func() {
			for i := range 50 {
				id := fmt.Sprint(g, "-", i)
				if err := j.Save(entry(id, i), true); err != nil {
					t.Error(err)
				}
				if err := j.Tag(id, 1, id); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	must(t, j.Close())
	j, entries := open(t, dir)
	if len(entries) != 16*50 {
		t.Errorf("%d entries", len(entries))
	}
	for _, e := range entries {
		if e.Tags[1] != e.ID {
			t.Errorf("%s has the tags %v", e.ID, e.Tags)
		}
	}
	must(t, j.Close())
}

// sample is a journal that was closed, as a file.
func sample(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	j, _ := open(t, dir)
	for i := range 200 {
		must(t, j.Save(entry(fmt.Sprint(i), i), false))
		must(t, j.Tag(fmt.Sprint(i), 1, strings.Repeat("t", 50)))
	}
	must(t, j.Close())
	data, err := os.ReadFile(filepath.Join(dir, files(t, dir)[0]))
	must(t, err)
	return data
}

// TestDamagedJournalsAreSetAside: whatever is done to the file, the program
// starts; it either finds every entry as it was written or sets the file aside.
func TestDamagedJournalsAreSetAside(t *testing.T) {
	whole := sample(t)
	dice := rand.New(rand.NewPCG(3, 4))
	damages := map[string][]byte{
		"empty":   {},
		"foreign": []byte("PK\x03\x04 this is something else"),
		"zeros":   make([]byte, len(whole)),
		"newer":   newer(t),
		"doubled": append(bytes.Clone(whole), whole...),
	}
	for _, share := range []int{1, 10, 50, 90, 99} {
		damages[fmt.Sprintf("cut at %d %%", share)] = whole[:len(whole)*share/100]
	}
	for i := range 300 {
		flipped := bytes.Clone(whole)
		for range 1 + dice.IntN(8) {
			flipped[dice.IntN(len(flipped))] ^= 1 << dice.IntN(8)
		}
		damages[fmt.Sprintf("flipped %d", i)] = flipped
	}
	for name, data := range damages {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "old.journal"), data, 0o600))
		j, entries, setAside, err := journal.Open(dir)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkDamaged(t, name, dir, data, entries, setAside)
		must(t, j.Close())
	}
}

func checkDamaged(t *testing.T, name, dir string, data []byte, entries []journal.Entry, setAside []error) {
	t.Helper()
	if len(setAside) == 0 {
		for _, e := range entries {
			var minute int
			_, _ = fmt.Sscan(e.ID, &minute)
			want := entry(e.ID, minute)
			want.Tags = e.Tags
			if diff := cmp.Diff(want, e); diff != "" {
				t.Errorf("%s: an entry came back changed: %s", name, diff)
			}
		}
		return
	}
	var s *journal.SetAside
	if !errors.As(setAside[0], &s) || s.Newer != (name == "newer") {
		t.Fatalf("%s: %v", name, setAside)
	}
	if kept, err := os.ReadFile(s.Kept); err != nil || !bytes.Equal(kept, data) || filepath.Dir(s.Kept) != dir {
		t.Errorf("%s: kept as %s, %v", name, s.Kept, err)
	}
	if len(entries) != 0 {
		t.Errorf("%s: set aside, and yet %d entries", name, len(entries))
	}
}

// newer is a journal of a later version.
func newer(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x")
	must(t, os.WriteFile(path, sample(t), 0o600))
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error { return journal.PutVersion(tx, 99) }))
	must(t, db.Close())
	data, err := os.ReadFile(path)
	must(t, err)
	return data
}

// TestStartsDoNotDisturbEachOther: a journal that is just being made is not
// taken for a broken one.
func TestStartsDoNotDisturbEachOther(t *testing.T) {
	dir := t.TempDir()
	for round := range 10 {
		var group sync.WaitGroup
		for i := range 6 {
			group.Go(func() {
				j, _, setAside, err := journal.Open(dir)
				if err != nil || len(setAside) > 0 {
					t.Errorf("start %d of round %d: %v, %v", i, round, err, setAside)
					return
				}
				if err := j.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
}

// full opens a journal that holds "early", and fills its disk with more entries.
// The last of so many was refused.
func full(t *testing.T, dir string) (j *journal.Journal, more int) {
	t.Helper()
	j, _ = open(t, dir)
	must(t, j.Save(entry("early", 1), true))
	_ = j.Cap(1)
	for err := error(nil); err == nil; more++ {
		if more == 1000 {
			t.Fatal("there is no end of the room")
		}
		err = j.Save(entry(fmt.Sprint(more), 2), true)
	}
	return j, more
}

// TestCatchesUpWhenTheDiskHasRoom: what could not be written is not lost, whether
// the room comes while the program runs or just before its end.
func TestCatchesUpWhenTheDiskHasRoom(t *testing.T) {
	for name, runs := range map[string]bool{"while it runs": true, "at its end": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				j, more := full(t, dir)
				if err := j.Forget("early"); err == nil {
					t.Error("it is said to be kept")
				}
				if runs {
					time.Sleep(time.Minute)
				}
				if err := j.Cap(0); runs && err != nil {
					t.Error(err)
				}
				must(t, j.Close())
				j, entries := open(t, dir)
				if len(entries) != more || entries[0].ID == "early" {
					t.Errorf("%d entries, want %d", len(entries), more)
				}
				must(t, j.Close())
			})
		})
	}
}

// TestKeepsAMomentOfThePast where more could not be written than can be kept:
// what came later alone would be none.
func TestKeepsAMomentOfThePast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		j, more := full(t, dir)
		for range 100_000 {
			if err := j.Forget("early"); err == nil {
				t.Fatal("it is said to be kept")
			}
		}
		time.Sleep(time.Minute)
		if err := j.Save(entry("late", 3), true); err == nil {
			t.Error("it is said to be kept")
		}
		if err := j.Close(); err == nil {
			t.Error("it is said to be whole")
		}
		j, entries := open(t, dir)
		if len(entries) != more || entries[0].ID != "early" {
			t.Errorf("%d entries, want %d", len(entries), more)
		}
		must(t, j.Close())
	})
}

// TestNobodyWaitsForEver: who waits for a commit is told, also where the changes
// become too many in that very moment.
func TestNobodyWaitsForEver(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			j, _ := full(t, t.TempDir())
			for range 99_998 {
				_ = j.Forget("early")
			}
			time.Sleep(time.Minute)
			var all sync.WaitGroup
			for range 10 {
				all.Go(func() {
					if err := j.Save(entry("late", 3), true); err == nil {
						t.Error("it is said to be kept")
					}
				})
			}
			all.Wait()
			if err := j.Close(); err == nil {
				t.Error("it is said to be whole")
			}
		})
	}
}

// TestNamesAreKeptByteByByte: a file's name need not be UTF-8.
func TestNamesAreKeptByteByByte(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	e := entry("a", 1)
	e.Path, e.Name, e.PartPath, e.Bundle = "/x/caf\xe9.txt", "caf\xe9.txt", "/x/\xff.part", []string{"/x/ä", "/x/\xe9"}
	f := journal.Finished{FileKey: "k", Path: "/x/caf\xe9.txt", Name: "caf\xe9.txt", Ended: time.Unix(9, 0).UTC()}
	must(t, j.Save(e, true))
	must(t, j.Finish("b", f))
	must(t, j.Close())
	j, got := open(t, dir)
	e.Tags = map[int]string{}
	if diff := cmp.Diff([]journal.Entry{e}, got); diff != "" {
		t.Error(diff)
	}
	if history, err := j.History(); err != nil || len(history) != 1 || history[0] != f {
		t.Errorf("history %v, %v", history, err)
	}
	must(t, j.Close())
}

// TestATimeThatCannotBeWritten holds up nobody.
func TestATimeThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	e := entry("a", 1)
	e.ModTime = time.Date(12_026, 1, 1, 0, 0, 0, 0, time.UTC)
	must(t, j.Save(e, true))
	must(t, j.Save(entry("b", 2), true))
	must(t, j.Finish("c", journal.Finished{FileKey: "k", ModTime: e.ModTime}))
	must(t, j.Close())
	j, got := open(t, dir)
	if len(got) != 2 {
		t.Errorf("%d entries, want 2", len(got))
	}
	must(t, j.Close())
}

func TestClosingTwiceLosesNothing(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	must(t, j.Save(entry("a", 1), true))
	must(t, j.Close())
	must(t, j.Close())
	j, entries := open(t, dir)
	if len(entries) != 1 {
		t.Errorf("%d entries", len(entries))
	}
	must(t, j.Close())
}
