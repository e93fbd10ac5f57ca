// Package fileuri reads the file URIs (RFC 8089) that desktops hand over, in
// drops, pastes and the answers of their choosers.
package fileuri

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// Path returns the path that a file URI names; those of other computers name
// none. A plus sign is a plus sign.
func Path(text string) (path string, ok bool) {
	uri, err := url.Parse(text)
	if err != nil || uri.Scheme != "file" || uri.Path == "" || uri.Host != "" && uri.Host != "localhost" {
		return "", false
	}
	path = uri.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	path = filepath.FromSlash(path)
	return path, filepath.IsAbs(path)
}
