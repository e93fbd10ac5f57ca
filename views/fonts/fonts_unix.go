//go:build !windows && !darwin

package fonts

import (
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed" // for the font
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// packed is Droid Sans Fallback under another name, see gen.go and LICENSE.
//
//go:embed fallback.ttf.gz
var packed []byte

// standard is what XDG_DATA_DIRS means where it is not set, by the XDG Base
// Directory Specification.
const standard = "/usr/local/share:/usr/share"

// lend adds dir to the data directories of this process, after those of the
// system, until giveBack: the fonts of both are taken in that order. It changes the
// environment itself, not in a goroutine: C code that opens a window reads it.
func lend(dir string) (unpack, giveBack func() error) {
	const name = "XDG_DATA_DIRS"
	before, was := os.LookupEnv(name)
	err := os.Setenv(name, cmp.Or(before, standard)+string(filepath.ListSeparator)+dir)
	giveBack = func() error {
		if was {
			return errors.Join(err, os.Setenv(name, before))
		}
		return errors.Join(err, os.Unsetenv(name))
	}
	return func() error { return place(filepath.Join(dir, "fonts", "fallback.ttf")) }, giveBack
}

// place writes the font unless it is there already, to the byte. It appears
// under its name only when all of it is written.
func place(path string) error {
	if there(path) {
		return nil
	}
	if err := write(path); err != nil {
		return fmt.Errorf("fonts: %w", err)
	}
	return nil
}

// there tells whether the file has the checksum that the last but one field of
// packed holds, as RFC 1952 has it.
func there(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	sum := crc32.NewIEEE()
	_, err = io.Copy(sum, file)
	return err == nil && sum.Sum32() == binary.LittleEndian.Uint32(packed[len(packed)-8:])
}

func write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "unpacking-*")
	if err != nil {
		return err
	}
	_, err = io.Copy(file, reader)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}
