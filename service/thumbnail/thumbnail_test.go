package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func newMaker() *Maker { return New(Config{Width: 32, Height: 32}) }

// write makes a file and returns its path.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestEveryFormatHasAThumbnail(t *testing.T) {
	m := newMaker()
	for name, content := range pictures(t) {
		picture, err := m.Make(t.Context(), write(t, name, content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if size := picture.Bounds().Size(); size.X > 32 || size.Y > 32 || size.X < 20 && size.Y < 20 {
			t.Errorf("%s: the thumbnail is %v", name, size)
		}
	}
}

func TestColoursStayWhereTheyWere(t *testing.T) {
	picture, err := newMaker().Make(t.Context(), write(t, "a.png", pictures(t)["png"]))
	if err != nil {
		t.Fatal(err)
	}
	if picture.Bounds() != image.Rect(0, 0, 32, 24) {
		t.Fatalf("the thumbnail is %v", picture.Bounds())
	}
	for at, want := range map[image.Point]color.RGBA{
		{2, 2}: {G: 0xff, A: 0xff}, {2, 20}: {R: 0xff, A: 0xff}, {29, 12}: {B: 0xff, A: 0xff},
	} {
		if got := picture.At(at.X, at.Y); got != want {
			t.Errorf("at %v: %v, want %v", at, got, want)
		}
	}
}

// TestPicturesStandUpright looks for the green corner, which is at the top left
// of what was stored.
func TestPicturesStandUpright(t *testing.T) {
	const far = -3
	for orientation, corner := range map[uint16]image.Point{
		1: {2, 2}, 2: {far, 2}, 3: {far, far}, 4: {2, far}, 5: {2, 2}, 6: {far, 2}, 7: {far, far}, 8: {2, far},
		0: {2, 2}, 9: {2, 2}, 0xffff: {2, 2},
	} {
		picture, err := newMaker().Make(t.Context(), write(t, "a.jpg", turned(t, orientation)))
		if err != nil {
			t.Errorf("%d: %v", orientation, err)
			continue
		}
		size := picture.Bounds().Size()
		if swapped := orientation >= 5 && orientation <= 8; (size.Y > size.X) != swapped {
			t.Errorf("%d: the thumbnail is %v", orientation, size)
		}
		at := image.Pt((corner.X+size.X)%size.X, (corner.Y+size.Y)%size.Y)
		if r, g, b, _ := picture.At(at.X, at.Y).RGBA(); g < 0xc000 || r > 0x6000 || b > 0x6000 {
			t.Errorf("%d: no green at %v of %v: %v", orientation, at, size, picture.At(at.X, at.Y))
		}
	}
}

func TestBombsAreRefusedByTheirHeader(t *testing.T) {
	m := newMaker()
	for name, content := range bombs() {
		before := &counting{r: bytes.NewReader(content)}
		_, err := m.make(t.Context(), before, int64(len(content)))
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
		if before.read > 64<<10 {
			t.Errorf("%s: %d bytes were read of what only its header tells", name, before.read)
		}
	}
}

// counting counts what is read.
type counting struct {
	r    io.ReaderAt
	read int
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.read += n
	return n, err
}

func TestWhatIsNoPicture(t *testing.T) {
	m := newMaker()
	whole := pictures(t)["png"]
	for name, content := range map[string][]byte{
		"empty": nil, "text": []byte("not a picture at all, whatever its name says"), "cut": whole[:len(whole)/2],
		"magic": []byte("\x89PNG\r\n\x1a\n"), "jpeg": {0xff, 0xd8, 0xff}, "padding": bytes.Repeat([]byte{0xff}, 10_000),
	} {
		if _, err := m.Make(t.Context(), write(t, name, content)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}
	if _, err := m.Make(t.Context(), t.TempDir()); !errors.Is(err, ErrFormat) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := m.Make(t.Context(), filepath.Join(t.TempDir(), "missing.png")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	huge := write(t, "huge.png", whole)
	if err := os.Truncate(huge, maxFile+1); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Make(t.Context(), huge); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a huge file: %v", err)
	}
}

// panics is a file on which every decoder panics.
type panics struct{ io.ReaderAt }

func (p panics) ReadAt(b []byte, off int64) (int, error) {
	if off > 0 {
		panic("a decoder is broken")
	}
	return p.ReaderAt.ReadAt(b[:min(len(b), 16)], off)
}

func TestAPanicOfADecoderIsAnError(t *testing.T) {
	content := pictures(t)["png"]
	_, err := newMaker().make(t.Context(), panics{bytes.NewReader(content)}, int64(len(content)))
	if !errors.Is(err, ErrFormat) {
		t.Errorf("%v, want ErrFormat", err)
	}
}

// TestANewerWishSupersedes cancels a picture in the middle of its bytes; the
// next one has its turn at once.
func TestANewerWishSupersedes(t *testing.T) {
	m := newMaker()
	errNewer := errors.New("another file was selected")
	ctx, cancel := context.WithCancelCause(t.Context())
	content := pictures(t)["png"]
	_, err := m.make(ctx, cancelling{bytes.NewReader(content), func() { cancel(errNewer) }}, int64(len(content)))
	if !errors.Is(err, errNewer) {
		t.Errorf("%v, want %v", err, errNewer)
	}
	if _, err := m.Make(ctx, write(t, "a.png", content)); !errors.Is(err, errNewer) {
		t.Errorf("with a context that has ended: %v", err)
	}
	if _, err := m.Make(t.Context(), write(t, "b.png", content)); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// cancelling has its reader's context end when the first bytes are read.
type cancelling struct {
	io.ReaderAt
	cancel func()
}

func (c cancelling) ReadAt(b []byte, off int64) (int, error) {
	c.cancel()
	return c.ReaderAt.ReadAt(b, off)
}

func TestAFileIsMadeAnewOnlyWhenItChanged(t *testing.T) {
	m := newMaker()
	all := pictures(t)
	file := write(t, "a.png", all["png"])
	first, err := m.Make(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := m.Make(t.Context(), file); again != first {
		t.Error("an unchanged file was decoded again")
	}
	if err := os.WriteFile(file, encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, sample(20, 20)) }), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if changed, err := m.Make(t.Context(), file); err != nil || changed.Bounds() != image.Rect(0, 0, 20, 20) {
		t.Errorf("the changed file: %v, %v", changed.Bounds(), err)
	}
	for range 2 * remembered {
		if _, err := m.Make(t.Context(), write(t, "b.png", all["png"])); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.kept) != remembered {
		t.Errorf("%d pictures are kept, want %d", len(m.kept), remembered)
	}
}

func TestLongShapesFit(t *testing.T) {
	for _, size := range []image.Point{{1, 5000}, {5000, 1}, {400, 399}, {32, 33}} {
		content := encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, sample(size.X, size.Y)) })
		picture, err := newMaker().Make(t.Context(), write(t, "a.png", content))
		if err != nil {
			t.Errorf("%v: %v", size, err)
			continue
		}
		if got := picture.Bounds().Size(); got.X < 1 || got.Y < 1 || got.X > 32 || got.Y > 32 || max(got.X, got.Y) != 32 {
			t.Errorf("%v: the thumbnail is %v", size, got)
		}
	}
}

func TestPromising(t *testing.T) {
	for name, want := range map[string]bool{
		"a.jpg": true, "B.JPEG": true, "c.tiff": true, "d.webp": true, "a/b.gif": true, "e.pdf": false, "jpg": false, "": false, "f.jpg.zip": false,
	} {
		if got := Promising(name); got != want {
			t.Errorf("%q: %t, want %t", name, got, want)
		}
	}
}

// FuzzMake: whatever a file holds, it has a thumbnail that fits or an error.
func FuzzMake(f *testing.F) {
	for _, content := range pictures(f) {
		f.Add(content)
		f.Add(content[:len(content)*2/3])
	}
	for _, content := range bombs() {
		f.Add(content[:min(len(content), 4096)])
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		m := newMaker()
		picture, err := m.make(t.Context(), bytes.NewReader(content), int64(len(content)))
		if (picture == nil) == (err == nil) {
			t.Fatalf("picture %v, error %v", picture, err)
		}
		if err != nil {
			return
		}
		if size := picture.Bounds().Size(); size.X < 1 || size.Y < 1 || size.X > 32 || size.Y > 32 {
			t.Fatalf("the thumbnail is %v", size)
		}
	})
}
