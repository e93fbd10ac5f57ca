//go:build e2e && linux

package harness

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jezek/xgb/xproto"
)

// keysyms are the keys that write nothing (X11/keysymdef.h), by the names that
// Press takes.
var keysyms = map[string]xproto.Keysym{
	"ctrl": 0xffe3, "shift": 0xffe1, "alt": 0xffe9, "super": 0xffeb,
	"Return": 0xff0d, "Escape": 0xff1b, "Tab": 0xff09, "BackSpace": 0xff08, "Delete": 0xffff, "Menu": 0xff67,
	"Up": 0xff52, "Down": 0xff54, "Left": 0xff51, "Right": 0xff53,
	"space": 0x20, "Home": 0xff50, "End": 0xff57, "PageUp": 0xff55, "PageDown": 0xff56,
	"F1": 0xffbe, "F2": 0xffbf, "F5": 0xffc2, "F10": 0xffc7,
}

// keysymOf is the sign's keysym: Latin 1 as it is, others by the Unicode rule
// of the X protocol's appendix A.
func keysymOf(r rune) xproto.Keysym {
	switch {
	case r == '\n':
		return keysyms["Return"]
	case r == '\t':
		return keysyms["Tab"]
	case r <= 0xff:
		return xproto.Keysym(r)
	default:
		return 0x01000000 | xproto.Keysym(r)
	}
}

// A keymap is the server's table of keysyms: perKey of them for each key from
// first on, the plain one first and the one with Shift second.
type keymap struct {
	client *xClient
	first  xproto.Keycode
	perKey int
	syms   []xproto.Keysym
}

func (c *xClient) readKeymap() (*keymap, error) {
	setup := xproto.Setup(c.conn)
	count := setup.MaxKeycode - setup.MinKeycode + 1
	r, err := xproto.GetKeyboardMapping(c.conn, setup.MinKeycode, byte(count)).Reply()
	if err != nil {
		return nil, err
	}
	return &keymap{client: c, first: setup.MinKeycode, perKey: int(r.KeysymsPerKeycode), syms: r.Keysyms}, nil
}

// find returns the key of a keysym, and whether Shift is needed.
func (k *keymap) find(s xproto.Keysym) (code xproto.Keycode, shift, ok bool) {
	for i, have := range k.syms {
		if column := i % k.perKey; have == s && column < 2 {
			return k.first + xproto.Keycode(i/k.perKey), column == 1, true
		}
	}
	return 0, false, false
}

// combination reads "ctrl+shift+v".
func (k *keymap) combination(s string) ([]xproto.Keycode, error) {
	return k.codes(strings.Split(s, "+"))
}

// codes are the keys of these names, each a name of keysyms or one sign.
func (k *keymap) codes(names []string) ([]xproto.Keycode, error) {
	var all []xproto.Keycode
	for _, name := range names {
		if s, ok := keysyms[name]; ok {
			code, _, ok := k.find(s)
			if !ok {
				return nil, fmt.Errorf("the keyboard has no key %q", name)
			}
			all = append(all, code)
			continue
		}
		r, size := utf8.DecodeRuneInString(name)
		if size == 0 || size != len(name) {
			return nil, fmt.Errorf("unknown key %q", name)
		}
		codes, err := k.forRune(r)
		if err != nil {
			return nil, err
		}
		all = append(all, codes...)
	}
	return all, nil
}

// forRune are the keys to press for one sign.
func (k *keymap) forRune(r rune) ([]xproto.Keycode, error) {
	s := keysymOf(r)
	code, shift, ok := k.find(s)
	if !ok {
		return k.assign(s)
	}
	if !shift {
		return []xproto.Keycode{code}, nil
	}
	held, _, ok := k.find(keysyms["shift"])
	if !ok {
		return nil, fmt.Errorf("the keyboard has no Shift")
	}
	return []xproto.Keycode{held, code}, nil
}

// assign gives a keysym to a key that has none. It keeps it: a program reads
// the table when it comes to the event, which may be after we have gone.
func (k *keymap) assign(s xproto.Keysym) ([]xproto.Keycode, error) {
	for i := 0; i+k.perKey <= len(k.syms); i += k.perKey {
		row := k.syms[i : i+k.perKey]
		if slices.ContainsFunc(row, func(s xproto.Keysym) bool { return s != 0 }) {
			continue
		}
		for column := range row {
			row[column] = s
		}
		code := k.first + xproto.Keycode(i/k.perKey)
		err := xproto.ChangeKeyboardMappingChecked(k.client.conn, 1, code, byte(k.perKey), row).Check()
		return []xproto.Keycode{code}, err
	}
	return nil, fmt.Errorf("no key is left for keysym %#x", s)
}
