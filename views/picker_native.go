//go:build windows || darwin

package views

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/ncruces/zenity"
)

// desktopChooser asks the system's own dialogs. This was compiled, and never
// run.
func desktopChooser() chooser { return askSystem }

// askSystem implements chooser. A dialog that cannot be shown leaves the asking
// to Fyne's.
func askSystem(ctx context.Context, r request) ([]string, error) {
	options := []zenity.Option{zenity.Context(ctx), zenity.Title(r.title)}
	if id := ownerOf(r.parent); id != nil {
		options = append(options, zenity.Modal(), zenity.Attach(id))
	}
	if r.start != "" {
		options = append(options, zenity.Filename(r.start+string(os.PathSeparator)))
	}
	paths, err := choosePaths(r.folder, options)
	switch {
	case errors.Is(err, zenity.ErrCanceled), ctx.Err() != nil:
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errNoChooser, err)
	}
	return paths, nil
}

// choosePaths shows the dialog for one folder, or that for files.
func choosePaths(folder bool, options []zenity.Option) ([]string, error) {
	if !folder {
		return zenity.SelectFileMultiple(options...)
	}
	path, err := zenity.SelectFile(append(options, zenity.Directory())...)
	return []string{path}, err
}
