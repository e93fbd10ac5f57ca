package node

import (
	"io"
	"net/http"
	"time"

	"quicksync.me/desktop/service/node/store"
)

// patience ends connections on which nothing moves. A transfer may take as long
// as it takes: the deadlines are pushed ahead while bytes come and go.
type patience struct {
	read, write time.Duration
	next        http.Handler
}

// ServeHTTP serves with a body and a writer that push the deadlines. A body has
// its first deadline before anybody reads: where nobody does, the server itself
// waits for it. It goes by the type of its own body then, which therefore stays
// in its request.
func (p patience) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	if r.Body != http.NoBody {
		_ = control.SetReadDeadline(time.Now().Add(p.read)) // fails only where the connection is gone
		r = r.WithContext(r.Context())
		r.Body = &patientBody{r.Body, control, p.read}
	}
	p.next.ServeHTTP(&patientWriter{ResponseWriter: w, control: control, patience: p.write}, r)
}

type patientBody struct {
	io.ReadCloser
	control  *http.ResponseController
	patience time.Duration
}

// Read reads on, waiting no longer than the patience. After the last byte the
// deadline is lifted: from there on the server reads only to learn whether the
// client is still there, and its answer may take long to make.
func (b *patientBody) Read(p []byte) (int, error) {
	if err := b.control.SetReadDeadline(time.Now().Add(b.patience)); err != nil {
		return 0, err
	}
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		_ = b.control.SetReadDeadline(time.Time{}) // fails only where the connection is gone
	}
	return n, err
}

type patientWriter struct {
	http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration
	started  bool
}

// sendChunk is how many bytes of a file are handed to the kernel at once, and
// so what a client must take within the patience.
const sendChunk = 256 << 10

func (w *patientWriter) begun() bool { return w.started }

// Unwrap lets http.ResponseController reach the connection.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader begins the answer.
func (w *patientWriter) WriteHeader(status int) {
	w.push()
	w.ResponseWriter.WriteHeader(status)
}

// Write writes on, waiting no longer than the patience.
func (w *patientWriter) Write(p []byte) (int, error) {
	w.push()
	return w.ResponseWriter.Write(p)
}

func (w *patientWriter) push() {
	w.started = true
	_ = w.control.SetWriteDeadline(time.Now().Add(w.patience)) // fails only where the write will
}

// copier is a reader that can hand its bytes to a writer in a way better than
// through a buffer; io.EOF says that it has no more.
type copier interface {
	CopyTo(w io.Writer, limit int64) (int64, error)
}

var _ copier = (*store.Content)(nil)

// ReadFrom copies a file to the connection. http.ServeContent gives it a limited
// reader over the content; when that can, extents go from disk to network in
// the kernel (sendfile).
func (w *patientWriter) ReadFrom(src io.Reader) (total int64, err error) {
	limited, ok := src.(*io.LimitedReader)
	if !ok {
		return io.Copy(struct{ io.Writer }{w}, src)
	}
	content, ok := limited.R.(copier)
	if !ok {
		return io.Copy(struct{ io.Writer }{w}, src)
	}
	for limited.N > 0 && err == nil {
		var n int64
		w.push()
		n, err = content.CopyTo(w.ResponseWriter, min(limited.N, sendChunk))
		limited.N -= n
		total += n
	}
	if err == io.EOF {
		err = nil
	}
	return total, err
}
