//go:build e2e && linux

package harness

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jezek/xgb/xproto"
	"github.com/zalando/go-keyring"
	"go.uber.org/goleak"
)

// role names what the test program does when it is run as a program under
// test.
const role = "HARNESS_ROLE"

func TestMain(m *testing.M) {
	if r := os.Getenv(role); r != "" {
		if err := play(r); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if code, ran := Enter(context.Background()); ran {
		os.Exit(code)
	}
	goleak.VerifyTestMain(m)
}

// play is the main of the program under test.
func play(role string) error {
	switch role {
	case "window":
		return showWindow()
	case "keyring":
		return useKeyring()
	case "serve":
		return serve(os.Args[1], os.Args[2])
	case "panic":
		panic("as the test asked")
	default:
		return fmt.Errorf("no role %q", role)
	}
}

// useKeyring keeps a secret and reads it back, as the program does.
func useKeyring() error {
	if err := keyring.Set("harness", "somebody", "a secret"); err != nil {
		return err
	}
	secret, err := keyring.Get("harness", "somebody")
	if err != nil {
		return err
	}
	fmt.Println(secret)
	return nil
}

// A target is a window that tells on its error output what it is given. The
// arguments are its title and its colour; a window with the title "Refuses"
// takes no drops.
type target struct {
	*xClient
	title string
}

func showWindow() error {
	c, err := (&Desktop{Display: os.Getenv("DISPLAY")}).dialX()
	if err != nil {
		return err
	}
	defer c.close()
	t := &target{xClient: c, title: os.Args[1]}
	if err := t.show(); err != nil {
		return err
	}
	return t.loop(context.Background())
}

// colour of the test's window, and that of the square in it.
const (
	windowColour = 0x204060
	accentColour = 0x10c0a0
)

func (t *target) show() error {
	const events = xproto.EventMaskKeyPress | xproto.EventMaskButtonPress | xproto.EventMaskFocusChange |
		xproto.EventMaskExposure | xproto.EventMaskPropertyChange
	id, err := xproto.NewWindowId(t.conn)
	if err != nil {
		return err
	}
	t.window = id
	err = xproto.CreateWindowChecked(t.conn, t.screen.RootDepth, id, t.screen.Root, 40, 30, 400, 300, 0,
		xproto.WindowClassInputOutput, t.screen.RootVisual,
		xproto.CwBackPixel|xproto.CwEventMask, []uint32{windowColour, events}).Check()
	if err != nil {
		return err
	}
	if err := t.describe(); err != nil {
		return err
	}
	return xproto.MapWindowChecked(t.conn, id).Check()
}

func (t *target) describe() error {
	a, err := t.atoms("_NET_WM_PID", "XdndAware", "WM_NAME")
	if err != nil {
		return err
	}
	number := func(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
	if err := t.setProperty(t.window, a[0], xproto.AtomCardinal, 32, number(uint32(os.Getpid()))); err != nil {
		return err
	}
	if err := t.setProperty(t.window, a[1], xproto.AtomAtom, 32, number(5)); err != nil {
		return err
	}
	return t.setProperty(t.window, a[2], xproto.AtomString, 8, []byte(t.title))
}

func (t *target) loop(ctx context.Context) error {
	for {
		event, err := t.next(ctx)
		if err != nil {
			return err
		}
		switch e := event.(type) {
		case xproto.ExposeEvent:
			err = t.paint()
		case xproto.FocusInEvent:
			fmt.Fprintln(os.Stderr, "focused")
		case xproto.ButtonPressEvent:
			fmt.Fprintf(os.Stderr, "button %d at %d,%d state %d\n", e.Detail, e.RootX, e.RootY, e.State)
		case xproto.KeyPressEvent:
			err = t.key(e)
		case xproto.ClientMessageEvent:
			err = t.message(ctx, e)
		}
		if err != nil {
			return err
		}
	}
}

// paint draws the square.
func (t *target) paint() error {
	gc, err := xproto.NewGcontextId(t.conn)
	if err != nil {
		return err
	}
	to := xproto.Drawable(t.window)
	if err := xproto.CreateGCChecked(t.conn, gc, to, xproto.GcForeground, []uint32{accentColour}).Check(); err != nil {
		return err
	}
	square := []xproto.Rectangle{{X: 100, Y: 50, Width: 80, Height: 20}}
	return xproto.PolyFillRectangleChecked(t.conn, to, gc, square).Check()
}

// key tells the keysym that a key stands for now.
func (t *target) key(e xproto.KeyPressEvent) error {
	k, err := t.readKeymap()
	if err != nil {
		return err
	}
	at := int(e.Detail-k.first) * k.perKey
	if e.State&xproto.ModMaskShift != 0 {
		at++
	}
	fmt.Fprintf(os.Stderr, "key %#x control %t\n", k.syms[at], e.State&xproto.ModMaskControl != 0)
	return nil
}

// message is the target's side of XDND.
func (t *target) message(ctx context.Context, e xproto.ClientMessageEvent) error {
	a, err := t.atoms("XdndPosition", "XdndDrop", "WM_PROTOCOLS")
	if err != nil {
		return err
	}
	source := xproto.Window(e.Data.Data32[0])
	switch e.Type {
	case a[0]:
		var yes uint32
		if t.title != "Refuses" {
			yes = 1
		}
		return t.send(source, "XdndStatus", [5]uint32{uint32(t.window), yes})
	case a[1]:
		list, err := t.convert(ctx, "XdndSelection", uriListType)
		if err != nil {
			return err
		}
		fmt.Fprint(os.Stderr, describeList(string(list)))
		return t.send(source, "XdndFinished", [5]uint32{uint32(t.window), 1})
	case a[2]:
		fmt.Fprintln(os.Stderr, "asked to close")
		os.Exit(0)
	}
	return nil
}

// describeList is a text/uri-list as a reader of RFC 2483 has it.
func describeList(list string) string {
	var b strings.Builder
	lines := strings.Split(strings.TrimSuffix(list, "\r\n"), "\r\n")
	for _, line := range lines {
		u, err := url.Parse(line)
		if err != nil {
			return err.Error()
		}
		fmt.Fprintf(&b, "dropped %s %q\n", u.Scheme, u.Path)
	}
	fmt.Fprintf(&b, "%d files in all\n", len(lines))
	return b.String()
}
