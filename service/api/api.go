// Package api speaks the QuickSync Upload API: one typed method for each call,
// one error type for everything that can go wrong.
//
// A Client makes each call once. Whether it is worth another try is told by
// the error (see Error); trying again is the business of the caller. What the
// vendor does not document is gathered in wire.go; the exceptions are in the
// table of the README.
package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// DefaultServer is the base address of the hosted service, and defaultPath where the
// API lies on a server, from its documentation.
const (
	DefaultServer = "https://api.quicksync.me" + defaultPath
	defaultPath   = "/v1"
)

// Config tells a Client where to go and as whom.
type Config struct {
	// Server is the base address, such as DefaultServer. Where it names a host alone,
	// the API lies at /v1 there.
	Server string
	// Token is sent as a Bearer token with every call, to this server only.
	Token string
	// Transport carries the calls; nil means one made by NewTransport.
	Transport http.RoundTripper
	// Patience bounds the waiting; zero fields mean DefaultPatience's.
	Patience Patience
	// Gone tells that this computer surely has no network; nil where nothing
	// does.
	Gone func() bool
}

// A Client speaks to one bucket of one server. It may be used by many
// goroutines at once.
type Client struct {
	base   string
	host   string
	token  string
	calls  *http.Client
	links  *http.Client
	guard  *watchdog
	paced  *atomic.Bool
	trips  *trips
	gone   func() bool // nil where it does not matter
	isNode atomic.Bool
	known  atomic.Bool // it has answered as a server of ours does
}

// New returns a client for a server. The error says what is wrong with the
// address, which must be http or https and name a host, or with the token,
// which must fit into a header; it does not repeat the token.
func New(cfg Config) (*Client, error) {
	base, host, err := parseServer(cfg.Server)
	if err != nil {
		return nil, err
	}
	if !fitsHeader(cfg.Token) {
		return nil, errors.New("the key holds a line break, an outer space or another character that cannot be sent")
	}
	next, dialer := cfg.Transport, newDialer()
	if next == nil {
		next = newTransport(dialer)
	}
	guarded := &watchdog{next: next, patience: cfg.Patience.orDefault(), alive: map[*dog]netip.Addr{}}
	return &Client{
		paced: &dialer.paced, trips: &dialer.trips,
		guard: guarded,
		gone:  cfg.Gone,
		base:  base,
		host:  host,
		token: cfg.Token,
		// A redirect is never followed with a token in hand.
		calls: &http.Client{Transport: guarded, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
		links: &http.Client{Transport: guarded, CheckRedirect: follow},
	}, nil
}

// parseServer checks a base address, takes the slash off its end, and tells the
// host that it names.
func parseServer(server string) (base, host string, err error) {
	u, err := url.Parse(strings.TrimSpace(server))
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		// It is not repeated: who mistakes the fields has put the key there.
		return "", "", fmt.Errorf("this is no address of a server: it should look like %s", DefaultServer)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return "", "", fmt.Errorf("the address of a server has no user, query or fragment: it should look like %s", DefaultServer)
	}
	u.ForceQuery = false // a question mark alone asks nothing
	base = strings.TrimRight(u.String(), "/")
	if strings.Trim(u.Path, "/") == "" {
		base += defaultPath
	}
	return base, u.Hostname(), nil
}

// Server returns the base address.
func (c *Client) Server() string { return c.base }

// IsNode tells whether an answer so far came from a QuickSync node of ours,
// which knows more than the documented API (file names and lifetimes of links).
func (c *Client) IsNode() bool { return c.isNode.Load() }

// Paced tells whether the connections to the server send at the speed of the line
// although it loses packets: few of them fill it then.
func (c *Client) Paced() bool { return c.paced.Load() }

// Delay is how much longer packets take to the server and back than they did at
// best, while parts are sent: they stand in a queue. It is not known before, nor
// where the system does not tell.
func (c *Client) Delay() (d time.Duration, known bool) { return c.trips.delay() }

// CloseIdle closes the connections that wait for the next call.
func (c *Client) CloseIdle() { c.calls.CloseIdleConnections() }

// File is one file of a bucket as the server tells it.
type File struct {
	// Key names the file in every call.
	Key string
	// Name is what was sent as the encrypted name. It is not to be trusted.
	Name string
	// Creator is the creator's ID, and CID the content's; both may be empty.
	Creator, CID string
	// Completed is false while the upload is unfinished.
	Completed bool
	// Size in bytes as the uploader declared it; -1 where it was not told.
	Size int64
	// Parts of the upload; 0 where it was not told.
	Parts int
}

// List returns the files of the bucket, unfinished uploads among them.
func (c *Client) List(ctx context.Context) ([]File, error) {
	var files []File
	err := c.do(ctx, call{op: "list", method: http.MethodGet, path: pathBuckets, most: maxList, read: func(r io.Reader) error {
		var err error
		files, err = readFiles(r)
		return err
	}})
	return files, err
}

// BeginRequest declares an upload.
type BeginRequest struct {
	// Parts that will be sent, at least 1.
	Parts int
	// Name is the sealed name, or the plain one where names are readable.
	Name string
	// Size in bytes of all parts together.
	Size int64
}

// Upload identifies a multipart upload that was begun.
type Upload struct {
	ID, FileKey string
}

// Begin starts a multipart upload. When its answer is lost, the upload may
// still have been begun: look for its name in the list.
func (c *Client) Begin(ctx context.Context, req BeginRequest) (Upload, error) {
	var answer wireUpload
	err := c.do(ctx, call{op: "begin", method: http.MethodPost, path: pathBuckets, json: beginBody(req), read: answer.read})
	if err != nil {
		return Upload{}, err
	}
	return Upload{ID: *answer.UploadID, FileKey: *answer.FileKey}, nil
}

// Part is one part of an upload on its way.
type Part struct {
	Upload Upload
	// Number counts from 1.
	Number int
	// Size in bytes; the body has exactly as many.
	Size int64
	// Body is called for each time that the bytes go on the wire.
	Body func() io.Reader
}

// PutPart sends one part and returns its tag, to the letter. Sending the same
// number again replaces the part.
func (c *Client) PutPart(ctx context.Context, p Part) (tag string, err error) {
	var answer wirePart
	err = c.do(ctx, call{
		op: "part", method: http.MethodPut, path: pathBuckets, header: partHeader(p),
		body: p.Body, size: p.Size,
		read: func(r io.Reader) error { return answer.readFor(r, p.Number) },
	})
	if err != nil {
		return "", err
	}
	return *answer.Tag, nil
}

// Complete makes a file of the parts whose tags are given in the parts' order.
// When its answer is lost it may still have worked: ask Stat before repeating.
func (c *Client) Complete(ctx context.Context, u Upload, tags []string) error {
	return c.do(ctx, call{
		op: "complete", method: http.MethodPost, path: pathComplete, header: completeHeader(u),
		json: completeBody(u, tags), wait: waitComplete,
		read: func(r io.Reader) error {
			var answer wireUpload
			if err := answer.read(r); err != nil {
				return err
			}
			return sameKey(*answer.FileKey, u.FileKey)
		},
	})
}

// Stat looks one file up. The error is ErrNotFound where there is none.
func (c *Client) Stat(ctx context.Context, fileKey string) (File, error) {
	var answer wireFile
	err := c.do(ctx, call{op: "stat", method: http.MethodGet, path: pathFile, key: &fileKey, read: func(r io.Reader) error {
		if err := answer.read(r); err != nil {
			return err
		}
		return sameKey(answer.Key, fileKey)
	}})
	if err != nil {
		return File{}, err
	}
	return answer.File, nil
}

// Delete removes a file for good, or aborts an unfinished upload. A file that
// is not there any more counts as deleted: an earlier answer may be lost. What
// is neither empty nor JSON is no answer of the server's (ErrNotQuickSync, ErrPortal).
func (c *Client) Delete(ctx context.Context, fileKey string) error {
	err := c.do(ctx, call{op: "delete", method: http.MethodDelete, path: pathDelete, key: &fileKey})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// LinkOptions are wishes for a presigned link. Servers other than our node do
// not know them, and are not sent them.
type LinkOptions struct {
	// Filename is what the recipient's browser shall call the file.
	Filename string
	// Lifetime of the link, from a second to 30 days; 0 means the server's own.
	Lifetime time.Duration
}

// Link is a presigned URL: whoever has it can fetch the file.
type Link struct {
	URL string
	// Expires is when it stops working; zero where nothing tells it.
	Expires time.Time
}

// DownloadURL asks for a presigned link to a file.
func (c *Client) DownloadURL(ctx context.Context, fileKey string, opt LinkOptions) (Link, error) {
	var query url.Values
	if c.IsNode() {
		query = linkQuery(opt)
	}
	var answer wireLink
	err := c.do(ctx, call{op: "link", method: http.MethodGet, path: pathDownload, key: &fileKey, query: query, read: answer.read})
	if err != nil {
		return Link{}, err
	}
	return answer.link(time.Now()), nil
}

// Session is what the server tells of the storage that the token opens.
type Session struct {
	ID, Creator string
	// Ends is when the storage closes; zero where it never does.
	Ends time.Time
	// MaxFiles and MaxBytes bound the storage; 0 means without a bound.
	MaxFiles int
	MaxBytes int64
}

// Session asks for the current session. The error is ErrNotFound where the
// server knows none.
func (c *Client) Session(ctx context.Context) (Session, error) {
	var answer wireSession
	err := c.do(ctx, call{op: "session", method: http.MethodGet, path: pathSession, read: answer.read})
	if err != nil {
		return Session{}, err
	}
	return answer.session(time.Now()), nil
}
