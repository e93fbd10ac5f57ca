package views

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// scan reads the QR code in a picture of the whole window.
func (s *stage) scan() (string, error) {
	s.t.Helper()
	bits, err := gozxing.NewBinaryBitmapFromImage(s.w.window.Canvas().Capture())
	if err != nil {
		s.t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

// TestQRCodeCanBeScanned reads the code back from what is on the screen, in the
// light and in the dark look.
func TestQRCodeCanBeScanned(t *testing.T) {
	for name, variant := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		for _, url := range []string{
			"http://192.168.1.20:4711/d/abc", "https://files.example/" + strings.Repeat("X-Amz-Signature=0123456789abcdef&", 20),
		} {
			s := newStage(t, func(p *Params) { p.App = Dress(test.NewTempApp(t), variant) })
			s.list(doneRow("1", "a"))
			s.detail(Detail{Count: 1, Row: doneRow("1", "a"), Can: fileCan, Link: Link{URL: url, Reach: ReachAnyone}})
			s.tap("QR")
			if got, err := s.scan(); err != nil || got != url {
				t.Errorf("%s: scanned %q, %v; want %q", name, got, err, url)
			}
			s.reads("Scan to open", "Anyone with the link can open it.")
			s.want()
		}
	}
}

// TestQRCodeFitsTheSmallestWindow: in no language does its page scroll there, and
// the code is still read.
func TestQRCodeFitsTheSmallestWindow(t *testing.T) {
	s := newStage(t)
	s.w.window.Resize(fyne.NewSize(640, 480))
	until := time.Date(time.Now().Year()+1, time.September, 23, 14, 5, 0, 0, time.Local)
	d := Detail{Count: 1, Row: doneRow("1", "IMG_20261121_184512.jpg"), Can: fileCan, Link: Link{
		URL: "https://files.example/" + strings.Repeat("0123456789", 20), Reach: ReachAnyone, WorksUntil: until,
	}}
	for _, l := range s.w.words.Languages() {
		s.speak(l.Tag)
		s.w.showQR(d)
		page := s.w.sheet.scroll
		if least, has := page.Content.MinSize().Height, page.Size().Height; least > has {
			t.Errorf("%s needs %v of %v", l.Name, least, has)
		}
	}
	if got, err := s.scan(); err != nil || got != d.Link.URL {
		t.Errorf("scanned %q, %v", got, err)
	}
}

// TestQRCodeOfALinkThatIsMade asks for the link and shows it when it is there.
func TestQRCodeOfALinkThatIsMade(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	d := Detail{Count: 1, Row: doneRow("1", "a"), Can: fileCan, Link: Link{Reach: ReachAnyone}}
	s.detail(d)
	s.asked = nil
	s.tap("QR")
	s.want("make 1")
	s.reads("Making the link…")
	d.Link = Link{Problem: "The storage has trouble.", Reach: ReachAnyone}
	s.detail(d)
	s.reads("The storage has trouble.")
	d.Link = Link{URL: "http://x/1", WorksUntil: time.Now().Add(time.Hour), Reach: ReachAnyone}
	s.detail(d)
	if got, err := s.scan(); err != nil || got != "http://x/1" {
		t.Errorf("scanned %q, %v", got, err)
	}
	other := d
	other.Row.ID, other.Link.URL = "2", "http://x/2"
	s.detail(other)
	if got, _ := s.scan(); got != "http://x/1" {
		t.Errorf("another selection: scanned %q", got)
	}
	s.tap("Done")
	if s.w.qr != nil {
		t.Error("the page is closed, and still follows the link")
	}
}

func TestNoQRCodeForThisComputerAlone(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	s.detail(Detail{Count: 1, Row: doneRow("1", "a"), Can: fileCan, Link: Link{URL: "http://127.0.0.1/x", Reach: ReachThisComputer}})
	if s.button("QR") != nil {
		t.Error("a code is offered that no other device could open")
	}
	if qrCode(strings.Repeat("x", 3000)) != nil {
		t.Error("a code of 3,000 bytes")
	}
	s.w.showQR(Detail{Count: 1, Row: doneRow("1", "a"), Link: Link{URL: strings.Repeat("x", 3000), Reach: ReachAnyone}})
	s.reads("too long for a QR code")
}
