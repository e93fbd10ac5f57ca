//go:build e2e && linux

package e2e

import (
	"net/url"
	"strings"
	"testing"

	"quicksync.me/desktop/e2e/harness"
)

// TestStranger opens a link from another machine of the network, where nothing
// else of the program can be reached.
func TestStranger(t *testing.T) {
	s := newStage(t, stageConfig{cable: true})
	_, window := s.open()
	film := s.random("film.mp4", 12<<20)
	s.must(s.desk.Drop(within(t), window, film))
	s.answer(window, wifi)
	link := s.copied("")
	key := s.stored([]string{"film.mp4"})["film.mp4"]

	s.opens(s.net.Stranger, link, film)
	s.refusals(link, key)
	s.apiStaysInside(key)
	s.closesAgain(window, link)
}

// refusals asks the shared port for all that it must not give.
func (s *stage) refusals(link, key string) {
	s.Helper()
	u, err := url.Parse(link)
	s.must(err)
	base := "http://" + u.Host
	unsigned := *u
	unsigned.RawQuery = ""
	renamed := strings.Replace(link, key, strings.Repeat("A", len(key)), 1)
	if renamed == link {
		s.Fatalf("the link does not hold the key %s", key)
	}
	for _, c := range []struct {
		what, url string
		args      []string
	}{
		{"the list of files", base + "/v1/buckets", nil},
		{"the session", base + "/v1/session/current", nil},
		{"a new upload", base + "/v1/buckets", []string{"--data", `{"totalParts":1,"encryptedName":"x","originalSizeInBytes":1}`}},
		{"the front page", base + "/", nil},
		{"no signature", unsigned.String(), nil},
		{"a changed signature", changedSignature(s, u), nil},
		{"the signature of another file", renamed, nil},
		{"POST", link, []string{"--data", "x"}},
		{"PUT", link, []string{"--request", "PUT", "--data", "x"}},
		{"DELETE", link, []string{"--request", "DELETE"}},
	} {
		if status, _ := s.curl(s.net.Stranger, c.url, c.args...); status < 400 || status >= 500 {
			s.Errorf("%s: the shared port answers %d, want a refusal", c.what, status)
		}
	}
	if status, _ := s.curl(s.net.Stranger, link, "--head"); status != 200 {
		s.Errorf("HEAD of the link: %d, want 200", status)
	}
}

// changedSignature changes one digit of each value that is as long as a
// signature.
func changedSignature(s *stage, u *url.URL) string {
	s.Helper()
	values, changed := u.Query(), false
	for name := range values {
		value := values.Get(name)
		if len(value) < 32 {
			continue
		}
		other := "A"
		if value[0] == 'A' {
			other = "B"
		}
		values.Set(name, other+value[1:])
		changed = true
	}
	if !changed {
		s.Fatal("the link has no signature")
	}
	forged := *u
	forged.RawQuery = values.Encode()
	return forged.String()
}

// apiStaysInside looks for the program's API from the other machine.
func (s *stage) apiStaysInside(key string) {
	s.Helper()
	inside, err := url.Parse(strings.TrimSpace(s.qs(nil, "link", key)))
	s.must(err)
	if status, _ := s.curl(s.net.Desk, "http://"+inside.Host+"/v1/buckets"); status != 401 {
		s.Errorf("the API without a key answers %d on its own machine, want 401", status)
	}
	outside := "http://" + s.net.Desk.Address + ":" + inside.Port() + "/v1/buckets"
	if status, _ := s.curl(s.net.Stranger, outside); status != unreachable {
		s.Errorf("the API answers %d to another machine, want no connection", status)
	}
}

// closesAgain takes the Wi-Fi back, on the page of the storage.
func (s *stage) closesAgain(w harness.Window, link string) {
	s.Helper()
	s.openStorage(w)
	s.press("shift+Tab", "shift+Tab", "space") // from Done over Connect to Only me
	s.sheet(w)
	s.photograph(w, "ends-links.png")
	s.press("Tab", "space") // from Cancel to Only me
	s.plain(w)
	for _, m := range []*harness.Machine{s.net.Stranger, s.net.Desk} {
		s.until("the shared port to close", func() bool {
			status, _ := s.curl(m, link)
			return status == unreachable
		})
	}
}
