package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Content is a piece of a file behind a presigned link.
type Content struct {
	io.ReadCloser
	// Total is the size in bytes of the whole file; -1 where it was not told.
	// Where Ranged is false it is only the length of what is there.
	Total int64
	// Ranged tells that the server does know ranges: the content begins where it was
	// asked for, else with the first byte.
	Ranged bool
}

// Fetch opens a presigned link from a byte on; until is the last byte, or
// negative for all that follow. The token is not sent along: the link alone
// must do, so that ErrForbidden and not ErrUnauthorized or ErrEnded says that
// it does not any more. The caller closes the content.
func (c *Client) Fetch(ctx context.Context, link string, from, until int64) (*Content, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, &Error{Op: "fetch", Kind: ErrBadReply, Err: errors.New("the link cannot be used")}
	}
	if from > 0 || until >= 0 {
		req.Header.Set("Range", rangeOf(from, until))
	}
	resp, err := c.links.Do(req)
	if err != nil {
		return nil, c.transportError(ctx, "fetch", err)
	}
	content, err := contentOf(resp, from)
	if err == nil {
		return content, nil
	}
	defer drain(resp.Body)
	switch {
	case errors.Is(err, errStatus):
		return nil, c.linkRefused(resp)
	case IsPage(err):
		return nil, &Error{Op: "fetch", Kind: c.stranger(), Status: resp.StatusCode, Err: err}
	default:
		return nil, &Error{Op: "fetch", Kind: ErrBadReply, Status: resp.StatusCode, Err: c.cause(err)}
	}
}

// linkRefused makes an error of a refusal by what is behind a link. That was
// not shown the token, and nothing it says is about the token or the storage.
// Nor is a page that nobody has signed proof that the file is gone: it may be a
// portal's, and who asks for another link will see.
func (c *Client) linkRefused(resp *http.Response) *Error {
	e, markup := c.problem("fetch", resp)
	if e.Kind == ErrUnauthorized || e.Kind == ErrEnded || markup && !isProved(resp) && isFinal(resp.StatusCode) {
		e.Kind = ErrForbidden
	}
	return e
}

// maxRedirects is how often a link may lead on, as net/http has it.
const maxRedirects = 10

// follow has a link lead to another host without telling it the link, which is a
// key: net/http would name it as the Referer.
func follow(req *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return errors.New("the link leads on and on")
	}
	req.Header.Del("Referer")
	return nil
}

func rangeOf(from, until int64) string {
	if until < 0 {
		return fmt.Sprintf("bytes=%d-", from)
	}
	return fmt.Sprintf("bytes=%d-%d", from, until)
}

// errStatus says that the status alone tells what is wrong.
var errStatus = errors.New("status")

func contentOf(resp *http.Response, from int64) (*Content, error) {
	switch resp.StatusCode {
	case http.StatusOK:
		if isPage(resp) {
			return nil, &pageError{resp.ContentLength}
		}
		return &Content{ReadCloser: resp.Body, Total: resp.ContentLength}, nil
	case http.StatusPartialContent:
		start, total, err := parseContentRange(resp.Header.Get("Content-Range"))
		if err != nil {
			return nil, err
		}
		if start != from {
			return nil, errors.New("the answer begins at another byte")
		}
		return &Content{ReadCloser: resp.Body, Total: total, Ranged: true}, nil
	case http.StatusRequestedRangeNotSatisfiable:
		// An empty file has no first byte: bytes */0 (RFC 9110, 14.4).
		if resp.Header.Get("Content-Range") == "bytes */0" {
			_ = resp.Body.Close()
			return &Content{ReadCloser: http.NoBody}, nil
		}
	}
	return nil, errStatus
}

// isPage tells a page, such as a hotel's login, that came instead of a piece. A
// file of HTML looks the same where it is asked for as a whole, and an empty
// one where there are no ranges.
func isPage(resp *http.Response) bool {
	return resp.Request.Header.Get("Range") != "" && resp.ContentLength != 0 && isHTML(resp)
}

// parseContentRange reads "bytes 0-0/1234" (RFC 9110, 14.4); an unknown total
// is -1.
func parseContentRange(s string) (start, total int64, err error) {
	bad := fmt.Errorf("the answer's Content-Range %.40q is not understood", s)
	span, all, ok := strings.Cut(strings.TrimPrefix(s, "bytes "), "/")
	if !ok {
		return 0, 0, bad
	}
	first, _, ok := strings.Cut(span, "-")
	if !ok {
		return 0, 0, bad
	}
	if start, err = strconv.ParseInt(first, 10, 64); err != nil {
		return 0, 0, bad
	}
	if all == "*" {
		return start, -1, nil
	}
	if total, err = strconv.ParseInt(all, 10, 64); err != nil {
		return 0, 0, bad
	}
	return start, total, nil
}

// LinkSize asks a presigned link for its first byte and returns the size of
// the whole file, which is the proof that the link works and of what it gives.
// What neither knows ranges nor tells a length is ErrNotQuickSync, and so is a
// page, unless it is ErrPortal. The size of a page comes along with its error
// (see IsPage), -1 where it was not told.
func (c *Client) LinkSize(ctx context.Context, link string) (int64, error) {
	content, err := c.Fetch(ctx, link, 0, 0)
	var page *pageError
	switch {
	case errors.As(err, &page):
		return page.size, err
	case err != nil:
		return 0, err
	}
	defer content.Close()
	if content.Total < 0 {
		kind := ErrBadReply
		if !content.Ranged {
			kind = ErrNotQuickSync
		}
		return 0, &Error{Op: "fetch", Kind: kind, Err: errors.New("the link does not tell the size of its file")}
	}
	return content.Total, nil
}

// IsPage tells that a page came where a piece of a file was asked for. It is the
// file all the same where that is a page itself and has just this size: there
// are servers that know no ranges.
func IsPage(err error) bool {
	var page *pageError
	return errors.As(err, &page)
}

// pageError says that a page came where a piece of a file was asked for.
type pageError struct{ size int64 }

func (*pageError) Error() string { return "it is a page, and no piece of a file" }
