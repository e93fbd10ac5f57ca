package main

import (
	"context"
	"errors"
	"sync"
	"testing"

	"quicksync.me/desktop/service/instance"
	"quicksync.me/desktop/service/node"
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

// TestTheNodeOfAnEndingProgramIsWaitedFor: it may end after the data folder is
// free.
func TestTheNodeOfAnEndingProgramIsWaitedFor(t *testing.T) {
	cfg := node.Config{Dir: t.TempDir()}
	ending, err := node.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := node.Open(t.Context(), cfg); !errors.Is(err, node.ErrInUse) {
		t.Fatalf("two nodes in one folder: %v, %v", again, err)
	}
	var closing sync.WaitGroup
	closing.Go(func() {
		if err := ending.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	here, err := openNode(cfg)
	closing.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if err := here.Close(context.Background()); err != nil {
		t.Error(err)
	}
}
