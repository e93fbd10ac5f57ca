//go:build !linux && !windows && !darwin

package clipboard

import "context"

func read(context.Context) (Content, error) { return Content{}, ErrUnavailable }
