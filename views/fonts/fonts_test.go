//go:build !windows && !darwin

package fonts

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"fyne.io/fyne/v2/test"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/language"
)

type silent struct{}

func (silent) Printf(string, ...any) {}

const letters = "简体中文繁體日本語ひらがなカタカナ한국어，。：？！（）「」、"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOurFontHasTheLetters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fallback.ttf")
	must(t, place(path))
	data, err := os.ReadFile(path)
	must(t, err)
	face, err := font.ParseTTF(bytes.NewReader(data))
	must(t, err)
	for _, r := range letters {
		if _, ok := face.NominalGlyph(r); !ok {
			t.Errorf("our font lacks %c", r)
		}
	}
}

// TestOurFontComesLast looks for letters the way Fyne does, on a system that has
// ours and another one, of a family that is just as unknown.
func TestOurFontComesLast(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir, other := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "z")
	ours := filepath.Join(dir, "fonts", "fallback.ttf")
	must(t, place(ours))
	data, err := os.ReadFile(ours)
	must(t, err)
	data = bytes.ReplaceAll(data, utf16("QuickSync Mono Last"), utf16("Somebody Elses Font"))
	data = bytes.ReplaceAll(data, []byte("QuickSync Mono Last"), []byte("Somebody Elses Font"))
	must(t, os.MkdirAll(filepath.Join(other, "fonts"), 0o700))
	must(t, os.WriteFile(filepath.Join(other, "fonts", "theirs.ttf"), data, 0o600))
	t.Setenv("XDG_DATA_DIRS", other)

	fonts := fontscan.NewFontMap(silent{})
	_, giveBack := lend(dir)
	must(t, fonts.UseSystemFonts(""))
	must(t, giveBack())
	for _, family := range []string{"QuickSync Mono Last", "Somebody Elses Font"} {
		if _, ok := fonts.FindSystemFont(family); !ok {
			t.Errorf("%s was not found", family)
		}
	}
	for _, r := range letters {
		fonts.SetQuery(fontscan.Query{Families: []string{fontscan.SansSerif}, Aspect: font.Aspect{}})
		fonts.SetScript(language.LookupScript(r))
		face := fonts.ResolveFace(r)
		if _, ok := face.NominalGlyph(r); !ok {
			t.Errorf("no font has %c", r)
		}
		if at := fonts.FontLocation(face.Font).File; at == ours {
			t.Errorf("%c is taken from our font", r)
		}
	}
}

// utf16 is how the names in a font are written, for letters of ASCII.
func utf16(text string) (all []byte) {
	for _, r := range text {
		all = append(all, 0, byte(r))
	}
	return all
}

func TestUnpacksOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fonts", "fallback.ttf")
	stat := func() os.FileInfo {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	must(t, place(path))
	first := stat()
	if first.Mode().Perm() != 0o600 || first.Size() < 3<<20 {
		t.Errorf("unpacked as %v with %d bytes", first.Mode(), first.Size())
	}
	must(t, place(path))
	if !os.SameFile(first, stat()) {
		t.Error("unpacked again")
	}
	for what, spoil := range map[string]func() error{
		"torn":    func() error { return os.Truncate(path, 5) },
		"another": func() error { return os.WriteFile(path, make([]byte, first.Size()), 0o600) },
	} {
		must(t, spoil())
		must(t, place(path))
		if !there(path) {
			t.Errorf("a file that is %s was kept", what)
		}
	}
	all, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || !slices.Equal(all, []string{path}) {
		t.Errorf("left behind: %q, %v", all, err)
	}
}

// TestTheEnvironmentIsGivenBack: programs that this one starts see theirs.
func TestTheEnvironmentIsGivenBack(t *testing.T) {
	const name = "XDG_DATA_DIRS"
	t.Setenv(name, "") // so that the test gives back what it found
	for _, before := range []string{"", "/opt/share:/usr/share"} {
		want := standard + ":/ours"
		if before == "" {
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		} else {
			t.Setenv(name, before)
			want = before + ":/ours"
		}
		_, giveBack := lend("/ours")
		during := os.Getenv(name)
		must(t, giveBack())
		after, set := os.LookupEnv(name)
		if during != want || after != before || set != (before != "") {
			t.Errorf("from %q: %q while looking, %q (%v) after it", before, during, after, set)
		}
	}
}

// TestAFullDiskIsNoEnd: without a place for the font the program goes on.
func TestAFullDiskIsNoEnd(t *testing.T) {
	test.NewTempApp(t)
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Load(blocked)(); err == nil {
		t.Error("unpacked into a file")
	}
	if _, set := os.LookupEnv("XDG_DATA_DIRS"); set != (os.Getenv("XDG_DATA_DIRS") != "") {
		t.Error("the environment was not given back")
	}
}
