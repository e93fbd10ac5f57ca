package app

import (
	"context"
	"errors"
	"time"

	"quicksync.me/desktop/service/clipboard"
)

// This file reads the text on the clipboard, to know later whether the person has
// copied something meanwhile. Whoever owns it is another program, which may hang:
// on Linux the window's own clipboard would wait for it for ever, and the window
// with it. So the system is asked, off the UI goroutine and for a bounded time.

// clipPatience bounds that time. What is not told by then counts as nothing.
const clipPatience = 2 * time.Second

// copiedNow begins to read the text that is on the clipboard now, on the UI
// goroutine. What it returns waits for it: empty where there is none, or where its
// owner does not answer.
func (a *App) copiedNow() func() string {
	if a.ClipboardText == nil {
		text := a.Desktop.Clipboard().Content()
		return func() string { return text }
	}
	var text string
	read := make(chan struct{})
	a.group.Go(func() {
		defer close(read)
		text = a.copiedText()
	})
	return func() string {
		<-read
		return text
	}
}

// copiedText asks the system, or the window where that does not tell.
func (a *App) copiedText() string {
	ctx, cancel := context.WithTimeout(a.ctx, clipPatience)
	defer cancel()
	if a.ClipboardText != nil {
		text, err := a.ClipboardText(ctx)
		if !errors.Is(err, clipboard.ErrUnavailable) {
			return text
		}
	}
	told := make(chan string, 1)
	a.Do(func() { told <- a.Desktop.Clipboard().Content() })
	select {
	case text := <-told:
		return text
	case <-ctx.Done():
		return ""
	}
}

// copiedSince tells whether the person has copied something since this text was
// on the clipboard, be it a link in this window. What we put there by ourselves the
// person has not copied.
func (a *App) copiedSince(before string) bool {
	now := a.copiedText()
	a.mu.Lock()
	defer a.mu.Unlock()
	return now != before && !(a.unasked && now == a.copied)
}

// tellCopied reads the text on the clipboard for the window.
func (a *App) tellCopied(done func(text string)) {
	text := a.copiedNow()
	a.group.Go(func() {
		read := text()
		a.Do(func() { done(read) })
	})
}
