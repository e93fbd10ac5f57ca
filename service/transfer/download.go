package transfer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/paths"
)

// partSuffix marks a download that is not whole yet.
const partSuffix = ".part"

// Download describes a file to fetch.
type Download struct {
	// Target is the ID of a connected target, FileKey the file's key there.
	Target, FileKey string
	// Path is where it shall lie; a free name beside it is found where that is
	// taken. Its last element must be safe on this system.
	Path string
	// Received, where set, counts the bytes that are there.
	Received *atomic.Int64
}

// Download fetches a file and returns the path under which it lies, whole, and
// there to stay when the power fails.
// Until then it is called .part; no file that was there before is touched. Its
// pieces are fetched in parallel where the server knows ranges. One that an
// earlier run has left goes on with the pieces that are there. Errors of this
// computer's disk are *FileError; ErrWrongSum is that the content is not what
// was uploaded from here.
func (e *Engine) Download(ctx context.Context, d Download) (string, error) {
	e.mu.Lock()
	r, ok := e.routes[d.Target]
	e.mu.Unlock()
	if !ok {
		return "", errors.New("this storage is not connected")
	}
	if d.Received == nil {
		d.Received = new(atomic.Int64)
	}
	d.Received.Store(0)
	abs, err := filepath.Abs(d.Path)
	if err != nil {
		return "", &FileError{Path: d.Path, Kind: ErrUnwritable, Err: systemError(err)}
	}
	f := &fetch{
		engine: e, route: r, want: d, abs: abs, answered: make(chan struct{}), wholes: semaphore.NewWeighted(1),
		link: sharedLink{turn: semaphore.NewWeighted(1)},
	}
	file, err := f.stat(ctx)
	if err != nil {
		f.giveUpLeft(ctx, err)
		return "", err
	}
	saved, err := f.open(ctx, file)
	switch {
	case err != nil:
		return "", err
	case saved != "":
		return f.stay(saved)
	}
	return f.save(ctx, file)
}

// save fetches what is missing, and gives the file its name.
func (f *fetch) save(ctx context.Context, file api.File) (string, error) {
	err := errors.Join(f.all(ctx, file), f.part.Close())
	if err != nil {
		f.abandon(ctx, file, err)
		return "", err
	}
	path, err := publish(f.part.Name(), f.want.Path)
	if err != nil {
		f.leave(file) // it is whole, and may get its name the next time
		return "", err
	}
	return f.stay(path)
}

// stay has a file keep its name when the power fails. Whatever comes of that, it has
// the name, and who went on with it would fetch all of it again under another. A
// folder that may not be read cannot be synced.
func (f *fetch) stay(path string) (string, error) {
	err := paths.SyncDir(filepath.Dir(path))
	f.forget()
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return "", f.written(err)
	}
	return path, nil
}

// ErrGivenUp is the cause with which the context of a download ends that nobody
// wants any more: what is there of it is removed.
var ErrGivenUp = errors.New("given up")

// abandon removes what cannot be gone on with, or was given up. When the program
// ends, or is stopped, or the server stays away, or wants a new key, or the disk is
// pulled out, the pieces stay for the next time, be it in this run or in another.
func (f *fetch) abandon(ctx context.Context, file api.File, err error) {
	if f.journalled && !givenUp(ctx) && (ctx.Err() != nil || CanGoOn(err) || isAway(f.part.Name())) {
		f.leave(file)
		return
	}
	_ = os.Remove(f.part.Name())
	f.forget()
}

func givenUp(ctx context.Context) bool { return errors.Is(context.Cause(ctx), ErrGivenUp) }

// giveUpLeft removes what an earlier run has left of a download that is given up
// before it goes on, or whose file the storage does not have any more.
func (f *fetch) giveUpLeft(ctx context.Context, err error) {
	if !givenUp(ctx) && (!errors.Is(err, api.ErrNotFound) || errors.Is(err, ErrNotFinished)) {
		return
	}
	if left, ok := f.engine.takeFetch(f.route.target.Storage, f.want.FileKey, f.abs); ok {
		f.discard(left)
	}
}

// CanGoOn tells that a transfer that failed may go on where it was: the server
// may come back, or get a new key, or open its links again, and a disk that was
// away may be there again.
func CanGoOn(err error) bool {
	var remote *api.Error
	if errors.As(err, &remote) {
		return remote.Transient() || NeedsKey(remote) || remote.Kind == api.ErrForbidden
	}
	return errors.Is(err, ErrUnreadable) || errors.Is(err, ErrVanished)
}

// fetch is one download on its way.
type fetch struct {
	engine *Engine
	route  *route
	want   Download
	abs    string // want.Path for the journal, which outlives the working directory
	id     string
	part   *os.File
	plan   Plan
	total  int64 // the size that the link has told
	pieces pieces
	link   sharedLink
	// answered is closed, once, when an answer has come; ranges tells that one was a
	// range.
	answered chan struct{}
	once     sync.Once
	ranges   atomic.Bool
	wholes   *semaphore.Weighted // whoever has it may write the whole file
	// overwritten tells that a whole file has been written, or begun, over pieces that
	// were not looked at since.
	overwritten atomic.Bool
	// resumed tells that pieces of an earlier run are there: the server knew ranges,
	// and the file had the size of the plan.
	resumed bool
	// journalled tells that a later run can go on with it.
	journalled bool
}

func (f *fetch) stat(ctx context.Context) (file api.File, err error) {
	file, err = f.route.stat(ctx, f.want.FileKey)
	if err == nil && !file.Completed {
		err = &api.Error{Op: "stat", Kind: api.ErrNotFound, Err: ErrNotFinished}
	}
	return file, err
}

// all fetches until the file is whole and on the disk.
func (f *fetch) all(ctx context.Context, file api.File) error {
	total, err := f.size(ctx, file)
	if err != nil {
		return err
	}
	f.total = total
	if err := f.allocate(file); err != nil {
		return err
	}
	if err := f.fetchPieces(ctx); err != nil {
		return err
	}
	if !f.same() {
		return ErrWrongSum
	}
	return f.written(f.part.Sync())
}

// same tells whether the content is what was uploaded from this computer, where
// that is known.
func (f *fetch) same() bool {
	f.engine.mu.Lock()
	want := f.engine.sums[sumKey(f.route.target.Storage, f.want.FileKey)]
	f.engine.mu.Unlock()
	return want == "" || want == f.pieces.sum(f.plan)
}

// size asks the link for the size of the file. What the uploader had declared
// must be the same. What pieces are there came by a size that the link has shown: it
// is not taken at its first word for another.
func (f *fetch) size(ctx context.Context, file api.File) (total int64, err error) {
	want := file.Size
	if want < 0 && f.resumed && file.CID != "" {
		want = f.plan.Size // the same content
	}
	err = f.withLink(ctx, func(link string, _ func()) (err error) {
		total, err = TryLink(ctx, f.route.target.Bucket, link, want)
		if errors.Is(err, ErrWrongSize) && f.resumed && want == f.plan.Size {
			return f.doubt(ctx, link)
		}
		return err
	})
	return total, err
}

// doubt tells what to make of a link that shows another size than it has shown: a range
// tells that of the file, anything else is something in between, and passes.
func (f *fetch) doubt(ctx context.Context, link string) error {
	content, err := f.route.target.Bucket.Fetch(ctx, link, 0, 0)
	if err != nil {
		return err
	}
	defer content.Close()
	if content.Ranged && content.Total >= 0 && content.Total != f.plan.Size {
		return ErrWrongSize
	}
	return &api.Error{Op: "fetch", Kind: api.ErrServer, Err: errNotTheFile}
}

// allocate takes the room on the disk, so that a disk that is too small is
// known before the first byte, and plans the pieces. A size for which there is no
// plan is none that a file has.
func (f *fetch) allocate(file api.File) error {
	if f.pieces.planned() && f.plan.Size == f.total {
		return nil
	}
	plan, ok := downloadLimits.Plan(f.total, f.route.down.Line())
	if !ok {
		return ErrWrongSize
	}
	f.plan = plan
	f.pieces.plan(plan.Parts)
	f.want.Received.Store(0) // what was there by another plan counts no more
	if err := preallocate(f.part, f.total); err != nil {
		return f.written(err)
	}
	f.journal(file)
	return nil
}

// downloadLimits cut a download into pieces; a file of up to 64 TiB fits. A piece
// that is not whole is fetched again by the next run, and only pieces that are small
// beside what the flow lets be on its way are fetched several at once: so they are
// bounded, and their number follows the size of the file.
var downloadLimits = Limits{Step: 256 << 10, MinPart: 256 << 10, MaxPart: 64 << 20, MaxParts: 1 << 20}

// written turns an error of writing into one that names the file.
func (f *fetch) written(err error) error {
	if err == nil {
		return nil
	}
	return &FileError{Path: f.want.Path, Kind: ErrUnwritable, Err: systemError(err)}
}
