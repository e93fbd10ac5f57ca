package session

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"quicksync.me/desktop/service/api"
)

// StepName names one step of a Probe.
type StepName string

// The steps of a Probe, in their order.
const (
	StepReach    StepName = "reach"
	StepKey      StepName = "key"
	StepSession  StepName = "session"
	StepSend     StepName = "send"
	StepComplete StepName = "complete"
	StepFetch    StepName = "fetch"
	StepDelete   StepName = "delete"
)

// probeSize is the size of the file that a Probe sends, in bytes.
const probeSize = 1024

// clearing is how long a Probe that failed may take to delete what it sent.
const clearing = 30 * time.Second

// errOther: what came back is not what was sent.
var errOther = errors.New("the link gives other bytes than were sent")

// Probe does the whole round with a small file, and tells each step as it
// begins and as it ends. It stops at the first that does not work, whose error
// it returns; what it had sent is deleted. The report is for a person to copy:
// it holds no key and no link.
func Probe(ctx context.Context, cfg Config, begins func(StepName), ends func(StepName, error)) (report string, err error) {
	p := &probe{cfg: cfg, content: make([]byte, probeSize)}
	_, _ = rand.Read(p.content)
	var lines strings.Builder
	for _, step := range []struct {
		name StepName
		do   func(context.Context) error
	}{
		{StepReach, p.reach}, {StepKey, p.key}, {StepSession, p.session}, {StepSend, p.send},
		{StepComplete, p.complete}, {StepFetch, p.fetch}, {StepDelete, p.delete},
	} {
		begins(step.name)
		err = step.do(ctx)
		ends(step.name, err)
		if err != nil {
			fmt.Fprintf(&lines, "%s: %v\n", step.name, err)
			p.clear(ctx)
			break
		}
		fmt.Fprintf(&lines, "%s: ok\n", step.name)
	}
	return p.head() + lines.String(), err
}

// head begins a report. What was given as a server's address is named where it is
// one: it may hold the key.
func (p *probe) head() string {
	if p.client == nil {
		return "QuickSync connection test\n"
	}
	return "QuickSync connection test of " + p.client.Server() + "\n"
}

// probe carries what one step leaves for the next.
type probe struct {
	cfg     Config
	content []byte
	client  *api.Client
	listErr error
	conn    *Connection
	name    string // as it was sent
	upload  api.Upload
	tag     string
}

// reach asks for the list; any answer of a QuickSync server will do.
func (p *probe) reach(ctx context.Context) (err error) {
	if p.client, err = api.New(api.Config{Server: p.cfg.Server, Token: p.cfg.Token, Transport: p.cfg.Transport, Gone: p.cfg.Gone}); err != nil {
		return err
	}
	_, p.listErr = p.client.List(ctx)
	var e *api.Error
	if !errors.As(p.listErr, &e) {
		return nil
	}
	switch {
	case e.Kind == api.ErrNotFound: // every storage has a list
		return &api.Error{Op: e.Op, Kind: api.ErrNotQuickSync, Status: e.Status}
	case e.Status == 0, e.Kind == api.ErrNotQuickSync, e.Kind == api.ErrPortal:
		return p.listErr
	}
	return nil
}

func (p *probe) key(context.Context) error { return p.listErr }

func (p *probe) session(ctx context.Context) (err error) {
	p.conn, err = Open(ctx, p.cfg)
	return err
}

func (p *probe) send(ctx context.Context) (err error) {
	if p.name, err = p.conn.seal("QuickSync test.bin"); err != nil {
		return err
	}
	p.upload, err = p.client.Begin(ctx, api.BeginRequest{Parts: 1, Name: p.name, Size: probeSize})
	if err != nil {
		return err
	}
	p.tag, err = p.client.PutPart(ctx, api.Part{
		Upload: p.upload, Number: 1, Size: probeSize,
		Body: func() io.Reader { return bytes.NewReader(p.content) },
	})
	return err
}

func (p *probe) complete(ctx context.Context) error {
	return p.client.Complete(ctx, p.upload, []string{p.tag})
}

func (p *probe) fetch(ctx context.Context) error {
	link, err := p.client.DownloadURL(ctx, p.upload.FileKey, api.LinkOptions{})
	if err != nil {
		return err
	}
	content, err := p.client.Fetch(ctx, link.URL, 0, -1)
	if err != nil {
		return err
	}
	defer content.Close()
	got, err := io.ReadAll(io.LimitReader(content, probeSize+1))
	if err != nil {
		return err
	}
	if !bytes.Equal(got, p.content) {
		return errOther
	}
	return nil
}

func (p *probe) delete(ctx context.Context) error {
	return p.client.Delete(ctx, p.upload.FileKey)
}

// clear deletes what a probe that failed has left. It has its own life, within
// a bound: the probe's context may have ended.
func (p *probe) clear(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearing)
	defer cancel()
	for _, key := range p.remains(ctx) {
		_ = p.client.Delete(ctx, key)
	}
}

// remains are the keys of what was begun. A begin that was not answered is
// found by its name where that is hidden, and so like no other's.
func (p *probe) remains(ctx context.Context) (keys []string) {
	switch {
	case p.upload.FileKey != "":
		return []string{p.upload.FileKey}
	case p.name == "" || !p.cfg.HideNames:
		return nil
	}
	files, _ := p.client.List(ctx)
	for _, f := range files {
		if f.Name == p.name {
			keys = append(keys, f.Key)
		}
	}
	return keys
}
