package bundle

import "encoding/hex"

// Members counts the files and the empty folders in the archive.
func (b *Bundle) Members() int { return len(b.members) }

// Fingerprint is a hash, in hex, of the names, sizes and times of all members:
// two archives of the same fingerprint have the same layout, and are byte for
// byte the same as long as no file changes behind its time.
func (b *Bundle) Fingerprint() string { return hex.EncodeToString(b.fingerprint[:]) }
