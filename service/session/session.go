// Package session is a connection to a storage: its server, its key, the
// session behind the key, and how names are hidden there.
package session

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/names"
	"quicksync.me/desktop/service/transfer"
)

// ErrNoSession means that names shall be hidden with the session's ID, but the server
// does not tell it and nobody gave it.
var ErrNoSession = errors.New("the server does not tell its session ID, with which names are hidden")

// Config says how to reach a storage.
type Config struct {
	// ID names the connection on this computer.
	ID string
	// Server is the base address, Token what opens it.
	Server, Token string
	// SessionID is needed only where the server does not tell it.
	SessionID string
	// HideNames seals names with the session ID (QS Share); else they are sent
	// as they are.
	HideNames bool
	// Here tells that it is this computer's own storage, whose address may be
	// another at each start.
	Here bool
	// LinkLifetime is what links are asked for, where the server can be asked.
	LinkLifetime func() time.Duration
	// Gone tells that this computer surely has no network; nil where nothing
	// does.
	Gone func() bool
	// Transport carries the calls; nil means the usual one.
	Transport http.RoundTripper
}

// A Connection is a storage that has been reached.
type Connection struct {
	cfg     Config
	client  *api.Client
	session api.Session
	trip    time.Duration
}

// Open asks the server for its session. Where the server cannot be reached but
// the session ID is known already, the connection is returned along with the
// error, ready for when the server is back.
func Open(ctx context.Context, cfg Config) (*Connection, error) {
	client, err := api.New(api.Config{Server: cfg.Server, Token: cfg.Token, Transport: cfg.Transport, Gone: cfg.Gone})
	if err != nil {
		return nil, err
	}
	c := &Connection{cfg: cfg, client: client, session: api.Session{ID: cfg.SessionID, Ends: tokenEnd(cfg.Token)}}
	began := time.Now()
	told, err := client.Session(ctx)
	c.trip = time.Since(began) / 3 // a connection is made, perhaps with TLS, and used
	switch {
	case err == nil:
		c.adopt(told)
	case errors.Is(err, api.ErrNotFound):
		// The documented answer of a server that knows no current session.
	default:
		return c.ifUsable(), err
	}
	if c.ifUsable() == nil {
		return nil, ErrNoSession
	}
	return c, nil
}

// adopt takes what the server tells; its word on the ID is the last.
func (c *Connection) adopt(told api.Session) {
	if told.Ends.IsZero() {
		told.Ends = c.session.Ends
	}
	c.session = told
}

// ifUsable returns the connection if names can be made for it.
func (c *Connection) ifUsable() *Connection {
	if c.cfg.HideNames && c.session.ID == "" {
		return nil
	}
	return c
}

// tokenEnd reads when a token ends, if it is a JWT that tells (RFC 7519,
// 4.1.4). It is not verified: the server does that.
func tokenEnd(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}
	}
	var claims struct{ Exp float64 }
	if json.Unmarshal(payload, &claims) != nil || claims.Exp <= 0 || claims.Exp > 1e12 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Exp), 0)
}

// Session returns what is known of the storage.
func (c *Connection) Session() api.Session { return c.session }

// Client returns the client of the server.
func (c *Connection) Client() *api.Client { return c.client }

// Close lets go of the connection's idle sockets.
func (c *Connection) Close() { c.client.CloseIdle() }

// Target returns the storage as the engine wants it.
func (c *Connection) Target() transfer.Target {
	limits := transfer.Hosted
	if c.client.IsNode() {
		limits = transfer.Node
	}
	target := transfer.Target{
		ID: c.cfg.ID, Session: c.session.ID, Server: c.client.Server(), Storage: c.storage(), Bucket: c.client, Limits: limits,
		Seal: c.seal, UniqueName: c.unique, LinkLifetime: c.cfg.LinkLifetime, Trip: c.trip,
		Here: c.client.Local(), Paced: c.client.Paced(), Fresh: c.client.CloseIdle,
	}
	if !target.Here {
		target.Offline = c.client.Offline
		if api.KnowsDelay {
			target.Delay = c.client.Delay
		}
	}
	return target
}

// Identity names the session of a server, in every run and program.
func Identity(server, sessionID string) string { return server + "#" + sessionID }

// storage names the storage in every run and program. Where no session is
// known a digest of the key does, which tells nothing of it.
func (c *Connection) storage() string {
	server := c.client.Server()
	if c.cfg.Here {
		server = "here"
	}
	session := c.session.ID
	if session == "" {
		session = fmt.Sprintf("%x", sha256.Sum256([]byte(c.cfg.Token)))
	}
	return Identity(server, session)
}

// seal makes the name that is sent. A readable one is what a recipient's
// browser will call the file.
func (c *Connection) seal(name string) (string, error) {
	if !c.cfg.HideNames {
		return strings.ToValidUTF8(name, "\uFFFD"), nil
	}
	return names.Seal(name, c.session.ID)
}

// unique tells that a name was sealed for this session, with a salt of its own.
// One that was sent before it was chosen otherwise stays what it is.
func (c *Connection) unique(sent string) bool {
	_, sealed := names.Open(sent, c.session.ID)
	return sealed
}

// WithNames returns the connection for names that are hidden from now on, or are
// not. It is the same to its server, so that only one of them is to be closed.
// The error is ErrNoSession where nothing is known to hide names with.
func (c *Connection) WithNames(hidden bool) (*Connection, error) {
	other := *c
	other.cfg.HideNames = hidden
	if other.ifUsable() == nil {
		return nil, ErrNoSession
	}
	return &other, nil
}

// NamesLinks tells that a link carries the plain name of its file, so that a
// recipient's browser calls it so however the name was sent.
func (c *Connection) NamesLinks() bool { return c.client.IsNode() }

// PlainName opens the name of a file in a list. What does not open is returned
// as it is. It is not to be trusted either way.
func (c *Connection) PlainName(f api.File) string {
	name, _ := names.Open(f.Name, c.session.ID)
	return name
}
