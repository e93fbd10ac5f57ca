package views

// Part says how far a cell of a map of parts is.
type Part uint8

// The states of a cell. One of several parts moves when some of them are on
// their way, or there already.
const (
	PartMissing Part = iota
	PartMoving
	PartDone
)

// MostParts is how many cells a map of parts has at most.
const MostParts = 256

// Sum is the SHA-256 of what lies on this computer of a file, which is computed
// when somebody asks for it.
type Sum struct {
	// Possible tells that it can be asked for.
	Possible bool
	// Running tells that it is being computed: Read of Size bytes were read.
	Running    bool
	Read, Size int64
	// SHA256 in hexadecimal; empty while nobody knows it.
	SHA256 string
	// Problem is a sentence: why there is none.
	Problem string
}

// Saving is what is being saved from the storage.
type Saving struct {
	// Files is how many; 0 while nothing is saved.
	Files int
	// Folder is the name of where they go.
	Folder string
	// Received of Size bytes are there. Size is negative where it is not known.
	Received, Size int64
}
