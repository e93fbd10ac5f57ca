package bundle

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// found is a file as the system would tell of it.
type found struct {
	fs.FileInfo
	folder bool
	time   time.Time
}

func (f found) IsDir() bool        { return f.folder }
func (f found) ModTime() time.Time { return f.time }

// sizes around which the form of a record changes.
var sizes = []int64{0, 1, full16, full32 - 1, full32, full32 + 1, 1 << 40}

func drawMember(t *rapid.T) *member {
	size := rapid.SampledFrom(sizes).Draw(t, "size")
	name := strings.Repeat("n", rapid.IntRange(1, maxName).Draw(t, "length"))
	at := time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "time"), 0)
	return &member{name: name, size: size, info: found{folder: size == 0, time: at}}
}

// Every record is as long as the arithmetic says, and each begins where the one
// before it has ended.
func TestRecordsFillTheirPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := rapid.SliceOfN(rapid.Custom(drawMember), 1, 20).Draw(t, "members")
		l, ok := place(members)
		if !ok {
			t.Fatal("it does not fit")
		}
		at := int64(0)
		expect := func(what string, place int64) {
			if at != place {
				t.Fatalf("%s is at %d, the bytes before it end at %d", what, place, at)
			}
		}
		for _, m := range members {
			expect("a local header", m.offset)
			at += int64(len(m.appendLocal(nil)))
			expect("data", m.data())
			at += m.size
			expect("a descriptor", m.descriptor())
			if m.described() {
				at += int64(len(m.appendDescriptor(nil, 0)))
			}
			expect("the next member", m.next())
		}
		expect("the directory", l.directory)
		for _, m := range members {
			expect("an entry", m.entry)
			at += int64(len(m.appendEntry(nil, 0)))
		}
		expect("the end record", l.end)
		at += int64(len(l.appendEnd(nil)))
		expect("the end", l.size)
	})
}

func TestPlacesAreFoundAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &Bundle{members: rapid.SliceOfN(rapid.Custom(drawMember), 1, 20).Draw(t, "members")}
		var ok bool
		if b.layout, ok = place(b.members); !ok {
			t.Fatal("it does not fit")
		}
		for i, m := range b.members {
			for _, at := range []int64{m.offset, m.data() - 1, m.next() - 1} {
				if got := b.memberAt(at); got != m {
					t.Fatalf("%d is in the member at %d, not in that at %d", at, m.offset, got.offset)
				}
			}
			for _, at := range []int64{m.entry, m.entry + m.entryLength() - 1} {
				if got := b.entryAt(at); got != i {
					t.Fatalf("%d is in entry %d, not in %d", at, i, got)
				}
			}
		}
	})
}

func TestZIP64BeginsWhereNumbersEnd(t *testing.T) {
	for _, c := range []struct {
		name   string
		layout layout
		want   bool
	}{
		{"all fits", layout{count: full16 - 1, directory: full32 - 1, end: 2*full32 - 2}, false},
		{"too many", layout{count: full16}, true},
		{"too far", layout{directory: full32, end: full32 + 1}, true},
		{"a directory too long", layout{end: full32}, true},
	} {
		if c.layout.zip64() != c.want {
			t.Errorf("%s: ZIP64 is %v", c.name, !c.want)
		}
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	half := func() *member { return &member{name: "n", size: maxSize / 2} }
	if _, ok := place([]*member{half()}); !ok {
		t.Error("one half does not fit")
	}
	if _, ok := place([]*member{half(), half()}); ok {
		t.Error("two halves and their headers fit")
	}
}

func TestDOSTime(t *testing.T) {
	zone := time.FixedZone("away", 5*3600)
	for _, c := range []struct {
		time time.Time
		want uint32
	}{
		{time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), 1<<21 | 1<<16},
		{time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), 1<<21 | 1<<16},
		{time.Date(2024, 2, 29, 23, 59, 59, 999, time.UTC), 44<<25 | 2<<21 | 29<<16 | 23<<11 | 59<<5 | 29},
		{time.Date(2024, 3, 1, 4, 59, 59, 0, zone), 44<<25 | 2<<21 | 29<<16 | 23<<11 | 59<<5 | 29},
		{time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC), 127<<25 | 12<<21 | 31<<16 | 23<<11 | 59<<5 | 29},
	} {
		if got := dosTime(c.time); got != c.want {
			t.Errorf("%v: %#x, want %#x", c.time, got, c.want)
		}
	}
}
