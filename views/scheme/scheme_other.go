//go:build windows || darwin

package scheme

import (
	"context"

	"fyne.io/fyne/v2"
)

// Take leaves it to Fyne.
func Take() (release func()) { return func() {} }

// Follow has nothing to tell.
func Follow(context.Context) <-chan fyne.ThemeVariant {
	told := make(chan fyne.ThemeVariant)
	close(told)
	return told
}
