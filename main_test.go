package main

import (
	"context"
	"errors"
	"testing"

	"quicksync.me/desktop/service/instance"
)

// deaf takes nothing before it is told to stop: a window that is gone.
type deaf struct{}

func (deaf) HandOver(ctx context.Context, _ []string) error {
	<-ctx.Done()
	return ctx.Err()
}

type willing struct{ got []string }

func (w *willing) HandOver(_ context.Context, files []string) error {
	w.got = append(w.got, files...)
	return nil
}

// TestGateTurnsAwayWhatWouldBeLost: no start is told that its files were taken
// unless the window has them.
func TestGateTurnsAwayWhatWouldBeLost(t *testing.T) {
	for name, program := range map[string]handler{"never stood": nil, "window gone": deaf{}} {
		t.Run(name, func(t *testing.T) {
			g := newGate()
			if program != nil {
				g.open(program, nil)
			}
			answer := make(chan error, 1)
			go func() { answer <- g.HandOver([]string{"/f"}) }()
			g.shut()
			if err := <-answer; !errors.Is(err, instance.ErrBusy) {
				t.Errorf("%v", err)
			}
		})
	}
	g := newGate()
	defer g.shut()
	w := &willing{}
	go g.open(w, nil)
	if err := g.HandOver([]string{"/f"}); err != nil || len(w.got) != 1 {
		t.Errorf("%v, %q", err, w.got)
	}
}
