package node

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// disposition returns the Content-Disposition under which a browser saves a
// file: always an attachment, by RFC 6266 with the name twice, in ASCII for old
// programs and in UTF-8 by RFC 8187 for all others.
func disposition(name string) string {
	name = safeName(name)
	if name == "" {
		return "attachment"
	}
	return `attachment; filename="` + asciiName(name) + `"; filename*=UTF-8''` + extValue(name)
}

// safeName takes from a name what could hurt where it is saved or shown: ways
// into other directories, control characters, and marks that turn the direction
// of writing and so hide an ending.
func safeName(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return -1
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		}
		return r
	}, name)
	return strings.TrimRight(strings.TrimSpace(name), ". ")
}

// asciiName keeps what every program reads the same way between quotes. A
// percent sign goes, because some decode it there.
func asciiName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
			return '_'
		}
		return r
	}, name)
}

// extValue percent-encodes all but the attr-chars of RFC 8187.
func extValue(name string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if attrChar(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

func attrChar(c byte) bool {
	switch {
	case c >= utf8.RuneSelf:
		return false
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
		return true
	}
	return strings.IndexByte("!#$&+-.^_`|~", c) >= 0
}
