package views

import "strings"

// quitPage is the question whether to quit.
type quitPage struct {
	sheet *sheet
	text  *paragraph
}

// leaves tells that the end of the program leaves something undone. What is paused is
// left by the person already.
func (o Overall) leaves() bool { return o.Running || o.Adding || o.Saving != "" || o.Deleting > 0 }

// askQuit asks before something is left undone. Its answers name what they are
// about: Cancel could be meant for the uploads.
func (w *Window) askQuit() {
	text := newSentence(w.quitText())
	w.askEither(w.quitTitle(), text, w.words.Text("quit.no"), w.words.Text("quit.yes"), raised, w.actions.Quit)
	w.leaving = &quitPage{w.sheet, text}
}

// quitTitle says what is left undone: first what is lost, then what may be in part.
func (w *Window) quitTitle() string {
	switch {
	case w.overall.Adding:
		return w.words.Text("quit.adding")
	case w.overall.Saving != "":
		return w.overall.Saving
	case w.overall.Deleting > 0:
		return w.words.Count("quit.deleting", w.overall.Deleting)
	default:
		return w.words.Count("quit.title", max(1, w.overall.Files-w.overall.FilesDone))
	}
}

// quitText says what becomes of all of it.
func (w *Window) quitText() string {
	var texts []string
	if w.overall.Adding {
		texts = append(texts, w.words.Text("quit.addingText"))
	}
	if w.overall.Saving != "" {
		texts = append(texts, w.words.Text("quit.savingText"))
	}
	if w.overall.Deleting > 0 {
		texts = append(texts, w.words.Text("quit.deletingText"))
	}
	if len(texts) == 0 {
		texts = append(texts, w.words.Text("quit.text"))
	}
	return strings.Join(texts, "\n")
}

// updateQuit keeps the question whether to quit true, and takes it away when
// there is nothing left to ask.
func (w *Window) updateQuit() {
	switch {
	case w.leaving == nil:
	case w.sheet != w.leaving.sheet:
		w.leaving = nil
	case w.overall.leaves():
		w.leaving.sheet.title.set(w.quitTitle(), colorInk)
		setParagraph(w.leaving.text, w.quitText())
		w.resizeSheet()
	default:
		w.leaving = nil
		w.closeSheet()
	}
}
