package main

import (
	"slices"
	"testing"
)

func TestLanguageComesBeforeTheFiles(t *testing.T) {
	for _, test := range []struct {
		args  []string
		tag   string
		files []string
	}{
		{nil, "", nil},
		{[]string{"/a", "--language=de"}, "", []string{"/a", "--language=de"}},
		{[]string{"--language=de"}, "de", []string{}},
		{[]string{"--language=zh-Hans", "/a", "/b"}, "zh-Hans", []string{"/a", "/b"}},
		{[]string{"--language"}, "", []string{"--language"}},
	} {
		tag, files := languageIn(test.args)
		if tag != test.tag || !slices.Equal(files, test.files) {
			t.Errorf("%q: %q, %q", test.args, tag, files)
		}
	}
	if got := language("ja"); got != "ja" {
		t.Errorf("asked for ja, got %q", got)
	}
}

func TestLanguageOfTheSystem(t *testing.T) {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANGUAGE"} {
		t.Setenv(name, "")
	}
	for locale, want := range map[string]string{
		"de_DE.UTF-8": "de-DE", "zh_CN.UTF-8": "zh-CN", "pt_BR": "pt-BR", "C.UTF-8": "en", "C": "en", "": "en",
	} {
		t.Setenv("LANG", locale)
		if got := language(""); got != want {
			t.Errorf("LANG=%s: %q, want %q", locale, got, want)
		}
	}
}
