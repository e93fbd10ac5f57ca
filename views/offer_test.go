package views

import (
	"testing"

	"fyne.io/fyne/v2"
)

func TestOffer(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	set := func(c Connection) {
		if err := s.data.Connection.Set(c); err != nil {
			t.Fatal(err)
		}
	}
	set(Connection{Ready: true, Ask: true, Offer: Offer{ID: "x", Text: "3 were added together.", Answers: []string{"One link for all 3", "Keep"}}})
	s.reads("3 were added together.")
	s.readsNot("Who should open it?")
	if s.button("One link for all 3").dress == accent || s.button("Add files…").dress != accent {
		t.Error("an offer that can be left alone takes the accent")
	}
	s.tap("Keep")
	s.tap("One link for all 3")
	s.want("answer x 1", "answer x 0")
	set(Connection{Ready: true, Ask: true})
	s.reads("Who should open it?")
	s.readsNot("3 were added together.")
	set(Connection{Ready: true, Offer: Offer{ID: "y", Text: "Too many.", Answers: []string{"Send as one .zip", "No", "Anyway"}, Urgent: true}})
	s.readsNot("Who should open it?")
	if s.button("Send as one .zip").dress != accent || s.button("Add files…").dress == accent {
		t.Error("the accent is not on the answer alone")
	}
	s.tap("Anyway")
	s.want("answer y 2")
	set(Connection{Ready: true})
	s.readsNot("Too many.")
}

// TestOfferFitsWhereItIsNarrow: its sentence wraps, and its answers come under
// it.
func TestOfferFitsWhereItIsNarrow(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	offer := Offer{ID: "x", Text: "5,012 files; this storage takes 100 — send them as one .zip?", Answers: []string{"Send as one .zip", "Don’t send"}}
	if err := s.data.Connection.Set(Connection{Ready: true, Offer: offer}); err != nil {
		t.Fatal(err)
	}
	wide := s.w.strip.box.Size().Height
	s.w.window.Resize(fyne.NewSize(leastWidth, leastHeight))
	card := s.w.strip.offer
	if tall := s.w.strip.box.Size().Height; tall <= wide {
		t.Errorf("it is %v high where it is narrow, and %v where it is wide", tall, wide)
	}
	for _, b := range card.answers[:2] {
		if b.Position().X+b.Size().Width > card.box.Size().Width || b.Position().Y < card.text.Size().Height {
			t.Errorf("%q stands at %v", b.text, b.Position())
		}
	}
	s.w.window.Resize(fyne.NewSize(1200, 720))
	if again := s.w.strip.box.Size().Height; again != wide {
		t.Errorf("wide again it is %v high, want %v", again, wide)
	}
}

func TestSendEachAsksBeforeItDeletes(t *testing.T) {
	s := newStage(t)
	done, moving := doneRow("1", "a.zip"), movingRow("2", "b.zip")
	done.Can.Each, moving.Can.Each = true, true
	s.list(done, moving, doneRow("3", "c"))
	s.press(1, 0)
	item(t, s.w.fileMenu(), "Send files one by one").Action()
	s.want("select 2", "each 2")
	s.press(0, 0)
	item(t, s.w.fileMenu(), "Send files one by one").Action()
	s.want("select 1")
	s.reads("its link stops working")
	s.key(fyne.KeyEscape)
	if err := s.data.Detail.Set(Detail{Count: 1, Row: done, Can: done.Can}); err != nil {
		t.Fatal(err)
	}
	s.tap("Send files one by one")
	s.tap("Send one by one")
	s.want("each 1")
	s.press(2, 0)
	for _, i := range s.w.fileMenu().Items {
		if i.Label == "Send files one by one" {
			t.Error("a file that is no archive can be sent one by one")
		}
	}
}
