package instance

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"quicksync.me/desktop/service/paths"
)

// run is the content of run.json.
type run struct {
	PID    int    `json:"pid"`
	Kind   string `json:"kind"`
	URL    string `json:"url"`
	Secret string `json:"secret"`
}

func (r run) write(dir string) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return paths.WriteFile(filepath.Join(dir, runName), data)
}

func readRun(dir string) (run, error) {
	data, err := os.ReadFile(filepath.Join(dir, runName))
	if err != nil {
		return run{}, err
	}
	var r run
	if err := json.Unmarshal(data, &r); err != nil {
		return run{}, err
	}
	// The secret and the names of files go nowhere but to this computer.
	where, err := url.Parse(r.URL)
	if err != nil || where.Scheme != "http" || where.Hostname() != "127.0.0.1" {
		return run{}, errors.New("instance: run.json names no address on loopback")
	}
	return r, nil
}

// removeRun spares other programs a call to an address where nobody is. It may
// fail, on Windows while one of them reads the file, and means nothing then.
func removeRun(dir string) { _ = os.Remove(filepath.Join(dir, runName)) }
