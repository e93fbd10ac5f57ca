//go:build e2e && linux

package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Toxiproxy is a running Toxiproxy: TCP lines that can be made slow, broken or
// dead while they are in use.
type Toxiproxy struct {
	*process
	url string
}

// tries is how many ports are tried: one may be taken between its choice and
// its use.
const tries = 3

// ErrNoToxiproxy tells that the program is not there.
var ErrNoToxiproxy = errors.New("Toxiproxy is not there; scripts/e2e fetches it")

// StartToxiproxy runs the program at path. Close ends it. The error is
// ErrNoToxiproxy where nothing is there.
func StartToxiproxy(ctx context.Context, path string) (p *Toxiproxy, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoToxiproxy
	}
	for range tries {
		if p, err = startToxiproxy(ctx, path); err == nil {
			return p, nil
		}
	}
	return nil, fmt.Errorf("starting %s: %w", path, err)
}

func startToxiproxy(ctx context.Context, path string) (*Toxiproxy, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	running, err := start(exec.Command(path, "-host", "127.0.0.1", "-port", port))
	if err != nil {
		return nil, err
	}
	p := &Toxiproxy{process: running, url: "http://127.0.0.1:" + port}
	err = Until(ctx, "Toxiproxy to answer", func() (bool, error) {
		select {
		case <-running.done:
			return true, nil
		default:
			return p.call(ctx, http.MethodGet, "/version", nil, nil) == nil, nil
		}
	})
	if err == nil {
		err = p.call(ctx, http.MethodGet, "/version", nil, nil)
	}
	if err != nil {
		return nil, errors.Join(err, running.stop())
	}
	return p, nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// Close ends the program, and all lines with it.
func (p *Toxiproxy) Close() error { return p.stop() }

// call makes one call of Toxiproxy's API.
func (p *Toxiproxy) call(ctx context.Context, method, path string, send, receive any) error {
	body, err := json.Marshal(send)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, p.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, said)
	}
	if receive == nil {
		return nil
	}
	return json.Unmarshal(said, receive)
}

// A Line leads from an address of its own to a server.
type Line struct {
	// Address is where it begins, HOST:PORT; it stays the same when the line goes
	// down and comes up again.
	Address string

	proxy *Toxiproxy
	name  string
}

// Line makes a line to a server, HOST:PORT, without any fault. Names are unique.
func (p *Toxiproxy) Line(ctx context.Context, name, server string) (*Line, error) {
	var made struct{ Listen string }
	err := p.call(ctx, http.MethodPost, "/proxies", map[string]any{
		"name": name, "listen": "127.0.0.1:0", "upstream": server, "enabled": true,
	}, &made)
	return &Line{Address: made.Listen, proxy: p, name: name}, err
}

// A Toxic is what is wrong with a line, in Toxiproxy's own terms.
type Toxic struct {
	// Type is latency, bandwidth, slicer, limit_data, reset_peer or timeout.
	Type string `json:"type"`
	// Stream is the direction: upstream, to the server, or downstream.
	Stream string `json:"stream"`
	// Attributes are the type's own.
	Attributes map[string]int `json:"attributes"`
}

// Spoil adds toxics. They hold for open connections too.
func (l *Line) Spoil(ctx context.Context, toxics ...Toxic) error {
	for _, t := range toxics {
		if err := l.proxy.call(ctx, http.MethodPost, "/proxies/"+l.name+"/toxics", t, nil); err != nil {
			return err
		}
	}
	return nil
}

// Heal takes toxics away again.
func (l *Line) Heal(ctx context.Context, toxics ...Toxic) error {
	for _, t := range toxics {
		// A toxic without a name is called after its type and its direction.
		if err := l.proxy.call(ctx, http.MethodDelete, "/proxies/"+l.name+"/toxics/"+t.Type+"_"+t.Stream, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// Down cuts all connections and takes no more, Up takes them again.
func (l *Line) Down(ctx context.Context) error { return l.enable(ctx, false) }

// Up ends Down.
func (l *Line) Up(ctx context.Context) error { return l.enable(ctx, true) }

func (l *Line) enable(ctx context.Context, on bool) error {
	return l.proxy.call(ctx, http.MethodPost, "/proxies/"+l.name, map[string]any{"enabled": on}, nil)
}
