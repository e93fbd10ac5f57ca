package main

import (
	"time"

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
	"This takes about 13 h; your storage closes in 2 h.":                  "hold.time",
	"Keep separate links": "offer.keep",
	"Send as one .zip":    "hold.archive",
	"Send anyway":         "hold.anyway",
	"Don’t send":          "hold.not",
	"The key does not work. Paste a new one.":                                           "error.unauthorized",
	"This storage has no more room. Delete something there, or choose another storage.": "error.quota",
	"Its storage has closed: the link no longer works.":                                 "row.gone",
	"No connection": "brief.network",
}

// counted are those that have plural forms, with their numbers.
var counted = map[string]struct {
	id string
	n  int
}{
	"3 items were added together. One link would replace theirs.": {"offer.together", 3},
	"One link for all 3": {"offer.oneLink", 3},
	"5,012 files; this storage takes 100 — send them as one .zip?": {"hold.files", 5012},
	"Saving 1 file…":                         {"note.saving", 1},
	"Link copied — works for a limited time": {"note.copiedLimited", 1},
}

// in returns the scene in the language of c.
func (s scene) in(c *words.Catalogue) scene {
	args := words.Args{
		"Name": "film.mov", "Size": c.Bytes(5_000_000_000), "Max": c.Number(100),
		"Time": c.Lasting(13 * time.Hour), "Left": c.Lasting(2 * time.Hour),
	}
	say := func(text *string) {
		if id, ok := sentences[*text]; ok && c.Language() != "en" {
			*text = c.Text(id, args)
		}
		if s, ok := counted[*text]; ok {
			*text = c.Count(s.id, s.n, args)
		}
	}
	var rows views.RowSlice
	if s.list.Rows != nil {
		rows = append(rows, s.list.Rows.(views.RowSlice)...)
	}
	for i := range rows {
		say(&rows[i].Message)
		say(&rows[i].Brief)
	}
	s.list.Rows = rows
	s.connection.Places = append([]views.Place(nil), s.connection.Places...)
	for i := range s.connection.Places {
		say(&s.connection.Places[i].Name)
	}
	say(&s.detail.Row.Message)
	say(&s.detail.Link.Problem)
	say(&s.said)
	say(&s.list.Problem)
	say(&s.overall.Message)
	say(&s.overall.Saving)
	s.connection.Offer.Answers = append([]string(nil), s.connection.Offer.Answers...)
	for i := range s.connection.Offer.Answers {
		say(&s.connection.Offer.Answers[i])
	}
	say(&s.connection.Offer.Text)
	say(&s.connection.Problem)
	return s
}
