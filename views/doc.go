// Package views is what is on the screen: the window, its list and its pane,
// the tray, and the theme that they share. It knows no service: it shows the
// snapshots of Data and asks through Actions, and can be shown with made-up
// data.
//
// Everything here lives on the UI goroutine. What works elsewhere, a file
// chooser of the desktop or a timer, comes back through the Do of Params.
package views
