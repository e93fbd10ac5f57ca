//go:build !linux && !darwin && !windows

package awake

import (
	"context"
	"errors"
)

// hold knows no way on this system.
func hold(context.Context, string) (release func(), err error) {
	return nil, errors.ErrUnsupported
}
