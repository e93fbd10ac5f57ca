//go:build e2e && linux

package harness

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"net/url"
	"strings"

	"github.com/jezek/xgb/xproto"
)

// This file is the source's side of the X drag-and-drop protocol, version 5
// (https://www.freedesktop.org/wiki/Specifications/XDND/): Enter, Position
// until the target's Status says yes, Drop, the data as a selection, Finished.

// xdndVersion is the one that we speak; a target may speak an older one.
const xdndVersion = 5

// ErrRefused tells that a window does not take what is dragged over it.
var ErrRefused = errors.New("the window refuses the drop")

// Drop drags files or folders by their absolute paths over the middle of a
// window, lets them go, and waits until the window has taken them.
func (d *Desktop) Drop(ctx context.Context, w Window, paths ...string) error {
	middle := w.Bounds.Min.Add(w.Bounds.Size().Div(2))
	return d.DropAt(ctx, w, middle, paths...)
}

// DropAt is Drop at a point of the screen.
func (d *Desktop) DropAt(ctx context.Context, w Window, at image.Point, paths ...string) error {
	c, err := d.dialX()
	if err != nil {
		return err
	}
	defer c.close()
	g := &drag{xClient: c, target: xproto.Window(w.ID), offer: offer{uriListType: []byte(uriList(paths))}}
	if err := g.drop(ctx, at); err != nil {
		return fmt.Errorf("dropping %d files on %q: %w", len(paths), w.Title, err)
	}
	return nil
}

// uriListType is the target of a list of files (RFC 2483, section 5).
const uriListType = "text/uri-list"

// uriList writes paths as file URIs, each line ended by CRLF.
func uriList(paths []string) string {
	var b strings.Builder
	for _, p := range paths {
		u := url.URL{Scheme: "file", Path: p}
		b.WriteString(u.String())
		b.WriteString("\r\n")
	}
	return b.String()
}

// A drag is one movement of the hand, from Enter to Finished.
type drag struct {
	*xClient
	target  xproto.Window
	version uint32 // the older one of theirs and ours
	offer   offer
}

func (g *drag) drop(ctx context.Context, at image.Point) error {
	if err := g.own("XdndSelection"); err != nil {
		return err
	}
	if err := g.enter(); err != nil {
		return err
	}
	if err := g.position(ctx, at); err != nil {
		return errors.Join(err, g.say("XdndLeave"))
	}
	if err := g.say("XdndDrop", 0, xproto.TimeCurrentTime); err != nil {
		return err
	}
	done, err := g.await(ctx, "XdndFinished")
	if err != nil {
		return err
	}
	// Version 5 answers in bit 0, older ones not at all. GLFW writes the length of
	// what it read instead, even or odd.
	if g.version >= 5 && done[1] == 0 {
		return fmt.Errorf("%w: it answered the drop with a failure", ErrRefused)
	}
	return nil
}

// enter greets a window that says it is aware of drops.
func (g *drag) enter() error {
	aware := g.bytes(g.target, "XdndAware")
	if len(aware) < 4 {
		return fmt.Errorf("%w: it has no XdndAware", ErrRefused)
	}
	g.version = min(xdndVersion, binary.LittleEndian.Uint32(aware))
	kind, err := g.atom(uriListType)
	if err != nil {
		return err
	}
	return g.say("XdndEnter", g.version<<24, uint32(kind))
}

// position holds the files over a point until the window says yes or no.
func (g *drag) position(ctx context.Context, at image.Point) error {
	action, err := g.atom("XdndActionCopy")
	if err != nil {
		return err
	}
	err = g.say("XdndPosition", 0, uint32(at.X)<<16|uint32(at.Y), xproto.TimeCurrentTime, uint32(action))
	if err != nil {
		return err
	}
	status, err := g.await(ctx, "XdndStatus")
	if err != nil {
		return err
	}
	if status[1]&1 == 0 {
		return fmt.Errorf("%w: its status says no", ErrRefused)
	}
	return nil
}

// say sends a message whose first number is our window, as all of XDND's are.
func (g *drag) say(kind string, data ...uint32) error {
	all := [5]uint32{uint32(g.window)}
	copy(all[1:], data)
	return g.send(g.target, kind, all)
}

// await serves requests for the data until the target sends a message.
func (g *drag) await(ctx context.Context, kind string) ([]uint32, error) {
	want, err := g.atom(kind)
	if err != nil {
		return nil, err
	}
	for {
		event, err := g.next(ctx)
		if err != nil {
			return nil, fmt.Errorf("waiting for %s: %w", kind, err)
		}
		switch e := event.(type) {
		case xproto.SelectionRequestEvent:
			if err := g.answer(e, g.offer); err != nil {
				return nil, err
			}
		case xproto.ClientMessageEvent:
			if e.Type == want {
				return e.Data.Data32, nil
			}
		}
	}
}
