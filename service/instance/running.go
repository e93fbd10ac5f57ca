package instance

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"
)

// answerWithin is how long another program may take to say who it is.
const answerWithin = 2 * time.Second

// Running is another program that holds the directory, and the error with which
// Acquire says so.
type Running struct {
	// Kind is what that program calls itself: "desktop", "qs" or "node".
	Kind string
	// PID is its process.
	PID int

	run    run
	client *http.Client
}

// Error implements error.
func (r *Running) Error() string {
	return fmt.Sprintf("instance: already running: %s", r.who())
}

// GoString is Error: the secret is not for printing.
func (r *Running) GoString() string { return r.Error() }

func (r *Running) who() string { return fmt.Sprintf("%s (process %d)", r.Kind, r.PID) }

// find returns the program that run.json names, if it answers and is the one.
func find(ctx context.Context, dir string) (*Running, error) {
	described, err := readRun(dir)
	if err != nil {
		return nil, err
	}
	r := &Running{run: described, client: newClient()}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	response, err := r.do(ctx, http.MethodGet, pathStatus, nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var who status
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&who); err != nil {
		return nil, err
	}
	if who.PID != described.PID {
		return nil, errors.New("instance: another program answers at that address")
	}
	r.Kind, r.PID = who.Kind, who.PID
	return r, nil
}

// newClient returns a client that talks straight to loopback, whatever proxy the
// environment names, with a connection per request: one that breaks tells of the
// other program's end.
func newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:       (&net.Dialer{Timeout: answerWithin}).DialContext,
			DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// HandOver gives files and folders to the other program; relative paths are taken
// from this program's working directory. Without paths it asks the program to show
// itself. The error wraps ErrBusy (and says who is), ErrGone or ErrTooLarge where
// it is one of these; the other program has taken either all paths or none.
func (r *Running) HandOver(ctx context.Context, paths []string) error {
	body, err := newHandOver(paths)
	if err != nil {
		return err
	}
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	response, err := r.do(ctx, http.MethodPost, pathHandOver, data)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// newHandOver makes paths absolute, and bounds them as the other side will.
func newHandOver(paths []string) (handOver, error) {
	body := handOver{Paths: make([][]byte, len(paths))}
	size := len(`{"paths":[]}`)
	for i, path := range paths {
		if path == "" {
			return handOver{}, errors.New("instance: a path is empty")
		}
		absolute, err := filepath.Abs(path)
		if err != nil {
			return handOver{}, err
		}
		body.Paths[i] = []byte(absolute)
		size += base64.StdEncoding.EncodedLen(len(absolute)) + len(`"",`)
	}
	if size > maxHandOver {
		return handOver{}, ErrTooLarge
	}
	return body, nil
}

// do makes a request and returns its answer if that is a success.
func (r *Running) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, r.run.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+r.run.Secret)
	response, err := r.client.Do(request)
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrGone, r.who(), err)
	case response.StatusCode >= 300:
		defer response.Body.Close()
		return nil, r.failed(response)
	}
	return response, nil
}

// failed makes an error of an answer that is no success.
func (r *Running) failed(response *http.Response) error {
	var said failure
	err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&said)
	if err != nil || said.Error == "" {
		said.Error = response.Status
	}
	switch response.StatusCode {
	case http.StatusConflict:
		return fmt.Errorf("instance: %s is %w: %s", r.who(), ErrBusy, said.Error)
	case http.StatusServiceUnavailable, http.StatusUnauthorized:
		return fmt.Errorf("%w: %s: %s", ErrGone, r.who(), said.Error)
	case http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: %s", ErrTooLarge, said.Error)
	}
	return fmt.Errorf("instance: %s: %s", r.who(), said.Error)
}
