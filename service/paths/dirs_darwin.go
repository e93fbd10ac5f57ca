package paths

import (
	"os"
	"path/filepath"
)

// dataHome is the same as the directory for configuration: macOS has one.
func dataHome() (string, error) { return os.UserConfigDir() }

// Downloads returns the directory for downloads, which need not exist. It is
// empty when the user has no home.
func Downloads() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, "Downloads")
}
