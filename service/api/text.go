package api

// This file makes what a peer says fit to be kept, shown and sent on. All of it
// may be hostile.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// maxWords bounds what is kept of a server's text, in bytes.
const maxWords = 4 << 10

// words keeps our own secret from coming back in a server's text, bounds it,
// and takes what is not text out of it. The secret goes before the cut, which
// could leave half of it.
func (c *Client) words(s string) string {
	if c.token != "" {
		s = strings.ReplaceAll(s, c.token, "…")
	}
	if len(s) > maxWords {
		s = s[:maxWords]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(s)
}

// cause keeps an error as it is where its text is fit to be shown. It may hold
// a peer's words, such as the names in a certificate: then they are all that
// is kept.
func (c *Client) cause(err error) error {
	if said := c.words(err.Error()); said != err.Error() {
		return errors.New(said)
	}
	return err
}

// fitsHeader tells whether a value arrives in a header as it is: without line
// breaks and other control characters (RFC 9110, 5.5), nor space at its ends,
// which is not part of the value. Any other failure of the line may pass; this
// one would not.
func fitsHeader(value string) bool {
	if value != strings.Trim(value, " \t") {
		return false
	}
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7F {
			return false
		}
	}
	return true
}

// escapeASCII percent-escapes what is no visible ASCII, as a browser does before
// it sends an address: a signature stays good, and a terminal that shows the
// link takes nothing in it for a command or for another reading direction.
func escapeASCII(link string) string {
	var b strings.Builder
	for i := range len(link) {
		if c := link[i]; c > ' ' && c < 0x7F {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func present(s *string) bool { return s != nil && *s != "" }

// textOf reads a field on which nothing depends; what is no text is empty.
func textOf(raw json.RawMessage) (text string) {
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// numberOf reads a field on which nothing depends: a number, or a text that
// holds one. What is neither, or not between 0 and 10^15, is 0.
func numberOf(raw json.RawMessage) float64 {
	text := textOf(raw)
	if text == "" {
		text = string(raw)
	}
	n, err := strconv.ParseFloat(text, 64)
	if err == nil && n > 0 && n <= 1e15 {
		return n
	}
	return 0
}
