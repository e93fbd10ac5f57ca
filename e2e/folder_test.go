//go:build e2e && linux

package e2e

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"quicksync.me/desktop/e2e/harness"
)

// oddNames are names that shells, URLs, menus and other systems stumble over.
var oddNames = []string{
	"plain.txt",
	"a b/ünïcode ☕.txt",
	"a b/deep/er/$(touch pwned).bin",
	"a b/deep/er/100% #1 & more?.csv",
	"-rf",
	`quote "'` + "`.txt",
	"new\nline.txt",
	"back\\slash.txt",
	".hidden",
	"empty.dat",
}

// TestFolderAndFiles drops a folder, then three files at once, and fetches all
// of it back: the folder as one archive, with one link.
func TestFolderAndFiles(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	_, window := s.open()
	inside := s.folder("Träume & Co", oddNames)
	s.must(s.desk.Drop(within(t), window, filepath.Join(s.desk.Home, "Träume & Co")))
	s.answer(window, wifi)
	s.unpacks(s.copied(""), inside)
	s.finished(window, 1)

	paths, three := map[string]string{}, map[string]string{}
	for _, name := range []string{"one.pdf", "two words.pdf", "три.pdf"} {
		three[name] = s.random(name, 6<<20)
	}
	s.must(s.desk.Drop(within(t), window, slices.Collect(maps.Values(three))...))
	maps.Copy(paths, three)
	keys := s.stored(slices.Collect(maps.Keys(paths)))
	delete(keys, "Träume & Co.zip")
	s.comesBack(paths, keys)
	s.finished(window, 4)
	s.photograph(window, "many.png")
}

// TestFolderGoesOnAfterAKill ends the program in the middle of a folder, whose
// archive is nowhere but in the making: it goes on, and comes whole. Where the kill
// came before the journal knew of the begin's answer it begins anew, and comes whole
// too: that this happens to three in a row is no accident.
func TestFolderGoesOnAfterAKill(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	program, window := s.open()
	s.must(s.desk.Drop(within(t), window, s.random("first.txt", 1000)))
	s.answer(window, wifi)
	const tries = 3
	for folders, same := 1, false; !same; folders++ {
		if folders > tries {
			t.Fatalf("of %d folders none went on where it was", tries)
		}
		program, window, same = s.folderOverAKill(program, window, fmt.Sprint("Film ", folders))
		s.finished(window, 1+folders)
	}
	s.photograph(window, "folder-after-kill.png")
}

// folderOverAKill ends the program in the middle of a folder and starts it again. The
// folder comes whole; same tells that it was the upload that was begun.
func (s *stage) folderOverAKill(program *harness.Program, window harness.Window, name string) (*harness.Program, harness.Window, bool) {
	s.Helper()
	inside := s.folder(name, []string{"notes.txt", "sub/cut.bin"})
	inside[name+"/film.iso"] = s.long(name + "/film.iso")
	s.must(s.desk.Drop(within(s.T), window, filepath.Join(s.desk.Home, name)))
	begun := s.begun(name + ".zip")
	s.must(program.Kill9())

	program, window = s.open()
	key := s.stored([]string{begun.Name})[begun.Name]
	var link struct {
		URL string `json:"url"`
	}
	s.must(json.Unmarshal([]byte(s.qs(nil, "link", "--json", key)), &link))
	s.unpacks(link.URL, inside)
	return program, window, key == begun.FileKey
}

// TestFolderOneByOne has a folder that is there already give way to its files.
func TestFolderOneByOne(t *testing.T) {
	s := newStage(t, stageConfig{})
	_, window := s.open()
	paths := s.folder("Holiday", []string{"one.txt", "sub/two.txt"})
	s.must(s.desk.Drop(within(t), window, filepath.Join(s.desk.Home, "Holiday")))
	s.stored([]string{"Holiday.zip"})
	s.answer(window, onlyMe)
	s.finished(window, 1)
	s.choose(window)
	const paneOneByOne, panes = 3, 4
	pane := s.places(window, "the pane of a folder", panes, s.paneButtons)
	s.photograph(window, "folder.png")
	s.click(pane[paneOneByOne])
	s.sheet(window)
	s.keepScreen("one-by-one.png")
	s.press("Tab", "Return")
	s.plain(window)
	s.stored(slices.Collect(maps.Keys(paths)))
	s.until("the archive to go", func() bool { return len(s.list()) == len(paths) })
	s.finished(window, len(paths))
}

// TestOneLink drops three things, whose links are copied, and has one link made
// for all of them instead.
func TestOneLink(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	_, window := s.open()
	s.must(s.desk.Drop(within(t), window, s.random("first.txt", 1000)))
	s.answer(window, wifi)
	first := s.copied("")
	inside := s.folder("Trip/Alps", []string{"one.txt", "sub/two.txt"})
	inside = under("Alps", inside, "Trip/Alps")
	inside["a.pdf"], inside["b.pdf"] = s.random("Trip/a.pdf", 5000), s.random("Trip/b.pdf", 6<<20)
	s.must(s.desk.Drop(within(t), window, filepath.Join(s.desk.Home, "Trip/Alps"), inside["a.pdf"], inside["b.pdf"]))
	three := s.copied(first)
	if links := strings.Fields(three); len(links) != 3 {
		t.Errorf("copied %q, want three links", links)
	}
	offer := s.places(window, "the offer of one link", 2, s.offered)
	s.photograph(window, "one-link.png")
	s.click(offer[0])
	s.until("one archive in their place", func() bool { return len(s.list()) == 2 })
	s.unpacks(s.copied(three), inside)
	s.finished(window, 2)
	s.photograph(window, "one-link-made.png")
}

// under renames what is in a folder by the folder that it is in then.
func under(name string, files map[string]string, was string) map[string]string {
	moved := map[string]string{}
	for in, path := range files {
		moved[name+strings.TrimPrefix(in, was)] = path
	}
	return moved
}

// offered are the answers of the strip where it asks about what was added.
// Without a strip it is the chosen filter, which stands there then.
func (s *stage) offered(picture image.Image) []image.Rectangle {
	const strip = 50 // the rows under the top bar that the strip takes up
	top := picture.Bounds().Min.Y + topBar
	return slices.DeleteFunc(buttons(picture, s.colours().raised), func(r image.Rectangle) bool {
		return r.Min.Y < top || r.Min.Y > top+strip
	})
}

// unpacks fetches an archive by its link, has unzip test it, and compares what
// is in it with the originals, by their names in it.
func (s *stage) unpacks(link string, inside map[string]string) {
	s.Helper()
	status, archive := s.curl(s.machine(), link)
	if status != 200 {
		s.Fatalf("the link answers %d, want 200", status)
	}
	if out, err := exec.CommandContext(within(s.T), "unzip", "-tq", archive).CombinedOutput(); err != nil {
		s.Errorf("unzip -t: %v: %s", err, out)
	}
	z, err := zip.OpenReader(archive)
	s.must(err)
	defer z.Close()
	if len(z.File) != len(inside) {
		s.Errorf("the archive holds %d files, want %d", len(z.File), len(inside))
	}
	for name, path := range inside {
		name = strings.ReplaceAll(name, `\`, "_") // some systems take it for a slash
		packed, err := z.Open(name)
		if err != nil {
			s.Errorf("%q: %v", name, err)
			continue
		}
		h := sha256.New()
		_, err = io.Copy(h, packed)
		s.must(err)
		if hex.EncodeToString(h.Sum(nil)) != s.sum(path) {
			s.Errorf("%q comes back with other bytes", name)
		}
	}
}

// folder makes a folder of files, each of other bytes, and returns their paths
// by the names that they have in a storage.
func (s *stage) folder(name string, files []string) map[string]string {
	s.Helper()
	paths := map[string]string{}
	for i, file := range files {
		in := name + "/" + file
		paths[in] = s.random(filepath.FromSlash(in), (i+1)*1000)
	}
	paths[name+"/empty.dat"] = s.file(filepath.Join(name, "empty.dat"), nil)
	return paths
}

// comesBack fetches files by their keys and compares them with the originals.
func (s *stage) comesBack(paths, keys map[string]string) {
	s.Helper()
	if len(keys) != len(paths) {
		s.Errorf("the storage holds %d files, want %d", len(keys), len(paths))
	}
	for name, path := range paths {
		got := filepath.Join(s.T.TempDir(), strconv.Quote(filepath.Base(name))+".got")
		s.qs(nil, "get", keys[name], "-o", got)
		if s.sum(got) != s.sum(path) {
			s.Errorf("%q comes back with other bytes", name)
		}
	}
}
