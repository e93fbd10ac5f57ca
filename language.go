package main

import (
	"cmp"
	"strings"

	"fyne.io/fyne/v2/lang"
)

// languageIn takes --language=TAG, which comes before the files, out of the
// arguments of a start; the tag is empty without it. A file whose path begins so
// is given with ./ before it.
func languageIn(args []string) (tag string, files []string) {
	if len(args) > 0 {
		if tag, ok := strings.CutPrefix(args[0], "--language="); ok {
			return tag, args[1:]
		}
	}
	return "", args
}

// language returns the BCP 47 tag that the window speaks: the one that was asked
// for, else the system's. On Unix that is said by LC_ALL, LC_MESSAGES, LANG and
// LANGUAGE.
func language(asked string) string {
	return cmp.Or(asked, lang.SystemLocale().LanguageString())
}
