package transfer

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"strconv"
	"strings"
	"sync"

	"quicksync.me/desktop/service/checksum"
)

// Of what a server's tags are made decides what is summed up while a part is
// sent: nothing that nobody compares. The rules are:
//
//   - A tag that says by itself what it is, as our node's do, is known for sure.
//   - 32 hex digits may be an MD5, 64 a SHA-256. The next part tries it; only a
//     tag that has matched makes the kind known, and one that has not makes it
//     unknown for good. A guess never has a part sent again.
//   - Of a kind that is known, a tag that does not match has the part sent again.

// A tagKind is what tags are made of.
type tagKind int

const (
	tagUnknown tagKind = iota
	tagOpaque
	tagCRC32C
	tagMD5
	tagSHA256
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// crcTag begins a tag of our node: the part's CRC32C in eight hex digits.
const crcTag = "crc32c-"

// kindOfTag tells what a tag looks like.
func kindOfTag(tag string) tagKind {
	if digits, ok := strings.CutPrefix(tag, crcTag); ok && len(digits) == 2*crc32.Size {
		return tagCRC32C
	}
	if _, err := hex.DecodeString(tag); err != nil {
		return tagOpaque
	}
	switch len(tag) {
	case 2 * md5.Size:
		return tagMD5
	case 2 * sha256.Size:
		return tagSHA256
	}
	return tagOpaque
}

// newSum returns what makes tags of a kind, nil where nothing does.
func (k tagKind) newSum() hash.Hash {
	switch k {
	case tagCRC32C:
		return crc32.New(castagnoli)
	case tagMD5:
		return md5.New()
	case tagSHA256:
		return sha256.New()
	}
	return nil
}

// tag is what the sum of a part looks like as a tag.
func (k tagKind) tag(sum hash.Hash) string {
	digits := hex.EncodeToString(sum.Sum(nil))
	if k == tagCRC32C {
		return crcTag + digits
	}
	return digits
}

// tagKinds learns of what a server's tags are made.
type tagKinds struct {
	mu    sync.Mutex
	known tagKind
	guess tagKind // to be tried by the next part
}

// next is the kind of sum that the next part is sent with. Before anything is
// known it costs least to try our own.
func (k *tagKinds) next() tagKind {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.known != tagUnknown:
		return k.known
	case k.guess != tagUnknown:
		return k.guess
	}
	return tagCRC32C
}

// fromContent tells that tags are known to be made of the content, so that two
// sendings of a part give the same.
func (k *tagKinds) fromContent() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.known > tagOpaque
}

// right judges the tag of a part whose bytes have the given one, of the kind of
// sum that they were sent with.
func (k *tagKinds) right(sent tagKind, ours, tag string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	looks := kindOfTag(tag)
	same := looks == sent && strings.EqualFold(ours, tag)
	switch {
	case looks == tagCRC32C:
		k.known = tagCRC32C
	case k.known != tagUnknown:
	case looks == tagOpaque, looks == sent && !same:
		k.known = tagOpaque
	case same:
		k.known = looks
	default:
		k.guess = looks
	}
	return same || looks == tagOpaque || looks != sent || looks != k.known
}

// wholeSum is the CRC32C of a file in eight hex digits, combined of those of
// its parts; empty where not all of them are known.
func wholeSum(p Plan, tags []string) string {
	var whole uint32
	for i, tag := range tags {
		digits, ok := strings.CutPrefix(tag, crcTag)
		part, err := strconv.ParseUint(digits, 16, 32)
		if !ok || err != nil {
			return ""
		}
		_, length := p.Part(i + 1)
		whole = checksum.Combine(crc32.Castagnoli, whole, uint32(part), length)
	}
	return hexSum(whole)
}

// hexSum writes a CRC32C as it is kept.
func hexSum(crc uint32) string {
	return hex.EncodeToString([]byte{byte(crc >> 24), byte(crc >> 16), byte(crc >> 8), byte(crc)})
}
