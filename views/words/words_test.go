package words

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"
)

func english(t *testing.T) *Catalogue {
	t.Helper()
	c, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTextAndCount(t *testing.T) {
	c := english(t)
	for _, test := range []struct{ got, want string }{
		{c.Text("state.done"), "Done"},
		{c.Text("list.noMatch", Args{"Search": "xyz"}), "Nothing matches “xyz”"},
		{c.Text("no.such"), "⟦no.such⟧"},
		{c.Count("all.files", 1), "1 file"},
		{c.Count("all.files", 12345), "12,345 files"},
		{c.Count("all.files", 0), "0 files"},
		{c.Count("all.filesOf", 7, Args{"Done": "3"}), "3 of 7 files"},
		{c.Count("no.such", 2), "⟦no.such⟧"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

func TestLanguageIsTheNearestOne(t *testing.T) {
	for asked, want := range map[string]string{
		"en": "en", "en-GB": "en", "": "en", "not a language": "en", "xx": "en", "nl-NL": "en",
		"de": "de", "de-AT": "de", "de-CH": "de", "es-MX": "es", "fr-CA": "fr", "pt-BR": "pt", "pt-PT": "pt",
		"zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-SG": "zh-Hans", "zh-TW": "zh-Hans", "ja-JP": "ja",
		// Related is not the same.
		"ru-RU": "ru", "uk-UA": "en", "be": "en", "gl": "en",
	} {
		c, err := New(asked)
		if err != nil {
			t.Fatalf("%q: %v", asked, err)
		}
		if got := c.Language(); got != want {
			t.Errorf("asked for %q: speaks %q, want %q", asked, got, want)
		}
		c.SetLanguage("en-US")
		if got := c.Text("state.done"); got != "Done" {
			t.Errorf("asked for %q: says %q in English", asked, got)
		}
		c.SetLanguage("")
		if got := c.Language(); got != want {
			t.Errorf("asked for %q: comes back to %q", asked, got)
		}
	}
}

func TestSentencesAreJoined(t *testing.T) {
	c := english(t)
	for _, l := range []struct{ tag, joined, listed string }{
		{"en", "a b", "a, b"}, {"ja", "ab", "a、b"}, {"zh-Hans", "ab", "a，b"},
	} {
		c.SetLanguage(l.tag)
		if got := c.Joined("a", "", "b"); got != l.joined {
			t.Errorf("%s joins %q", l.tag, got)
		}
		if got := c.Listed("", "a", "b"); got != l.listed {
			t.Errorf("%s lists %q", l.tag, got)
		}
	}
}

func TestLanguagesCallThemselves(t *testing.T) {
	var got []string
	for _, l := range english(t).Languages() {
		got = append(got, l.Tag+" "+l.Name)
	}
	want := []string{
		"de Deutsch", "en English", "es Español", "fr Français", "pt Português", "ru Русский", "ja 日本語", "zh-Hans 简体中文",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUnits(t *testing.T) {
	c := english(t)
	for _, test := range []struct{ got, want string }{
		{c.Bytes(-1), ""},
		{c.Bytes(0), "0 B"},
		{c.Bytes(320_000), "320 kB"},
		{c.Bytes(1_200_000_000), "1.2 GB"},
		{c.ExactBytes(1_234_567), "1,234,567 bytes"},
		{c.ExactBytes(1), "1 byte"},
		{c.Speed(0), ""},
		{c.Speed(3_100_000), "3.1 MB/s"},
		{c.Sent(12_400_000, 20_000_000), "12.4 of 20 MB"},
		{c.Sent(450_000_000, 1_200_000_000), "450 MB of 1.2 GB"},
		{c.Sent(0, 4_000), "0 B of 4.0 kB"},
		{c.Sent(1_200_000_000, 4_000_000_000), "1.2 of 4.0 GB"},
		{c.Sent(12_400_000, 12_400_000), "12.4 of 12.4 MB"},
		{c.Sent(5, -1), "5 B"},
		{c.Sent(100, 100), "100 of 100 B"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

func TestLasting(t *testing.T) {
	c := english(t)
	for _, test := range []struct {
		d    time.Duration
		want string
	}{
		{-1, ""},
		{0, "1 s"},
		{2400 * time.Millisecond, "2 s"},
		{12 * time.Second, "10 s"},
		{52 * time.Second, "50 s"},
		{58 * time.Second, "about a minute"},
		{89 * time.Second, "about a minute"},
		{7 * time.Minute, "7 min"},
		{59*time.Minute + 40*time.Second, "1 h"},
		{80 * time.Minute, "1 h 20 min"},
		{13*time.Hour + 20*time.Minute, "13 h"},
		{49 * time.Hour, "2 days"},
	} {
		if got := c.Lasting(test.d); got != test.want {
			t.Errorf("%v: got %q, want %q", test.d, got, test.want)
		}
	}
	if got := c.Left(7 * time.Minute); got != "7 min left" {
		t.Errorf("got %q", got)
	}
	if got := c.Left(-1); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestMoments(t *testing.T) {
	c := english(t)
	now := time.Date(2026, time.November, 22, 14, 5, 0, 0, time.Local)
	for _, test := range []struct{ got, want string }{
		{c.Moment(now.AddDate(0, 0, 2), now), "Tue 24 Nov, 14:05"},
		{c.Moment(now.AddDate(1, 0, 0), now), "Mon 22 Nov 2027, 14:05"},
		{c.Ago(now.Add(time.Hour), now), "now"},
		{c.Ago(now.Add(-30*time.Second), now), "now"},
		{c.Ago(now.Add(-2*time.Minute), now), "2 min ago"},
		{c.Ago(now.Add(-90*time.Minute), now), "1 h ago"},
		{c.Ago(now.Add(-30*time.Hour), now), "yesterday"},
		{c.Ago(now.AddDate(0, 0, -3), now), "3 days ago"},
		{c.Ago(now.AddDate(0, 0, -9), now), "13 Nov"},
		{c.Ago(now.AddDate(-1, 0, 0), now), "22 Nov 2025"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

// TestLanguagesAreThoseThatHaveAFile, each under the name that it calls itself.
func TestLanguagesAreThoseThatHaveAFile(t *testing.T) {
	c, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	written, err := fs.Glob(files, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	all := c.Languages()
	if len(all) != len(written) || !slices.Contains(all, Language{"en", "English"}) {
		t.Errorf("%d files; the languages are %+v", len(written), all)
	}
	for _, l := range all {
		c.SetLanguage(l.Tag)
		if got := c.Text("language.name"); l.Name == "" || got != l.Name || c.Language() != l.Tag {
			t.Errorf("%+v calls itself %q", l, got)
		}
	}
}

func FuzzUnits(f *testing.F) {
	c, err := New("de")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(int64(-1), int64(-1))
	f.Add(int64(12_400_000), int64(20_000_000))
	f.Add(int64(1)<<62, int64(1)<<62)
	f.Fuzz(func(t *testing.T, a, b int64) {
		for _, text := range []string{c.Sent(a, b), c.Bytes(a), c.Lasting(time.Duration(a)), c.Speed(float64(b))} {
			if strings.Contains(text, "⟦") || strings.Contains(text, "%!") || strings.Contains(text, "<no value>") {
				t.Errorf("%d, %d: %q", a, b, text)
			}
		}
	})
}
