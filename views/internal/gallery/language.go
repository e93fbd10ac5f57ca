package main

import (
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// sentences are those of the scenes that the program would say, by their ids.
var sentences = map[string]string{
	"This computer":                               "place.here",
	"Opens on this computer only":                 "reach.computer",
	"The connection broke. Trying again in 20 s.": "lasting.network",
	"The server does not answer.":                 "lasting.network",
	"No internet connection. We’ll continue by ourselves when it’s back.": "lasting.offline",
	"“film.mov” is 6.1 GB. This session takes 5 GB.":                      "error.tooBig",
}

// in returns the scene in the language of c.
func (s scene) in(c *words.Catalogue) scene {
	say := func(text *string) {
		if id, ok := sentences[*text]; ok && c.Language() != "en" {
			*text = c.Text(id, words.Args{"Name": "film.mov", "Size": c.Bytes(5_000_000_000)})
		}
	}
	var rows views.RowSlice
	if s.list.Rows != nil {
		rows = append(rows, s.list.Rows.(views.RowSlice)...)
	}
	for i := range rows {
		say(&rows[i].Message)
	}
	s.list.Rows = rows
	s.connection.Places = append([]views.Place(nil), s.connection.Places...)
	for i := range s.connection.Places {
		say(&s.connection.Places[i].Name)
	}
	say(&s.detail.Row.Message)
	say(&s.list.Problem)
	say(&s.overall.Message)
	say(&s.connection.Problem)
	return s
}
