package views

import (
	"fyne.io/fyne/v2"
)

// fileMenu is the menu of the selected rows: what can be asked for, and
// nothing greyed out.
func (w *Window) fileMenu() *fyne.Menu {
	rows := w.list.selected()
	menu := fyne.NewMenu("")
	if len(rows) == 1 {
		w.oneFile(menu, rows[0])
	}
	w.some(menu, w.words.Text("menu.save"), idsOf(rows, func(c Can) bool { return c.Save }), w.saveTo)
	if len(rows) == 1 && w.narrow() {
		menu.Items = append(menu.Items, fyne.NewMenuItem(w.words.Text("menu.details"), w.showDetails))
	}
	part(menu)
	w.some(menu, w.words.Text("menu.retry"), idsOf(rows, func(c Can) bool { return c.Retry }), w.actions.Retry)
	if len(rows) > 0 && w.shownList.Counts[FilterFailed] > failed(rows) {
		menu.Items = append(menu.Items, fyne.NewMenuItem(w.words.Text("filter.retry"), w.actions.RetryFailed))
	}
	w.some(menu, w.words.Text("menu.pause"), idsOf(rows, func(c Can) bool { return c.Pause }), w.actions.Pause)
	w.some(menu, w.words.Text("menu.resume"), idsOf(rows, func(c Can) bool { return c.Resume }), w.actions.Resume)
	w.some(menu, w.words.Text("menu.cancel"), idsOf(rows, func(c Can) bool { return c.Cancel }), w.actions.Cancel)
	part(menu)
	w.some(menu, w.words.Text("menu.each"), idsOf(rows, func(c Can) bool { return c.Each }), w.sendEach)
	part(menu)
	if len(idsOf(rows, func(c Can) bool { return c.Delete })) > 0 {
		menu.Items = append(menu.Items, fyne.NewMenuItem(w.words.Text("menu.delete"), w.askDelete))
	}
	return trimmed(menu)
}

// failed counts the rows that have failed.
func failed(rows []Row) (n int) {
	for i := range rows {
		if rows[i].State == Failed {
			n++
		}
	}
	return n
}

func (w *Window) oneFile(menu *fyne.Menu, row Row) {
	if row.Can.Copy {
		menu.Items = append(menu.Items, fyne.NewMenuItem(w.words.Text("menu.copy"), func() {
			w.actions.CopyLink(row.ID)
		}))
	}
	menu.Items = append(menu.Items, fyne.NewMenuItem(w.words.Text("menu.open"), func() { w.actions.Open(row.ID) }))
}

func (w *Window) some(menu *fyne.Menu, label string, ids []string, act func([]string)) {
	if len(ids) > 0 {
		menu.Items = append(menu.Items, fyne.NewMenuItem(label, func() { act(ids) }))
	}
}

// part begins a new group, where the one before holds anything.
func part(menu *fyne.Menu) {
	if n := len(menu.Items); n > 0 && !menu.Items[n-1].IsSeparator {
		menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
	}
}

func trimmed(menu *fyne.Menu) *fyne.Menu {
	if n := len(menu.Items); n > 0 && menu.Items[n-1].IsSeparator {
		menu.Items = menu.Items[:n-1]
	}
	return menu
}

// placesMenu lists the storages, the current one ticked, and the way to one
// more.
func (w *Window) placesMenu() *fyne.Menu {
	menu := fyne.NewMenu("")
	for _, place := range w.connection.Places {
		item := fyne.NewMenuItem(w.placeName(place), func() { w.actions.Choose(place.ID) })
		item.Checked = place.ID == w.connection.Current
		menu.Items = append(menu.Items, item)
	}
	part(menu)
	if w.connection.NeedsKey || w.connection.Problem != "" && !w.here() {
		menu.Items = append(menu.Items, fyne.NewMenuItem(w.words.Text("place.newKey"), w.showNewKey))
	}
	menu.Items = append(menu.Items,
		fyne.NewMenuItem(w.words.Text("place.connect"), w.showConnect),
		fyne.NewMenuItem(w.words.Text("place.settings"), w.showStorage))
	return menu
}

func (w *Window) placeName(place Place) string {
	if place.Here {
		return w.words.Text("place.here")
	}
	return shown(place.Name)
}
