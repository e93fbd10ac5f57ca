package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

const (
	// MaxPart is the largest part in bytes, the largest request body that the
	// hosted service takes.
	MaxPart = 30_000_000
	// MaxParts is the largest number of parts of a file.
	MaxParts = 10_000
)

// Owner tells whose a file is: a digest of what the owner proves itself with.
type Owner [sha256.Size]byte

// MarshalText writes the owner as hexadecimal digits.
func (o Owner) MarshalText() ([]byte, error) {
	return hex.AppendEncode(nil, o[:]), nil
}

// UnmarshalText reads what MarshalText wrote.
func (o *Owner) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(o)) {
		return fmt.Errorf("store: an owner of %d digits", len(text))
	}
	_, err := hex.Decode(o[:], text)
	return err
}

// Draft is what is known of a file when its upload begins.
type Draft struct {
	// Name is kept as it is; the store never looks into it.
	Name string
	// TotalParts is 1 to MaxParts.
	TotalParts int
	// Size in bytes is what the parts must add up to.
	Size int64
}

// Limits bound what one owner keeps; zero means without limit.
type Limits struct {
	// Files counts finished files and uploads under way alike.
	Files int
	// Bytes bounds the sum of the declared sizes, which are reserved from the
	// beginning of an upload on, and with it what each upload may hold.
	Bytes int64
}

// Ref names an upload under way.
type Ref struct {
	Owner    Owner
	Key      string
	UploadID string
}

// File is a file or an upload under way. Its tags are the names of the fields
// in the database.
type File struct {
	Key        string    `json:"-"`
	UploadID   string    `json:"upload"`
	Owner      Owner     `json:"owner"`
	Name       string    `json:"name"`
	TotalParts int       `json:"parts"`
	Size       int64     `json:"size"`
	Created    time.Time `json:"created"`
	Completed  bool      `json:"completed,omitempty"`
	// CID is the content's, known once the file is completed.
	CID string `json:"cid,omitempty"`
}

// Part is a part that is on the disk.
type Part struct {
	// Number counts from 1.
	Number int
	// Size is in bytes.
	Size int64
	// CRC is the CRC32C (Castagnoli) of the bytes.
	CRC uint32
}

// Tag returns what a client quotes to complete the file: "crc32c-" and eight
// hexadecimal digits.
func (p Part) Tag() string { return fmt.Sprintf("crc32c-%08x", p.CRC) }

// Usage is what a store takes up.
type Usage struct {
	// Files counts the files of all owners, uploads under way among them.
	Files int
	// Bytes is the content kept.
	Bytes int64
	// Free is the room left on the disk in bytes.
	Free uint64
}
