//go:build !windows && !darwin

package fonts

import (
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

// TestEveryLetterIsFound looks for fonts the way Fyne does.
func TestEveryLetterIsFound(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	if err := unpack(filepath.Join(dir, "fonts", "fallback.ttf")); err != nil {
		t.Fatal(err)
	}
	fonts := fontscan.NewFontMap(silent{})
	if err := lend(dir, func() {
		if err := fonts.UseSystemFonts(""); err != nil {
			t.Fatal(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	for _, r := range "简体中文繁體日本語ひらがなカタカナ한국어，。：？！（）「」、" {
		fonts.SetQuery(fontscan.Query{Families: []string{fontscan.SansSerif}, Aspect: font.Aspect{}})
		fonts.SetScript(language.LookupScript(r))
		if _, ok := fonts.ResolveFace(r).NominalGlyph(r); !ok {
			t.Errorf("no font has %c", r)
		}
	}
	if where, ok := fonts.FindSystemFont("Quick Sync Fallback"); !ok || where.File != filepath.Join(dir, "fonts", "fallback.ttf") {
		t.Errorf("our font is at %q", where.File)
	}
	if _, ok := fonts.FindSystemFont("Droid Sans Fallback"); ok && len(fonts.FindSystemFonts("Droid Sans Fallback")) == 0 {
		t.Error("our font has the name that is preferred")
	}
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
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(unpack(path))
	first := stat()
	if first.Mode().Perm() != 0o600 || first.Size() < 3<<20 {
		t.Errorf("unpacked as %v with %d bytes", first.Mode(), first.Size())
	}
	must(unpack(path))
	if !os.SameFile(first, stat()) {
		t.Error("unpacked again")
	}
	must(os.Truncate(path, 5))
	must(unpack(path))
	if stat().Size() != first.Size() {
		t.Error("a torn file was kept")
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
		var during string
		want := standard + ":/ours"
		if before == "" {
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		} else {
			t.Setenv(name, before)
			want = before + ":/ours"
		}
		if err := lend("/ours", func() { during = os.Getenv(name) }); err != nil {
			t.Fatal(err)
		}
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
	if err := Load(blocked); err == nil {
		t.Error("unpacked into a file")
	}
	if _, set := os.LookupEnv("XDG_DATA_DIRS"); set != (os.Getenv("XDG_DATA_DIRS") != "") {
		t.Error("the environment was not given back")
	}
}
