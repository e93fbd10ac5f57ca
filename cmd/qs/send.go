package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/transfer"
)

// Of many files much changes together: a running send looks again no sooner than
// after look while more than few are left. What becomes of the last few is told at
// once.
const (
	look = 10 * time.Millisecond
	few  = 16
)

// sent is what JSON says of one file.
type sent struct {
	Path    string   `json:"path"`
	FileKey *string  `json:"fileKey"`
	Name    string   `json:"name"`
	Size    int64    `json:"size"`
	State   string   `json:"state"`
	Error   *problem `json:"error"`
	// SHA256 of what was sent, in hexadecimal, where it was asked for.
	SHA256 string `json:"sha256,omitempty"`
}

// problem is what JSON says of an error.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func problemOf(err error) *problem {
	if err == nil {
		return nil
	}
	return &problem{Code: code(err), Message: sentence(err)}
}

// send sends files and folders, and returns when every one of them has ended.
// A file that an earlier send has left unfinished goes on where it was.
func send(ctx context.Context, c *command) error {
	s, err := open(ctx, c)
	if err != nil {
		return c.nothingSent(err)
	}
	defer s.Close()
	e, end := s.journalled(c)
	defer end()
	sent, err := s.send(ctx, c, e, func() (f found) {
		f.cut = c.sources(ctx, func(src transfer.Source) {
			if _, added := e.Add(storageID, src); added {
				f.files++
			}
		})
		return f
	})
	if err == nil && sent == 0 {
		fmt.Fprintln(c.stderr, "qs: there are no files in there")
	}
	return err
}

// sources finds what is to be sent: files, and folders as one archive each, or
// with --each the files in them. Its error is that ctx has ended it early.
func (c *command) sources(ctx context.Context, found func(transfer.Source)) error {
	archive := c.archive
	if c.each {
		archive = nil
	}
	return bundle.Sources(ctx, c.args, archive, found)
}

// archive is a folder as one source.
func (c *command) archive(path string) transfer.Source {
	return c.reopen(bundle.FolderName(path), []string{path})
}

// reopen is an archive that this command or an earlier run was to send. It leaves out
// what cannot be read, also where the window had begun one of all or nothing, and
// leftOut tells of it.
func (c *command) reopen(name string, paths []string) transfer.Source {
	a := bundle.Later(name, paths...)
	c.archives = append(c.archives, a)
	return a
}

// leftOut tells what could not be taken into the archives, and whether there
// was any such thing.
func (c *command) leftOut() bool {
	found := false
	for _, a := range c.archives {
		for _, problem := range a.Problems() {
			fmt.Fprintf(c.stderr, "qs: left out of %s: %s\n", shown(a.Name()), sentence(problem))
			found = true
		}
	}
	return found
}

// resume goes on with everything that earlier commands have left unfinished: first
// what they were sending, then what they were fetching.
func resume(ctx context.Context, c *command) error {
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	e, end := s.journalled(c)
	defer end()
	sent, err := s.send(ctx, c, e, func() found { return found{files: len(e.Recover(storageID))} })
	if err != nil && ctx.Err() != nil {
		return err // why it was ended is told
	}
	left := e.LeftDownloads(storageID)
	if fetchErr := c.fetchAll(ctx, e, left); fetchErr != nil {
		return fetchErr
	}
	if err == nil && sent+len(left) == 0 {
		fmt.Fprintln(c.stderr, "qs: nothing was left unfinished")
	}
	return err
}

// send has an engine send what add gives it, reports, and returns how many files
// that were.
func (s *storage) send(ctx context.Context, c *command, e *transfer.Engine, add func() found) (sent int, err error) {
	job := &sending{command: c, storage: s, engine: e, progress: newProgress(c.stderr)}
	err = job.all(ctx, add)
	if job.done > 0 && !s.lasting && job.progress.terminal {
		fmt.Fprintln(c.stderr, "qs: nothing is running now that would answer a link: start QuickSync or “qs node”, and “qs link KEY” makes it")
	}
	if c.leftOut() && err == nil {
		err = errReported
	}
	return job.found.files, err
}

// nothingSent says for each argument that its storage could not be reached.
func (c *command) nothingSent(err error) error {
	if !c.json || errors.Is(err, errUsage) {
		return err
	}
	for _, path := range c.args {
		if abs, err := filepath.Abs(path); err == nil {
			path = abs
		}
		if err := c.out.object(sent{Path: path, Name: filepath.Base(path), State: "failed", Error: problemOf(err)}, ""); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.stderr, "qs: %s\n", sentence(err))
	return errReported
}

// found is what there is to send.
type found struct {
	files int
	cut   error // that not everything was looked through
}

// sending is one run of send.
type sending struct {
	*command
	storage  *storage
	engine   *transfer.Engine
	progress *progress
	found    found
	ended    int
	failed   int
	done     int   // files that the storage has
	waits    error // for what on this computer, as was told
	outErr   error
}

// all adds, sends and reports. Adding goes on while the first files are on
// their way.
func (s *sending) all(ctx context.Context, add func() found) error {
	all := make(chan found, 1)
	go func() { all <- add() }()
	s.watch(ctx, all)
	s.progress.clear()
	switch {
	case s.outErr != nil:
		return s.outErr
	case s.failed > 0 || s.found.cut != nil:
		return errReported
	}
	return nil
}

// watch reports until everything that was found has ended.
func (s *sending) watch(ctx context.Context, all <-chan found) {
	tick := time.NewTicker(often)
	defer tick.Stop()
	var rev uint64
	for known := false; !known || s.ended < s.found.files; {
		select {
		case s.found = <-all:
			known = true
		case <-ctx.Done():
			if !known {
				s.found = <-all
			}
			s.interrupted(ctx, &rev)
			return
		case <-s.engine.Wake():
			if !known || s.found.files-s.ended > few {
				known = s.pause(all) || known
			}
		case <-tick.C:
		}
		if s.found.cut != nil { // by the end of ctx
			s.interrupted(ctx, &rev)
			return
		}
		s.report(ctx, &rev)
	}
}

// pause lasts for a look, or until everything has been found.
func (s *sending) pause(all <-chan found) (known bool) {
	select {
	case s.found = <-all:
		return true
	case <-time.After(look):
		return false
	}
}

var (
	// errInterrupted ends what was on its way when the command was interrupted.
	errInterrupted = errors.New("interrupted")
	// errNotKept is errInterrupted of what nothing is kept of.
	errNotKept = errors.New("interrupted, and not kept")
	// errCut says so where not everything had been found yet: of the rest nobody
	// knows, so that only the same command goes on with that.
	errCut = errors.New("interrupted while looking")
)

// interrupted stops at once and reports what has not ended. It stays in the
// journal and on the server, to go on from.
func (s *sending) interrupted(ctx context.Context, rev *uint64) {
	s.engine.Close()
	s.report(ctx, rev)
	left, _ := s.engine.Changes(0)
	for _, st := range left {
		st.State, st.Err = transfer.Cancelled, ended(ctx, s.command.interrupted())
		s.tell(ctx, st)
	}
	s.progress.clear()
	switch {
	case s.found.cut != nil:
		fmt.Fprintf(s.stderr, "qs: %s\n", sentence(ended(ctx, errCut)))
	case len(left) > 0:
		fmt.Fprintf(s.stderr, "qs: %s\n", sentence(ended(ctx, s.command.interrupted())))
	}
}

// report tells of the files that have ended since the last time.
func (s *sending) report(ctx context.Context, rev *uint64) {
	var changed []transfer.Status
	changed, *rev = s.engine.Changes(*rev)
	var ended []string
	for _, st := range changed {
		if st.State.Ended() {
			ended = append(ended, st.ID)
			s.ended++
			s.tell(ctx, st)
		}
	}
	s.engine.Forget(ended...)
	s.tellWaiting(changed)
	s.progress.show(s.engine, s.ended)
}

// tell reports one file that has ended.
func (s *sending) tell(ctx context.Context, st transfer.Status) {
	s.progress.clear()
	o := sent{Path: st.Path, Name: st.Name, Size: st.Size, State: "done", Error: problemOf(st.Err), SHA256: s.sum(ctx, st)}
	if st.FileKey != "" {
		o.FileKey = &st.FileKey
	}
	s.progress.count(st.Size)
	switch st.State {
	case transfer.Failed:
		s.failed++
		s.discard(st)
		o.State = "failed"
		fmt.Fprintf(s.stderr, "qs: %s: %s\n", shown(st.Name), sentence(st.Err))
	case transfer.Cancelled:
		s.failed++
		o.State = "cancelled"
	case transfer.Already:
		o.State = "already"
	}
	if st.State.Stored() {
		s.done++
	}
	if !s.json && !st.State.Stored() {
		return
	}
	line := []string{shown(st.Name), s.where(st)}
	if o.SHA256 != "" {
		line = append(line, o.SHA256)
	}
	if err := s.out.object(o, "%s", strings.Join(line, "\t")); err != nil && s.outErr == nil {
		s.outErr = err
	}
}

// sum is the SHA-256 of a file that was sent, where it was asked for. It is read
// once more for it: its parts go out in any order. One that is not what was sent
// any more has none.
func (s *sending) sum(ctx context.Context, st transfer.Status) string {
	if !s.sha256 || !st.State.Stored() {
		return ""
	}
	var read atomic.Int64
	hide := newProgress(s.stderr).follow(&read, st.Size)
	sum, err := s.engine.SHA256(ctx, st.ID, &read)
	hide()
	if err != nil {
		s.failed++
		fmt.Fprintf(s.stderr, "qs: %s: it was sent, but has no SHA-256: %s\n", shown(st.Name), sentence(err))
	}
	return sum
}

// discard deletes what the server has of a file that failed for good: nobody
// would come back for it, and on a full disk it is in the way. What another
// try can go on with stays.
func (s *sending) discard(st transfer.Status) {
	if !transfer.CanGoOn(st.Err) {
		s.engine.Cancel(st.ID)
	}
}

// where says how to come by a file: its link if that outlives the command and
// was made, else its key.
func (s *sending) where(st transfer.Status) string {
	if s.storage.lasting && st.Link.URL != "" {
		return st.Link.URL
	}
	return shown(st.FileKey)
}
