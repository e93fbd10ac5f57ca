package sink

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
)

// offeredPart is the size of the parts that the offered file seems to have been
// sent in, in bytes: some clients fetch by part number.
const offeredPart = 8 << 20

// zeros stands for content that was thrown away.
type zeros struct{}

// ReadAt implements io.ReaderAt.
func (zeros) ReadAt(p []byte, _ int64) (int, error) {
	clear(p)
	return len(p), nil
}

// serve answers GET and HEAD for an object's content, with ranges.
func (o *object) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if number := r.URL.Query().Get("partNumber"); number != "" {
		if err := o.selectPart(h, r, number); err != nil {
			http.Error(w, err.Error(), http.StatusRequestedRangeNotSatisfiable)
			return
		}
	}
	if o.path == "" {
		http.ServeContent(w, r, "", o.since, io.NewSectionReader(zeros{}, 0, o.size))
		return
	}
	f, err := os.Open(o.path)
	if err != nil {
		http.Error(w, "the offered file is gone", http.StatusInternalServerError)
		return
	}
	defer f.Close()
	http.ServeContent(w, r, "", o.since, f)
}

// selectPart turns a part number into the range of that part.
func (o *object) selectPart(h http.Header, r *http.Request, number string) error {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > o.parts {
		return errors.New("there is no such part")
	}
	h.Set("X-Amz-Mp-Parts-Count", strconv.Itoa(o.parts))
	from := int64(n-1) * offeredPart
	r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, min(from+offeredPart, o.size)-1))
	return nil
}
