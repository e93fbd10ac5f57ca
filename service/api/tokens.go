package api

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// lenient reads JSON as most do: of a member that is told twice the last one
// counts, and what is no UTF-8 becomes U+FFFD.
func lenient(r io.Reader) *jsontext.Decoder {
	return jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func readText(d *jsontext.Decoder, name string, into *string) error {
	t, err := d.ReadToken()
	switch {
	case err != nil || t.Kind() == 'n':
		return err
	case t.Kind() != '"':
		return fmt.Errorf("%s is no text", name)
	}
	*into = t.String()
	return nil
}

func readNumber(d *jsontext.Decoder, name string, into *int64) error {
	t, err := d.ReadToken()
	switch {
	case err != nil || t.Kind() == 'n':
		return err
	case t.Kind() != '0':
		return fmt.Errorf("%s is no number", name)
	}
	if *into, err = t.Int(); err != nil {
		return fmt.Errorf("%s is no number of 64 bits", name)
	}
	return nil
}

// opens reads the beginning of an object or a list.
func opens(d *jsontext.Decoder, kind jsontext.Kind, otherwise string) error {
	t, err := d.ReadToken()
	if err == nil && t.Kind() != kind {
		err = errors.New(otherwise)
	}
	return err
}
