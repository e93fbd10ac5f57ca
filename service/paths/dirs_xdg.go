//go:build !windows && !darwin

package paths

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// dataHome follows the XDG Base Directory Specification.
func dataHome() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		if !filepath.IsAbs(dir) {
			return "", errors.New("path in $XDG_DATA_HOME is relative")
		}
		return dir, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "share"), err
}

// Downloads returns the directory for downloads, which need not exist: the one
// that the desktop names in user-dirs.dirs, else Downloads in the home directory.
// It is empty when the user has no home.
func Downloads() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if config, err := os.UserConfigDir(); err == nil {
		if dir := userDir(filepath.Join(config, "user-dirs.dirs"), "XDG_DOWNLOAD_DIR", home); dir != "" {
			return dir
		}
	}
	return filepath.Join(home, "Downloads")
}

// userDir reads one entry of a user-dirs.dirs file, whose lines are
// KEY="$HOME/path" or KEY="/path", with shell escapes (see user-dirs.dirs(5)).
// The last such line counts. A directory equal to the home is one that the user
// has switched off.
func userDir(file, key, home string) string {
	content, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer content.Close()
	found := ""
	for lines := bufio.NewScanner(content); lines.Scan(); {
		quoted, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), key+`="`)
		if !ok || !strings.HasSuffix(quoted, `"`) {
			continue
		}
		dir := unescape(strings.TrimSuffix(quoted, `"`))
		if rest, ok := strings.CutPrefix(dir, "$HOME"); ok && (rest == "" || rest[0] == '/') {
			dir = home + rest
		}
		if dir = filepath.Clean(dir); filepath.IsAbs(dir) && dir != filepath.Clean(home) {
			found = dir
		}
	}
	return found
}

// unescape removes the backslashes of a double-quoted shell word.
func unescape(word string) string {
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, `$`, "\\`", "`").Replace(word)
}
