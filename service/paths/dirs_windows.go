package paths

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// dataHome is local to this computer, unlike the directory for configuration,
// which roams: journals name files of this computer.
func dataHome() (string, error) {
	if dir := os.Getenv("LocalAppData"); dir != "" {
		return dir, nil
	}
	return "", errors.New("%LocalAppData% is not defined")
}

// Downloads returns the directory for downloads, which need not exist, also where
// the user has moved it. It is empty when the user has no home.
func Downloads() string {
	if dir, err := windows.KnownFolderPath(windows.FOLDERID_Downloads, windows.KF_FLAG_DEFAULT); err == nil {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, "Downloads")
}
