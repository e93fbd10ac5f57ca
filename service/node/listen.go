package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	headerPatience = 10 * time.Second
	idlePatience   = 2 * time.Minute
	// maxHeader has room for a download link with the longest file name.
	maxHeader = 64 << 10
)

// ports chooses where to listen: at the configured port, or for port 0 at the
// one of the last run, so that links stay good.
type ports struct {
	settings settings
	name     string
	address  string
	log      *slog.Logger
}

func (p ports) listen(ctx context.Context) (net.Listener, error) {
	host, port, err := net.SplitHostPort(p.address)
	if err != nil {
		return nil, err
	}
	if port != "0" {
		return listen(ctx, host, port)
	}
	last, err := p.settings.Setting(p.name)
	if err != nil {
		return nil, err
	}
	if last != nil {
		ln, err := listen(ctx, host, string(last))
		if err == nil {
			return ln, nil
		}
		p.log.Info("node: the port of the last run is taken, another is chosen", "port", string(last), "error", err)
	}
	ln, err := listen(ctx, host, "0")
	if err != nil {
		return nil, err
	}
	p.keep(ln)
	return ln, nil
}

// keep remembers the port. A full disk must not keep the node from starting,
// for it may be what the disk is emptied with.
func (p ports) keep(ln net.Listener) {
	port := strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
	if err := p.settings.SetSetting(p.name, []byte(port)); err != nil {
		p.log.Warn("node: the port could not be kept; links end with this run", "error", err)
	}
}

func listen(ctx context.Context, host, port string) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", net.JoinHostPort(host, port))
}

// listener is an HTTP server on one address, with all that it started.
type listener struct {
	address *net.TCPAddr
	server  *http.Server
	cancel  context.CancelFunc
	serving sync.WaitGroup
	conns   sync.WaitGroup
}

func serve(ln net.Listener, h http.Handler, log *slog.Logger) *listener {
	ctx, cancel := context.WithCancel(context.Background())
	l := &listener{address: ln.Addr().(*net.TCPAddr), cancel: cancel}
	l.server = &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerPatience,
		IdleTimeout:       idlePatience,
		MaxHeaderBytes:    maxHeader,
		Protocols:         new(http.Protocols),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         l.count,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	l.server.Protocols.SetHTTP1(true)
	l.serving.Go(func() {
		if err := l.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			log.Error("node: the listener failed", "error", err)
		}
	})
	return l
}

// count follows the connections, since http.Server waits for none when it is
// closed. New ones are reported by the goroutine in serving.
func (l *listener) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		l.conns.Done()
	}
}

// close lets the requests under way end until the context is done, then cuts
// them off, and waits for all goroutines.
func (l *listener) close(ctx context.Context) {
	if l.server.Shutdown(ctx) != nil {
		l.cut()
	}
	l.wait()
}

// cut closes all connections at once.
func (l *listener) cut() {
	l.cancel()
	_ = l.server.Close() // its errors are those of connections already gone
}

func (l *listener) wait() {
	l.serving.Wait()
	l.conns.Wait()
	l.cancel()
}

// reachable returns host and port for a client on this computer: a listener on
// all addresses is reached over loopback.
func (l *listener) reachable() string {
	if l.address.IP.IsUnspecified() {
		return fmt.Sprintf("127.0.0.1:%d", l.address.Port)
	}
	return l.address.String()
}
