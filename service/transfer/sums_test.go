package transfer

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/transfer/flow"
)

// tagMakers are the ways in which servers make tags.
var tagMakers = map[string]struct {
	kind tagKind // that becomes known
	make func(data string) string
}{
	"our node's":   {tagCRC32C, func(d string) string { return fmt.Sprintf("crc32c-%08x", crc32.Checksum([]byte(d), castagnoli)) }},
	"MD5":          {tagMD5, func(d string) string { return fmt.Sprintf("%x", md5.Sum([]byte(d))) }},
	"MD5, capital": {tagMD5, func(d string) string { return fmt.Sprintf("%X", md5.Sum([]byte(d))) }},
	"SHA-256":      {tagSHA256, func(d string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(d))) }},
	"no hash":      {tagOpaque, func(d string) string { return "part-" + d }},
	"like an MD5":  {tagOpaque, func(d string) string { return fmt.Sprintf("%x", md5.Sum([]byte(d+"salt"))) }},
	"like a SHA":   {tagOpaque, func(d string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(d+"salt"))) }},
}

// ours is the sum of data of a kind, as a tag.
func ours(k tagKind, data string) string {
	sum := k.newSum()
	if sum == nil {
		return ""
	}
	_, _ = sum.Write([]byte(data))
	return k.tag(sum)
}

// TestKindsOfTagsAreLearnt sends parts and looks which kind is known afterwards,
// that none of them would have been sent again, and what becomes of a tag that
// is wrong then.
func TestKindsOfTagsAreLearnt(t *testing.T) {
	for name, c := range tagMakers {
		t.Run(name, func(t *testing.T) {
			var k tagKinds
			for n := range 4 {
				data := fmt.Sprint("data", n)
				if sent := k.next(); !k.right(sent, ours(sent, data), c.make(data)) {
					t.Fatalf("part %d would be sent again: known %v, guess %v", n, k.known, k.guess)
				}
			}
			if k.known != c.kind || k.fromContent() != (c.kind != tagOpaque) {
				t.Errorf("known is %v, want %v", k.known, c.kind)
			}
			if c.kind == tagOpaque && k.next() != tagOpaque {
				t.Error("what nobody compares is summed up")
			}
			sent := k.next()
			if wrong := !k.right(sent, ours(sent, "what was sent"), c.make("what arrived")); wrong != (c.kind != tagOpaque) {
				t.Errorf("a wrong tag is judged wrong: %v", wrong)
			}
		})
	}
}

// Parts that are on their way together are sent before anything is known.
func TestKindsOfTagsWhileManyPartsAreOnTheirWay(t *testing.T) {
	for name, c := range tagMakers {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var k tagKinds
				var sent []tagKind
				for n := range 40 {
					if len(sent) == 0 || rapid.Bool().Draw(t, "another is sent") {
						sent = append(sent, k.next())
						continue
					}
					kind, data := sent[0], fmt.Sprint(n)
					sent = sent[1:]
					if !k.right(kind, ours(kind, data), c.make(data)) {
						t.Fatalf("part %d would be sent again", n)
					}
				}
			})
		})
	}
}

func TestSumOfAFileIsThatOfItsParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := strings.Repeat(rapid.StringN(1, 20, -1).Draw(t, "data"), 300_000)
		data = data[:rapid.IntRange(0, min(len(data), 5_000_000)).Draw(t, "size")]
		p, _ := Node.Plan(int64(len(data)), flow.Line{})
		var tags []string
		for n := 1; n <= p.Parts; n++ {
			offset, length := p.Part(n)
			tags = append(tags, ours(tagCRC32C, data[offset:offset+length]))
		}
		want := crc32.Checksum([]byte(data), castagnoli)
		if got := wholeSum(p, tags); got != fmt.Sprintf("%08x", want) {
			t.Errorf("%s, want %08x", got, want)
		}
		tags[len(tags)/2] = hex.EncodeToString([]byte("opaque"))
		if got := wholeSum(p, tags); got != "" {
			t.Errorf("of a part that is not known: %s", got)
		}
	})
}
