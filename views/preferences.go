package views

// A Look is light or dark.
type Look int

// The looks that can be chosen.
const (
	LookSystem Look = iota // as the desktop has it
	LookLight
	LookDark
)

// Preferences are what a person can choose in the settings. Each holds at once.
type Preferences struct {
	Look Look
	// Language is a BCP 47 tag of words.Catalogue.Languages; empty for the
	// system's.
	Language string
	// Up and Down bound what is sent and received, in bytes a second; 0 is no
	// limit.
	Up, Down int64
	// Hours of the day have limits of their own.
	Hours Hours
	// Workers is how many parts are sent at once; 0 lets the number follow the
	// line.
	Workers int
	// CopyWhenDone copies the link of what is done.
	CopyWhenDone bool
	// FoldersAsFiles sends the files of a folder one by one, not as one .zip.
	FoldersAsFiles bool
	// Notify allows notifications.
	Notify bool
	// DownloadFolder is where downloads go.
	DownloadFolder string
	// LinkHours is how long a link works, where the storage can be asked.
	LinkHours int
}

// Hours are a part of each day with limits of its own.
type Hours struct {
	// From is the first minute, such as 09:00, To the one after the last; both
	// are empty where there are none.
	From, To string
	// Up and Down are in bytes a second; 0 is no limit.
	Up, Down int64
}

// A CleanUp is something that can be deleted from this computer's storage in
// one go.
type CleanUp struct {
	// Days is how long ago the files were added at least; 0 means all of them.
	Days int
	// Files are so many, and take Bytes.
	Files int
	Bytes int64
}
