// Package harness is a desk for the real programs: a screen that nobody sees,
// a session bus with a keyring, a tray and notifications, a hand that drops,
// clicks, types and copies, and a second machine on a network of its own.
//
// The rules are:
//
//   - Every part is the real one, or the real protocol spoken from its other
//     end: an X server, a D-Bus daemon, a keyring, XDND, ICCCM selections,
//     StatusNotifierItem, the desktop portal, Linux network namespaces.
//   - Whatever is started belongs to one test, lives in a directory of its own
//     and is ended by its process ID.
//   - Nothing waits for a time to pass: a wait names the thing it waits for
//     and ends with its context.
//
// Apart from this file the package is built on Linux with the tag e2e.
package harness
