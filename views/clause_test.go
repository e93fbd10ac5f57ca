package views

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// clauses are shared by the table and the fuzz test.
var clauses = []struct {
	text  string
	width float32
	want  string
}{
	{"Short enough.", 20, "Short enough."},
	{"The key does not work. Paste a new one.", 30, "The key does not work"},
	{"Its storage has closed: the link no longer works.", 40, "Its storage has closed"},
	{"One. Two. Three.", 9, "One. Two"},
	{"“a. b.pdf” is too large: take less.", 30, "“a. b.pdf” is too large"},
	{"“a. b.pdf” is too large: take less.", 12, "“a. b.pdf”…"},
	{"„film.mov“ ist zu groß: Dieser Speicher nimmt weniger.", 30, "„film.mov“ ist zu groß"},
	{"Works until Fr 27. Nov 14:05", 20, "Works until Fr 27.…"},
	{"保存先は終了しました。リンクは使えません。", 12, "保存先は終了しました"},
	{"Reconnecting… · 3 of 7 files · 1.2 of 4.0 GB", 32, "Reconnecting… · 3 of 7 files"},
	{"No pause in a sentence that is long", 10, "No pause…"},
	{"No layout yet. Nothing is cut.", 0, "No layout yet. Nothing is cut."},
}

func TestCutToClause(t *testing.T) {
	for _, test := range clauses {
		if got := cutToClause(test.text, test.width, letters); got != test.want {
			t.Errorf("%q in %v: %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

func FuzzCutToClause(f *testing.F) {
	for _, test := range clauses {
		f.Add(test.text, test.width)
	}
	f.Fuzz(func(t *testing.T, text string, width float32) {
		if !utf8.ValidString(text) || width < 1 {
			return
		}
		got := cutToClause(text, width, letters)
		if letters(got) > width {
			t.Errorf("%q is wider than %v", got, width)
		}
		if begun := strings.TrimSuffix(got, ellipsis); !strings.HasPrefix(strings.TrimSpace(text), begun) && !strings.HasPrefix(text, begun) {
			t.Errorf("%q does not begin %q", got, text)
		}
	})
}
