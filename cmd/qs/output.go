package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"
)

// output is standard output: JSON objects, one a line, or lines for people.
type output struct {
	w    io.Writer
	json bool
}

// object writes one JSON object, or else a line for people.
func (o *output) object(v any, format string, args ...any) error {
	if !o.json {
		_, err := fmt.Fprintf(o.w, format+"\n", args...)
		return err
	}
	e := json.NewEncoder(o.w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// table writes rows with their columns aligned.
func (o *output) table(rows [][]string) error {
	t := tabwriter.NewWriter(o.w, 0, 8, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(t, strings.Join(r, "\t"))
	}
	return t.Flush()
}

// shown makes a name harmless in a terminal: what would move the cursor or
// change the order of the text is written as an escape.
func shown(name string) string {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unprintable) {
		return strconv.Quote(name)
	}
	return name
}
