//go:build !windows && !darwin

package paths

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFind(t *testing.T) {
	cases := map[string]struct {
		config, data string
		want         Paths
		fails        bool
	}{
		"defaults": {want: Paths{Config: "/home/ann/.config/QuickSync", Data: "/home/ann/.local/share/QuickSync"}},
		"XDG":      {config: "/c", data: "/d", want: Paths{Config: "/c/QuickSync", Data: "/d/QuickSync"}},
		"relative": {data: "d", fails: true},
	}
	for what, c := range cases {
		t.Run(what, func(t *testing.T) {
			t.Setenv(Home, "")
			t.Setenv("HOME", "/home/ann")
			t.Setenv("XDG_CONFIG_HOME", c.config)
			t.Setenv("XDG_DATA_HOME", c.data)
			got, err := Find()
			if got != c.want || (err != nil) != c.fails {
				t.Errorf("Find() = %v, %v", got, err)
			}
		})
	}
	t.Run("no home", func(t *testing.T) {
		for _, name := range []string{Home, "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"} {
			t.Setenv(name, "")
		}
		if found, err := Find(); err == nil {
			t.Errorf("Find() = %v", found)
		}
		if dir := Downloads(); dir != "" {
			t.Errorf("Downloads() = %q", dir)
		}
	})
}

func TestDownloadsOfTheDesktop(t *testing.T) {
	config := t.TempDir()
	t.Setenv("HOME", "/home/ann")
	t.Setenv("XDG_CONFIG_HOME", config)
	if got := Downloads(); got != "/home/ann/Downloads" {
		t.Errorf("without a file: %q", got)
	}
	const fallback = "/home/ann/Downloads"
	for content, want := range map[string]string{
		`XDG_DOWNLOAD_DIR="$HOME/Téléchargements"`:                        "/home/ann/Téléchargements",
		`  XDG_DOWNLOAD_DIR="/mnt/big/"  `:                                "/mnt/big",
		"# comment\nXDG_DESKTOP_DIR=\"$HOME/D\"\nXDG_DOWNLOAD_DIR=\"/a\"": "/a",
		"XDG_DOWNLOAD_DIR=\"/a\"\nXDG_DOWNLOAD_DIR=\"/b\"":                "/b",
		`XDG_DOWNLOAD_DIR="$HOME/a \"b\" \$c"`:                            `/home/ann/a "b" $c`,
		`XDG_DOWNLOAD_DIR="$HOME/"`:                                       fallback,
		`XDG_DOWNLOAD_DIR="$HOME"`:                                        fallback,
		`XDG_DOWNLOAD_DIR="relative"`:                                     fallback,
		`XDG_DOWNLOAD_DIR="$HOMEWARD/x"`:                                  fallback,
		`XDG_DOWNLOAD_DIR=/unquoted`:                                      fallback,
		`XDG_DOWNLOAD_DIR="/torn`:                                         fallback,
		"":                                                                fallback,
	} {
		if err := os.WriteFile(filepath.Join(config, "user-dirs.dirs"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := Downloads(); got != want {
			t.Errorf("%s: %q, want %q", content, got, want)
		}
	}
}
