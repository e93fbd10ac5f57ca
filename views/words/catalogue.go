// Package words holds what the window says, in the person's language.
//
// Every string that a person can read has an id here; the sentences live in
// one JSON file a language, in go-i18n's form with the plural forms of CLDR.
// The language can change at any moment: whoever shows a sentence asks again.
package words

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.json
var files embed.FS

// Args are the values that a sentence names in double braces.
type Args map[string]any

// A Catalogue answers ids with sentences. It is safe for use by several
// goroutines at once.
type Catalogue struct {
	asked  string // the language that New was asked for
	chosen atomic.Pointer[localizer]
}

type localizer struct {
	*i18n.Localizer
	language string
}

// New returns a catalogue that speaks lang, a BCP 47 tag such as "en-GB" or
// "de". Where that language is not there English speaks: a person who reads
// Ukrainian did not ask for Russian. The error tells of a broken file of
// sentences.
func New(lang string) (*Catalogue, error) {
	c := &Catalogue{asked: lang}
	return c, c.speak(nearest(lang))
}

// SetLanguage changes the language of everything that is asked from now on.
// lang is taken as New takes it; the empty one is that of New again.
func (c *Catalogue) SetLanguage(lang string) {
	if tag := nearest(cmp.Or(lang, c.asked)); tag.String() != c.Language() {
		_ = c.speak(tag) // the tests read each file: none is broken
	}
}

// speak reads the sentences of a language, and the English ones, of which it may
// lack some. The others are not read: that would take a start longer than all
// else in it that is ours.
func (c *Catalogue) speak(tag language.Tag) error {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, t := range slices.Compact([]language.Tag{language.English, tag}) {
		if _, err := bundle.LoadMessageFileFS(files, t.String()+ending); err != nil {
			return fmt.Errorf("words: %s: %w", t, err)
		}
	}
	c.chosen.Store(&localizer{i18n.NewLocalizer(bundle, tag.String()), tag.String()})
	return nil
}

// ending of the file of a language, which has its tag as its name.
const ending = ".json"

// tags are the languages that there are, English first.
func tags() []language.Tag {
	all := []language.Tag{language.English}
	names, _ := fs.Glob(files, "*"+ending) // the pattern is a good one
	for _, name := range names {
		if tag := language.MustParse(strings.TrimSuffix(name, ending)); tag != language.English {
			all = append(all, tag)
		}
	}
	return all
}

// nearest returns the language that is the same as the wanted one, perhaps as
// another country writes it.
func nearest(lang string) language.Tag {
	wanted, err := language.Parse(lang)
	if err != nil {
		return language.English
	}
	all := tags()
	_, index, _ := language.NewMatcher(all).Match(wanted)
	if base, _ := wanted.Base(); base == first(all[index].Base()) {
		return all[index]
	}
	return language.English
}

func first[A, B any](a A, _ B) A { return a }

// A Language is one that the catalogue speaks.
type Language struct {
	// Tag is its BCP 47 tag, which SetLanguage takes.
	Tag string
	// Name is what its own speakers call it: "Deutsch".
	Name string
}

// Languages returns what the catalogue speaks, by name.
func (c *Catalogue) Languages() []Language {
	var all []Language
	for _, tag := range tags() {
		var sentences map[string]json.RawMessage
		l := Language{Tag: tag.String()}
		data, err := files.ReadFile(l.Tag + ending)
		if err == nil && json.Unmarshal(data, &sentences) == nil && json.Unmarshal(sentences["language.name"], &l.Name) == nil {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b Language) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Language returns the BCP 47 tag of the language that is spoken, which need
// not be the one that was asked for.
func (c *Catalogue) Language() string { return c.chosen.Load().language }

// Text returns the sentence of id with its values filled in. An id that is not
// there comes back between brackets, so that it is seen.
func (c *Catalogue) Text(id string, args ...Args) string {
	return c.say(id, nil, merged(args))
}

// Count returns the sentence of id in the plural form that n asks for; the
// sentence names the number as N, written with separators.
func (c *Catalogue) Count(id string, n int, args ...Args) string {
	values := merged(args)
	values["N"] = c.Number(n)
	return c.say(id, n, values)
}

// Joined puts whole sentences one after the other, those that are not empty.
func (c *Catalogue) Joined(sentences ...string) string { return c.chain("text.joined", sentences) }

// Listed puts clauses of one sentence one after the other, those that are not
// empty, with the comma of the language.
func (c *Catalogue) Listed(clauses ...string) string { return c.chain("text.listed", clauses) }

// chain puts the parts that are not empty in a row, two at a time as the sentence
// of id does.
func (c *Catalogue) chain(id string, parts []string) string {
	all := ""
	for _, s := range parts {
		switch {
		case all == "":
			all = s
		case s != "":
			all = c.Text(id, Args{"First": all, "Then": s})
		}
	}
	return all
}

func (c *Catalogue) say(id string, plural any, values Args) string {
	text, err := c.chosen.Load().Localize(&i18n.LocalizeConfig{
		MessageID: id, PluralCount: plural, TemplateData: values,
	})
	if err != nil && text == "" {
		return "⟦" + id + "⟧"
	}
	return text
}

func merged(args []Args) Args {
	all := Args{}
	for _, some := range args {
		for name, value := range some {
			all[name] = value
		}
	}
	return all
}
