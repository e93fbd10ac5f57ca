package main

import (
	"maps"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"quicksync.me/desktop/views"
)

// scenes are all states of the window, by the names that the flags know.
var scenes = func() map[string]scene {
	all := maps.Clone(usual)
	maps.Copy(all, further)
	return all
}()

// further are the states that are seen less often: what is asked before something
// is lost, what went wrong, and pages further down.
var further = map[string]scene{
	"paused":     {list: listOf(held()), detail: totals(), overall: halted(), connection: here(false)},
	"failures":   {list: listOf(failures()), detail: totals(), connection: remote()},
	"mixed":      {list: listOf(failing()), detail: mixedDetail(), overall: busy(), connection: here(false), act: reachDown},
	"loading":    {list: views.List{Loading: true}, detail: totals(), connection: away()},
	"unread":     {list: views.List{Problem: "The server does not answer."}, detail: totals(), connection: broken()},
	"keyless":    {list: views.List{Problem: keyless().Problem}, detail: totals(), connection: keyless(), act: after(0, fyne.KeyEscape)},
	"nofailures": {list: views.List{Filter: views.FilterFailed, Chosen: views.Choice{Filter: views.FilterFailed}, Counts: views.Counts{8, 0, 0, 8}}, detail: totals(), connection: here(false)},
	"places":     {list: listOf(finished()), detail: totals(), connection: remote(), act: after(1, fyne.KeySpace, fyne.KeyDown, fyne.KeyDown)},
	"here":       {list: listOf(finished()), detail: totals(), connection: here(false), act: after(1, fyne.KeySpace, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)},
	"testing": {list: listOf(finished()), detail: totals(), connection: here(false), act: connect("still"),
		then: after(1)},
	"worked":   {list: listOf(finished()), detail: totals(), connection: here(false), act: connect("works")},
	"refused":  {list: listOf(finished()), detail: totals(), connection: here(false), act: connect("refused")},
	"server":   {list: listOf(finished()), detail: totals(), connection: here(false), act: connect(""), then: after(1, fyne.KeySpace)},
	"closed":   {list: listOf(gone()), detail: totals(), connection: ended(), act: after(0, fyne.KeyEscape)},
	"quit":     {list: listOf(moving()), detail: totals(), overall: busy(), connection: here(false), asks: (*views.Window).Quit},
	"leaving":  {list: listOf(moving()), detail: totals(), overall: undone(), connection: here(false), asks: (*views.Window).Quit},
	"said":     {list: listOf(finished()), detail: doneDetail(), connection: here(false), act: down(1), said: "Link copied — works for a limited time"},
	"deletes":  {list: listOf(finished()), detail: severalDetail(), connection: here(false), act: reachDown, then: after(0, fyne.KeyDelete)},
	"reset":    {list: listOf(finished()), detail: totals(), connection: here(false), act: after(4, fyne.KeySpace), then: after(25, fyne.KeySpace)},
	"mistaken": {list: listOf(finished()), detail: totals(), connection: here(false), act: after(4, fyne.KeySpace), then: typed(5, "abc")},
	"end":      {list: listOf(finished()), detail: totals(), connection: here(false), act: after(4, fyne.KeySpace), then: after(0, fyne.KeyEnd)},
	"deeper":   {list: listOf(finished()), detail: summedDetail(), connection: remote(), act: pressed(3, 7), then: after(0, fyne.KeyEnd)},
	"making":   {list: listOf(finished()), detail: makingDetail(), connection: remote(), act: down(3)},
	"earlier":  {list: listOf(finished()), detail: earlierDetail(), connection: here(false), act: down(3)},
	"broken":   {list: listOf(finished()), detail: brokenDetail(), connection: remote(), act: down(3)},
	"instead": {list: listOf(finished()), detail: pictureDetail(), connection: remote(),
		act: after(0, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, desktop.KeyMenu), then: after(0, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)},
	"busymenu": {list: listOf(failing()), detail: failedDetail(), overall: busy(), connection: here(false), act: after(0, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, desktop.KeyMenu)},
	"long":     {list: listOf(finished()), detail: longDetail(), connection: long(), act: down(1)},
}

func keyless() views.Connection {
	c := ended()
	c.Problem = "The key of this storage is not on this computer any more. Paste it again: nothing else is lost."
	return c
}

// typed writes in the field to which so many Tabs lead.
func typed(tabs int, text string) func(fyne.Window) {
	return func(window fyne.Window) {
		after(tabs)(window)
		for _, letter := range text {
			window.Canvas().Focused().TypedRune(letter)
		}
	}
}

func held() []views.Row {
	rows := moving()
	for i := range rows[:5] {
		rows[i].State, rows[i].Message, rows[i].Can = views.Paused, "", views.Can{Resume: true, Cancel: true}
	}
	return rows
}

func halted() views.Overall {
	all := busy()
	all.Running, all.Paused, all.State, all.Speed, all.Left = false, true, views.Paused, 0, -1
	return all
}

// failures went wrong in as many ways as rows have words for.
func failures() []views.Row {
	rows := finished()
	for i, message := range []string{
		"“film.mov” is 6.1 GB. This session takes 5 GB.", "The connection broke. Trying again in 20 s.",
		"The key does not work. Paste a new one.", "This storage has no more room. Delete something there, or choose another storage.",
	} {
		rows[i].State, rows[i].Message, rows[i].HasLink, rows[i].Can = views.Failed, message, false, views.Can{Retry: true, Delete: true}
	}
	rows[4].State, rows[4].Can = views.AlreadyUploaded, doneCan
	rows[5].State, rows[5].Can = views.Unfinished, views.Can{Delete: true}
	rows[6].State, rows[6].Sent, rows[6].Can = views.Preparing, 2_000, views.Can{Pause: true, Cancel: true}
	rows[7].State, rows[7].Size, rows[7].Can = views.Cancelled, -1, views.Can{Retry: true}
	return rows
}

func mixedDetail() views.Detail {
	return views.Detail{
		Count: 3, Total: 8, Size: 7_324_000_000, Sent: 758_000_000, Counts: views.Counts{3, 2, 1, 0},
		Can: views.Can{Copy: true, Save: true, Pause: true, Resume: true, Cancel: true, Retry: true, Delete: true},
	}
}

func summedDetail() views.Detail {
	d := pictureDetail()
	d.Sum = views.Sum{SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
	d.FileKey, d.Creator, d.CID = doneDetail().FileKey, "anna@studio-nord.example", doneDetail().CID
	return d
}

func makingDetail() views.Detail {
	d := pictureDetail()
	d.Picture, d.Picturing, d.Link = nil, true, views.Link{Making: true}
	return d
}

// earlierDetail is of a file of an earlier run, whose link was not asked for since.
func earlierDetail() views.Detail {
	d := pictureDetail()
	d.Link = views.Link{Reach: views.ReachLocalNetwork}
	return d
}

func brokenDetail() views.Detail {
	d := pictureDetail()
	d.Link = views.Link{Problem: "The connection broke. Trying again in 20 s."}
	return d
}

// longDetail has long names everywhere.
func longDetail() views.Detail {
	d := doneDetail()
	d.Row.Name = "minutes of the meeting of the working group on the archive of the summer school, final version 12 (copy).docx"
	d.Link.Reach, d.From = views.ReachLocalNetwork, "/home/anna/Documents/Summer School/2026/"+d.Row.Name
	d.Saving = views.Saving{Files: 1, Folder: "a folder with a name that is long", Received: 2_900_000, Size: d.Size}
	return d
}

func long() views.Connection {
	c := remote()
	c.Places[1].Name, c.Ends = "Archive of the summer school of the working group", time.Now().Add(23*time.Hour+59*time.Minute)
	return c
}
