//go:build e2e && linux

package harness

import (
	"encoding/binary"
	"fmt"

	"github.com/jezek/xgb/xproto"
)

// An offer is what a selection's owner gives to whoever asks: bytes by the
// name of their target (ICCCM 2.6.2), such as UTF8_STRING.
type offer map[string][]byte

// own makes the client the owner of a selection.
func (c *xClient) own(selection string) error {
	a, err := c.atom(selection)
	if err != nil {
		return err
	}
	if err := xproto.SetSelectionOwnerChecked(c.conn, c.window, a, xproto.TimeCurrentTime).Check(); err != nil {
		return err
	}
	r, err := xproto.GetSelectionOwner(c.conn, a).Reply()
	if err != nil {
		return err
	}
	if r.Owner != c.window {
		return fmt.Errorf("window %#x owns %s", r.Owner, selection)
	}
	return nil
}

// answer serves one request for a selection, with a refusal where the offer
// does not hold what is asked for.
func (c *xClient) answer(req xproto.SelectionRequestEvent, o offer) error {
	property := req.Property
	if property == xproto.AtomNone { // an obsolete requestor, ICCCM 2.2
		property = req.Target
	}
	served, err := c.serve(req, property, o)
	if err != nil {
		return err
	}
	if !served {
		property = xproto.AtomNone
	}
	reply := xproto.SelectionNotifyEvent{
		Time: req.Time, Requestor: req.Requestor, Selection: req.Selection, Target: req.Target, Property: property,
	}
	return xproto.SendEventChecked(c.conn, false, req.Requestor, xproto.EventMaskNoEvent, string(reply.Bytes())).Check()
}

// serve writes what was asked for to the requestor's window.
func (c *xClient) serve(req xproto.SelectionRequestEvent, property xproto.Atom, o offer) (bool, error) {
	targets, err := c.atom("TARGETS")
	if err != nil {
		return false, err
	}
	list := binary.LittleEndian.AppendUint32(nil, uint32(targets))
	for name, value := range o {
		target, err := c.atom(name)
		if err != nil {
			return false, err
		}
		if target == req.Target {
			return true, c.setProperty(req.Requestor, property, target, 8, value)
		}
		list = binary.LittleEndian.AppendUint32(list, uint32(target))
	}
	if req.Target == targets {
		return true, c.setProperty(req.Requestor, property, xproto.AtomAtom, 32, list)
	}
	return false, nil
}
