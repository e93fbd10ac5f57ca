package names

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxName is the longest file name, in bytes of UTF-8. Linux and APFS count
	// 255 bytes, NTFS and exFAT 255 UTF-16 units; UTF-8 never takes fewer bytes
	// than UTF-16 takes units, so that the one bound keeps both.
	maxName = 255
	// maxExtension is the longest extension, dot included, that is kept when a
	// name is cut. What is longer was no extension, just a dot in a long name.
	maxExtension = 32

	fallback = "file"

	zwnj    = '\u200C' // Persian and Indic words need it
	zwj     = '\u200D' // and so do families of emoji
	joiners = string(zwnj) + string(zwj)
)

// FileName makes of any name, however hostile, one path element under which a
// file can be saved on Windows, macOS and Linux alike: the last element of a
// path, without what cannot be seen or turns the direction of the text around
// (both make one extension look like another), without what Windows forbids, at
// most 255 bytes of UTF-8 with the extension kept, and never empty. It takes NFC
// and NFD as they are. FileName(FileName(s)) == FileName(s).
func FileName(name string) string {
	name = lastElement(strings.ToValidUTF8(name, "\uFFFD"))
	name = strings.Map(visible, name)
	name = strings.TrimRight(withoutStrayJoiners(name), " .")
	name = shorten(name, maxName)
	if reserved(name) {
		name = "_" + shorten(name, maxName-1)
	}
	if name == "" {
		return fallback
	}
	return name
}

// SavedName is FileName for a file that is saved under a name that others have chosen.
// It is never a hidden one: nobody would find it, and in a home folder it could be one
// that the system or a shell reads as settings. Browsers put the same in place of the
// dot.
func SavedName(name string) string {
	name = FileName(name)
	if strings.HasPrefix(name, ".") {
		return "_" + name[1:]
	}
	return name
}

// lastElement cuts at both separators on every system: the name may come from
// another one than ours.
func lastElement(path string) string {
	path = strings.TrimRight(path, `/\`)
	return path[strings.LastIndexAny(path, `/\`)+1:]
}

// visible is a mapping for strings.Map. It drops controls, line separators and
// what Unicode calls default ignorable (zero-width characters, bidirectional
// overrides and isolates among them), except the variation selectors that emoji
// need and the joiners, which withoutStrayJoiners judges. Characters that Windows
// forbids become an underscore.
// See https://learn.microsoft.com/windows/win32/fileio/naming-a-file.
func visible(r rune) rune {
	switch {
	case strings.ContainsRune(`<>:"/\|?*`, r):
		return '_'
	case r == zwj, r == zwnj, unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return r
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point):
		return -1
	}
	return r
}

// withoutStrayJoiners keeps a joiner only between two characters that it can
// join. Next to ASCII it does nothing but make two different names look alike.
func withoutStrayJoiners(name string) string {
	if !strings.ContainsAny(name, joiners) {
		return name
	}
	var out strings.Builder
	before := rune(0)
	for i, r := range name {
		if isJoiner(r) {
			after, _ := utf8.DecodeRuneInString(name[i+utf8.RuneLen(r):])
			if before < utf8.RuneSelf || after < utf8.RuneSelf || isJoiner(after) || after == utf8.RuneError {
				continue
			}
		}
		out.WriteRune(r)
		before = r
	}
	return out.String()
}

func isJoiner(r rune) bool { return r == zwj || r == zwnj }

// shorten cuts the stem of a name, never through a rune, so that the name with
// its extension has at most limit bytes. It leaves nothing at the end of the cut
// that the rules above would have removed.
func shorten(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	extension := Extension(name)
	stem := strings.TrimSuffix(name, extension)
	end := limit - len(extension)
	for !utf8.RuneStart(stem[end]) {
		end--
	}
	return strings.TrimRight(stem[:end], " ."+joiners) + extension
}

// Extension returns the extension of a file name, dot included, that is kept when
// the name is cut or numbered; empty where it has none. A dot at the beginning hides
// a file.
func Extension(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= maxExtension {
		return name[dot:]
	}
	return ""
}

// reserved tells whether Windows takes the name for a device. It looks only at
// what stands before the first dot, and not at spaces before that.
func reserved(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	for _, port := range []string{"COM", "LPT"} {
		if digit, found := strings.CutPrefix(stem, port); found {
			return utf8.RuneCountInString(digit) == 1 && strings.Contains("0123456789¹²³", digit)
		}
	}
	return false
}
