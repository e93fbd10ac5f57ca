package transfertest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
)

// Contract is what the engine relies on in a bucket. Every case gets an empty
// bucket of its own.
func Contract(t *testing.T, open func(t *testing.T) transfer.Bucket) {
	for name, check := range map[string]func(*contract){
		"one part comes back":                    (*contract).onePart,
		"parts in any order come back":           (*contract).anyOrder,
		"a part sent again replaces itself":      (*contract).replaced,
		"an empty file is one empty part":        (*contract).empty,
		"an unfinished upload is listed as such": (*contract).unfinished,
		"names come back to the letter":          (*contract).names,
		"a wrong part number is refused":         (*contract).wrongNumber,
		"a part that is too large is refused":    (*contract).tooLarge,
		"an unknown upload is not found":         (*contract).unknownUpload,
		"complete names the parts it misses":     (*contract).incomplete,
		"complete refuses wrong tags":            (*contract).wrongTags,
		"complete refuses a wrong size":          (*contract).wrongSize,
		"complete can be repeated":               (*contract).completeTwice,
		"a finished upload takes no parts":       (*contract).lateParts,
		"delete is for good, and repeatable":     (*contract).deleted,
		"delete aborts an unfinished upload":     (*contract).aborted,
		"an unknown file is not found":           (*contract).unknownFile,
		"an unfinished file has no link":         (*contract).noLinkYet,
		"a link gives pieces":                    (*contract).pieces,
		"a link can be asked to live":            (*contract).lifetime,
		"nonsense is refused at begin":           (*contract).nonsense,
	} {
		t.Run(name, func(t *testing.T) {
			check(&contract{T: t, bucket: open(t), ctx: t.Context()})
		})
	}
}

// contract is one case: a test with a bucket.
type contract struct {
	*testing.T
	bucket transfer.Bucket
	ctx    context.Context
}

func (c *contract) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *contract) want(err, kind error) {
	c.Helper()
	if !errors.Is(err, kind) {
		c.Fatalf("got error %v, want %v", err, kind)
	}
	var e *api.Error
	if !errors.As(err, &e) || e.Transient() {
		c.Fatalf("%#v is no permanent *api.Error", err)
	}
}

func (c *contract) begin(parts int, size int64) api.Upload {
	c.Helper()
	u, err := c.bucket.Begin(c.ctx, api.BeginRequest{Parts: parts, Name: "name", Size: size})
	c.must(err)
	return u
}

func (c *contract) put(u api.Upload, number int, data string) string {
	c.Helper()
	tag, err := c.tryPut(u, number, data)
	c.must(err)
	return tag
}

func (c *contract) tryPut(u api.Upload, number int, data string) (string, error) {
	return c.bucket.PutPart(c.ctx, api.Part{
		Upload: u, Number: number, Size: int64(len(data)),
		Body: func() io.Reader { return strings.NewReader(data) },
	})
}

// store makes a finished file of the parts.
func (c *contract) store(parts ...string) api.Upload {
	c.Helper()
	u := c.begin(len(parts), int64(len(strings.Join(parts, ""))))
	var tags []string
	for i, p := range parts {
		tags = append(tags, c.put(u, i+1, p))
	}
	c.must(c.bucket.Complete(c.ctx, u, tags))
	return u
}

func (c *contract) link(fileKey string) string {
	c.Helper()
	link, err := c.bucket.DownloadURL(c.ctx, fileKey, api.LinkOptions{})
	c.must(err)
	return link.URL
}

// holds checks that a file is finished and gives these bytes.
func (c *contract) holds(fileKey, content string) {
	c.Helper()
	f, err := c.bucket.Stat(c.ctx, fileKey)
	c.must(err)
	if !f.Completed || f.Size != int64(len(content)) {
		c.Errorf("Stat says %+v", f)
	}
	link := c.link(fileKey)
	size, err := c.bucket.LinkSize(c.ctx, link)
	c.must(err)
	if size != int64(len(content)) {
		c.Errorf("the link shows %d bytes, want %d", size, len(content))
	}
	if got := c.fetch(link, 0, -1); got != content {
		c.Errorf("the link gives %q, want %q", got, content)
	}
}

func (c *contract) fetch(link string, from, until int64) string {
	c.Helper()
	content, err := c.bucket.Fetch(c.ctx, link, from, until)
	c.must(err)
	defer content.Close()
	data, err := io.ReadAll(content)
	c.must(err)
	return string(data)
}

func (c *contract) onePart() { c.holds(c.store("hello").FileKey, "hello") }

func (c *contract) anyOrder() {
	a, b := strings.Repeat("a", 256<<10), strings.Repeat("b", 256<<10)
	u := c.begin(3, int64(len(a)+len(b)+1))
	third, first, second := c.put(u, 3, "c"), c.put(u, 1, a), c.put(u, 2, b)
	c.must(c.bucket.Complete(c.ctx, u, []string{first, second, third}))
	c.holds(u.FileKey, a+b+"c")
}

func (c *contract) replaced() {
	u := c.begin(1, 5)
	old := c.put(u, 1, "wrong")
	tag := c.put(u, 1, "right")
	if old == tag {
		c.Error("two contents have one tag")
	}
	c.must(c.bucket.Complete(c.ctx, u, []string{tag}))
	c.holds(u.FileKey, "right")
}

func (c *contract) empty() { c.holds(c.store("").FileKey, "") }

func (c *contract) unfinished() {
	u := c.begin(2, 10)
	files, err := c.bucket.List(c.ctx)
	c.must(err)
	if len(files) != 1 || files[0].Key != u.FileKey || files[0].Completed || files[0].Size != 10 || files[0].Parts != 2 {
		c.Errorf("listed as %+v", files)
	}
}

func (c *contract) names() {
	for _, name := range []string{"a", `q"uo\te`, "наме 📎", "line\nfeed", "<b>", strings.Repeat("x", 5000)} {
		u, err := c.bucket.Begin(c.ctx, api.BeginRequest{Parts: 1, Name: name, Size: 0})
		c.must(err)
		f, err := c.bucket.Stat(c.ctx, u.FileKey)
		c.must(err)
		if f.Name != name {
			c.Errorf("sent %.40q, got back %.40q", name, f.Name)
		}
	}
}

func (c *contract) wrongNumber() {
	u := c.begin(2, 10)
	for _, n := range []int{-1, 0, 3, 1 << 30} {
		_, err := c.tryPut(u, n, "x")
		c.want(err, api.ErrRefused)
	}
}

func (c *contract) tooLarge() {
	u := c.begin(2, maxBody+1)
	body := bytes.Repeat([]byte("x"), maxBody+1)
	_, err := c.bucket.PutPart(c.ctx, api.Part{Upload: u, Number: 1, Size: maxBody + 1, Body: func() io.Reader { return bytes.NewReader(body) }})
	c.want(err, api.ErrTooLarge)
}

func (c *contract) unknownUpload() {
	known := c.begin(1, 1)
	for _, u := range []api.Upload{{ID: "no", FileKey: "no"}, {ID: known.ID, FileKey: "no"}, {ID: "no", FileKey: known.FileKey}} {
		_, err := c.tryPut(u, 1, "x")
		c.want(err, api.ErrNotFound)
		c.want(c.bucket.Complete(c.ctx, u, []string{"x"}), api.ErrNotFound)
	}
}

func (c *contract) incomplete() {
	u := c.begin(3, 3)
	tag := c.put(u, 2, "b")
	err := c.bucket.Complete(c.ctx, u, []string{tag, tag, tag})
	c.want(err, api.ErrIncomplete)
	var e *api.Error
	if errors.As(err, &e); len(e.Parts) != 2 || e.Parts[0] != 1 || e.Parts[1] != 3 {
		c.Errorf("the parts named are %v, want 1 and 3", e.Parts)
	}
}

func (c *contract) wrongTags() {
	u := c.begin(1, 1)
	tag := c.put(u, 1, "a")
	for _, tags := range [][]string{nil, {""}, {"other"}, {tag, tag}} {
		c.want(c.bucket.Complete(c.ctx, u, tags), api.ErrIncomplete)
	}
	c.must(c.bucket.Complete(c.ctx, u, []string{tag}))
}

func (c *contract) wrongSize() {
	u := c.begin(1, 5)
	c.want(c.bucket.Complete(c.ctx, u, []string{c.put(u, 1, "four")}), api.ErrIncomplete)
}

func (c *contract) completeTwice() {
	u := c.begin(1, 1)
	tags := []string{c.put(u, 1, "a")}
	c.must(c.bucket.Complete(c.ctx, u, tags))
	c.must(c.bucket.Complete(c.ctx, u, tags))
	c.holds(u.FileKey, "a")
}

func (c *contract) lateParts() {
	u := c.store("a")
	_, err := c.tryPut(u, 1, "b")
	c.want(err, api.ErrNotFound)
	c.holds(u.FileKey, "a")
}

func (c *contract) deleted() {
	u := c.store("a")
	link := c.link(u.FileKey)
	c.must(c.bucket.Delete(c.ctx, u.FileKey))
	c.must(c.bucket.Delete(c.ctx, u.FileKey))
	_, err := c.bucket.Stat(c.ctx, u.FileKey)
	c.want(err, api.ErrNotFound)
	_, err = c.bucket.LinkSize(c.ctx, link)
	c.want(err, api.ErrNotFound)
}

func (c *contract) aborted() {
	u := c.begin(1, 1)
	c.must(c.bucket.Delete(c.ctx, u.FileKey))
	_, err := c.tryPut(u, 1, "a")
	c.want(err, api.ErrNotFound)
	if files, err := c.bucket.List(c.ctx); err != nil || len(files) != 0 {
		c.Errorf("still listed: %v, %v", files, err)
	}
}

func (c *contract) unknownFile() {
	_, err := c.bucket.Stat(c.ctx, "a/b ?#%+c")
	c.want(err, api.ErrNotFound)
	_, err = c.bucket.DownloadURL(c.ctx, "a/b ?#%+c", api.LinkOptions{})
	c.want(err, api.ErrNotFound)
}

func (c *contract) noLinkYet() {
	u := c.begin(1, 1)
	_, err := c.bucket.DownloadURL(c.ctx, u.FileKey, api.LinkOptions{})
	c.want(err, api.ErrNotFound)
}

func (c *contract) pieces() {
	a := strings.Repeat("a", 256<<10)
	link := c.link(c.store(a, "bcd").FileKey)
	n := int64(len(a))
	for want, span := range map[string][2]int64{"abc": {n - 1, n + 1}, "bcd": {n, -1}, "aa": {0, 1}, "d": {n + 2, n + 2}} {
		if got := c.fetch(link, span[0], span[1]); got != want {
			c.Errorf("bytes %d to %d are %q, want %q", span[0], span[1], got, want)
		}
	}
}

func (c *contract) lifetime() {
	u := c.store("a")
	// The first answer of a server tells whether it knows lifetimes at all.
	link, err := c.bucket.DownloadURL(c.ctx, u.FileKey, api.LinkOptions{Lifetime: time.Hour})
	c.must(err)
	if left := time.Until(link.Expires); left < 50*time.Minute || left > 61*time.Minute {
		c.Errorf("asked for an hour, the link lives %v", left)
	}
}

func (c *contract) nonsense() {
	for _, r := range []api.BeginRequest{{Parts: 0, Name: "n"}, {Parts: 1, Name: "n", Size: -1}, {Parts: 1}, {Parts: 10_001, Name: "n"}} {
		_, err := c.bucket.Begin(c.ctx, r)
		c.want(err, api.ErrRefused)
	}
}
