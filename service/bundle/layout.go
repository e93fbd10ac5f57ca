package bundle

import "sort"

// Lengths of the parts of an archive in bytes, names and extra fields apart
// (APPNOTE 4.3.7 to 4.3.16).
const (
	localLength        = 30
	entryLength        = 46
	descriptorLength   = 16
	descriptor64Length = 24
	endLength          = 22
	end64Length        = 56
	locatorLength      = 20
	// An extra field begins with its kind and its length. The timestamp holds a
	// flag and the seconds, ZIP64's holds numbers of 8 bytes.
	extraLength = 4
	stampLength = extraLength + 5
)

// Where a number of 16 or 32 bits has this value, the true one is in a ZIP64
// field (APPNOTE 4.4.1.4).
const (
	full16 = 0xFFFF
	full32 = 0xFFFFFFFF
)

// maxSize bounds an archive in bytes. No disk holds that much, but a sparse
// file may claim it.
const maxSize = 1 << 60

// layout is of the archive as a whole.
type layout struct {
	// directory and end are where the directory and the end record begin, and
	// size is how long all is, in bytes.
	directory, end, size int64
	// count of the members.
	count int64
}

// place gives the members their places, in their order. It reports false where
// the archive would be larger than maxSize.
func place(members []*member) (layout, bool) {
	at := int64(0)
	for _, m := range members {
		m.offset = at
		if m.size > maxSize-at {
			return layout{}, false
		}
		at = m.next()
	}
	l := layout{directory: at, count: int64(len(members))}
	for _, m := range members {
		m.entry = at
		at += m.entryLength()
	}
	l.end = at
	l.size = l.end + l.endLength()
	return l, l.size <= maxSize
}

// large tells that the member's size does not fit in 32 bits.
func (m *member) large() bool { return m.size >= full32 }

// far tells that the member's place does not fit in 32 bits.
func (m *member) far() bool { return m.offset >= full32 }

// described tells that the checksum follows the data: that of no data is known
// beforehand.
func (m *member) described() bool { return m.size > 0 }

// data is where the member's content begins.
func (m *member) data() int64 {
	at := m.offset + localLength + int64(len(m.name)) + stampLength
	if m.large() {
		at += extraLength + 16 // both sizes
	}
	return at
}

// descriptor is where the member's content has ended.
func (m *member) descriptor() int64 { return m.data() + m.size }

// next is where the member has ended, with all that belongs to it.
func (m *member) next() int64 {
	switch {
	case m.large():
		return m.descriptor() + descriptor64Length
	case m.described():
		return m.descriptor() + descriptorLength
	default:
		return m.descriptor()
	}
}

// entryLength is how long the directory's entry of the member is.
func (m *member) entryLength() int64 {
	return entryLength + int64(len(m.name)) + stampLength + m.entry64Length()
}

// entry64Length is how long the ZIP64 field of that entry is: it holds those
// numbers only that do not fit elsewhere (APPNOTE 4.5.3).
func (m *member) entry64Length() int64 {
	var numbers int64
	if m.large() {
		numbers += 16
	}
	if m.far() {
		numbers += 8
	}
	if numbers == 0 {
		return 0
	}
	return extraLength + numbers
}

// zip64 tells that the end record needs its ZIP64 form.
func (l layout) zip64() bool {
	return l.count >= full16 || l.directory >= full32 || l.end-l.directory >= full32
}

func (l layout) endLength() int64 {
	if l.zip64() {
		return end64Length + locatorLength + endLength
	}
	return endLength
}

// memberAt returns the member that holds a place before the directory.
func (b *Bundle) memberAt(at int64) *member {
	return b.members[sort.Search(len(b.members), func(i int) bool { return b.members[i].offset > at })-1]
}

// entryAt returns the index of the member whose entry holds a place in the
// directory.
func (b *Bundle) entryAt(at int64) int {
	return sort.Search(len(b.members), func(i int) bool { return b.members[i].entry > at }) - 1
}
