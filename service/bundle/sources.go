package bundle

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"quicksync.me/desktop/service/transfer"
)

// Sources finds what is to be sent of files and folders, in their order: each
// folder as the one source that archive makes of it or, where archive is nil,
// as the files in it. See transfer.Walk, also for what ends it early.
func Sources(ctx context.Context, paths []string, archive func(folder string) transfer.Source, found func(transfer.Source)) error {
	for _, path := range paths {
		if archive != nil && isFolder(path) {
			found(archive(path))
			continue
		}
		if err := transfer.Walk(ctx, []string{path}, found); err != nil {
			return err
		}
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// FolderName is what the archive of a folder is called: as the folder, which
// may be given as ".", with ".zip".
func FolderName(folder string) string {
	if abs, err := filepath.Abs(folder); err == nil {
		folder = abs
	}
	name := strings.Trim(filepath.Base(folder), string(filepath.Separator))
	if name == "" { // a disk's topmost folder has none
		name = "Files"
	}
	return name + ".zip"
}
