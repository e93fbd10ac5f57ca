//go:build !linux

package clipboard

import "context"

func readText(context.Context) (Content, error) { return Content{}, ErrUnavailable }
