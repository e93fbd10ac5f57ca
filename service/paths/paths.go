// Package paths knows where the program keeps its files and how one of them is
// replaced so that no crash leaves half of it.
package paths

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Home is the environment variable that moves everything the program keeps into
// one directory, for tests and for portable use.
const Home = "QUICKSYNC_HOME"

const folder = "QuickSync"

// Paths are the directories of the program, absolute. On macOS both are the same.
type Paths struct {
	// Config holds what a person has chosen.
	Config string
	// Data holds what the program needs to go on: journals, the node, the lock.
	Data string
}

// Find returns the directories of this user; they need not exist yet. The error
// tells which variable of the environment is missing or relative.
func Find() (Paths, error) {
	if home := os.Getenv(Home); home != "" {
		home, err := filepath.Abs(home)
		if err != nil {
			return Paths{}, fmt.Errorf("%s: %w", Home, err)
		}
		return Paths{Config: home, Data: filepath.Join(home, "data")}, nil
	}
	config, configErr := os.UserConfigDir()
	data, dataErr := dataHome()
	if err := errors.Join(configErr, dataErr); err != nil {
		return Paths{}, err
	}
	return Paths{Config: filepath.Join(config, folder), Data: filepath.Join(data, folder)}, nil
}

// Journals is where the journals of unfinished transfers lie.
func (p Paths) Journals() string { return filepath.Join(p.Data, "journals") }

// Make creates the directories that are missing, for this user alone (0700). One
// that exists keeps its mode: QUICKSYNC_HOME may name a directory of other use.
func (p Paths) Make() error {
	for _, dir := range []string{p.Config, p.Data} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	return nil
}
