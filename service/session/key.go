package session

import (
	"errors"
	"net/url"
	"strings"
	"unicode"

	"quicksync.me/desktop/service/api"
)

// ErrNoKey means that what was pasted is neither a key nor an invitation.
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
	if !isKey(pasted) {
		return Invitation{}, ErrNoKey
	}
	address, fragment, _ := strings.Cut(pasted, "#")
	if !strings.Contains(address, "://") {
		return Invitation{Server: api.DefaultServer, Token: pasted}, nil
	}
	values, err := url.ParseQuery(fragment)
	if err != nil || !isKey(values.Get("key")) {
		return Invitation{}, ErrNoKey
	}
	return Invitation{Server: address, Token: values.Get("key"), SessionID: values.Get("session")}, nil
}

// isKey tells whether a text can be a key: there is something, and nothing of
// it is white space, a control character or what cannot stand in a header. What
// an invitation escapes is looked at after it is unescaped.
func isKey(text string) bool { return text != "" && !strings.ContainsFunc(text, notInKeys) }

func notInKeys(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) || r == ' ' }
