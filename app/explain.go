package app

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/session"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views/words"
)

// explain says in the person's language what happened, what becomes of the
// data, and what to do. name is the file's, empty where it is about none. No
// error is the empty sentence.
func (a *App) explain(err error, name string) string {
	if err == nil || errors.Is(err, context.Canceled) {
		return ""
	}
	var file *transfer.FileError
	if errors.As(err, &file) {
		return a.explainFile(file, name)
	}
	var remote *api.Error
	if errors.As(err, &remote) {
		return a.explainRemote(remote.Kind)
	}
	t := a.Words.Text
	switch {
	case errors.Is(err, transfer.ErrWrongSize), errors.Is(err, transfer.ErrWrongTag):
		return t("error.damaged")
	case errors.Is(err, session.ErrNoSession):
		return t("error.noSession")
	case errors.Is(err, session.ErrNoKey):
		return t("error.noKey")
	case errors.Is(err, secrets.ErrTooLong):
		return t("error.longKey")
	case keyGone(err):
		return t("error.keyGone")
	case errors.Is(err, secrets.ErrNoAnswer):
		return t("error.keyring")
	case errors.Is(err, context.DeadlineExceeded):
		return t("error.stalled")
	}
	return t("error.other")
}

// sayFailed tells the person that something did not work. What developers would
// read of it goes to the log, unless it names a file of the person's.
func (a *App) sayFailed(what string, err error, name string) {
	text := a.explain(err, name)
	if text == "" {
		return
	}
	var file *transfer.FileError
	if errors.As(err, &file) {
		err = file.Kind
	}
	a.Log.Warn(what, "error", err)
	a.say(text)
}

// keyGone tells that the key of a storage is not on this computer any more: its
// keyring has lost it, or has never been there.
func keyGone(err error) bool {
	return errors.Is(err, secrets.ErrNotFound) || errors.Is(err, secrets.ErrUnavailable)
}

// explainFile is about a file of this computer.
func (a *App) explainFile(e *transfer.FileError, name string) string {
	args := words.Args{"Name": name}
	if name == "" {
		args["Name"] = e.Path
	}
	t := a.Words.Text
	switch e.Kind {
	case transfer.ErrVanished:
		return t("error.vanished", args)
	case transfer.ErrNotFile:
		return t("error.notFile", args)
	case transfer.ErrLoop:
		return t("error.loop", args)
	case transfer.ErrChanged:
		return t("error.changed", args)
	case transfer.ErrChangedSince:
		return t("error.changedSince", args)
	case transfer.ErrTooBig:
		args["Size"] = a.Words.Bytes(e.Limit)
		return t("error.tooBig", args)
	case transfer.ErrUnwritable:
		return t("error.unwritable", args)
	default:
		return t("error.unreadable", args)
	}
}

// explainRemote is about a server. What the server itself says of it is for the
// log.
func (a *App) explainRemote(kind error) string {
	t := a.Words.Text
	switch kind {
	case api.ErrUnauthorized:
		return t("error.unauthorized")
	case api.ErrEnded:
		return t("error.ended")
	case api.ErrQuota:
		return t("error.quota")
	case api.ErrDiskFull:
		return t("error.diskFull")
	case api.ErrNotFound:
		return t("error.notFound")
	case api.ErrNotQuickSync:
		return t("error.notQuickSync")
	case api.ErrNetwork:
		return t("error.network")
	case api.ErrStalled:
		return t("error.stalled")
	case api.ErrBusy, api.ErrServer:
		return t("error.server")
	case api.ErrPortal:
		return t("error.portal")
	case api.ErrOffline:
		return t("error.offline")
	case api.ErrTooLarge:
		return t("error.tooLarge")
	case api.ErrForbidden:
		return t("error.forbidden")
	case api.ErrIncomplete:
		return t("error.incomplete")
	case api.ErrBadReply:
		return t("error.badReply")
	case api.ErrRefused:
		return t("error.refused")
	default:
		return t("error.other")
	}
}

// explainLasting is explain for what goes on by itself, or waits for a key with
// all that it has to do.
func (a *App) explainLasting(err error, name string) string {
	var remote *api.Error
	if !errors.As(err, &remote) {
		return a.explain(err, name)
	}
	switch remote.Kind {
	case api.ErrUnauthorized:
		return a.Words.Text("lasting.unauthorized")
	case api.ErrNetwork:
		return a.Words.Text("lasting.network")
	case api.ErrOffline:
		return a.Words.Text("lasting.offline")
	case api.ErrPortal:
		return a.Words.Text("lasting.portal")
	case api.ErrStalled:
		return a.Words.Text("lasting.stalled")
	case api.ErrBusy, api.ErrServer:
		return a.Words.Text("lasting.server")
	default:
		return a.explain(err, name)
	}
}

// explainStatus is the sentence of an upload's row. Without a network there is
// nothing to count down to.
func (a *App) explainStatus(st transfer.Status, now time.Time) string {
	name := culprit(st)
	if st.State != transfer.Reconnecting && st.State != transfer.Paused {
		return a.explain(st.Err, name)
	}
	text := a.explainLasting(st.Err, name)
	again := st.State == transfer.Reconnecting && !errors.Is(st.Err, api.ErrOffline)
	if wait := st.NextTry.Sub(now); again && wait > soon {
		text = a.Words.Joined(text, a.Words.Text("error.nextTry", words.Args{"Time": a.Words.Lasting(wait)}))
	}
	return text
}

// culprit is the name of the file that keeps an upload from going on: of a folder
// it is the one in it.
func culprit(st transfer.Status) string {
	var file *transfer.FileError
	if len(st.Bundle) == 0 || !errors.As(st.Err, &file) || file.Path == st.Path {
		return st.Name
	}
	if within, err := filepath.Rel(st.Path, file.Path); err == nil && filepath.IsLocal(within) {
		return filepath.ToSlash(within)
	}
	return filepath.Base(file.Path)
}

func (a *App) stepName(s session.StepName) string {
	t := a.Words.Text
	switch s {
	case session.StepReach:
		return t("step.reach")
	case session.StepKey:
		return t("step.key")
	case session.StepSession:
		return t("step.session")
	case session.StepSend:
		return t("step.send")
	case session.StepComplete:
		return t("step.complete")
	case session.StepFetch:
		return t("step.fetch")
	default:
		return t("step.delete")
	}
}
