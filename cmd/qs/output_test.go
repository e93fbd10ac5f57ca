package main

import (
	"strconv"
	"testing"
	"unicode"
	"unicode/utf8"

	"quicksync.me/desktop/service/transfer"
)

// shownNames are what a terminal gets to see, and how.
var shownNames = map[string]string{
	"plain.txt":            "plain.txt",
	"":                     "",
	"Ünïcode 文件 🎁 e\u0301": "Ünïcode 文件 🎁 e\u0301",
	`a "quoted" \ name`:    `a "quoted" \ name`,
	"new\nline":            `"new\nline"`,
	"a\ttab":               `"a\ttab"`,
	"\x1b[2J":              `"\x1b[2J"`,
	"rtl \u202Etxt.exe":    `"rtl \u202etxt.exe"`,
	"zero\u200Bwidth":      `"zero\u200bwidth"`,
	"no-break\u00A0space":  `"no-break\u00a0space"`,
	"C1 \u009B2J":          `"C1 \u009b2J"`,
	"torn \x9b2J":          `"torn \x9b2J"`,
}

func TestShown(t *testing.T) {
	for name, want := range shownNames {
		if got := shown(name); got != want {
			t.Errorf("%q is shown as %s, want %s", name, got, want)
		}
		checkShown(t, name)
	}
}

// TestKeysAreShown: a key is the server's word, as a name is.
func TestKeysAreShown(t *testing.T) {
	job := &sending{storage: &storage{}}
	for key, want := range shownNames {
		if got := job.where(transfer.Status{FileKey: key}); got != want {
			t.Errorf("the key %q is shown as %s, want %s", key, got, want)
		}
	}
}

func FuzzShown(f *testing.F) {
	for name := range shownNames {
		f.Add(name)
	}
	f.Fuzz(checkShown)
}

// checkShown: whatever the name, a terminal gets printable text, from which the
// name can be told.
func checkShown(t *testing.T, name string) {
	got := shown(name)
	for _, r := range got {
		if !unicode.IsPrint(r) {
			t.Errorf("%q is shown with %q", name, r)
		}
	}
	if !utf8.ValidString(got) {
		t.Errorf("%q is shown as %q", name, got)
	}
	if got == name {
		return
	}
	if back, err := strconv.Unquote(got); err != nil || back != name {
		t.Errorf("%q is shown as %s", name, got)
	}
}
