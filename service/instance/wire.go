package instance

import (
	"fmt"
	"log/slog"
)

// What the two programs say to each other over HTTP: both are of the same house,
// though perhaps not of the same version, so that unknown fields are ignored.
const (
	pathStatus   = "/status"
	pathHandOver = "/hand-over"
	pathLease    = "/lease"

	// maxHandOver bounds the body of a hand-over, in bytes: more than 100,000 paths
	// of usual length.
	maxHandOver = 64 << 20
	// maxAnswer bounds every answer, in bytes.
	maxAnswer = 64 << 10
)

// status is the answer to "who are you".
type status struct {
	PID  int    `json:"pid"`
	Kind string `json:"kind"`
}

// handOver carries paths as bytes, in base64, because a file name need not be
// UTF-8 and JSON would alter it.
type handOver struct {
	Paths [][]byte `json:"paths"`
}

// failure is the body of every answer that is no success.
type failure struct {
	Error string `json:"error"`
}

// nodeAnswer is NodeInfo on the wire, the only place where the token is written.
type nodeAnswer struct {
	URL       string `json:"url"`
	Token     string `json:"token"`
	SessionID string `json:"sessionId"`
}

// leaseAnswer is the node that is leased, by a program that may be done.
type leaseAnswer struct {
	nodeAnswer
	Ending bool `json:"ending,omitempty"`
}

// NodeInfo tells how to reach a node. Printed, logged or marshalled it keeps the
// token to itself.
type NodeInfo struct {
	// URL is the base URL of its API.
	URL string
	// Token is the bearer token it accepts.
	Token string `json:"-"`
	// SessionID is what names in it are sealed with.
	SessionID string
}

// String returns the URL.
func (n NodeInfo) String() string { return n.URL }

// GoString returns the fields but for the token.
func (n NodeInfo) GoString() string {
	return fmt.Sprintf("instance.NodeInfo{URL:%q, SessionID:%q}", n.URL, n.SessionID)
}

// LogValue returns the URL.
func (n NodeInfo) LogValue() slog.Value { return slog.StringValue(n.URL) }
