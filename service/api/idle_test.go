package api_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/api"
)

// pool is a transport that counts how often what waits in it is closed.
type pool struct{ closed int }

func (*pool) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("[]"))}, nil
}

func (p *pool) CloseIdleConnections() { p.closed++ }

// TestConnectionsOfYesterdayAreNotUsed: whatever clock the transport goes by, the
// one on the wall tells that they have waited for too long.
func TestConnectionsOfYesterdayAreNotUsed(t *testing.T) {
	for name, c := range map[string]struct {
		quiet  time.Duration
		closes int
	}{
		"at once":           {0, 0},
		"after a minute":    {time.Minute, 0},
		"on the next day":   {24 * time.Hour, 1},
		"after two minutes": {2 * time.Minute, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var p pool
				client, err := api.New(api.Config{Server: api.DefaultServer, Transport: &p})
				if err != nil {
					t.Fatal(err)
				}
				for range 2 { // the second call is soon after the first
					if _, err := client.List(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				p.closed = 0
				time.Sleep(c.quiet)
				for range 2 {
					if _, err := client.List(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if p.closed != c.closes {
					t.Errorf("closed %d times, want %d", p.closed, c.closes)
				}
			})
		})
	}
}
