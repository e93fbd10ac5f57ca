package session

import (
	"errors"
	"net/url"
	"strings"
	"unicode"

	"quicksync.me/desktop/service/api"
)

// ErrNoKey: what was pasted is neither a key nor an invitation.
var ErrNoKey = errors.New("this is neither a key nor an invitation")

// An Invitation is what a person pastes to connect.
type Invitation struct {
	// Server is the base address, Token the key.
	Server, Token string
	// SessionID is empty where it was not given.
	SessionID string
}

// ParseKey takes what a person pasted: a key alone, which is for the hosted
// service, or an invitation, an address that holds a server and a key:
//
//	https://files.example.org/v1#key=TOKEN&session=ID
//
// The key stands behind the #, which browsers do not send to anybody.
func ParseKey(pasted string) (Invitation, error) {
	pasted = strings.TrimSpace(pasted)
	pasted = strings.TrimSpace(strings.TrimPrefix(pasted, "Bearer "))
	if pasted == "" || strings.ContainsFunc(pasted, notInKeys) {
		return Invitation{}, ErrNoKey
	}
	if !strings.Contains(pasted, "://") {
		return Invitation{Server: api.DefaultServer, Token: pasted}, nil
	}
	address, fragment, _ := strings.Cut(pasted, "#")
	values, err := url.ParseQuery(fragment)
	if err != nil || values.Get("key") == "" {
		return Invitation{}, ErrNoKey
	}
	return Invitation{Server: address, Token: values.Get("key"), SessionID: values.Get("session")}, nil
}

// notInKeys tells what no key holds: white space, control characters and what
// cannot stand in a header.
func notInKeys(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) || r == ' ' }
