//go:build !linux && !darwin && !windows

package online

import "errors"

// subscribe has nobody to ask.
func subscribe(func(error)) (stop func(), err error) { return nil, errors.ErrUnsupported }

func routes() ([]string, error) { return nil, errors.ErrUnsupported }
