package node

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"quicksync.me/desktop/service/node/store"
)

// The names under which the node's identity is kept in the store.
const (
	settingToken      = "token"
	settingSession    = "session"
	settingSigningKey = "signing key"
	settingPort       = "port"
	settingLANPort    = "lan port"
)

// identity is what stays the same over restarts.
type identity struct {
	token, session string
	signingKey     []byte
	madeToken      bool
}

// settings is where the node keeps what outlives it.
type settings interface {
	Setting(name string) ([]byte, error)
	SetSetting(name string, value []byte) error
}

// loadIdentity takes what the configuration gives, and for the rest what was
// kept, making it on the first run.
func loadIdentity(s settings, cfg Config) (id identity, err error) {
	if id.signingKey, err = kept(s, settingSigningKey, func() []byte { return random(32) }); err != nil {
		return id, err
	}
	makeToken := func() []byte { id.madeToken = true; return newToken() }
	if id.token, err = given(s, cfg.Token, settingToken, makeToken); err != nil {
		return id, err
	}
	id.session, err = given(s, cfg.SessionID, settingSession, newSessionID)
	return id, err
}

func given(s settings, value, name string, fresh func() []byte) (string, error) {
	if value != "" {
		return value, nil
	}
	found, err := kept(s, name, fresh)
	return string(found), err
}

// kept returns a setting, which it makes where there is none.
func kept(s settings, name string, fresh func() []byte) ([]byte, error) {
	value, err := s.Setting(name)
	if err != nil || value != nil {
		return value, err
	}
	value = fresh()
	return value, s.SetSetting(name, value)
}

func newToken() []byte { return base64.RawURLEncoding.AppendEncode(nil, random(32)) }

func newSessionID() []byte { return hex.AppendEncode(nil, random(16)) }

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, says its documentation
	return b
}

// ownerOf returns whose files a token gives access to.
func ownerOf(token string) store.Owner {
	return sha256.Sum256([]byte("quicksync node owner 1\n" + token))
}

// creator returns the name under which the API shows the owner. It goes through
// the signing key, so that it cannot be used to try out tokens.
func (id identity) creator() string {
	mac := hmac.New(sha256.New, id.signingKey)
	owner := ownerOf(id.token)
	mac.Write([]byte("quicksync node creator 1\n"))
	mac.Write(owner[:])
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
