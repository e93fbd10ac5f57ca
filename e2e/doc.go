// Package e2e drives the real programs as a person does: drops on the window,
// clicks in the tray, kill -9, a stranger's machine that opens the link. The
// tests know the programs by what they show and answer, never by their
// packages. They are built on Linux with the tag e2e; make e2e builds the
// programs first.
package e2e
