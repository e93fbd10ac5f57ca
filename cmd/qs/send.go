package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"quicksync.me/desktop/service/transfer"
)

// look is how often a running send looks at what has changed.
const look = 100 * time.Millisecond

// tidying is how long a cancelled send may take to delete what it had sent.
const tidying = 20 * time.Second

// sent is what JSON says of one file.
type sent struct {
	Path    string   `json:"path"`
	FileKey *string  `json:"fileKey"`
	Name    string   `json:"name"`
	Size    int64    `json:"size"`
	State   string   `json:"state"`
	Error   *problem `json:"error"`
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
func send(ctx context.Context, c *command) error {
	s, err := open(ctx)
	if err != nil {
		return c.nothingSent(err)
	}
	defer s.Close()
	job := &sending{command: c, storage: s, engine: s.engine(), progress: newProgress(c.stderr), gone: map[string]bool{}}
	defer job.engine.Close()
	return job.all(ctx)
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

// sending is one run of send.
type sending struct {
	*command
	storage  *storage
	engine   *transfer.Engine
	progress *progress
	gone     map[string]bool // failed, told, and to be deleted from the server
	added    int
	ended    int
	failed   int
	outErr   error
}

// all walks, sends and reports. Walking goes on while the first files are on
// their way.
func (s *sending) all(ctx context.Context) error {
	walked := make(chan int, 1)
	go func() {
		n := 0
		_ = transfer.Walk(ctx, s.args, func(src transfer.Source) {
			s.engine.Add(storageID, src)
			n++
		})
		walked <- n
	}()
	s.watch(ctx, walked)
	s.progress.clear()
	switch {
	case s.outErr != nil:
		return s.outErr
	case ctx.Err() != nil:
		return context.Canceled
	case s.failed > 0:
		return errReported
	}
	if s.added == 0 {
		fmt.Fprintln(s.stderr, "qs: there are no files in there")
	}
	return nil
}

// watch reports until every file that was found has ended.
func (s *sending) watch(ctx context.Context, walked <-chan int) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	var rev uint64
	for found := false; !found || s.ended < s.added; {
		select {
		case s.added = <-walked:
			found = true
		case <-ctx.Done():
			if !found {
				s.added, found = <-walked, true
			}
			s.cancelled(&rev)
			return
		case <-tick.C:
		}
		s.report(&rev)
	}
}

// cancelled gives up what is not done, and deletes what the server has of it.
func (s *sending) cancelled(rev *uint64) {
	s.progress.clear()
	fmt.Fprintln(s.stderr, "qs: cancelling, and deleting what was sent of unfinished files…")
	ctx, cancel := context.WithTimeout(context.Background(), tidying)
	defer cancel()
	s.engine.CancelAll(ctx)
	s.report(rev)
}

// report tells of the files that have ended since the last time.
func (s *sending) report(rev *uint64) {
	var changed []transfer.Status
	changed, *rev = s.engine.Changes(*rev)
	var ended []string
	for _, st := range changed {
		if st.State.Ended() && !s.gone[st.ID] {
			ended = append(ended, st.ID)
			s.ended++
			s.tell(st)
		}
	}
	s.engine.Forget(ended...)
	s.progress.show(s.engine, s.ended)
}

// tell reports one file that has ended.
func (s *sending) tell(st transfer.Status) {
	s.progress.clear()
	o := sent{Path: st.Path, Name: st.Name, Size: st.Size, State: "done", Error: problemOf(st.Err)}
	if st.FileKey != "" {
		o.FileKey = &st.FileKey
	}
	s.progress.count(st.Size)
	switch st.State {
	case transfer.Failed:
		s.failed++
		s.discard(st.ID)
		o.State = "failed"
		fmt.Fprintf(s.stderr, "qs: %s: %s\n", shown(st.Name), sentence(st.Err))
	case transfer.Cancelled:
		s.failed++
		o.State = "cancelled"
	}
	if !s.json && st.State != transfer.Done {
		return
	}
	if err := s.out.object(o, "%s\t%s", shown(st.Name), s.where(st)); err != nil && s.outErr == nil {
		s.outErr = err
	}
}

// discard deletes what the server has of a file that failed: nobody would come
// back for it, and on a full disk it is in the way. Closing the engine waits.
func (s *sending) discard(id string) {
	s.gone[id] = true
	s.engine.Cancel(id)
}

// where says how to come by a file: its link if that outlives the command,
// else its key.
func (s *sending) where(st transfer.Status) string {
	if s.storage.lasting {
		return st.Link.URL
	}
	return st.FileKey
}
