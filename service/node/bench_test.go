package node

import (
	"bytes"
	"io"
	"testing"

	"quicksync.me/desktop/service/node/store"
)

// benchPart is the largest part that ends with a leaf.
const benchPart = store.MaxPart / (256 << 10) * (256 << 10)

// BenchmarkPart measures parts on their way to the disk, fsync included.
func BenchmarkPart(b *testing.B) {
	n := start(b, Config{})
	content := noise(benchPart)
	u := n.begin("name", store.MaxParts, benchPart)
	b.SetBytes(benchPart)
	for b.Loop() {
		n.put(u, 1, content)
	}
}

// BenchmarkDownload measures a file of several extents on its way back.
func BenchmarkDownload(b *testing.B) {
	n := start(b, Config{})
	part := noise(benchPart)
	link := n.link(n.upload("name", part, part, part, part), "").URL
	b.SetBytes(4 * benchPart)
	for b.Loop() {
		resp, err := n.client.Get(link)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			b.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}

// BenchmarkSmallFiles measures whole files of 64 KiB, of which many are under
// way at once: three calls each.
func BenchmarkSmallFiles(b *testing.B) {
	n := start(b, Config{})
	content := bytes.Repeat([]byte("quicksync"), 64<<10/9)
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n.upload("name", content)
		}
	})
}
