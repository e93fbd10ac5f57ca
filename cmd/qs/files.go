package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/names"
	"quicksync.me/desktop/service/transfer"
)

// stored is what JSON says of one file of the storage.
type stored struct {
	FileKey   string  `json:"fileKey"`
	Name      string  `json:"name"`
	Size      *int64  `json:"size"`
	Parts     int     `json:"parts"`
	Completed bool    `json:"completed"`
	Creator   string  `json:"creator"`
	CID       *string `json:"cid"`
}

func (s *storage) stored(f api.File) stored {
	o := stored{FileKey: f.Key, Name: s.conn.PlainName(f), Parts: f.Parts, Completed: f.Completed, Creator: f.Creator}
	if f.Size >= 0 {
		o.Size = &f.Size
	}
	if f.CID != "" {
		o.CID = &f.CID
	}
	return o
}

// size is for people.
func (o stored) size() string {
	if o.Size == nil {
		return "?"
	}
	return bytes(*o.Size)
}

func (o stored) state() string {
	if o.Completed {
		return "done"
	}
	return "unfinished"
}

func list(ctx context.Context, c *command) error {
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	var files []api.File
	err = s.call(ctx, func(c *api.Client) (err error) {
		files, err = c.List(ctx)
		return err
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, f := range files {
		o := s.stored(f)
		if !c.json {
			rows = append(rows, []string{shown(f.Key), o.size(), o.state(), shown(o.Name)})
			continue
		}
		if err := c.out.object(o, ""); err != nil {
			return err
		}
	}
	return c.out.table(rows)
}

func info(ctx context.Context, c *command) error {
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	f, err := s.stat(ctx, c.args[0])
	if err != nil {
		return err
	}
	o := s.stored(f)
	if c.json {
		return c.out.object(o, "")
	}
	rows := [][]string{{"name", shown(o.Name)}, {"size", o.size()}, {"state", o.state()}, {"parts", fmt.Sprint(o.Parts)}, {"key", shown(o.FileKey)}, {"creator", shown(o.Creator)}}
	if o.CID != nil {
		rows = append(rows, []string{"CID", shown(*o.CID)})
	}
	return c.out.table(rows)
}

// madeLink is what JSON says of a link.
type madeLink struct {
	FileKey string  `json:"fileKey"`
	URL     string  `json:"url"`
	Expires *string `json:"expires"`
}

func link(ctx context.Context, c *command) error {
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	if !s.lasting {
		return errNoNode
	}
	f, err := s.stat(ctx, c.args[0])
	if err != nil {
		return err
	}
	l, err := s.link(ctx, f)
	if err != nil {
		return err
	}
	o := madeLink{FileKey: f.Key, URL: l.URL}
	if !l.Expires.IsZero() {
		text := l.Expires.UTC().Format(time.RFC3339)
		o.Expires = &text
	}
	return c.out.object(o, "%s", l.URL)
}

// link asks for a link that carries the plain name, and tries it.
func (s *storage) link(ctx context.Context, f api.File) (link api.Link, err error) {
	opt := api.LinkOptions{Filename: names.FileName(s.conn.PlainName(f))}
	if lifetime := s.conn.Target().LinkLifetime; lifetime != nil {
		opt.Lifetime = lifetime()
	}
	err = s.call(ctx, func(c *api.Client) (err error) {
		link, err = c.DownloadURL(ctx, f.Key, opt)
		return err
	})
	if err != nil {
		return link, err
	}
	return link, s.call(ctx, func(c *api.Client) error {
		_, err := transfer.TryLink(ctx, c, link.URL, f.Size)
		return err
	})
}

// fetched is what JSON says of a file that was fetched.
type fetched struct {
	FileKey string `json:"fileKey"`
	Path    string `json:"path"`
	Size    int64  `json:"size"`
}

func get(ctx context.Context, c *command) error {
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	f, err := s.stat(ctx, c.args[0])
	if err != nil {
		return err
	}
	e, end := s.journalled(c)
	defer end()
	return c.fetch(ctx, e, transfer.Download{
		Target: storageID, FileKey: f.Key, Path: destination(c.output, names.SavedName(s.conn.PlainName(f))),
	}, f.Size)
}

// fetch fetches a file and reports it. Its size in bytes is negative where it is not
// known. What is there of one that is interrupted stays in the journal, to go on
// from.
func (c *command) fetch(ctx context.Context, e *transfer.Engine, d transfer.Download, size int64) error {
	d.Received = new(atomic.Int64)
	hide := newProgress(c.stderr).follow(d.Received, size)
	path, err := e.Download(ctx, d)
	hide()
	switch {
	case err != nil && ctx.Err() != nil:
		return ended(ctx, c.interruptedGet(e, d))
	case err != nil:
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return c.out.object(fetched{FileKey: d.FileKey, Path: path, Size: info.Size()}, "%s", shown(path))
}

// interruptedGet is the error of a download that was interrupted: not each of them has
// left something to go on with.
func (c *command) interruptedGet(e *transfer.Engine, d transfer.Download) error {
	abs, err := filepath.Abs(d.Path)
	for _, left := range e.LeftDownloads(storageID) {
		if err == nil && left.FileKey == d.FileKey && left.Path == abs {
			return c.interrupted()
		}
	}
	return errNotKept
}

// interrupted is the error of what was interrupted on its way.
func (c *command) interrupted() error {
	if !c.kept {
		return errNotKept
	}
	return errInterrupted
}

// fetchAll fetches one file after the other, and tells of each that fails.
func (c *command) fetchAll(ctx context.Context, e *transfer.Engine, all []transfer.Download) (failed error) {
	for _, d := range all {
		err := c.fetch(ctx, e, d, -1)
		if err != nil && ctx.Err() != nil {
			return err
		}
		if err != nil {
			fmt.Fprintf(c.stderr, "qs: %s%s\n", about(d, err), sentence(err))
			failed = errReported
		}
	}
	return failed
}

// about names the download that an error is of, where that does not do so itself.
func about(d transfer.Download, err error) string {
	var onDisk *transfer.FileError
	if errors.As(err, &onDisk) {
		return ""
	}
	return shown(d.Path) + ": "
}

// destination is where a file shall lie: in the folder that -o names, under
// the name that -o names, or here.
func destination(wish, name string) string {
	if wish == "" {
		return name
	}
	if info, err := os.Stat(wish); os.IsPathSeparator(wish[len(wish)-1]) || (err == nil && info.IsDir()) {
		return filepath.Join(wish, name)
	}
	return wish
}

func remove(ctx context.Context, c *command) error {
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	failed := false
	for _, key := range c.args {
		if err := s.remove(ctx, key); err != nil {
			fmt.Fprintf(c.stderr, "qs: %s: %s\n", shown(key), sentence(err))
			failed = true
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// remove deletes a file that is there: a key that was mistyped is an error.
func (s *storage) remove(ctx context.Context, key string) error {
	if _, err := s.stat(ctx, key); err != nil {
		return err
	}
	return s.call(ctx, func(c *api.Client) error { return c.Delete(ctx, key) })
}
