package clipboard

import (
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// texts are what may be copied, with the paths in it.
var texts = []struct{ text, want string }{
	{"/a/b.txt", "/a/b.txt"},
	{"/a/b.txt\n/c d\r\n", "/a/b.txt|/c d"},
	{`"/a/quoted.txt"`, "/a/quoted.txt"},
	{"file:///a/b%20c+d%2B.txt", "/a/b c+d+.txt"},
	{"file://localhost/a", "/a"},
	{"x-special/nautilus-clipboard\ncopy\nfile:///a\nfile:///b", "/a|/b"},
	{"cut\nfile:///a", "/a"},
	{"file://elsewhere/a", ""},
	{"https://example.org/a", ""},
	{"/a\nnot a path", ""},
	{"relative.txt", ""},
	{"", ""},
	{"file://%zz", ""},
}

func TestPaths(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths of these cases are those of Unix")
	}
	for _, test := range texts {
		if got := strings.Join(Paths(test.text), "|"); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

func TestTextIsWhole(t *testing.T) {
	for raw, want := range map[string]string{"a\x00\x00": "a", "\xffb": "\uFFFDb", "ü\n": "ü\n", "": ""} {
		if got := textOf([]byte(raw)); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
