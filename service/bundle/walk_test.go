package bundle

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// nameCases are entries of one folder, and what they are called.
var nameCases = []struct{ names, want []string }{
	{[]string{"a", "b.txt", "Ω 📎"}, []string{"a", "b.txt", "Ω 📎"}},
	{[]string{"\xffa", "\xfea"}, []string{"\uFFFDa", "\uFFFDa (2)"}},
	{[]string{"\xff.jpg", "\uFFFD.jpg"}, []string{"\uFFFD (2).jpg", "\uFFFD.jpg"}},
	{[]string{"x", "x", "x (2)"}, []string{"x", "x (3)", "x (2)"}},
	{[]string{`..\up`, "..", ".", "", "/"}, []string{".._up", "_", "_ (2)", "_ (3)", "_ (4)"}},
	{[]string{"C:", "c:evil", "::", "cc:d"}, []string{"C_", "c_evil", ":_", "cc:d"}},
}

func TestPlainNames(t *testing.T) {
	for _, c := range nameCases {
		if diff := cmp.Diff(c.want, plainNames(c.names)); diff != "" {
			t.Errorf("%q: %s", c.names, diff)
		}
	}
}

func FuzzPlainNames(f *testing.F) {
	for _, c := range nameCases {
		f.Add(strings.Join(c.names, "\n"))
	}
	f.Fuzz(func(t *testing.T, joined string) {
		names := strings.Split(joined, "\n")
		plain := plainNames(names)
		for i, name := range plain {
			if !utf8.ValidString(name) || strings.ContainsAny(name, `/\`) || !filepath.IsLocal("d/"+name) || filepath.Clean(name) == "." {
				t.Errorf("%q is called %q", names[i], name)
			}
			if len(name) > 1 && name[1] == ':' {
				t.Errorf("%q is on a drive", name)
			}
			if plainName(names[i]) == names[i] && slices.Index(names, names[i]) == i && name != names[i] {
				t.Errorf("%q is called %q without need", names[i], name)
			}
		}
		if sorted := slices.Sorted(slices.Values(plain)); len(slices.Compact(sorted)) != len(plain) {
			t.Errorf("%q are called %q: two are the same", names, plain)
		}
	})
}
