package main_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"quicksync.me/desktop/service/api"
)

// client speaks to the node behind the program's back.
func (n *nodeProcess) client() *api.Client {
	n.t.Helper()
	token := ""
	for _, e := range n.cmd.Env {
		if given, ok := strings.CutPrefix(e, "QS_TOKEN="); ok {
			token = given
		}
	}
	c, err := api.New(api.Config{Server: n.URL, Token: token})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(c.CloseIdle)
	return c
}

// begins begins an upload and leaves it.
func (n *nodeProcess) begins(name string) (key string) {
	n.t.Helper()
	return n.begin(n.client(), name, 1).FileKey
}

func (n *nodeProcess) begin(c *api.Client, name string, size int) api.Upload {
	n.t.Helper()
	u, err := c.Begin(n.t.Context(), api.BeginRequest{Parts: 1, Name: name, Size: int64(size)})
	if err != nil {
		n.t.Fatal(err)
	}
	return u
}

// stores puts a small file under a readable name into the node.
func (n *nodeProcess) stores(name string, content []byte) (key string) {
	n.t.Helper()
	c, ctx := n.client(), n.t.Context()
	u := n.begin(c, name, len(content))
	tag, err := c.PutPart(ctx, api.Part{Upload: u, Number: 1, Size: int64(len(content)), Body: func() io.Reader { return bytes.NewReader(content) }})
	if err != nil {
		n.t.Fatal(err)
	}
	if err := c.Complete(ctx, u, []string{tag}); err != nil {
		n.t.Fatal(err)
	}
	return u.FileKey
}

// wantOnly fails where the node has anything but finished files, so many.
func (n *nodeProcess) wantOnly(count int) {
	n.t.Helper()
	files, err := n.client().List(n.t.Context())
	if err != nil || len(files) != count {
		n.t.Errorf("%d files are stored, want %d; %v", len(files), count, err)
	}
	for _, f := range files {
		if !f.Completed {
			n.t.Errorf("an unfinished upload is left: %s", f.Key)
		}
	}
}

// link asks the node for a link to a file.
func (n *nodeProcess) link(key string) string {
	n.t.Helper()
	l, err := n.client().DownloadURL(n.t.Context(), key, api.LinkOptions{})
	if err != nil {
		n.t.Fatal(err)
	}
	return l.URL
}

// proxied passes calls on to the node.
func (n *nodeProcess) proxied() http.Handler {
	n.t.Helper()
	target, err := url.Parse(strings.TrimSuffix(n.URL, "/v1"))
	if err != nil {
		n.t.Fatal(err)
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = target.Host
		},
		// Where the sender is gone, nobody needs to be told.
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
}

// wantContents fetches files by their links and compares them.
func (n *nodeProcess) wantContents(stored map[string]storedFile, contents map[string][]byte) {
	n.t.Helper()
	for name, content := range contents {
		if got, _ := download(n.t, n.link(stored[name].FileKey)); got != digestOf(n.t, bytes.NewReader(content)) {
			n.t.Errorf("%s arrived changed", name)
		}
	}
}
