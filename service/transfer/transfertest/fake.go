// Package transfertest holds what tests of the engine and of servers share: a
// bucket in memory, a server that fails on purpose, and the contract that
// every bucket keeps.
package transfertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
)

var _ transfer.Bucket = (*Fake)(nil)

// fakeLink begins the links of a Fake.
const fakeLink = "http://bucket.invalid/d/"

// maxBody is the largest body that a server takes, in bytes.
const maxBody = 30_000_000

// Fake is a bucket in memory. Its errors are those of a server.
type Fake struct {
	mu            sync.Mutex
	before, after func(op string) error
	files         map[string]*fakeFile
	order         []string
	calls         map[string]int
}

type fakeFile struct {
	file     api.File
	uploadID string
	parts    map[int][]byte
	tags     map[int]string
	content  []byte
}

// NewFake returns an empty bucket.
func NewFake() *Fake { return &Fake{files: map[string]*fakeFile{}, calls: map[string]int{}} }

// SetBefore has a hook run ahead of each call, which may fail it; nil for none.
func (f *Fake) SetBefore(hook func(op string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = hook
}

// SetAfter has a hook run after each call that has worked, which may lose its
// answer; nil for none.
func (f *Fake) SetAfter(hook func(op string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.after = hook
}

// run runs a hook, without the lock.
func (f *Fake) run(hook *func(op string) error, op string) error {
	f.mu.Lock()
	do := *hook
	f.mu.Unlock()
	if do == nil {
		return nil
	}
	return do(op)
}

// Calls returns how often an operation was carried out.
func (f *Fake) Calls(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[op]
}

// Content returns the bytes of a finished file.
func (f *Fake) Content(fileKey string) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	if file, ok := f.files[fileKey]; ok {
		return file.content
	}
	return nil
}

// call runs one operation between its hooks.
func (f *Fake) call(ctx context.Context, op string, do func() error) error {
	if ctx.Err() != nil {
		return &api.Error{Op: op, Kind: api.ErrNetwork, Err: context.Cause(ctx)}
	}
	if err := f.run(&f.before, op); err != nil {
		return err
	}
	f.mu.Lock()
	err := do()
	f.calls[op]++
	f.mu.Unlock()
	if err == nil {
		err = f.run(&f.after, op)
	}
	return err
}

// LosePart has the bucket forget one part of an unfinished upload, as a server
// does whose disk has failed.
func (f *Fake) LosePart(fileKey string, number int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if file, ok := f.files[fileKey]; ok {
		delete(file.parts, number)
		delete(file.tags, number)
	}
}

func refuse(op string, kind error, status int, detail string) error {
	return &api.Error{Op: op, Kind: kind, Status: status, Detail: detail}
}

// List implements transfer.Bucket.
func (f *Fake) List(ctx context.Context) (files []api.File, err error) {
	err = f.call(ctx, "list", func() error {
		files = []api.File{}
		for _, key := range f.order {
			files = append(files, f.files[key].file)
		}
		return nil
	})
	return files, err
}

// Begin implements transfer.Bucket.
func (f *Fake) Begin(ctx context.Context, r api.BeginRequest) (up api.Upload, err error) {
	err = f.call(ctx, "begin", func() error {
		if r.Parts < 1 || r.Parts > 10_000 || r.Size < 0 || r.Name == "" {
			return refuse("begin", api.ErrRefused, http.StatusBadRequest, "the declaration makes no sense")
		}
		up = api.Upload{ID: rand.Text(), FileKey: rand.Text()}
		f.files[up.FileKey] = &fakeFile{
			file:     api.File{Key: up.FileKey, Name: r.Name, Creator: "fake", Size: r.Size, Parts: r.Parts},
			uploadID: up.ID, parts: map[int][]byte{}, tags: map[int]string{},
		}
		f.order = append(f.order, up.FileKey)
		return nil
	})
	return up, err
}

// open finds an upload that is not finished.
func (f *Fake) open(op string, u api.Upload) (*fakeFile, error) {
	file, ok := f.files[u.FileKey]
	if !ok || file.uploadID != u.ID || file.file.Completed {
		return nil, refuse(op, api.ErrNotFound, http.StatusNotFound, "no such upload")
	}
	return file, nil
}

// PutPart implements transfer.Bucket.
func (f *Fake) PutPart(ctx context.Context, p api.Part) (tag string, err error) {
	if p.Size > maxBody {
		return "", refuse("part", api.ErrTooLarge, http.StatusRequestEntityTooLarge, "a part has at most 30,000,000 bytes")
	}
	data, err := io.ReadAll(p.Body())
	if err != nil || int64(len(data)) != p.Size {
		return "", &api.Error{Op: "part", Kind: api.ErrNetwork, Err: errors.New("the body ended early")}
	}
	err = f.call(ctx, "part", func() error {
		file, err := f.open("part", p.Upload)
		if err != nil {
			return err
		}
		if p.Number < 1 || p.Number > file.file.Parts {
			return refuse("part", api.ErrRefused, http.StatusBadRequest, "there is no such part")
		}
		tag = fmt.Sprintf("crc32c-%08x", crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
		file.parts[p.Number], file.tags[p.Number] = data, tag
		return nil
	})
	return tag, err
}

// Complete implements transfer.Bucket.
func (f *Fake) Complete(ctx context.Context, u api.Upload, tags []string) error {
	return f.call(ctx, "complete", func() error {
		if done, ok := f.files[u.FileKey]; ok && done.file.Completed && done.uploadID == u.ID {
			return nil
		}
		file, err := f.open("complete", u)
		if err != nil {
			return err
		}
		return file.complete(tags)
	})
}

func (file *fakeFile) complete(tags []string) error {
	incomplete := &api.Error{Op: "complete", Kind: api.ErrIncomplete, Status: http.StatusBadRequest, Code: "incomplete"}
	var content []byte
	for n := 1; n <= file.file.Parts; n++ {
		if n > len(tags) || file.tags[n] == "" || tags[n-1] != file.tags[n] {
			incomplete.Parts = append(incomplete.Parts, n)
			continue
		}
		content = append(content, file.parts[n]...)
	}
	if len(incomplete.Parts) > 0 || len(tags) != file.file.Parts || int64(len(content)) != file.file.Size {
		return incomplete
	}
	file.content, file.parts, file.file.Completed = content, nil, true
	return nil
}

// Stat implements transfer.Bucket.
func (f *Fake) Stat(ctx context.Context, fileKey string) (file api.File, err error) {
	err = f.call(ctx, "stat", func() error {
		found, ok := f.files[fileKey]
		if !ok {
			return refuse("stat", api.ErrNotFound, http.StatusNotFound, "no such file")
		}
		file = found.file
		return nil
	})
	return file, err
}

// Delete implements transfer.Bucket. What is not there counts as deleted.
func (f *Fake) Delete(ctx context.Context, fileKey string) error {
	return f.call(ctx, "delete", func() error {
		delete(f.files, fileKey)
		f.order = slices.DeleteFunc(f.order, func(k string) bool { return k == fileKey })
		return nil
	})
}

// DownloadURL implements transfer.Bucket.
func (f *Fake) DownloadURL(ctx context.Context, fileKey string, opt api.LinkOptions) (link api.Link, err error) {
	err = f.call(ctx, "link", func() error {
		if file, ok := f.files[fileKey]; !ok || !file.file.Completed {
			return refuse("link", api.ErrNotFound, http.StatusNotFound, "no such file")
		}
		link = api.Link{URL: fakeLink + fileKey}
		if opt.Lifetime > 0 {
			link.Expires = time.Now().Add(opt.Lifetime)
		}
		return nil
	})
	return link, err
}

// LinkSize implements transfer.Bucket.
func (f *Fake) LinkSize(ctx context.Context, link string) (int64, error) {
	content, err := f.Fetch(ctx, link, 0, 0)
	if err != nil {
		return 0, err
	}
	return content.Total, content.Close()
}

// Fetch implements transfer.Bucket.
func (f *Fake) Fetch(ctx context.Context, link string, from, until int64) (content *api.Content, err error) {
	err = f.call(ctx, "fetch", func() error {
		key, _ := strings.CutPrefix(link, fakeLink)
		file, ok := f.files[key]
		if !ok || !file.file.Completed {
			return refuse("fetch", api.ErrNotFound, http.StatusNotFound, "no such file")
		}
		data := file.content
		total := int64(len(data))
		if until >= 0 {
			data = data[:min(until+1, total)]
		}
		content = &api.Content{ReadCloser: io.NopCloser(bytes.NewReader(data[min(from, total):])), Total: total, Ranged: true}
		return nil
	})
	return content, err
}
