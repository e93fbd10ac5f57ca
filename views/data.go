package views

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/data/binding"
)

// Data is what the window shows: five snapshots, each replaced as a whole. A
// snapshot that was set is never changed again. Set them on the UI goroutine,
// all that changed in one call, a few times a second at most.
type Data struct {
	List       binding.Item[List]
	Detail     binding.Item[Detail]
	Overall    binding.Item[Overall]
	Connection binding.Item[Connection]
	// Preferences change only when the person changes them.
	Preferences binding.Item[Preferences]
}

// NewData returns empty snapshots.
//
// A list is taken as new whenever it is set: comparing a hundred thousand rows
// costs more than looking at the thirty that are on the screen.
func NewData() *Data {
	return &Data{
		List:       binding.NewItem(func(List, List) bool { return false }),
		Detail:     binding.NewItem(sameDetail),
		Overall:    binding.NewItem(func(a, b Overall) bool { return reflect.DeepEqual(a, b) }),
		Connection: binding.NewItem(func(a, b Connection) bool { return reflect.DeepEqual(a, b) }),

		Preferences: binding.NewItem(func(a, b Preferences) bool { return a == b }),
	}
}

// sameDetail compares all but the pixels of the picture, which is made anew only
// when it is another one.
func sameDetail(a, b Detail) bool {
	if a.Picture != b.Picture {
		return false
	}
	a.Picture, b.Picture = nil, nil
	return reflect.DeepEqual(a, b)
}

// listen calls show with each snapshot of item, from the one of now on, and
// returns what ends that. No call comes after the end.
func listen[T any](item binding.Item[T], show func(T)) (end func()) {
	live := true
	listener := binding.NewDataListener(func() {
		if !live {
			return
		}
		value, err := item.Get()
		if err != nil {
			fyne.LogError("Reading a snapshot failed", err)
			return
		}
		show(value)
	})
	item.AddListener(listener)
	return func() {
		live = false
		item.RemoveListener(listener)
	}
}
