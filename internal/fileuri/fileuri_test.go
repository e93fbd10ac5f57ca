package fileuri

import (
	"runtime"
	"testing"
)

func TestPath(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths of these cases are those of Unix")
	}
	for uri, want := range map[string]string{
		"file:///a/b%20c+d%2B.txt": "/a/b c+d+.txt", "file://localhost/a": "/a", "file:///": "/",
		"file://elsewhere/a": "", "https://example.org/a": "", "file://%zz": "", "file:relative": "", "/a": "", "": "",
	} {
		if got, ok := Path(uri); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t, want %q", uri, got, ok, want)
		}
	}
}
