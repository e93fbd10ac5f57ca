package clipboard

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jezek/xgb/xproto"
)

// display starts an X server that nobody sees, and returns its name.
func display(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("Xvfb")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("there is no Xvfb here")
	}
	told, tell, err := os.Pipe()
	must(t, err)
	defer told.Close()
	cmd := exec.Command(path, "-displayfd", "3", "-screen", "0", "64x64x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{tell}
	must(t, cmd.Start())
	tell.Close()
	t.Cleanup(func() {
		must(t, cmd.Process.Signal(os.Interrupt)) // it takes its socket away
		_ = cmd.Wait()
	})
	number, err := bufio.NewReader(told).ReadString('\n')
	must(t, err)
	return ":" + strings.TrimSpace(number)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// owner is another program that has copied something.
type owner struct {
	*xClient
	offer map[string][]byte
	// piece is how much of a large content it writes at once, in bytes; 0 has it
	// write all at once.
	piece int
	// mute owners do not answer; halting ones stop after the first piece.
	mute, halting bool
	done          chan struct{}
}

// copies puts an offer on the clipboard of a display until the test ends.
func (o *owner) copies(t *testing.T, display string) {
	t.Helper()
	client, err := dialX11(display)
	must(t, err)
	o.xClient, o.done = client, make(chan struct{})
	must(t, xproto.SetSelectionOwnerChecked(o.conn, o.window, o.clipboard, xproto.TimeCurrentTime).Check())
	go func() {
		defer close(o.done)
		for event := range o.events {
			if e, ok := event.(xproto.SelectionRequestEvent); ok && !o.mute {
				o.answerTo(e)
			}
		}
	}()
	t.Cleanup(func() {
		client.conn.Close()
		<-o.done
		close(client.closed)
	})
}

// answerTo serves one request; the errors of a requestor that has gone are no
// fault of an owner's.
func (o *owner) answerTo(e xproto.SelectionRequestEvent) {
	name, err := xproto.GetAtomName(o.conn, e.Target).Reply()
	if err != nil {
		return
	}
	property, data, there := e.Property, o.offer[name.Name], o.offer[name.Name] != nil
	switch {
	case name.Name == "TARGETS" && o.offer["TARGETS"] == nil:
		o.write(e, xproto.AtomAtom, 32, o.targets())
	case !there || name.Name == "TARGETS":
		property = xproto.AtomNone
	case o.piece == 0:
		o.write(e, e.Target, 8, data)
	default:
		mask := []uint32{xproto.EventMaskPropertyChange}
		xproto.ChangeWindowAttributes(o.conn, e.Requestor, xproto.CwEventMask, mask)
		o.write(e, o.incr, 32, binary.LittleEndian.AppendUint32(nil, uint32(len(data))))
	}
	notify := xproto.SelectionNotifyEvent{Requestor: e.Requestor, Selection: e.Selection, Target: e.Target, Property: property}
	xproto.SendEvent(o.conn, false, e.Requestor, xproto.EventMaskNoEvent, string(notify.Bytes()))
	if property != xproto.AtomNone && o.piece > 0 && name.Name != "TARGETS" {
		o.writePieces(e, data)
	}
}

func (o *owner) targets() (list []byte) {
	for name := range o.offer {
		if atom, err := o.atom(name); err == nil {
			list = binary.LittleEndian.AppendUint32(list, uint32(atom))
		}
	}
	return list
}

// write fills the requestor's property, in requests that the server takes.
func (o *owner) write(e xproto.SelectionRequestEvent, kind xproto.Atom, format byte, data []byte) {
	const most = 250_000 // below what a request may hold
	for mode := byte(xproto.PropModeReplace); ; mode = xproto.PropModeAppend {
		n := min(most, len(data))
		xproto.ChangeProperty(o.conn, mode, e.Requestor, e.Property, kind, format, uint32(n*8/int(format)), data[:n])
		if data = data[n:]; len(data) == 0 {
			return
		}
	}
}

// writePieces writes the next piece each time that the last one was read, and
// an empty one in the end.
func (o *owner) writePieces(e xproto.SelectionRequestEvent, data []byte) {
	for last := false; !last; {
		event, open := <-o.events
		if !open {
			return
		}
		p, ok := event.(xproto.PropertyNotifyEvent)
		if !ok || p.State != xproto.PropertyDelete || p.Window != e.Requestor {
			continue
		}
		n := min(o.piece, len(data))
		o.write(e, e.Target, 8, data[:n])
		data, last = data[n:], n == 0 || o.halting
	}
}

func TestX11(t *testing.T) {
	screen := display(t)
	large := make([]byte, 3<<20+5)
	_, _ = rand.Read(large)
	const long = "äöü ☕ "
	for name, c := range map[string]struct {
		owner owner
		want  Content
		err   error
	}{
		"a text":             {owner: owner{offer: map[string][]byte{"UTF8_STRING": []byte(long)}}, want: Content{Text: long}},
		"Latin-1 alone":      {owner: owner{offer: map[string][]byte{"STRING": {0xE4, 'b'}}}, want: Content{Text: "äb"}},
		"without TARGETS":    {owner: owner{offer: map[string][]byte{"TARGETS": {}, "UTF8_STRING": []byte("x")}}, want: Content{Text: "x"}},
		"a picture":          {owner: owner{offer: map[string][]byte{"image/png": large, "text/html": []byte("<img>")}}, want: Content{PNG: large}},
		"a picture in parts": {owner: owner{offer: map[string][]byte{"image/png": large}, piece: 200_000}, want: Content{PNG: large}},
		"a text and its picture": {
			owner: owner{offer: map[string][]byte{"image/png": large, "text/plain": []byte("1\t2")}}, want: Content{Text: "1\t2"},
		},
		"files": {
			owner: owner{offer: map[string][]byte{"text/uri-list": []byte("# two\r\nfile:///a%20b\r\nfile:///c\r\n"), "UTF8_STRING": []byte("/a b\n/c")}},
			want:  Content{Files: []string{"/a b", "/c"}},
		},
		"files of GNOME":  {owner: owner{offer: map[string][]byte{"x-special/gnome-copied-files": []byte("cut\nfile:///c")}}, want: Content{Files: []string{"/c"}}},
		"an address":      {owner: owner{offer: map[string][]byte{"text/uri-list": []byte("https://a/"), "UTF8_STRING": []byte("https://a/")}}, want: Content{Text: "https://a/"}},
		"nothing of ours": {owner: owner{offer: map[string][]byte{"text/html": []byte("x")}}, err: ErrEmpty},
		"an empty text":   {owner: owner{offer: map[string][]byte{"UTF8_STRING": {}}}, err: ErrEmpty},
		"too much":        {owner: owner{offer: map[string][]byte{"image/png": make([]byte, MaxSize+1)}, piece: 250_000}, err: ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			c.owner.copies(t, screen)
			got, err := readX11(t.Context(), screen, allTypes)
			same(t, got, c.want)
			if !errors.Is(err, c.err) {
				t.Errorf("%v, want %v", err, c.err)
			}
		})
	}
}

func same(t *testing.T, got, want Content) {
	t.Helper()
	if strings.Join(got.Files, "|") != strings.Join(want.Files, "|") || got.Text != want.Text || !bytes.Equal(got.PNG, want.PNG) {
		t.Errorf("%q, %q and %d bytes of a picture; want %q, %q and %d bytes", got.Files, got.Text, len(got.PNG), want.Files, want.Text, len(want.PNG))
	}
}

// TestX11IsNotWaitedForForEver: an owner may be stuck, stop half-way, or not be.
func TestX11IsNotWaitedForForEver(t *testing.T) {
	screen := display(t)
	if _, err := readX11(t.Context(), screen, allTypes); !errors.Is(err, ErrEmpty) {
		t.Errorf("without an owner: %v", err)
	}
	for _, o := range []*owner{
		{offer: map[string][]byte{"UTF8_STRING": []byte("x")}, mute: true},
		{offer: map[string][]byte{"UTF8_STRING": []byte("xy")}, piece: 1, halting: true},
	} {
		o.copies(t, screen)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if _, err := readX11(ctx, screen, allTypes); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%+v: %v", o.offer, err)
		}
		cancel()
	}
}

func TestReadKnowsWhereItIs(t *testing.T) {
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("DISPLAY", "")
	if _, err := Read(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("without a display: %v", err)
	}
	t.Setenv("DISPLAY", ":"+strconv.Itoa(1<<15))
	if _, err := Read(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("with one that is not there: %v", err)
	}
	screen := display(t)
	o := &owner{offer: map[string][]byte{"UTF8_STRING": []byte("x")}}
	o.copies(t, screen)
	t.Setenv("DISPLAY", screen)
	got, err := Read(t.Context())
	must(t, err)
	same(t, got, Content{Text: "x"})
}

// wlPaste puts a program in PATH that answers as wl-paste does.
func wlPaste(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "wl-paste"), []byte("#!/bin/sh\n"+script), 0o700))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("WAYLAND_DISPLAY", "wayland-0")
}

func TestWayland(t *testing.T) {
	const typed = `if [ "$1" = --list-types ]; then printf 'text/html\n` // and the types of each case
	for script, want := range map[string]Content{
		typed + `text/plain;charset=utf-8\nimage/png\n'; else printf 'word %s' "$3"; fi`:   {Text: "word text/plain;charset=utf-8"},
		typed + `image/png\n'; else printf 'PNG%s' "$1"; fi`:                               {PNG: []byte("PNG--no-newline")},
		typed + `text/uri-list\n'; else printf 'file:///a%%20b\r\n'; fi`:                   {Files: []string{"/a b"}},
		typed + `text/uri-list\ntext/plain\n'; else [ "$3" = text/plain ] && printf x; fi`: {Text: "x"},
	} {
		wlPaste(t, script)
		got, err := Read(t.Context())
		must(t, err)
		same(t, got, want)
	}
	for script, want := range map[string]error{
		"echo 'Nothing is copied' >&2; exit 1":                           ErrEmpty,
		typed + `image/png\n'; else exec head -c 70000000 /dev/zero; fi`: ErrTooLarge,
	} {
		wlPaste(t, script)
		if _, err := Read(t.Context()); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", script, err, want)
		}
	}
}

// TestReadText leaves files and pictures alone: they may be large.
func TestReadText(t *testing.T) {
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("DISPLAY", display(t))
	if text, err := ReadText(t.Context()); text != "" || err != nil {
		t.Errorf("without an owner: %q, %v", text, err)
	}
	for want, offer := range map[string]map[string][]byte{
		"/a": {"text/uri-list": []byte("file:///a"), "UTF8_STRING": []byte("/a"), "image/png": []byte("p")},
		"":   {"image/png": make([]byte, MaxSize+1)},
	} {
		o := &owner{offer: offer, piece: 1 << 20}
		o.copies(t, os.Getenv("DISPLAY"))
		if text, err := ReadText(t.Context()); text != want || err != nil {
			t.Errorf("%q, %v; want %q", text, err, want)
		}
	}
	t.Setenv("DISPLAY", "")
	if _, err := ReadText(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("without a display: %v", err)
	}
}
