package clipboard

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// A board is a clipboard whose owner tells in which types its content can be
// had: X11's targets and Wayland's are both MIME types.
type board interface {
	types(ctx context.Context) ([]string, error)
	// fetch returns the content in one of them, or errRefused.
	fetch(ctx context.Context, kind string) ([]byte, error)
}

// errRefused: the owner does not give its content in a type.
var errRefused = errors.New("clipboard: the owner refuses")

// latin1 is the type of X11 whose text is ISO 8859-1 (ICCCM 2.6.2).
const latin1 = "STRING"

// The types that are read, those that are sure first.
var (
	fileTypes    = []string{"text/uri-list", "x-special/gnome-copied-files"}
	textTypes    = []string{"text/plain;charset=utf-8", "UTF8_STRING", "text/plain", latin1}
	pictureTypes = []string{"image/png"}
	allTypes     = slices.Concat(fileTypes, textTypes, pictureTypes)
)

// best reads what of an offer the person means, of these types, the best first.
func best(ctx context.Context, b board, kinds []string) (Content, error) {
	offered, err := b.types(ctx)
	if err != nil {
		return Content{}, err
	}
	for _, kind := range kinds {
		if !slices.Contains(offered, kind) {
			continue
		}
		data, err := b.fetch(ctx, kind)
		if errors.Is(err, errRefused) {
			continue
		}
		if err != nil {
			return Content{}, err
		}
		if c, ok := contentOf(kind, data); ok {
			return c, nil
		}
	}
	return Content{}, ErrEmpty
}

// contentOf reads data of a type; false where there is nothing in it.
func contentOf(kind string, data []byte) (c Content, ok bool) {
	switch {
	case slices.Contains(fileTypes, kind):
		c.Files = Paths(uncommented(string(data)))
	case kind == "image/png":
		c.PNG = data
	case kind == latin1:
		runes := make([]rune, len(data))
		for i, b := range data {
			runes[i] = rune(b)
		}
		c.Text = textOf([]byte(string(runes)))
	default:
		c.Text = textOf(data)
	}
	return c, len(c.Files)+len(c.Text)+len(c.PNG) > 0
}

// uncommented is a list of URIs without its comments (RFC 2483, 5).
func uncommented(list string) string {
	var kept strings.Builder
	for line := range strings.Lines(list) {
		if !strings.HasPrefix(line, "#") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
