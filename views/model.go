package views

import (
	"image"
	"time"
)

// State says where a row stands. The window has one word for each.
type State int

// The states of a row, in the order in which the worst wins: the state of
// several rows together is the greatest of theirs.
const (
	Done State = iota
	AlreadyUploaded
	Cancelled
	Unfinished // begun on another computer, or by a run that is gone
	Waiting
	Preparing
	Uploading
	Finishing
	Paused
	Reconnecting
	Gone // the storage that held it has closed
	Failed
)

// Moving tells whether something goes on by itself in this state.
func (s State) Moving() bool {
	switch s {
	case Waiting, Preparing, Uploading, Finishing, Reconnecting:
		return true
	default:
		return false
	}
}

// A Row is one file of the list: an upload of ours, a file of the bucket, or
// both in one.
type Row struct {
	// ID is stable for as long as the row is shown, whatever becomes of it.
	ID string
	// Name is the plain name. It may come from a stranger: show it as text only.
	Name string
	// Size in bytes; negative where nobody told it.
	Size int64
	// State of the upload, or of the file in the bucket.
	State State
	// Sent counts the bytes that were taken over, at most Size.
	Sent int64
	// Speed in bytes a second, smoothed; 0 while unknown.
	Speed float64
	// Left is the time to go; negative while unknown.
	Left time.Duration
	// Message is a sentence in the person's language: what went wrong, or what
	// the link can do ("Opens on this computer only"). Mostly empty. Brief says
	// it where there is less room; empty for Message itself.
	Message, Brief string
	// Added is when the upload was added on this computer; zero for others.
	Added time.Time
	// HasLink tells that a link can be had for it.
	HasLink bool
	// Can tells what may be asked for this row.
	Can Can
}

// Can tells what may be asked for a row, or for all of a selection.
type Can struct {
	Copy, Save, Delete, Pause, Resume, Cancel, Retry bool
	// Each tells that it is an archive whose files may be sent one by one instead.
	Each bool
}

// A Filter keeps the rows of one kind.
type Filter int

// The filters, in the order in which they are shown.
const (
	FilterAll Filter = iota
	FilterUploading
	FilterFailed
	FilterDone
	filterCount
)

// A Column is what the list can be sorted by.
type Column int

// The columns, in the order in which they are shown.
const (
	ColumnName Column = iota
	ColumnSize
	ColumnProgress
	ColumnAdded
	columnCount
)

// Counts holds the number of rows that each filter keeps.
type Counts [filterCount]int

// Rows are the files of a list in their order. They stay as they are once they were
// shown. Its methods are called on the UI goroutine.
type Rows interface {
	Len() int
	// ID is that of the row at i, from 0 to Len()-1.
	ID(i int) string
	// At makes the row at i: the list asks for those only that it draws.
	At(i int) Row
}

// RowSlice is Rows that are there beforehand.
type RowSlice []Row

// Len implements Rows.
func (r RowSlice) Len() int { return len(r) }

// ID implements Rows.
func (r RowSlice) ID(i int) string { return r[i].ID }

// At implements Rows.
func (r RowSlice) At(i int) Row { return r[i] }

// A Choice is which rows a person wants to see, in which order.
type Choice struct {
	Filter     Filter
	Sort       Column
	Descending bool
}

// List is what the list shows, filtered and sorted already.
type List struct {
	Rows   Rows
	Counts Counts
	// Hidden are the selected rows that Search and Filter do not keep.
	Hidden []Row
	// Search and Filter are what Rows was made for.
	Search string
	Filter Filter
	// Chosen is what the person has chosen last: the rows follow.
	Chosen Choice
	// Loading is true until the first answer of the bucket.
	Loading bool
	// Problem is the sentence to show when the bucket could not be read; the
	// rows of the last good answer, of LoadedAt, stay.
	Problem  string
	LoadedAt time.Time
}

// Reach says who can open a link.
type Reach int

// The reaches of a link.
const (
	ReachNobody         Reach = iota // there is no link
	ReachThisComputer                // a loopback address
	ReachLocalNetwork                // people on the same network, while this computer is on
	ReachPrivateNetwork              // those on the network of a storage that is elsewhere
	ReachAnyone
)

// A Link is what the detail pane says of the link of one file.
type Link struct {
	// URL is empty while there is none; Making tells that it is being fetched.
	URL    string
	Making bool
	// WorksUntil is zero where nobody told it: "for a limited time".
	WorksUntil time.Time
	Reach      Reach
	// Problem is a sentence: why there is no link.
	Problem string
}

// Detail is what the pane shows of the selection.
type Detail struct {
	// Count of selected rows. With none, Total and Size are the bucket's.
	Count int
	Total int
	// Size in bytes of the selection, or of the bucket; Sent of them were taken
	// over.
	Size, Sent int64
	// Counts are the numbers of these files that each filter keeps.
	Counts Counts
	// Row is the selected one when Count is 1.
	Row Row
	// Link, and the facts below, are of the selected row when Count is 1.
	Link             Link
	From             string // where it lies on this computer; empty for others'
	FileKey          string
	Creator          string
	CID              string
	Parts, PartsDone int
	// Cells is the map of its parts, at most MostParts of them; empty where it is
	// not ours.
	Cells []Part
	// Picture is a small one of the file on this computer. While Picturing it is
	// being made; nil where none can be had.
	Picture   image.Image
	Picturing bool
	Sum       Sum
	// Trouble is what is wrong with it to the letter, for whoever helps; empty where
	// nothing is. It may hold a server's words.
	Trouble string
	// Saving is what is being saved of the selection.
	Saving Saving
	// NamesHidden tells whether the name is hidden from who lacks the key: as it was
	// sent, or as this storage has it. False for This computer, where nobody else
	// sees it.
	NamesHidden bool
	// Can tells what may be asked for the whole selection.
	Can Can
}

// Overall is the line under the list.
type Overall struct {
	// Files and Bytes of what was added since the program was last idle.
	Files, FilesDone int
	Bytes, BytesDone int64
	Speed            float64
	Left             time.Duration
	// State is that of the worst file.
	State State
	// Running is true while something moves; Paused while all is held.
	Running, Paused bool
	// Message is a sentence about all of it: no connection, a closed storage.
	Message string
	// Reconnecting tells that nothing moves: all that would waits for its server,
	// or, Offline, for this computer to have a network again.
	Reconnecting, Offline bool
	// NextTry is the time to the next try while Reconnecting; 0 where nobody can
	// tell.
	NextTry time.Duration
	// Saving says how far files that are being saved from the storage are; empty
	// while none are.
	Saving string
	// Adding tells that something was added that is not in the queue yet: it is looked
	// through, waits for its storage or is asked about, and is lost when the program
	// ends.
	Adding bool
	// Deleting is how many files are being deleted from their storage: what of them is
	// left when the program ends stays there.
	Deleting int
	// Recents are the newest links, newest first, at most ten.
	Recents []Recent
}

// A Recent is a finished upload whose link can be copied again.
type Recent struct{ ID, Name string }

// Audience is the answer to "Who should open it?".
type Audience int

// The answers.
const (
	AudienceUnknown Audience = iota
	AudienceMe
	AudienceNetwork
	AudienceAnyone
)

// A Place is a storage that can be chosen.
type Place struct {
	ID, Name string
	// Here is true for This computer.
	Here bool
	// Server is the address, empty for This computer.
	Server string
	// NamesHidden tells whether names are sealed there.
	NamesHidden bool
	// LinksNamed tells that a browser which opens a link calls the file by its own
	// name, hidden or not; false while nobody knows.
	LinksNamed bool
}

// An Offer is what the strip over the list asks about files that were added.
// Nothing but these files waits for the answer.
type Offer struct {
	// ID tells offers apart; empty where nothing is asked.
	ID string
	// Text is a sentence in the person's language, and Answers are the words of
	// its buttons.
	Text    string
	Answers []string
	// Urgent tells that the first answer is the one thing to do next.
	Urgent bool
}

// Connection is what the top of the window shows of the chosen storage.
type Connection struct {
	Places  []Place
	Current string
	// Ready is false while it is being reached, or reached for again; Problem
	// says what is wrong.
	Ready   bool
	Problem string
	// Retrying tells that Problem may pass by itself: it is tried again.
	Retrying bool
	// NeedsKey tells that a new key must be pasted before anything goes on.
	NeedsKey bool
	// Ends is when the storage closes; zero where it never does or nobody told.
	Ends time.Time
	// Ask shows the strip "Who should open it?"; Audience is the answer so far.
	Ask      bool
	Audience Audience
	// Offer comes before that question.
	Offer Offer
	// Room is what the storage still takes, where its rules bound that.
	Room Room
	// Used and Free are bytes on this computer's disk; negative where unknown.
	Used, Free int64
}

// Room is what a storage still takes: Files of MaxFiles, and Bytes of MaxBytes. A
// maximum of 0 is none.
type Room struct {
	Files, MaxFiles int
	Bytes, MaxBytes int64
}
