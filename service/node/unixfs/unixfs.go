// Package unixfs computes the CID that `ipfs add --cid-version=1
// --chunker=size-262144` gives to a file, from the digests of its leaves alone.
//
// The leaves are hashed while a file's parts arrive, in any order; when all are
// there the tree over them is a matter of milliseconds, and the content is not
// read again.
package unixfs

import (
	"crypto/sha256"

	"github.com/ipfs/boxo/ipld/merkledag"
	ft "github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"
)

const (
	// LeafSize is the length in bytes of every leaf but the last: the chunk of
	// `--chunker=size-262144`.
	LeafSize = 256 << 10
	// MaxLinks is the largest number of children of a node, the default of
	// Kubo's importer for CIDv1.
	MaxLinks = 174
)

// Digest is the SHA-256 of one raw leaf.
type Digest [sha256.Size]byte

// Builder grows a balanced UnixFS tree leaf by leaf. It keeps one unfinished
// node per level, so its memory does not depend on the length of the file. The
// zero value is an empty file, ready to use.
type Builder struct {
	levels [][]child
}

// child is a finished subtree: its CID, the bytes of file beneath it, and the
// bytes of all its blocks, which a link states as its size.
type child struct {
	cid    cid.Cid
	file   uint64
	blocks uint64
}

// Leaf appends the leaf of the given digest and length in bytes, 1 to LeafSize;
// only the last leaf of a file may be shorter than LeafSize.
func (b *Builder) Leaf(digest Digest, length int) error {
	c, err := leafCID(digest)
	if err != nil {
		return err
	}
	return b.push(0, child{cid: c, file: uint64(length), blocks: uint64(length)})
}

// Root closes the tree and returns the CID of the file: that of its only leaf
// where it has but one, and of the empty raw leaf where it has none. The
// Builder is empty again afterwards.
func (b *Builder) Root() (cid.Cid, error) {
	defer func() { b.levels = nil }()
	if len(b.levels) == 0 {
		return leafCID(sha256.Sum256(nil))
	}
	for level := 0; ; level++ {
		open := b.levels[level]
		top := level == len(b.levels)-1
		if top && len(open) == 1 {
			return open[0].cid, nil
		}
		if len(open) == 0 {
			continue
		}
		if err := b.fold(level); err != nil {
			return cid.Undef, err
		}
	}
}

// push adds a subtree to a level and folds the level once it is full, so that
// a level never stays at MaxLinks.
func (b *Builder) push(level int, c child) error {
	if level == len(b.levels) {
		b.levels = append(b.levels, make([]child, 0, MaxLinks))
	}
	b.levels[level] = append(b.levels[level], c)
	if len(b.levels[level]) < MaxLinks {
		return nil
	}
	return b.fold(level)
}

// fold makes one node of a level's children and hands it to the level above.
func (b *Builder) fold(level int) error {
	c, err := node(b.levels[level])
	if err != nil {
		return err
	}
	b.levels[level] = b.levels[level][:0]
	return b.push(level+1, c)
}

// node encodes an inner node: a dag-pb node whose links have no names and whose
// data is the UnixFS file message with the sizes of the children.
func node(children []child) (child, error) {
	file := ft.NewFSNode(ft.TFile)
	pb := new(merkledag.ProtoNode)
	if err := pb.SetCidBuilder(merkledag.V1CidPrefix()); err != nil {
		return child{}, err
	}
	var blocks uint64
	for _, c := range children {
		file.AddBlockSize(c.file)
		blocks += c.blocks
		if err := pb.AddRawLink("", &ipld.Link{Size: c.blocks, Cid: c.cid}); err != nil {
			return child{}, err
		}
	}
	data, err := file.GetBytes()
	if err != nil {
		return child{}, err
	}
	pb.SetData(data)
	encoded, err := pb.EncodeProtobuf(false)
	if err != nil {
		return child{}, err
	}
	return child{cid: pb.Cid(), file: file.FileSize(), blocks: blocks + uint64(len(encoded))}, nil
}

func leafCID(digest Digest) (cid.Cid, error) {
	hash, err := multihash.Encode(digest[:], multihash.SHA2_256)
	if err != nil {
		return cid.Undef, err
	}
	return cid.NewCidV1(cid.Raw, hash), nil
}
