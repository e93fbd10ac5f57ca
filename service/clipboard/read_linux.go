package clipboard

import (
	"context"
	"os"
	"os/exec"
)

func read(ctx context.Context) (Content, error) { return readKinds(ctx, allTypes) }

func readText(ctx context.Context) (Content, error) { return readKinds(ctx, textTypes) }

// readKinds asks Wayland where there is one and it can be asked, else X11.
func readKinds(ctx context.Context, kinds []string) (Content, error) {
	if os.Getenv("WAYLAND_DISPLAY") != "" {
		if path, err := exec.LookPath("wl-paste"); err == nil {
			return best(ctx, wayland(path), kinds)
		}
	}
	display := os.Getenv("DISPLAY")
	if display == "" {
		return Content{}, ErrUnavailable
	}
	return readX11(ctx, display, kinds)
}
