//go:build !linux && !windows && !darwin

package views

import (
	"context"

	"fyne.io/fyne/v2"
)

// desktopChooser leaves the asking to Fyne's dialog.
func desktopChooser() chooser {
	return func(context.Context, request) ([]string, error) { return nil, errNoChooser }
}

func parentOf(fyne.Window) string { return "" }
