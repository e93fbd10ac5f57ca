package bundle

import (
	"encoding/binary"
	"math"
	"time"
)

// Signatures, and what every header says.
const (
	localSignature      = 0x04034b50
	descriptorSignature = 0x08074b50
	entrySignature      = 0x02014b50
	end64Signature      = 0x06064b50
	locatorSignature    = 0x07064b50
	endSignature        = 0x06054b50

	// Bits of the flags: the checksum follows the data; the name is UTF-8.
	flagDescribed = 1 << 3
	flagUTF8      = 1 << 11

	// What a program must understand: folders, and ZIP64.
	version20 = 20
	version45 = 45
	// The upper byte says that attributes are those of Unix.
	madeByUnix = 3 << 8

	extraZIP64 = 0x0001
	extraStamp = 0x5455
	// The timestamp tells when the content was changed last, nothing else.
	stampModified = 1

	// Everybody who unpacks may read, and its owner write. The mode of the file
	// itself is not kept: it may change without a trace in its time.
	fileMode   = 0o100644
	folderMode = 0o040755
	// The attribute of DOS for a folder.
	dosFolder = 0x10
)

var order = binary.LittleEndian

func (m *member) flags() uint16 {
	if m.described() {
		return flagUTF8 | flagDescribed
	}
	return flagUTF8
}

func version(zip64 bool) uint16 {
	if zip64 {
		return version45
	}
	return version20
}

// appendLocal appends the header in front of the data. It tells the sizes
// although they are told behind the data as well, and APPNOTE 4.4.4 has zeros
// there: they are known, and without them whoever reads the archive as a stream
// could only guess where stored data ends.
func (m *member) appendLocal(b []byte) []byte {
	b = order.AppendUint32(b, localSignature)
	b = order.AppendUint16(b, version(m.large()))
	b = m.appendCommon(b, 0)
	b = order.AppendUint16(b, uint16(m.data()-m.offset-localLength-int64(len(m.name))))
	b = append(b, m.name...)
	b = m.appendStamp(b)
	if m.large() {
		b = appendZIP64(b, m.size, m.size)
	}
	return b
}

// appendCommon appends what both headers of a member have in common, up to the
// length of its name.
func (m *member) appendCommon(b []byte, crc uint32) []byte {
	b = order.AppendUint16(b, m.flags())
	b = order.AppendUint16(b, 0) // stored
	b = order.AppendUint32(b, dosTime(m.info.ModTime()))
	b = order.AppendUint32(b, crc)
	b = order.AppendUint32(b, clamp32(m.size))
	b = order.AppendUint32(b, clamp32(m.size))
	return order.AppendUint16(b, uint16(len(m.name)))
}

// appendDescriptor appends what follows the data (APPNOTE 4.3.9).
func (m *member) appendDescriptor(b []byte, crc uint32) []byte {
	b = order.AppendUint32(b, descriptorSignature)
	b = order.AppendUint32(b, crc)
	if m.large() {
		b = order.AppendUint64(b, uint64(m.size))
		return order.AppendUint64(b, uint64(m.size))
	}
	b = order.AppendUint32(b, uint32(m.size))
	return order.AppendUint32(b, uint32(m.size))
}

// appendEntry appends the member's entry in the directory.
func (m *member) appendEntry(b []byte, crc uint32) []byte {
	needed := version(m.large() || m.far())
	b = order.AppendUint32(b, entrySignature)
	b = order.AppendUint16(b, madeByUnix|needed)
	b = order.AppendUint16(b, needed)
	b = m.appendCommon(b, crc)
	b = order.AppendUint16(b, uint16(stampLength+m.entry64Length()))
	b = order.AppendUint16(b, 0) // no comment
	b = order.AppendUint16(b, 0) // on the first disk
	b = order.AppendUint16(b, 0) // binary
	b = order.AppendUint32(b, m.attributes())
	b = order.AppendUint32(b, clamp32(m.offset))
	b = append(b, m.name...)
	b = m.appendStamp(b)
	var numbers []int64
	if m.large() {
		numbers = append(numbers, m.size, m.size)
	}
	if m.far() {
		numbers = append(numbers, m.offset)
	}
	if len(numbers) > 0 {
		b = appendZIP64(b, numbers...)
	}
	return b
}

func (m *member) attributes() uint32 {
	if m.info.IsDir() {
		return folderMode<<16 | dosFolder
	}
	return fileMode << 16
}

// appendEnd appends what follows the directory.
func (l layout) appendEnd(b []byte) []byte {
	if l.zip64() {
		b = l.appendEnd64(b)
	}
	count := uint16(min(l.count, full16))
	b = order.AppendUint32(b, endSignature)
	b = order.AppendUint32(b, 0) // this disk and that of the directory: the first
	b = order.AppendUint16(b, count)
	b = order.AppendUint16(b, count)
	b = order.AppendUint32(b, clamp32(l.end-l.directory))
	b = order.AppendUint32(b, clamp32(l.directory))
	return order.AppendUint16(b, 0) // no comment
}

// appendEnd64 appends the ZIP64 end record and what leads to it.
func (l layout) appendEnd64(b []byte) []byte {
	b = order.AppendUint32(b, end64Signature)
	b = order.AppendUint64(b, end64Length-12) // without the signature and this
	b = order.AppendUint16(b, madeByUnix|version45)
	b = order.AppendUint16(b, version45)
	b = order.AppendUint64(b, 0) // this disk and that of the directory
	b = order.AppendUint64(b, uint64(l.count))
	b = order.AppendUint64(b, uint64(l.count))
	b = order.AppendUint64(b, uint64(l.end-l.directory))
	b = order.AppendUint64(b, uint64(l.directory))
	b = order.AppendUint32(b, locatorSignature)
	b = order.AppendUint32(b, 0) // on the first disk
	b = order.AppendUint64(b, uint64(l.end))
	return order.AppendUint32(b, 1) // of one disk
}

// appendStamp appends Info-ZIP's extended timestamp. Its seconds have 31 bits
// that all readers agree on: older and later times are moved to their ends.
func (m *member) appendStamp(b []byte) []byte {
	b = order.AppendUint16(b, extraStamp)
	b = order.AppendUint16(b, stampLength-extraLength)
	b = append(b, stampModified)
	return order.AppendUint32(b, uint32(min(max(m.info.ModTime().Unix(), 0), math.MaxInt32)))
}

func appendZIP64(b []byte, numbers ...int64) []byte {
	b = order.AppendUint16(b, extraZIP64)
	b = order.AppendUint16(b, uint16(8*len(numbers)))
	for _, n := range numbers {
		b = order.AppendUint64(b, uint64(n))
	}
	return b
}

func clamp32(n int64) uint32 { return uint32(min(n, full32)) }

// dosTime is a time as DOS wrote it: the date in the upper half, two seconds
// the finest step, the years 1980 to 2107. It is UTC and not local, for the
// archive must be the same when the computer has travelled.
func dosTime(t time.Time) uint32 {
	t = t.UTC()
	if t.Year() < 1980 {
		t = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if t.Year() > 2107 {
		t = time.Date(2107, 12, 31, 23, 59, 58, 0, time.UTC)
	}
	date := (t.Year()-1980)<<9 | int(t.Month())<<5 | t.Day()
	clock := t.Hour()<<11 | t.Minute()<<5 | t.Second()/2
	return uint32(date)<<16 | uint32(clock)
}
