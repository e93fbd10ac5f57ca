package names

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

type vector struct{ Session, Name, Encrypted string }

// vectors are names that crypto-js has sealed.
func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/names.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("only %d vectors", len(all))
	}
	return all
}

func TestOpenVectors(t *testing.T) {
	for _, v := range vectors(t) {
		if name, opened := Open(v.Encrypted, v.Session); !opened || name != v.Name {
			t.Errorf("Open(%q, %q) = %q, %v; want %q", v.Encrypted, v.Session, name, opened, v.Name)
		}
		other := v.Session + "x"
		if name, opened := Open(v.Encrypted, other); opened || name != v.Encrypted {
			t.Errorf("with the wrong session, %q opened as %q", v.Encrypted, name)
		}
	}
}

func TestOpenSSLReadsWhatWeSeal(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl is not installed, and CI must have it")
		}
		t.Skip("openssl is not installed")
	}
	cases := append(vectors(t),
		vector{Session: "s", Name: "two\nlines"},
		vector{Session: "s", Name: strings.Repeat("long ", 2000)})
	for _, c := range cases {
		sealed, err := Seal(c.Name, c.Session)
		if err != nil {
			t.Fatal(err)
		}
		command := exec.Command(openssl, "enc", "-d", "-aes-256-cbc", "-md", "md5", "-a", "-A", "-pass", "pass:"+c.Session)
		command.Stdin = strings.NewReader(sealed)
		plain, err := command.Output()
		if err != nil || string(plain) != c.Name {
			t.Errorf("openssl reads %q as %q, %v", c.Name, plain, err)
		}
	}
}

func TestSealReplacesWhatIsNotUTF8(t *testing.T) {
	sealed, err := Seal("a\xff\xfe.txt", "s")
	if err != nil {
		t.Fatal(err)
	}
	if name, opened := Open(sealed, "s"); !opened || name != "a\uFFFD.txt" {
		t.Errorf("opened as %q, %v", name, opened)
	}
}

func TestSealIsSalted(t *testing.T) {
	one, err1 := Seal("a", "s")
	two, err2 := Seal("a", "s")
	if err1 != nil || err2 != nil || one == two {
		t.Errorf("sealed twice: %q, %q (%v, %v)", one, two, err1, err2)
	}
}

func TestSealBounds(t *testing.T) {
	if _, err := Seal("a", ""); !errors.Is(err, ErrNoSession) {
		t.Errorf("without a session: %v", err)
	}
	// 64 KiB of base64 are 49152 bytes: 16 of header, at least 1 of padding.
	largest := strings.Repeat("x", 49152-16-1)
	sealed, err := Seal(largest, "s")
	if err != nil || len(sealed) != MaxSealed {
		t.Fatalf("the largest name: %d bytes, %v", len(sealed), err)
	}
	if name, opened := Open(sealed, "s"); !opened || name != largest {
		t.Error("the largest name does not open")
	}
	if _, err := Seal(largest+"x", "s"); !errors.Is(err, ErrTooLong) {
		t.Errorf("one byte more: %v", err)
	}
}

// garbage are strings that no session opens.
func garbage() map[string]string {
	raw := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return map[string]string{
		"empty":               "",
		"plain":               "report.pdf",
		"not base64":          "U2FsdGVkX1%%%",
		"no magic":            raw(strings.Repeat("x", 32)),
		"magic alone":         raw(magic),
		"no content":          raw(magic + "saltsalt"),
		"half a block":        raw(magic + "saltsalt" + "halfhalf"),
		"a block and a bit":   raw(magic + "saltsalt" + strings.Repeat("x", 17)),
		"padding wrong":       raw(magic + "saltsalt" + strings.Repeat("x", 32)),
		"too long":            raw(magic + strings.Repeat("x", 8+49152)),
		"no base64 padding":   "U2FsdGVkX18YhIqqXTqz0w",
		"base64 for the URL":  "U2FsdGVkX18-_4qqXTqz0w==",
		"only spaces":         "   ",
		"control characters":  "\x00\x01\n",
		"not UTF-8, unsealed": "\xff\xfe",
	}
}

func TestOpenGarbage(t *testing.T) {
	for what, sealed := range garbage() {
		if name, opened := Open(sealed, "s"); opened || name != sealed {
			t.Errorf("%s: opened as %q, %v", what, name, opened)
		}
	}
	v := vectors(t)[0]
	if name, opened := Open(v.Encrypted, ""); opened || name != v.Encrypted {
		t.Errorf("without a session it opened as %q", name)
	}
}

func TestOpenRefusesWhatIsNotUTF8(t *testing.T) {
	block, iv := derive("s", []byte("saltsalt"))
	sealed := sealRaw(block, iv, "saltsalt", []byte("a\xff"))
	if name, opened := Open(sealed, "s"); opened || name != sealed {
		t.Errorf("opened as %q", name)
	}
}

func FuzzSealOpen(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Name, v.Session)
	}
	for name := range fileNames {
		f.Add(name, "s")
	}
	f.Fuzz(func(t *testing.T, name, session string) {
		sealed, err := Seal(name, session)
		if err != nil {
			if session != "" && len(name) < MaxSealed/8 {
				t.Fatalf("Seal(%q, %q): %v", name, session, err)
			}
			return
		}
		got, opened := Open(sealed, session)
		if want := strings.ToValidUTF8(name, "\uFFFD"); !opened || got != want {
			t.Fatalf("%q came back as %q, %v", name, got, opened)
		}
	})
}

func FuzzOpen(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Encrypted, v.Session)
		f.Add(v.Encrypted, v.Session+"x")
	}
	for _, sealed := range garbage() {
		f.Add(sealed, "s")
	}
	f.Fuzz(func(t *testing.T, sealed, session string) {
		name, opened := Open(sealed, session)
		if !opened && name != sealed {
			t.Fatalf("%q did not open and came back as %q", sealed, name)
		}
		if opened && (!utf8.ValidString(name) || len(name) >= len(sealed) || session == "") {
			t.Fatalf("%q opened as %q", sealed, name)
		}
	})
}
