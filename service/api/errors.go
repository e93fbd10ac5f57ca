package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// The kinds of errors, for errors.Is. Each Error is of exactly one.
var (
	// ErrUnauthorized: the token is wrong or has ended (401).
	ErrUnauthorized = errors.New("the server does not accept the key")
	// ErrForbidden: the token does not allow this (403), or a presigned link
	// does not open anything, or not any more.
	ErrForbidden = errors.New("the server forbids this")
	// ErrNotFound: there is no such file or upload (404).
	ErrNotFound = errors.New("the server does not have it")
	// ErrTooLarge: a body is over the server's limit (413).
	ErrTooLarge = errors.New("too large for the server")
	// ErrIncomplete: the tags of a complete are missing or wrong.
	ErrIncomplete = errors.New("the server misses parts")
	// ErrQuota: the storage's number of files or of bytes is used up.
	ErrQuota = errors.New("the storage has no more room")
	// ErrDiskFull: the disk of the server is full.
	ErrDiskFull = errors.New("the server's disk is full")
	// ErrEnded: the storage has closed.
	ErrEnded = errors.New("the storage has closed")
	// ErrRefused: another 4xx; the same call would be refused again.
	ErrRefused = errors.New("the server refuses this")
	// ErrBusy: the server asks to slow down (429) or is down for a while (503).
	ErrBusy = errors.New("the server is busy")
	// ErrServer: the server failed (other 5xx).
	ErrServer = errors.New("the server failed")
	// ErrNetwork: no whole answer came. The server may have acted all the same.
	ErrNetwork = errors.New("the connection broke")
	// ErrStalled: nothing moved for longer than the watchdog allows.
	ErrStalled = errors.New("the connection stalled")
	// ErrNotQuickSync: something answered that is no QuickSync server, such as
	// the login page of a hotel.
	ErrNotQuickSync = errors.New("the answer is not from a QuickSync server")
	// ErrPortal: the network wants the person to sign in first (511, RFC 6585),
	// or a page came in place of a server that had answered before.
	ErrPortal = errors.New("the network wants a sign-in first")
	// ErrOffline: this computer has no network, as its system says.
	ErrOffline = errors.New("this computer has no network")
	// ErrBadReply: a QuickSync server answered what cannot be understood.
	ErrBadReply = errors.New("the server's answer cannot be understood")
)

// Error is what every method of a Client returns when it fails.
type Error struct {
	// Op is the call: list, begin, part, complete, stat, delete, link, session
	// or fetch; or reach, where none was made.
	Op string
	// Kind is one of the errors above.
	Kind error
	// Status is the HTTP status, 0 where no answer came.
	Status int
	// Code, Title and Detail are the server's own words (RFC 9457), bounded in
	// length and not to be trusted.
	Code, Title, Detail string
	// RetryAfter is how long the server asked to wait; 0 where it did not.
	RetryAfter time.Duration
	// Parts are the numbers that a complete misses, where the server named them.
	Parts []int
	// Err is the cause, where there is one.
	Err error
}

// Error says what failed, for logs and developers.
func (e *Error) Error() string {
	text := e.Op + ": " + e.Kind.Error()
	if e.Status != 0 {
		text += fmt.Sprintf(" (status %d)", e.Status)
	}
	switch {
	case e.Detail != "":
		text += ": " + e.Detail
	case e.Title != "":
		text += ": " + e.Title
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Is makes errors.Is find the kind.
func (e *Error) Is(target error) bool { return target == e.Kind }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Transient tells whether the same call may work later. A permanent error
// will not change by itself.
func (e *Error) Transient() bool {
	switch e.Kind {
	case ErrBusy, ErrServer, ErrNetwork, ErrStalled, ErrNotQuickSync, ErrPortal, ErrOffline:
		return true
	default:
		return false
	}
}

// Gateway tells that what has answered stands in front of the server and does not reach
// it: 502 and 504 (RFC 9110, 15.6), what content delivery networks say instead, and a 404
// that a node has not said.
func (e *Error) Gateway() bool {
	switch e.Status {
	case http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusNotFound:
		return e.Kind == ErrServer
	}
	return e.Status >= 520 && e.Status <= 530
}

// Acted tells whether the server may have carried the call out although it
// failed: true for lost and mangled answers and for failures inside the server.
func (e *Error) Acted() bool {
	switch e.Kind {
	case ErrServer, ErrNetwork, ErrStalled, ErrBadReply, ErrNotQuickSync, ErrPortal, ErrOffline:
		return true
	default:
		return e.Status == http.StatusServiceUnavailable
	}
}

// kindByCode maps the stable codes of our node.
var kindByCode = map[string]error{
	"unauthorized":   ErrUnauthorized,
	"not_found":      ErrNotFound,
	"no_such_upload": ErrNotFound,
	"part_too_large": ErrTooLarge,
	"incomplete":     ErrIncomplete,
	"quota":          ErrQuota,
	"too_many_files": ErrQuota,
	"disk_full":      ErrDiskFull,
	"ended":          ErrEnded,
	"rate_limited":   ErrBusy,
}

// kindOf judges an answer by its code where that is known, else by its status.
func kindOf(status int, code string) error {
	if kind, ok := kindByCode[code]; ok {
		return kind
	}
	switch status {
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusGone:
		return ErrEnded
	case http.StatusRequestEntityTooLarge:
		return ErrTooLarge
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusRequestTimeout, http.StatusTooEarly:
		return ErrBusy
	case http.StatusInsufficientStorage:
		return ErrDiskFull
	case http.StatusProxyAuthRequired:
		return ErrNotQuickSync
	case http.StatusNetworkAuthenticationRequired:
		return ErrPortal
	}
	switch {
	case status >= 500:
		return ErrServer
	case status >= 300 && status < 400:
		return ErrNotQuickSync
	default:
		return ErrRefused
	}
}
