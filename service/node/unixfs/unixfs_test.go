package unixfs

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	chunker "github.com/ipfs/boxo/chunker"
	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs/importer/balanced"
	"github.com/ipfs/boxo/ipld/unixfs/importer/helpers"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

// sizes are where the shape of the tree changes, and their neighbours.
var sizes = []int64{
	0, 1, LeafSize - 1, LeafSize, LeafSize + 1, 2 * LeafSize,
	(MaxLinks - 1) * LeafSize,
	MaxLinks*LeafSize - 1, MaxLinks * LeafSize, MaxLinks*LeafSize + 1,
	(MaxLinks + 1) * LeafSize, 2*MaxLinks*LeafSize + 12345,
}

func TestRootIsWhatTheImporterGives(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			got := build(t, random(size))
			want := importer(t, merkledag.V1CidPrefix(), chunker.NewSizeSplitter(random(size), LeafSize))
			if got != want {
				t.Fatalf("%d bytes: %s, the importer says %s", size, got, want)
			}
		})
	}
}

// Three levels of nodes need 174 x 174 leaves, 8 GB. All but the last are the
// same leaf of zeros, so the importer is spared hashing it again each time.
func TestRootOfThreeLevels(t *testing.T) {
	const leaves, tail = MaxLinks*MaxLinks + MaxLinks, 7
	zero := make([]byte, LeafSize)
	digest := sha256.Sum256(zero)
	var b Builder
	for range leaves {
		if err := b.Leaf(digest, LeafSize); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Leaf(sha256.Sum256(zero[:tail]), tail); err != nil {
		t.Fatal(err)
	}
	got := root(t, &b)
	sum, err := merkledag.V1CidPrefix().WithCodec(cid.Raw).Sum(zero)
	if err != nil {
		t.Fatal(err)
	}
	builder := knownLeaf{merkledag.V1CidPrefix(), sum}
	if want := importer(t, builder, &repeated{leaves, zero, zero[:tail]}); got != want {
		t.Fatalf("%s, the importer says %s", got, want)
	}
}

// knownLeaf is a CID builder that has hashed the full leaf once and for all.
type knownLeaf struct {
	cid.Builder
	full cid.Cid
}

func (k knownLeaf) Sum(data []byte) (cid.Cid, error) {
	if len(data) == LeafSize {
		return k.full, nil
	}
	return k.Builder.Sum(data)
}

func (k knownLeaf) WithCodec(codec uint64) cid.Builder {
	return knownLeaf{k.Builder.WithCodec(codec), k.full}
}

// repeated is a splitter that gives the same leaf many times, then the tail.
type repeated struct {
	times      int
	full, tail []byte
}

func (r *repeated) Reader() io.Reader { return nil }

func (r *repeated) NextBytes() ([]byte, error) {
	r.times--
	switch {
	case r.times >= 0:
		return r.full, nil
	case r.times == -1:
		return r.tail, nil
	}
	return nil, io.EOF
}

func TestKnownRoots(t *testing.T) {
	// Both are known to everyone who ever ran `ipfs add --cid-version=1` on an
	// empty file and on the five bytes "hello" without a newline.
	known := map[string]string{
		"":      "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
		"hello": "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
	}
	for content, want := range known {
		var b Builder
		if content != "" {
			if err := b.Leaf(sha256.Sum256([]byte(content)), len(content)); err != nil {
				t.Fatal(err)
			}
		}
		root, err := b.Root()
		if err != nil || root.String() != want {
			t.Errorf("%q: %s, %v; want %s", content, root, err, want)
		}
	}
}

func build(t *testing.T, r io.Reader) string {
	t.Helper()
	var b Builder
	buf := make([]byte, LeafSize)
	for {
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			if err := b.Leaf(sha256.Sum256(buf[:n]), n); err != nil {
				t.Fatal(err)
			}
		}
		if err != nil {
			break
		}
	}
	return root(t, &b)
}

func root(t *testing.T, b *Builder) string {
	t.Helper()
	c, err := b.Root()
	if err != nil {
		t.Fatal(err)
	}
	return c.String()
}

// importer is boxo's own path from bytes to a root: what `ipfs add` runs.
func importer(t *testing.T, builder cid.Builder, leaves chunker.Splitter) string {
	t.Helper()
	params := helpers.DagBuilderParams{
		Maxlinks: MaxLinks, RawLeaves: true, CidBuilder: builder, Dagserv: forgetful{},
	}
	db, err := params.New(leaves)
	if err != nil {
		t.Fatal(err)
	}
	node, err := balanced.Layout(db)
	if err != nil {
		t.Fatal(err)
	}
	return node.Cid().String()
}

func random(size int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{byte(size), byte(size >> 8)}), size)
}

// forgetful takes every block and keeps none.
type forgetful struct{ ipld.DAGService }

func (forgetful) Add(context.Context, ipld.Node) error { return nil }
