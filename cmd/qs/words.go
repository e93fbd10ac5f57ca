package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/dustin/go-humanize"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/instance"
	"quicksync.me/desktop/service/names"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/session"
	"quicksync.me/desktop/service/transfer"
)

// word is what is said of one kind of error: a code for scripts, which stays
// as it is, and a sentence for people.
type word struct {
	kind     error
	code     string
	sentence string
}

// folderInUse is said of the whole folder, and of its storage alone.
const folderInUse = "Another program uses this data folder and does not answer. Wait until it has finished, or end it."

// noFolder is said of a folder in which a file shall lie. It is not made: its disk may
// have been pulled out.
const noFolder = "it is not there: make it first"

// words are looked through in order. Errors of files put their path in front.
var words = []word{
	{transfer.ErrVanished, "vanished", "it is not there"},
	{transfer.ErrUnreadable, "unreadable", "it cannot be read: check its permissions"},
	{transfer.ErrNotFile, "not_a_file", "it is neither a file nor a folder"},
	{transfer.ErrLoop, "loop", "it is a link that leads back into itself"},
	{transfer.ErrChanged, "changed", "it changed while it was uploading: send it again"},
	{transfer.ErrChangedSince, "changed_since", "it has changed since it was sent"},
	{transfer.ErrTooBig, "too_big", "it is larger than the server can take"},
	{transfer.ErrUnwritable, "unwritable", "it cannot be written: check the folder's permissions and the room on the disk"},
	{transfer.ErrWrongSize, "wrong_size", "What the server has of the file is not as large as it should be. Try again; if it stays so, the file has to be sent again."},
	{transfer.ErrWrongTag, "wrong_tag", "The file arrives changed, time and again. Something on the way damages it."},
	{transfer.ErrWrongSum, "wrong_sum", "What the server gives is not what was sent from this computer, and was not kept. Fetch it again; if it stays so, send the file again."},
	{names.ErrTooLong, "name_too_long", "its name, with the folders before it, is too long to be hidden from the server: rename it, or send the folder as one .zip"},
	{transfer.ErrNotFinished, "not_finished", "The server has not finished the file. Try again later."},
	{session.ErrNoSession, "no_session", "The server does not tell its session ID, which names are hidden with. Set QS_SESSION."},
	{errNoNode, "no_node", "No storage is running that would answer the link once this command has ended. Start QuickSync, or “qs node”, first."},
	{errStorageEnded, "storage_ended", "The program that kept the storage has ended. Nothing that it stored is lost: give the same command again."},
	{instance.ErrInUse, "in_use", folderInUse},
	{node.ErrInUse, "in_use", folderInUse},
	{api.ErrUnauthorized, "unauthorized", "The server does not accept the key. Check QS_TOKEN."},
	{api.ErrForbidden, "forbidden", "The server forbids this."},
	{api.ErrNotFound, "not_found", "The storage does not have this file."},
	{api.ErrTooLarge, "too_large", "The server takes no request this large."},
	{api.ErrIncomplete, "incomplete", "The server misses parts of the file, although they were sent. Send it again."},
	{api.ErrQuota, "quota", "The storage has no more room: delete something, or use another one."},
	{api.ErrDiskFull, "disk_full", "The disk of the storage is full. Nothing that was stored is lost: make room there and send again."},
	{api.ErrEnded, "ended", "The storage has closed. A new key is needed."},
	{api.ErrBusy, "busy", "The server is busy and stays so. Try again later."},
	{api.ErrServer, "server_failed", "The server fails time and again. Try again later."},
	{api.ErrNotQuickSync, "not_quicksync", "What answers is no QuickSync server: check QS_SERVER, and whether this network wants a login first."},
	{api.ErrPortal, "portal", "This network wants a sign-in first. Open a browser, sign in, and try again."},
	{api.ErrOffline, "offline", "This computer has no network. Try again when it is back."},
	{api.ErrBadReply, "bad_reply", "The server's answer cannot be understood. Is QS_SERVER the address of a QuickSync server, with its /v1?"},
	{api.ErrStalled, "stalled", "The connection stalled. Check the network and try again."},
	{api.ErrNetwork, "network", "The server cannot be reached. Check the network and QS_SERVER."},
	{api.ErrRefused, "refused", "The server refuses this."},
	{errInterrupted, "interrupted", "Interrupted. The same command again, or “qs resume”, goes on where this one was."},
	{errNotKept, "interrupted", "Interrupted. There is nothing to go on with later: the same command again begins anew."},
	{errCut, "interrupted", "Interrupted before all that is to be sent was found. Give the same command again: it alone finds the rest."},
	{context.Canceled, "cancelled", "Cancelled."},
}

func find(err error) (word, bool) {
	if errors.Is(err, context.Canceled) {
		return words[len(words)-1], true
	}
	for _, w := range words {
		if errors.Is(err, w.kind) {
			return w, true
		}
	}
	return word{}, false
}

// code names an error for scripts.
func code(err error) string {
	if w, ok := find(err); ok {
		return w.code
	}
	return "failed"
}

// sentence says for people what is wrong and what to do.
func sentence(err error) string {
	w, known := find(err)
	if !known {
		return err.Error()
	}
	text := w.sentence
	var file *transfer.FileError
	if errors.As(err, &file) {
		if w.kind == transfer.ErrUnwritable && isMissing(file.Path) {
			text = noFolder
		}
		text = fmt.Sprintf("%s: %s", shown(file.Path), text)
		if file.Limit > 0 {
			text += fmt.Sprintf(" (at most %s)", humanize.Bytes(uint64(file.Limit)))
		}
	}
	return text + details(err)
}

func isMissing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// details are the words of the system or of the server, in parentheses.
func details(err error) string {
	var file *transfer.FileError
	if errors.As(err, &file) && file.Err != nil {
		return fmt.Sprintf(" (%v)", file.Err)
	}
	var e *api.Error
	if !errors.As(err, &e) || e.Kind == api.ErrNotFound {
		return ""
	}
	switch {
	case e.Detail != "":
		return fmt.Sprintf(" (%s)", e.Detail)
	case e.Err != nil:
		return fmt.Sprintf(" (%v)", e.Err)
	}
	return ""
}
