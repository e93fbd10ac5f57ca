package session_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/session"
)

// pasted are what people paste; where token is empty it is no key.
var pasted = []struct {
	text, server, token, session string
}{
	{"TOKEN", api.DefaultServer, "TOKEN", ""},
	{" TOKEN\r\n", api.DefaultServer, "TOKEN", ""},
	{"Bearer TOKEN", api.DefaultServer, "TOKEN", ""},
	{"eyJhbGciOiJIUzI1NiJ9.e30.ab_-", api.DefaultServer, "eyJhbGciOiJIUzI1NiJ9.e30.ab_-", ""},
	{"https://files.example.org/v1#key=TOKEN&session=ID", "https://files.example.org/v1", "TOKEN", "ID"},
	{"https://files.example.org/v1#session=ID&key=TOKEN", "https://files.example.org/v1", "TOKEN", "ID"},
	{"http://10.0.0.7:4711/v1#key=TOKEN\n", "http://10.0.0.7:4711/v1", "TOKEN", ""},
	{"https://h/v1#key=a%2Bb%3D%3D&session=%C3%BC%26", "https://h/v1", "a+b==", "ü&"},
	{"#key=a://b", api.DefaultServer, "#key=a://b", ""},
	{"https://h/v1#key=TOKEN&later=more", "https://h/v1", "TOKEN", ""},

	{text: ""},
	{text: " \t\n"},
	{text: "Bearer two words"},
	{text: "https://h/v1#key=a://b;"},
	{text: "two words"},
	{text: "line\nline"},
	{text: "nul\x00"},
	{text: "clé"},
	{text: "https://files.example.org/v1"},
	{text: "https://files.example.org/v1#"},
	{text: "https://files.example.org/v1#session=ID"},
	{text: "https://files.example.org/v1#key="},
	{text: "https://files.example.org/v1?key=TOKEN"},
	{text: "https://files.example.org/v1#key=%zz"},
	{text: "https://files.example.org/v1#key=two%20words"},
	{text: "https://files.example.org/v1#key=two+words"},
	{text: "https://files.example.org/v1#key=a%0D%0AX-API-KEY:b"},
	{text: "https://files.example.org/v1#key=cl%C3%A9"},
	{text: "a file of mine.txt"},
}

func TestParseKey(t *testing.T) {
	for _, p := range pasted {
		got, err := session.ParseKey(p.text)
		if want := (session.Invitation{Server: p.server, Token: p.token, SessionID: p.session}); got != want {
			t.Errorf("%q: %+v, want %+v", p.text, got, want)
		}
		if (err != nil) != (p.token == "") {
			t.Errorf("%q: %v", p.text, err)
		}
		checkKey(t, p.text)
	}
}

func FuzzParseKey(f *testing.F) {
	for _, p := range pasted {
		f.Add(p.text)
	}
	f.Fuzz(checkKey)
}

// checkKey: a key can stand in a header, and an invitation made of what was
// understood says the same.
func checkKey(t *testing.T, text string) {
	got, err := session.ParseKey(text)
	if err != nil {
		if !errors.Is(err, session.ErrNoKey) || got != (session.Invitation{}) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		return
	}
	outside := func(r rune) bool { return r <= ' ' || r > '~' }
	if got.Server == "" || got.Token == "" || strings.ContainsFunc(got.Server+got.Token, outside) {
		t.Errorf("%q: %+v", text, got)
	}
	again, err := session.ParseKey(invitation(got))
	if err != nil || again != got {
		t.Errorf("%q: %+v, and again %+v, %v", text, got, again, err)
	}
}

func invitation(i session.Invitation) string {
	values := url.Values{"key": {i.Token}}
	if i.SessionID != "" {
		values.Set("session", i.SessionID)
	}
	return i.Server + "#" + values.Encode()
}
