// Package words holds what the window says, in the person's language.
//
// Every string that a person can read has an id here; the sentences live in
// one JSON file a language, in go-i18n's form with the plural forms of CLDR.
// The language can change at any moment: whoever shows a sentence asks again.
package words

import (
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
	bundle *i18n.Bundle
	chosen atomic.Pointer[localizer]
}

type localizer struct {
	*i18n.Localizer
	language string
}

// New returns a catalogue that speaks lang, a BCP 47 tag such as "en-GB" or
// "de". Where that language is not there, the nearest one speaks, and English
// in the last resort. The error tells of a broken file of sentences.
func New(lang string) (*Catalogue, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, fmt.Errorf("words: %w", err)
	}
	for _, name := range names {
		if _, err := bundle.LoadMessageFileFS(files, name); err != nil {
			return nil, fmt.Errorf("words: %s: %w", name, err)
		}
	}
	c := &Catalogue{bundle: bundle}
	c.SetLanguage(lang)
	return c, nil
}

// SetLanguage changes the language of everything that is asked from now on.
// lang is taken as New takes it.
func (c *Catalogue) SetLanguage(lang string) {
	tags := c.bundle.LanguageTags()
	wanted, err := language.Parse(lang)
	if err != nil {
		wanted = language.English
	}
	_, index, _ := language.NewMatcher(tags).Match(wanted)
	spoken := tags[index].String()
	c.chosen.Store(&localizer{i18n.NewLocalizer(c.bundle, spoken), spoken})
}

// Language returns the BCP 47 tag of the language that is spoken, which need
// not be the one that was asked for.
func (c *Catalogue) Language() string { return c.chosen.Load().language }

// A Language is one that the catalogue speaks.
type Language struct {
	// Tag is its BCP 47 tag.
	Tag string
	// Name is what it calls itself.
	Name string
}

// Languages returns the languages that have a file of sentences, by their names.
func (c *Catalogue) Languages() []Language {
	var all []Language
	for _, tag := range c.bundle.LanguageTags() {
		speaker := i18n.NewLocalizer(c.bundle, tag.String())
		name, spoken, err := speaker.LocalizeWithTag(&i18n.LocalizeConfig{MessageID: "language.name"})
		if err != nil || spoken != tag {
			name = tag.String()
		}
		all = append(all, Language{tag.String(), name})
	}
	slices.SortFunc(all, func(a, b Language) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Text returns the sentence of id with its values filled in. An id that is not
// there comes back between brackets, so that it is seen.
func (c *Catalogue) Text(id string, args ...Args) string {
	return c.say(id, nil, merged(args))
}

// Count returns the sentence of id in the plural form that n asks for; the
// sentence names the number as N, written with separators.
func (c *Catalogue) Count(id string, n int, args ...Args) string {
	values := merged(args)
	values["N"] = Number(n)
	return c.say(id, n, values)
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
