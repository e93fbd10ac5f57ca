// Package names seals the names of files for the service and opens them again,
// and makes of any name one that is safe to save a file under.
//
// The sealed form is what AES with a passphrase means to OpenSSL and to
// crypto-js: "Salted__", eight bytes of salt, then AES-256-CBC with PKCS#7
// padding, all of it in base64. Key and IV come from the session ID by
// EVP_BytesToKey with MD5 and one round. It hides a name from whoever lacks the
// session ID and does no more: nothing in it is authenticated. See docs/api.md.
package names

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"unicode/utf8"
)

// MaxSealed is the largest sealed name, in bytes of base64, that Seal makes and
// Open tries to open. No file system has names nearly as long; a server could
// still send one of many megabytes.
const MaxSealed = 64 << 10

var (
	// ErrNoSession is returned by Seal when the session ID is empty: a name
	// sealed with it would be open to everyone.
	ErrNoSession = errors.New("names: no session to seal the name with")
	// ErrTooLong is returned by Seal when the sealed name would be longer than
	// MaxSealed.
	ErrTooLong = errors.New("names: the name is too long to be sealed")
)

const (
	magic    = "Salted__"
	saltSize = 8
	header   = len(magic) + saltSize
	keySize  = 32 // AES-256
)

// Seal returns name sealed with the session ID, under a fresh salt: the same
// name never looks the same twice. What is not UTF-8 in name becomes U+FFFD,
// because whoever opens it may refuse anything else. The error is ErrNoSession
// or ErrTooLong.
func Seal(name, session string) (string, error) {
	if session == "" {
		return "", ErrNoSession
	}
	plain := pad([]byte(strings.ToValidUTF8(name, "\uFFFD")))
	if base64.StdEncoding.EncodedLen(header+len(plain)) > MaxSealed {
		return "", ErrTooLong
	}
	sealed := make([]byte, header+len(plain))
	copy(sealed, magic)
	salt := sealed[len(magic):header]
	rand.Read(salt) // never fails: it ends the program instead
	block, iv := derive(session, salt)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed[header:], plain)
	return base64.StdEncoding.EncodeToString(sealed), nil
}

// Open returns the name that was sealed with the session ID, and true. Anything
// that is not a sealed name of that session comes back as it is, with false: it
// is what there is to show. The name is as hostile as its sender; see FileName.
//
// A wrong session is told by its padding and by UTF-8, not by a signature, so
// that about one short name in a million may open to nonsense.
func Open(sealed, session string) (name string, opened bool) {
	if session == "" || len(sealed) > MaxSealed {
		return sealed, false
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || !bytes.HasPrefix(raw, []byte(magic)) ||
		len(raw) < header+aes.BlockSize || (len(raw)-header)%aes.BlockSize != 0 {
		return sealed, false
	}
	block, iv := derive(session, raw[len(magic):header])
	plain := raw[header:]
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, plain)
	plain, ok := unpad(plain)
	if !ok || !utf8.Valid(plain) {
		return sealed, false
	}
	return string(plain), true
}

// derive is OpenSSL's EVP_BytesToKey with MD5 and one round: digest after digest
// over the one before, the passphrase and the salt, until there is enough for
// the key and the IV.
func derive(session string, salt []byte) (block cipher.Block, iv []byte) {
	material := make([]byte, 0, keySize+aes.BlockSize)
	input := make([]byte, 0, md5.Size+len(session)+len(salt))
	for len(material) < keySize+aes.BlockSize {
		input = append(input[:0], material[max(0, len(material)-md5.Size):]...)
		input = append(append(input, session...), salt...)
		digest := md5.Sum(input)
		material = append(material, digest[:]...)
	}
	block, err := aes.NewCipher(material[:keySize])
	if err != nil {
		panic("names: a key of 32 bytes was refused: " + err.Error())
	}
	return block, material[keySize : keySize+aes.BlockSize]
}

// pad adds PKCS#7 padding (RFC 5652, section 6.3): always at least one byte.
func pad(plain []byte) []byte {
	n := aes.BlockSize - len(plain)%aes.BlockSize
	return append(plain, bytes.Repeat([]byte{byte(n)}, n)...)
}

// unpad removes PKCS#7 padding and tells whether it was whole.
func unpad(padded []byte) (plain []byte, ok bool) {
	n := int(padded[len(padded)-1])
	if n == 0 || n > aes.BlockSize {
		return nil, false
	}
	plain, padding := padded[:len(padded)-n], padded[len(padded)-n:]
	return plain, bytes.Count(padding, []byte{byte(n)}) == n
}
