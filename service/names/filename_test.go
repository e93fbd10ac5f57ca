package names

import (
	"crypto/cipher"
	"encoding/base64"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// sealRaw seals bytes as they are, which Seal never would.
func sealRaw(block cipher.Block, iv []byte, salt string, plain []byte) string {
	padded := pad(plain)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(padded, padded)
	return base64.StdEncoding.EncodeToString(append([]byte(magic+salt), padded...))
}

func TestSavedNamesAreNotHidden(t *testing.T) {
	for name, want := range map[string]string{
		".zshenv": "_zshenv", "..zshenv": "_.zshenv", "../.zshenv": "_zshenv", "\u200B.zshenv": "_zshenv", "a.b": "a.b", "..": "file", "": "file",
	} {
		if got := SavedName(name); got != want {
			t.Errorf("%q is saved as %q, want %q", name, got, want)
		}
	}
}

var fileNames = map[string]string{
	"report.pdf":              "report.pdf",
	"":                        "file",
	".":                       "file",
	"..":                      "file",
	"...":                     "file",
	" . . ":                   "file",
	"/":                       "file",
	`\`:                       "file",
	".bashrc":                 ".bashrc",
	"archive.tar.gz":          "archive.tar.gz",
	"../../etc/passwd":        "passwd",
	`C:\Windows\system32.dll`: "system32.dll",
	"C:":                      "C_",
	"dir/":                    "dir",
	"dir/..":                  "file",
	`a/b\c:d*e?f"g<h>i|j`:     "c_d_e_f_g_h_i_j",
	"name\twith\ttabs":        "namewithtabs",
	"two\nlines\r\n.txt":      "twolines.txt",
	"nul\x00.txt":             "_nul.txt",
	"\u0085next\u009f":        "next",
	"line\u2028para\u2029":    "linepara",
	"trailing space ":         "trailing space",
	"trailing dots...":        "trailing dots",
	"mixed. . .":              "mixed",
	" leading space":          " leading space",

	"photo\u202Egpj.exe":          "photogpj.exe",
	"a\u2066b\u2069c\u200E\u061C": "abc",
	"in\u200Bvis\u2060ible\uFEFF": "invisible",
	"soft\u00ADhyphen.txt":        "softhyphen.txt",
	"a.pdf\u200D":                 "a.pdf",
	"a.p\u200Cdf":                 "a.pdf",
	"\u200D":                      "file",
	"می\u200Cخواهم.pdf":           "می\u200Cخواهم.pdf",
	"می\u200C\u200C\u200Dخواهم":   "می\u200Dخواهم",
	"👨\u200D👩\u200D👧.jpg":         "👨\u200D👩\u200D👧.jpg",
	"❤\uFE0F.txt":                 "❤\uFE0F.txt",
	"tag\U000E0041.txt":           "tag.txt",
	"\u0600\u0661.txt":            "\u0600\u0661.txt",
	"عربي.pdf":                    "عربي.pdf",
	"caf\u00E9":                   "caf\u00E9",
	"cafe\u0301":                  "cafe\u0301",
	"bad\xff\xfeutf8":             "bad\uFFFDutf8",

	"CON":             "_CON",
	"con":             "_con",
	"Con.txt":         "_Con.txt",
	"CON.tar.gz":      "_CON.tar.gz",
	"CON .txt":        "_CON .txt",
	"CON:":            "CON_",
	"CON...":          "_CON",
	"C\u200BON":       "_CON",
	"nul":             "_nul",
	"AUX.c":           "_AUX.c",
	"PRN":             "_PRN",
	"COM0":            "_COM0",
	"com9.log":        "_com9.log",
	"COM¹":            "_COM¹",
	"LPT³.txt":        "_LPT³.txt",
	"lpt5":            "_lpt5",
	"CONIN$":          "_CONIN$",
	"conout$.txt":     "_conout$.txt",
	"COM":             "COM",
	"COM10":           "COM10",
	"CONSOLE":         "CONSOLE",
	"LPTx":            "LPTx",
	"_CON":            "_CON",
	"not.CON":         "not.CON",
	"dir/CON":         "_CON",
	"COM\u00B9\u00B2": "COM\u00B9\u00B2",

	strings.Repeat("x", 255):                        strings.Repeat("x", 255),
	strings.Repeat("x", 256):                        strings.Repeat("x", 255),
	strings.Repeat("x", 300) + ".pdf":               strings.Repeat("x", 251) + ".pdf",
	strings.Repeat("é", 200) + ".txt":               strings.Repeat("é", 125) + ".txt",
	strings.Repeat("日", 100):                        strings.Repeat("日", 85),
	strings.Repeat("🎉", 100) + ".zip":               strings.Repeat("🎉", 62) + ".zip",
	"a." + strings.Repeat("x", 300):                 "a." + strings.Repeat("x", 253),
	"." + strings.Repeat("x", 300):                  "." + strings.Repeat("x", 254),
	"a" + strings.Repeat(".", 300) + "b":            "a.b",
	"CON." + strings.Repeat("x", 300):               "_CON." + strings.Repeat("x", 250),
	"CON" + strings.Repeat(" ", 300) + "x.txt":      "_CON.txt",
	strings.Repeat("م", 124) + "x\u200C" + "م.text": strings.Repeat("م", 124) + "x.text",
	strings.Repeat("م", 124) + "\u200Cمممم.text":    strings.Repeat("م", 124) + ".text",
}

func TestFileName(t *testing.T) {
	for name, want := range fileNames {
		got := FileName(name)
		if got != want {
			t.Errorf("FileName(%q) = %q, want %q", name, got, want)
		}
		checkFileName(t, name, got)
	}
	for _, v := range vectors(t) {
		checkFileName(t, v.Name, FileName(v.Name))
	}
}

// checkFileName holds a result against the promises, by other means than
// FileName itself.
func checkFileName(t *testing.T, name, got string) {
	t.Helper()
	if again := FileName(got); again != got {
		t.Errorf("FileName(%q) = %q, and of that %q", name, got, again)
	}
	if got == "" || got == "." || got == ".." || !utf8.ValidString(got) {
		t.Errorf("FileName(%q) = %q is no name", name, got)
	}
	if units := len(utf16.Encode([]rune(got))); len(got) > 255 || units > 255 {
		t.Errorf("FileName(%q) has %d bytes, %d units", name, len(got), units)
	}
	if strings.ContainsAny(got, "<>:\"/\\|?*\u200B\u200E\u200F\u061C\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\u2060\uFEFF") ||
		strings.ContainsFunc(got, unicode.IsControl) {
		t.Errorf("FileName(%q) = %q holds what it must not", name, got)
	}
	if strings.HasSuffix(got, ".") || strings.HasSuffix(got, " ") {
		t.Errorf("FileName(%q) = %q ends in a dot or a space", name, got)
	}
	device := strings.ToLower(strings.TrimRight(strings.SplitN(got, ".", 2)[0], " "))
	for _, bad := range []string{"con", "prn", "aux", "nul", "conin$", "conout$", "com0", "com1", "com9", "com²", "lpt0", "lpt4", "lpt¹"} {
		if device == bad {
			t.Errorf("FileName(%q) = %q is a device", name, got)
		}
	}
}

func FuzzFileName(f *testing.F) {
	for name := range fileNames {
		f.Add(name)
	}
	for _, v := range vectors(f) {
		f.Add(v.Name)
		f.Add(v.Encrypted)
	}
	f.Fuzz(func(t *testing.T, name string) { checkFileName(t, name, FileName(name)) })
}
