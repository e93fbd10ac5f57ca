package api

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Bounds on what a server may make us read, in bytes. A list of 100,000 files
// is about 40 MB; any other answer is of one file, or a session with its people.
const (
	maxList    = 512 << 20
	maxAnswer  = 1 << 20
	maxProblem = 64 << 10
)

// call is one request, described.
type call struct {
	op, method, path string
	// key, where set, is the last segment of the path.
	key    *string
	query  url.Values
	header http.Header
	// json, or else body and size, is what is sent.
	json any
	body func() io.Reader
	size int64
	// wait says how long the answer may take once all is sent.
	wait waiting
	// read takes the answer in; nil where there need not be any.
	read func(io.Reader) error
	// most is how long the answer may be, in bytes; maxAnswer where 0.
	most int64
}

// do makes the call and turns everything that goes wrong into an *Error.
func (c *Client) do(ctx context.Context, k call) error {
	req, err := c.request(ctx, k)
	if err != nil {
		return &Error{Op: k.op, Kind: ErrRefused, Err: c.cause(err)}
	}
	resp, err := c.calls.Do(req)
	if err != nil {
		return c.transportError(ctx, k.op, err)
	}
	defer drain(resp.Body)
	if strings.HasPrefix(resp.Header.Get("Server"), nodeServer) {
		c.isNode.Store(true)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		e, markup := c.problem(k.op, resp)
		e.Kind = c.refusalOf(resp, e.Code, markup)
		return e
	}
	if err = c.take(ctx, k, resp); err == nil && k.read != nil {
		c.known.Store(true)
	}
	return err
}

func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	target := c.base + k.path
	if k.key != nil {
		if *k.key == "" {
			return nil, errors.New("the file key is empty")
		}
		target += escapeKey(*k.key)
	}
	if len(k.query) > 0 {
		target += "?" + k.query.Encode()
	}
	req, err := http.NewRequestWithContext(withWaiting(ctx, k.wait), k.method, target, nil)
	if err != nil {
		return nil, errors.New("the address cannot be used")
	}
	for name, values := range k.header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	return req, setBody(req, k)
}

// setBody gives the request a body of known length, never chunked, that the
// transport can ask for again.
func setBody(req *http.Request, k call) error {
	open, size := k.body, k.size
	if k.json != nil {
		data, err := json.Marshal(k.json)
		if err != nil {
			return err
		}
		open, size = func() io.Reader { return bytes.NewReader(data) }, int64(len(data))
		req.Header.Set("Content-Type", "application/json")
	}
	if open == nil {
		return nil
	}
	req.ContentLength = size
	if size == 0 {
		req.Body = http.NoBody
		return nil
	}
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(open()), nil }
	req.Body, _ = req.GetBody()
	return nil
}

// transportError judges a call that brought no answer. Errors of net/http
// carry the whole URL, which may be a secret: only their cause is kept.
func (c *Client) transportError(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		return &Error{Op: op, Kind: ErrNetwork, Err: context.Cause(ctx)}
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	switch {
	case interposed(err):
		return &Error{Op: op, Kind: c.stranger(), Err: c.cause(err)}
	case isStranger(err):
		return &Error{Op: op, Kind: ErrNotQuickSync, Err: c.cause(err)}
	case c.Offline():
		return &Error{Op: op, Kind: ErrOffline, Err: c.cause(err)}
	case errors.Is(err, ErrStalled):
		return &Error{Op: op, Kind: ErrStalled}
	default:
		return &Error{Op: op, Kind: ErrNetwork, Err: c.cause(err)}
	}
}

// take reads a good answer. It is an error unless it is whole, JSON, and says
// what it must; where nothing must be said, it may be empty.
func (c *Client) take(ctx context.Context, k call, resp *http.Response) error {
	body := bufio.NewReader(http.MaxBytesReader(nil, resp.Body, cmp.Or(k.most, maxAnswer)))
	fail := func(kind, err error) error {
		return &Error{Op: k.op, Kind: kind, Status: resp.StatusCode, Err: c.cause(err)}
	}
	first, err := firstByte(body)
	switch {
	case first == '<', isHTML(resp) && (err == nil && first != '{' && first != '[' || errors.Is(err, io.EOF)):
		return fail(c.stranger(), errors.New("it is a page"))
	case errors.Is(err, io.EOF) && k.read == nil:
		return nil
	case errors.Is(err, io.EOF):
		return fail(ErrBadReply, errors.New("the answer is empty"))
	case err != nil:
		return c.transportError(ctx, k.op, err)
	case first != '{' && first != '[':
		return fail(ErrNotQuickSync, errors.New("it is not JSON"))
	case k.read == nil:
		return nil
	}
	err = k.read(body)
	var syntax *json.SyntaxError
	var token *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || errors.Is(err, ErrStalled) || isCut(err):
		return c.transportError(ctx, k.op, err)
	case errors.As(err, &syntax), errors.As(err, &token):
		return fail(ErrBadReply, errors.New("it is not whole JSON"))
	default:
		return fail(ErrBadReply, err)
	}
}

// isCut tells an answer that ended early, which is a fault of the line.
func isCut(err error) bool {
	var net interface{ Timeout() bool }
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.As(err, &net)
}

func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if b > ' ' && b != 0xEF && b != 0xBB && b != 0xBF { // a byte order mark is no content
			return b, r.UnreadByte()
		}
	}
}

// decode reads one JSON value and insists that nothing follows it.
func decode(r io.Reader, into any) error {
	d := json.NewDecoder(r)
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err == nil {
		return errors.New("something follows the answer")
	}
	return nil
}

// problem makes an error of a refusal: RFC 9457 where it is that, else the
// first line of what was said, unless that is a page.
func (c *Client) problem(op string, resp *http.Response) (e *Error, markup bool) {
	e = &Error{Op: op, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header, time.Now())}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	var p wireProblem
	if json.Unmarshal(body, &p) == nil {
		e.Title, e.Detail, e.Code, e.Parts = c.words(p.Title), c.words(p.Detail), c.words(p.Code), p.Parts
	} else if markup = looksLikeMarkup(resp, body); !markup {
		line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
		e.Title = c.words(line)
	}
	e.Kind = kindOf(resp.StatusCode, e.Code)
	return e, markup
}

// longestAsked is the longest wait that a server may ask for.
const longestAsked = 24 * time.Hour

// retryAfter reads Retry-After in both of its forms (RFC 9110, 10.2.3), at least 0
// and at most a day. A date is one of the server's clock, which tells what time it
// is there in Date (6.6.1): that of this computer may be wrong.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseInt(value, 10, 64); err == nil {
		return time.Duration(min(max(s, 0), int64(longestAsked/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if there, err := http.ParseTime(h.Get("Date")); err == nil {
		now = there
	}
	return min(max(at.Sub(now), 0), longestAsked)
}

// drain reads what little is left so that the connection can serve again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, maxProblem)
	_ = body.Close()
}
