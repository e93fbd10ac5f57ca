//go:build ignore

// Gen makes fallback.ttf.gz of a Droid Sans Fallback, which it gives another
// family of the same length:
//
//	go run gen.go DroidSansFallback.ttf
//
// Under its own name fontconfig's rules, and Fyne with them, prefer that font to
// better ones. Families that no rule knows come after those, and what is called
// Mono after the others.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"unicode/utf16"
)

const before, after = "Droid Sans Fallback", "QuickSync Mono Last"

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	rename(table(data, "name"))
	seal(data)
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile("fallback.ttf.gz", packed.Bytes(), 0o644)
}

// table returns the bytes of a table of the font.
func table(data []byte, tag string) []byte {
	entry := find(data, tag)
	start, length := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
	return data[start : start+length]
}

// find returns the entry of a table in the font's directory.
func find(data []byte, tag string) []byte {
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		if entry := data[12+16*i:][:16]; string(entry[:4]) == tag {
			return entry
		}
	}
	panic("the font has no table " + tag)
}

func rename(names []byte) {
	for _, encode := range []func(string) []byte{func(s string) []byte { return []byte(s) }, wide} {
		copy(names, bytes.ReplaceAll(names, encode(before), encode(after)))
	}
}

func wide(text string) (all []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		all = binary.BigEndian.AppendUint16(all, unit)
	}
	return all
}

// seal sets the checksums right, as OpenType's chapter on the table head says.
func seal(data []byte) {
	binary.BigEndian.PutUint32(find(data, "name")[4:], sum(table(data, "name")))
	adjustment := table(data, "head")[8:12]
	clear(adjustment)
	binary.BigEndian.PutUint32(adjustment, 0xB1B0AFBA-sum(data))
}

func sum(data []byte) (total uint32) {
	for len(data) > 0 {
		var word [4]byte
		data = data[copy(word[:], data):]
		total += binary.BigEndian.Uint32(word[:])
	}
	return total
}
