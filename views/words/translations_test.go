package words

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// forms are the plural forms of CLDR.
var forms = []string{"zero", "one", "two", "few", "many", "other"}

// An entry is one sentence of a file, by its forms; one that counts nothing has
// the form "other" alone.
type entry struct {
	id    string
	forms map[string]string
	count bool
}

// entries reads a file of sentences in its own order.
func entries(t *testing.T, file string) []entry {
	t.Helper()
	raw, err := files.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	next := func(into any) {
		if err := decoder.Decode(into); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	if _, err := decoder.Token(); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var all []entry
	for decoder.More() {
		id, err := decoder.Token()
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var value any
		next(&value)
		e := entry{id: id.(string), forms: map[string]string{}}
		switch value := value.(type) {
		case string:
			e.forms["other"] = value
		case map[string]any:
			e.count = true
			for form, text := range value {
				e.forms[form], _ = text.(string)
			}
		}
		all = append(all, e)
	}
	return all
}

// probed are numbers that between them ask for every form that a whole number
// can have in the languages of CLDR.
func probed() []int {
	all := []int{1_000_000, 2_000_000}
	for n := range 201 {
		all = append(all, n)
	}
	return all
}

// asked returns the plural forms that a language asks for, each with the
// greatest number that it was asked for.
func asked(t *testing.T, tag language.Tag) map[string]int {
	t.Helper()
	bundle := i18n.NewBundle(language.English)
	bundle.MustAddMessages(tag, &i18n.Message{
		ID: "n", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other",
	})
	speaker := i18n.NewLocalizer(bundle, tag.String())
	greatest := map[string]int{}
	for _, n := range probed() {
		form, err := speaker.Localize(&i18n.LocalizeConfig{MessageID: "n", PluralCount: n})
		if err != nil {
			t.Fatalf("%v, %d: %v", tag, n, err)
		}
		greatest[form] = max(greatest[form], n)
	}
	return greatest
}

func named(text string) []string {
	var all []string
	for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestTranslationsAreWhole holds every language against English: the same ids in
// the same order, the same values named in them, and all plural forms. A
// sentence that is missing is printed as the line to translate.
func TestTranslationsAreWhole(t *testing.T) {
	english := entries(t, "en.json")
	c, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Languages()) < 8 {
		t.Fatalf("there are only %d languages", len(c.Languages()))
	}
	for _, l := range c.Languages() {
		t.Run(l.Tag, func(t *testing.T) {
			theirs := entries(t, l.Tag+".json")
			for _, problem := range compare(english, theirs, asked(t, language.MustParse(l.Tag))) {
				t.Error(problem)
			}
		})
	}
}

// compare tells what a translation lacks, has too much of or has in another
// order. asked are the plural forms of its language.
func compare(english, theirs []entry, asked map[string]int) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	translated := map[string]entry{}
	var order []string
	for _, e := range theirs {
		if _, twice := translated[e.id]; twice {
			say("%q is there twice", e.id)
		}
		translated[e.id] = e
		order = append(order, e.id)
	}
	var wanted []string
	for i, e := range english {
		their, ok := translated[e.id]
		delete(translated, e.id)
		if !ok {
			after := "the beginning"
			if i > 0 {
				after = english[i-1].id
			}
			say("lacks %q, after %s: %s", e.id, after, e.forms["other"])
			continue
		}
		wanted = append(wanted, e.id)
		problems = append(problems, differences(e, their, asked)...)
	}
	for _, id := range slices.Sorted(maps.Keys(translated)) {
		say("has %q, which is not in en.json", id)
	}
	order = slices.DeleteFunc(order, func(id string) bool { _, extra := translated[id]; return extra })
	for i, id := range wanted {
		if i < len(order) && order[i] != id {
			say("has %q where en.json has %q: keep its order", order[i], id)
			break
		}
	}
	return problems
}

// differences compares one sentence with its translation.
func differences(english, their entry, asked map[string]int) (problems []string) {
	say := func(format string, args ...any) {
		problems = append(problems, fmt.Sprintf("%q "+format, append([]any{their.id}, args...)...))
	}
	if english.count != their.count {
		say("has plural forms in only one of the two languages")
		return problems
	}
	all := named(english.forms["other"])
	for _, form := range forms {
		text, ok := their.forms[form]
		greatest, needed := asked[form]
		switch {
		case !their.count && form != "other", !ok && !needed && form != "other":
			continue
		case !ok:
			say("lacks the form %q", form)
			continue
		case !needed && form != "other":
			say("has the form %q, which its language does not know", form)
		case text == "":
			say("is empty")
		}
		// A form that stands for nothing above one may say it in words.
		want := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return name == "N" && their.count && greatest <= 1 && form != "other" })
		got := slices.DeleteFunc(named(text), func(name string) bool { return name == "N" && !slices.Contains(want, "N") && slices.Contains(all, "N") })
		if !slices.Equal(got, want) {
			say("names %q in the form %q, English names %q", got, form, want)
		}
	}
	for form := range their.forms {
		if !slices.Contains(forms, form) {
			say("has the unknown form %q", form)
		}
	}
	return problems
}

// TestCompareFinds tries the comparison itself: each fault is named.
func TestCompareFinds(t *testing.T) {
	text := func(id, text string) entry { return entry{id: id, forms: map[string]string{"other": text}} }
	counted := func(id string, pairs ...string) entry {
		e := entry{id: id, count: true, forms: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			e.forms[pairs[i]] = pairs[i+1]
		}
		return e
	}
	russian := map[string]int{"one": 101, "few": 104, "many": 200}
	english := []entry{
		text("a.first", "Hello {{.Name}}"),
		counted("a.files", "one", "One file", "other", "{{.N}} files"),
	}
	files := counted("a.files", "one", "{{.N}} 1", "few", "{{.N}} 2", "many", "{{.N}} 5", "other", "{{.N}} 1,5")
	for _, test := range []struct {
		why    string
		theirs []entry
		want   string
	}{
		{"all is well", []entry{text("a.first", "{{.Name}}!"), files}, ""},
		{"a missing sentence", []entry{files}, `lacks "a.first", after the beginning: Hello {{.Name}}`},
		{"one too many", []entry{text("a.first", "{{.Name}}"), files, text("a.old", "")}, `has "a.old", which is not in en.json`},
		{"a lost value", []entry{text("a.first", "Hello"), files}, `"a.first" names [] in the form "other"`},
		{"a made-up value", []entry{text("a.first", "{{.Name}} {{.Nmae}}"), files}, `"a.first" names ["Name" "Nmae"]`},
		{"an empty sentence", []entry{text("a.first", ""), files}, `"a.first" is empty`},
		{"another order", []entry{files, text("a.first", "{{.Name}}")}, `has "a.files" where en.json has "a.first"`},
		{"twice the same", []entry{text("a.first", "{{.Name}}"), files, files}, `"a.files" is there twice`},
		{"a lost form", []entry{text("a.first", "{{.Name}}"), counted("a.files", "one", "{{.N}}", "many", "{{.N}}", "other", "{{.N}}")}, `"a.files" lacks the form "few"`},
		{"no plural at all", []entry{text("a.first", "{{.Name}}"), text("a.files", "{{.N}}")}, `"a.files" has plural forms in only one`},
		{"21 files without their number", []entry{text("a.first", "{{.Name}}"), counted("a.files", "one", "один", "few", "{{.N}}", "many", "{{.N}}", "other", "{{.N}}")}, `"a.files" names [] in the form "one"`},
		{"a form of another language", []entry{text("a.first", "{{.Name}}"), counted("a.files", "one", "{{.N}}", "two", "{{.N}}", "few", "{{.N}}", "many", "{{.N}}", "other", "{{.N}}")}, `"a.files" has the form "two"`},
	} {
		problems := strings.Join(compare(english, test.theirs, russian), "\n")
		if test.want == "" && problems != "" || !strings.Contains(problems, test.want) {
			t.Errorf("%s: got %q, want %q", test.why, problems, test.want)
		}
	}
}

// TestFilesAreNamedByTheirLanguage: a file of another name would be read as
// another language, or not at all.
func TestFilesAreNamedByTheirLanguage(t *testing.T) {
	c, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	all, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var there, spoken []string
	for _, file := range all {
		there = append(there, strings.TrimSuffix(path.Base(file.Name()), ".json"))
	}
	for _, l := range c.Languages() {
		spoken = append(spoken, l.Tag)
	}
	slices.Sort(spoken)
	if !slices.Equal(there, spoken) {
		t.Errorf("the files are %q, the languages %q", there, spoken)
	}
}

// TestEveryCountSpeaks asks every counted sentence for many numbers in every
// language: none may come back empty, in brackets or in English.
func TestEveryCountSpeaks(t *testing.T) {
	english := entries(t, "en.json")
	c, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Languages() {
		c.SetLanguage(l.Tag)
		for _, e := range english {
			values := Args{}
			for _, name := range named(e.forms["other"]) {
				values[name] = "×"
			}
			for _, n := range probed() {
				if !e.count {
					break
				}
				said := c.Count(e.id, n, values)
				if said == "" || strings.ContainsAny(said, "⟦{<") {
					t.Fatalf("%s: %s for %d says %q", l.Tag, e.id, n, said)
				}
			}
		}
	}
}
