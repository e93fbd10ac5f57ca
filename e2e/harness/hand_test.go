//go:build e2e && linux

package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/jezek/xgb/xproto"
)

func TestDrop(t *testing.T) {
	many := make([]string, 20_000) // more than the X server takes in one request
	for i := range many {
		many[i] = fmt.Sprintf("/tmp/folder of many/%d.txt", i)
	}
	for _, c := range []struct {
		name  string
		paths []string
	}{
		{"one", []string{"/tmp/a.txt"}},
		{"two", []string{"/tmp/a.txt", "/tmp/b.txt"}},
		{"percent and space", []string{"/tmp/100% sure, #1?.txt"}},
		{"newline", []string{"/tmp/two\nlines\r.txt"}},
		{"other scripts", []string{"/tmp/Überweisung – Пример 日本.pdf"}},
		{"not UTF-8", []string{"/tmp/\xff\xfe.bin"}},
		{"many", many},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
			p, w := openWindow(t, d, "Takes")
			check(t, d.Drop(within(t), w, c.paths...))
			check(t, p.WaitLog(within(t), fmt.Sprintf("%d files in all", len(c.paths))))
			var want strings.Builder
			for _, path := range c.paths {
				fmt.Fprintf(&want, "dropped file %q\n", path)
			}
			if !strings.Contains(p.Log(), want.String()) {
				t.Errorf("the log holds no\n%.1000s", want.String())
			}
		})
	}
}

func TestDropRefused(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	p, w := openWindow(t, d, "Refuses")
	if err := d.Drop(within(t), w, "/tmp/a.txt"); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v, want %v", err, ErrRefused)
	}
	if strings.Contains(p.Log(), "dropped") {
		t.Errorf("it was given the files all the same: %s", p.Log())
	}
	c, err := d.dialX()
	check(t, err)
	defer c.close()
	unaware := Window{ID: uint32(c.screen.Root), Title: "root"}
	if err := d.Drop(within(t), unaware, "/tmp/a.txt"); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v, want %v", err, ErrRefused)
	}
}

func TestInput(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	p, w := openWindow(t, d, "Listens")
	check(t, d.Focus(w))
	for _, c := range []struct {
		name string
		do   func() error
		want string // the log's part, in order
	}{
		{"focus", func() error { return nil }, "focused\n"},
		{"click", func() error { return d.Click(image.Pt(100, 90)) }, "button 1 at 100,90 state 0\n"},
		{"held", func() error { return d.Click(image.Pt(101, 91), "ctrl") }, "button 1 at 101,91 state 4\n"},
		{"double", func() error { return d.DoubleClick(image.Pt(50, 40)) }, "button 1 at 50,40 state 0\nbutton 1 at 50,40 state 0\n"},
		{"right", func() error { return d.RightClick(image.Pt(60, 40)) }, "button 3 at 60,40 state 0\n"},
		{"wheel down", func() error { return d.Scroll(image.Pt(70, 40), 1) }, "button 5 at 70,40 state 0\n"},
		{"wheel up", func() error { return d.Scroll(image.Pt(71, 40), -1) }, "button 4 at 71,40 state 0\n"},
		{"plain", func() error { return d.Type("a") }, "key 0x61 control false\n"},
		{"shifted", func() error { return d.Type("A") }, "key 0x41 control false\n"},
		{"latin", func() error { return d.Type("ü") }, "key 0xfc control false\n"},
		{"foreign", func() error { return d.Type("Ж日") }, "key 0x1000416 control false\nkey 0x10065e5 control false\n"},
		{"combination", func() error { return d.Press("ctrl+v") }, "key 0x76 control true\n"},
		{"named", func() error { return d.Press("Escape") }, "key 0xff1b control false\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, c.do())
			check(t, p.WaitLog(within(t), c.want))
		})
	}
	if err := d.Press("ctrl+nonsense"); err == nil {
		t.Error("an unknown key was pressed")
	}
	check(t, d.MoveTo(image.Pt(7, 9)))
	c, err := d.dialX()
	check(t, err)
	defer c.close()
	at, err := xproto.QueryPointer(c.conn, c.screen.Root).Reply()
	check(t, err)
	if at.RootX != 7 || at.RootY != 9 {
		t.Errorf("the mouse is at %d,%d", at.RootX, at.RootY)
	}
}

func TestClipboard(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	if _, err := d.Clipboard(within(t)); !errors.Is(err, ErrClipboardEmpty) {
		t.Errorf("an empty clipboard answers %v", err)
	}
	for _, text := range []string{"", "plain", "Überall – 日本", strings.Repeat("long ", 200_000)} {
		copied, err := d.Copy(text)
		check(t, err)
		t.Cleanup(copied.Close)
		got, err := d.Clipboard(within(t))
		check(t, err)
		if got != text {
			t.Errorf("pasted %d bytes, want %d", len(got), len(text))
		}
	}
}

func TestClipboardIsLostToTheNext(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	first, err := d.Copy("first")
	check(t, err)
	defer first.Close()
	second, err := d.Copy("second")
	check(t, err)
	select {
	case <-first.Lost():
	case <-within(t).Done():
		t.Error("the first owner was not told")
	}
	select {
	case <-second.Lost():
		t.Error("the second owner lost what it has")
	default:
	}
	second.Close()
	if _, err := d.Clipboard(within(t)); !errors.Is(err, ErrClipboardEmpty) {
		t.Errorf("the clipboard outlived its owner: %v", err)
	}
}

// TestClipboardInPieces reads from an owner that gives its text by INCR, as
// owners do above the X server's longest request.
func TestClipboardInPieces(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	owner, err := d.dialX()
	check(t, err)
	defer owner.close()
	check(t, owner.own("CLIPBOARD"))
	want := bytes.Repeat([]byte("piece"), 100_000)
	served := make(chan error, 1)
	ctx := within(t)
	go func() { served <- owner.servePieces(ctx, want) }()
	got, err := d.Clipboard(ctx)
	check(t, err)
	check(t, <-served)
	if got != string(want) {
		t.Errorf("pasted %d bytes, want %d", len(got), len(want))
	}
}

// servePieces is the owner's side of ICCCM 2.7.2.
func (c *xClient) servePieces(ctx context.Context, text []byte) error {
	req, err := c.awaitRequest(ctx)
	if err != nil {
		return err
	}
	incr, err := c.atom("INCR")
	if err != nil {
		return err
	}
	err = xproto.ChangeWindowAttributesChecked(c.conn, req.Requestor, xproto.CwEventMask,
		[]uint32{xproto.EventMaskPropertyChange}).Check()
	if err != nil {
		return err
	}
	if err := c.setProperty(req.Requestor, req.Property, incr, 32, []byte{0, 0, 0, 0}); err != nil {
		return err
	}
	reply := xproto.SelectionNotifyEvent{Requestor: req.Requestor, Selection: req.Selection, Target: req.Target, Property: req.Property}
	if err := xproto.SendEventChecked(c.conn, false, req.Requestor, 0, string(reply.Bytes())).Check(); err != nil {
		return err
	}
	for ended := false; !ended; {
		if err := c.awaitTaken(ctx, req.Property); err != nil {
			return err
		}
		n := min(len(text), 64<<10)
		ended = n == 0
		if err := c.setProperty(req.Requestor, req.Property, req.Target, 8, text[:n]); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

func (c *xClient) awaitRequest(ctx context.Context) (xproto.SelectionRequestEvent, error) {
	for {
		event, err := c.next(ctx)
		if err != nil {
			return xproto.SelectionRequestEvent{}, err
		}
		if e, ok := event.(xproto.SelectionRequestEvent); ok {
			return e, nil
		}
	}
}

func (c *xClient) awaitTaken(ctx context.Context, property xproto.Atom) error {
	for {
		event, err := c.next(ctx)
		if err != nil {
			return err
		}
		e, ok := event.(xproto.PropertyNotifyEvent)
		if ok && e.Atom == property && e.State == xproto.PropertyDelete {
			return nil
		}
	}
}
