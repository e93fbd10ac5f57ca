package transfer

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"quicksync.me/desktop/service/api"
)

// Many small files are looked up together, by one list a second, and their
// links are asked for when somebody wants them: for each by itself that would
// be three calls more.
const (
	// many is how many files on their way at once are looked up together.
	many = 20
	// together is how often the list is asked for, while it does not end a burst.
	together = time.Second
	// worth is how many entries of a list a file is worth that is looked for in
	// it; in a larger list it is looked up by itself.
	worth = 10
	// singly is how many are looked up by themselves at once.
	singly = 16
)

// lookups gathers the files of one server that are to be looked up.
type lookups struct {
	single *semaphore.Weighted

	mu      sync.Mutex
	busy    int  // files that wait for their turn, or have it
	burst   bool // there were many at once
	asking  bool // somebody asks for the list as long as files wait for it
	waiting map[string]chan lookup
	quiet   chan struct{} // receives when busy becomes 0
	last    time.Time     // of the last list
	length  int           // of the last list of this burst
}

// lookup is what a list has told of a file; alone where it is to be looked up
// by itself.
type lookup struct {
	file  api.File
	alone bool
}

func newLookups() *lookups {
	return &lookups{
		single: semaphore.NewWeighted(singly), waiting: map[string]chan lookup{}, quiet: make(chan struct{}, 1),
	}
}

// count notes that a file more, or less, waits for its turn or has it.
func (l *lookups) count(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy += n
	l.burst = l.burst || l.busy > many
	if l.busy > 0 {
		return
	}
	l.quieten()
	select {
	case l.quiet <- struct{}{}:
	default:
	}
}

// join has a file wait for the next list; nil where there are not many, and it is to
// be looked up by itself. first tells that nobody asks for the list yet: the caller
// has that done.
func (l *lookups) join(fileKey string) (found chan lookup, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.burst {
		return nil, false
	}
	first, l.asking = !l.asking, true
	found = make(chan lookup, 1)
	if other := l.waiting[fileKey]; other != nil { // a server that gives one key to two files
		other <- lookup{alone: true}
	}
	l.waiting[fileKey] = found
	return found, first
}

// due waits until a list is worth it: when a second has gone by, or nothing
// else is on its way.
func (l *lookups) due(ctx context.Context) {
	for ctx.Err() == nil {
		l.mu.Lock()
		left := together - time.Since(l.last)
		if l.busy == 0 {
			left = 0
		}
		l.mu.Unlock()
		if left <= 0 {
			return
		}
		timer := time.NewTimer(left)
		select {
		case <-ctx.Done():
		case <-l.quiet:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// asked are the files that the list is asked for now, none where that is not
// worth it.
func (l *lookups) asked() (keys []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = time.Now()
	if l.length > worth*len(l.waiting) {
		l.leave(func(string) bool { return true })
		return nil
	}
	for key := range l.waiting {
		keys = append(keys, key)
	}
	return keys
}

// leave has files be looked up by themselves. Callers hold l.mu.
func (l *lookups) leave(which func(fileKey string) bool) {
	for key, found := range l.waiting {
		if which(key) {
			found <- lookup{alone: true}
			delete(l.waiting, key)
		}
	}
}

// answer tells what a list says of those that wait. One that has been asked for
// and is not there, or not finished, is looked up by itself.
func (l *lookups) answer(asked []string, files []api.File) (more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.length = max(l.length, len(files))
	for _, f := range files {
		if found, ok := l.waiting[f.Key]; ok && f.Completed {
			found <- lookup{file: f}
			delete(l.waiting, f.Key)
		}
	}
	missing := make(map[string]bool, len(asked))
	for _, key := range asked {
		missing[key] = true
	}
	l.leave(func(key string) bool { return missing[key] })
	l.quieten()
	l.asking = len(l.waiting) > 0
	return l.asking
}

// quieten ends the burst when nothing of it is left. The next list may be
// shorter. Callers hold l.mu.
func (l *lookups) quieten() {
	if l.busy == 0 && len(l.waiting) == 0 {
		l.burst, l.length = false, 0
	}
}

// joinMany has the upload's file wait for a list, where it is one of many small ones.
// It does so while it has its turn still: the last one to make way ends the burst.
func (r *run) joinMany() (found chan lookup) {
	if r.upload.size > smallFile {
		return nil
	}
	found, first := r.route.lookups.join(r.upload.remote.FileKey)
	if first {
		r.engine.group.Go(func() { r.engine.lookTogether(r.route) })
	}
	return found
}

// lookUp waits for what the list tells of the upload's file.
func (r *run) lookUp(ctx context.Context, found chan lookup) (api.File, error) {
	select {
	case <-ctx.Done():
		return api.File{}, context.Cause(ctx)
	case f := <-found:
		if !f.alone {
			return f.file, nil
		}
	}
	single := r.route.lookups.single
	if err := single.Acquire(ctx, 1); err != nil {
		return api.File{}, context.Cause(ctx)
	}
	defer single.Release(1)
	return r.finishedFile(ctx)
}

// lookTogether asks for the list as long as files wait for it.
func (e *Engine) lookTogether(r *route) {
	for more := true; more; {
		r.lookups.due(e.ctx)
		var files []api.File
		asked := r.lookups.asked()
		if len(asked) > 0 {
			files = r.listOnce(e.ctx)
		}
		more = r.lookups.answer(asked, files)
	}
}

// listOnce asks for the list; an error leaves it empty, and each file looks for itself.
// They do so for as long as each may, and by the way that it has by then: the list may
// be too long for the line to it. A server that has given way to another is not waited
// for.
func (r *route) listOnce(ctx context.Context) []api.File {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-r.replaced:
			stop()
		case <-ctx.Done():
		}
	}()
	if _, err := r.pace.wait(ctx); err != nil {
		return nil
	}
	files, err := r.target.Bucket.List(ctx)
	if err != nil {
		return nil
	}
	return files
}
