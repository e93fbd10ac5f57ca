package views

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// hostileNames are shared by the table and the fuzz test.
var hostileNames = []struct{ name, want string }{
	{"report.pdf", "report.pdf"},
	{"evil\u202etxt.exe", "evil\ufffdtxt.exe"},
	{"\u2066a\u2069", "\ufffda\ufffd"},
	{"a\nb\tc\x00d\x1b[31m", "a\ufffdb\ufffdc\ufffdd\ufffd[31m"},
	{"a\u2028b\u200bc\ufeff", "a\ufffdb\ufffdc\ufffd"},
	{"bad\xff\xfeutf8", "bad\ufffdutf8"},
	{"👨‍👩‍👧 family.png", "👨‍👩‍👧 family.png"},
	{"../../etc/passwd", "../../etc/passwd"},
	{"日本語.jpg", "日本語.jpg"},
	{"", ""},
}

func TestShown(t *testing.T) {
	for _, test := range hostileNames {
		if got := shown(test.name); got != test.want {
			t.Errorf("%q: %q, want %q", test.name, got, test.want)
		}
	}
	if got := shown(strings.Repeat("x", 10<<20) + ".pdf"); len(got) > 2*longestName || !strings.HasSuffix(got, "x.pdf") {
		t.Errorf("a name of ten megabytes shows as %d bytes", len(got))
	}
}

// TestNamed: a name of which nothing can be seen is told in words.
func TestNamed(t *testing.T) {
	w := catalogue(t)
	for _, blank := range []string{"", " ", "\u00a0\u2003", "\u200d\u200c", "\u3164\u2800", "\u0301\u0301", "\u115f \uffa0"} {
		if got := named(w, blank); got != "No name" {
			t.Errorf("%+q shows as %q", blank, got)
		}
	}
	for name, want := range map[string]string{".": ".", "日": "日", "\u202e": "\ufffd", "🏴": "🏴", "a": "a"} {
		if got := named(w, name); got != want {
			t.Errorf("%+q shows as %q", name, got)
		}
	}
}

// letters measures a text by the number of its letters.
func letters(text string) float32 { return float32(utf8.RuneCountInString(text)) }

func TestElideMiddle(t *testing.T) {
	for _, test := range []struct {
		name  string
		width float32
		want  string
	}{
		{"short.pdf", 20, "short.pdf"},
		{"holiday in the mountains.mp4", 16, "holiday…ains.mp4"},
		{"website-backup-2026.tar.gz", 15, "websi…26.tar.gz"},
		{"no extension at all here", 10, "no ext…ere"},
		{".a-hidden-file-with-a-long-name", 10, ".a-hid…ame"},
		{"x.pdf", 4, "x.p…"},
		{"anything.pdf", 0, "anything.pdf"},
		{"ünïcödé-näme-lóng.txt", 12, "ünïcö…ng.txt"},
	} {
		if got := elideMiddle(test.name, test.width, letters); got != test.want {
			t.Errorf("%q in %v: %q, want %q", test.name, test.width, got, test.want)
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, test := range hostileNames {
		f.Add(test.name, 12)
	}
	f.Fuzz(func(t *testing.T, name string, room int) {
		safe := shown(name)
		if !utf8.ValidString(safe) || len(safe) > 8*longestName {
			t.Fatalf("%q shows as %q", name, safe)
		}
		for _, r := range safe {
			if unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				t.Fatalf("%q shows %U", name, r)
			}
		}
		room = 1 + max(0, room)%60
		cut := elideMiddle(safe, float32(room), letters)
		if letters(cut) > float32(room) {
			t.Fatalf("%q in %d: %q", safe, room, cut)
		}
		if tail := ending(safe); letters(ellipsis+tail) <= float32(room) && !strings.HasSuffix(cut, tail) {
			t.Fatalf("%q in %d lost its extension: %q", safe, room, cut)
		}
	})
}
