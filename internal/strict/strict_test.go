package strict_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"quicksync.me/desktop/internal/strict"
	"quicksync.me/desktop/service/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token = "the-key"
	mib   = 1 << 20
)

// client is a real client of a server.
type client struct {
	*testing.T
	*api.Client
	server    *strict.Server
	transport *http.Transport
}

func start(t *testing.T, cfg strict.Config) client {
	t.Helper()
	cfg.Token, cfg.Session = token, "session"
	s, err := strict.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	transport := api.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	c, err := api.New(api.Config{Server: s.URL(), Token: token, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return client{T: t, Client: c, server: s, transport: transport}
}

func (c client) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c client) begin(name string, parts ...[]byte) api.Upload {
	c.Helper()
	u, err := c.Begin(c.Context(), api.BeginRequest{Parts: len(parts), Name: name, Size: int64(len(bytes.Join(parts, nil)))})
	c.must(err)
	return u
}

func (c client) put(u api.Upload, number int, data []byte) (tag string, err error) {
	return c.PutPart(c.Context(), api.Part{
		Upload: u, Number: number, Size: int64(len(data)), Body: func() io.Reader { return bytes.NewReader(data) },
	})
}

// store makes a file of parts.
func (c client) store(name string, parts ...[]byte) api.Upload {
	c.Helper()
	u := c.begin(name, parts...)
	var tags []string
	for i, data := range parts {
		tag, err := c.put(u, i+1, data)
		c.must(err)
		tags = append(tags, tag)
	}
	c.must(c.Complete(c.Context(), u, tags))
	return u
}

func noise(size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(size)}).Read(b)
	return b
}

// TestNothingIsHeldAgainstAGoodClient takes files the whole way.
func TestNothingIsHeldAgainstAGoodClient(t *testing.T) {
	for kind, like := range map[strict.TagKind]string{strict.Opaque: `W/"`, strict.MD5: `"`, strict.CRC32C: "crc32c-"} {
		for _, keep := range []bool{false, true} {
			c := start(t, strict.Config{Tags: kind, Keep: keep, Rate: 1 << 40})
			session, err := c.Session(t.Context())
			c.must(err)
			if session.ID != "session" {
				t.Errorf("session %+v", session)
			}
			parts := [][]byte{noise(5 * mib), noise(6 * mib), noise(1)}
			u := c.store("name", parts...)
			c.store("empty", nil)
			if tag, err := c.put(c.begin("another", noise(9)), 1, noise(9)); err != nil || !strings.HasPrefix(tag, like) {
				t.Errorf("the tag is %q, want one like %s (%v)", tag, like, err)
			}
			c.holds(u.FileKey, bytes.Join(parts, nil), keep)
			files, err := c.List(t.Context())
			c.must(err)
			if len(files) != 3 || c.server.Files()[2].Completed {
				t.Errorf("listed %+v, held %+v", files, c.server.Files())
			}
			for _, f := range files {
				c.must(c.Delete(t.Context(), f.Key))
			}
			if v := c.server.Violations(); len(v) > 0 || len(c.server.Files()) > 0 {
				t.Errorf("violations %q, left %+v", v, c.server.Files())
			}
		}
	}
}

// holds checks what the server says and gives of a finished file.
func (c client) holds(key string, content []byte, all bool) {
	c.Helper()
	f, err := c.Stat(c.Context(), key)
	c.must(err)
	link, err := c.DownloadURL(c.Context(), key, api.LinkOptions{})
	c.must(err)
	size, err := c.LinkSize(c.Context(), link.URL)
	c.must(err)
	if !f.Completed || f.Size != int64(len(content)) || size != f.Size || link.Expires.IsZero() {
		c.Errorf("%+v, %+v, %d bytes", f, link, size)
	}
	c.must(c.server.Same(key, bytes.NewReader(content)))
	for _, other := range [][]byte{content[1:], append(slices.Clone(content), 0), append([]byte{^content[0]}, content[1:]...)} {
		if c.server.Same(key, bytes.NewReader(other)) == nil {
			c.Error("another file is taken for the same")
		}
	}
	if !all {
		return
	}
	got, err := c.Fetch(c.Context(), link.URL, 3, -1)
	c.must(err)
	defer got.Close()
	if data, err := io.ReadAll(got); err != nil || !bytes.Equal(data, content[3:]) {
		c.Errorf("the link gives %d other bytes (%v)", len(data), err)
	}
}

// faults are all of them, with what the client sees.
var faults = map[string]struct {
	fault    strict.Fault
	want     error
	acted    bool // the server did
	received int64
}{
	"500":         {strict.Status(500, "", 0.5), api.ErrServer, false, 3 * mib},
	"429":         {strict.Status(429, "7", 0), api.ErrBusy, false, 0},
	"page":        {strict.Page(200, ""), api.ErrPortal, false, 6 * mib},
	"redirect":    {strict.Page(302, "http://login.example/"), api.ErrPortal, false, 6 * mib},
	"reset":       {strict.Reset(0.25), api.ErrNetwork, false, 6 * mib / 4},
	"504":         {strict.Acted(504), api.ErrServer, true, 6 * mib},
	"lost answer": {strict.LostAnswer, api.ErrNetwork, true, 6 * mib},
	"cut answer":  {strict.CutAnswer, api.ErrNetwork, true, 6 * mib},
}

func TestFaults(t *testing.T) {
	for name, f := range faults {
		spoil := true
		c := start(t, strict.Config{Spoil: func(c strict.Call) strict.Fault {
			if spoil && c.Op == "part" && c.Part == 1 {
				return f.fault
			}
			return nil
		}})
		data := noise(6 * mib)
		u := c.begin("name", data)
		_, err := c.put(u, 1, data)
		var e *api.Error
		if !errors.As(err, &e) || e.Kind != f.want {
			t.Errorf("%s: the client sees %v, want %v", name, err, f.want)
		}
		c.transport.CloseIdleConnections()
		c.must(c.server.Idle(t.Context()))
		a := c.server.Attempts()
		if len(a) != 1 || a[0].Stored != f.acted || a[0].Answered || a[0].Received != f.received || a[0].Size != 6*mib {
			t.Errorf("%s: %+v", name, a)
		}
		spoil = false
		c.must(c.completeWith(u, data))
		traffic := c.server.Traffic()
		if v := c.server.Violations(); len(v) > 0 || traffic.Needed != 6*mib || traffic.Received != 6*mib+f.received || traffic.Beside != 0 {
			t.Errorf("%s: violations %q, traffic %+v", name, v, traffic)
		}
	}
}

// TestBeside sends a part twice at once.
func TestBeside(t *testing.T) {
	came, goOn := make(chan struct{}, 2), make(chan struct{})
	c := start(t, strict.Config{Spoil: func(c strict.Call) strict.Fault {
		if c.Op != "part" {
			return nil
		}
		return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			came <- struct{}{}
			<-goOn
			next.ServeHTTP(w, r)
		}
	}})
	u := c.begin("name", []byte("hello"))
	tags := make(chan string, 2)
	for range 2 {
		go func() {
			tag, err := c.put(u, 1, []byte("hello"))
			if err != nil {
				t.Error(err)
			}
			tags <- tag
		}()
		<-came
	}
	close(goOn)
	one, two := <-tags, <-tags
	if c.Complete(t.Context(), u, []string{one}) != nil {
		c.must(c.Complete(t.Context(), u, []string{two}))
	}
	traffic := c.server.Traffic()
	if v := c.server.Violations(); len(v) > 0 || traffic != (strict.Traffic{Needed: 5, Received: 10, Beside: 5}) {
		t.Errorf("violations %q, traffic %+v", v, traffic)
	}
	if f := traffic.Factor(); f != 2 || c.server.Calls("part") != 2 {
		t.Errorf("factor %v of %d calls", f, c.server.Calls("part"))
	}
}

// TestNeedless sends a part again: before its answer was heard for sure, over another
// connection, and after that.
func TestNeedless(t *testing.T) {
	c := start(t, strict.Config{})
	data := []byte("hello")
	u := c.begin("name", data)
	send := func() {
		t.Helper()
		_, err := c.put(u, 1, data)
		c.must(err)
	}
	send()
	c.transport.CloseIdleConnections()
	send()
	send() // which tells that the one before was heard
	var needless []bool
	for _, a := range c.server.Attempts() {
		needless = append(needless, a.Needless)
	}
	if !slices.Equal(needless, []bool{false, false, true}) {
		t.Errorf("needless are %v", needless)
	}
}

// TestForgets loses uploads and changes the key.
func TestForgets(t *testing.T) {
	c := start(t, strict.Config{})
	done, open := c.store("done", []byte("a")), c.begin("open", []byte("b"))
	c.server.Forget()
	_, err := c.put(open, 1, []byte("b"))
	if !errors.Is(err, api.ErrNotFound) || c.server.Same(done.FileKey, strings.NewReader("a")) != nil {
		t.Errorf("after it has forgotten: %v, %+v", err, c.server.Files())
	}
	if err := c.server.Same(open.FileKey, strings.NewReader("b")); !errors.Is(err, strict.ErrNotThere) {
		t.Error(err)
	}
	c.server.SetToken("another")
	if _, err := c.List(t.Context()); !errors.Is(err, api.ErrUnauthorized) {
		t.Errorf("with the old key: %v", err)
	}
	if v := c.server.Violations(); len(v) > 0 {
		t.Errorf("%q", v)
	}
}

// TestLinkIsSigned: another signature opens nothing.
func TestLinkIsSigned(t *testing.T) {
	c := start(t, strict.Config{})
	u := c.store("n", []byte("a"))
	link, err := c.DownloadURL(t.Context(), u.FileKey, api.LinkOptions{})
	c.must(err)
	again, err := c.DownloadURL(t.Context(), u.FileKey, api.LinkOptions{})
	c.must(err)
	if link.URL == again.URL {
		t.Error("two links are the same")
	}
	if _, err := c.LinkSize(t.Context(), link.URL+"x"); !errors.Is(err, api.ErrForbidden) {
		t.Errorf("a forged link: %v", err)
	}
}

var _ http.Handler = (*strict.Server)(nil)

// TestSpoiltWithoutAConnection: a fault that wants to break the connection ends
// the call where there is none to break.
func TestSpoiltWithoutAConnection(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); got != http.ErrAbortHandler.Error() {
			t.Errorf("it ends with %s", got)
		}
	}()
	strict.Reset(1)(http.NotFoundHandler(), httptest.NewRecorder(), httptest.NewRequest(http.MethodPut, "/", strings.NewReader("x")))
	t.Error("it returns")
}
