// Package arrows holds the tests of what the whole module promises of its own
// source: every import points down, as docs/architecture.md draws it, and what
// is exported says in a comment what it is.
package arrows

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path that all our imports begin with.
const module = "quicksync.me/desktop"

// A rule forbids imports to the packages under one folder, in their tests too.
type rule struct {
	from  string   // a folder of the module; "" for every package
	but   []string // folders that the rule is not for; "." is the root package
	never []string // folders of the module, or import paths of others
	why   string
}

var rules = []rule{
	{from: "service", never: []string{"fyne.io", "app", "views", "cmd", "e2e"}, why: "a service works without a screen"},
	{from: "views", never: []string{"service", "app", "cmd", "e2e"}, why: "views show plain values and know no service"},
	{from: "app", never: []string{"cmd", "e2e"}, why: "the running program knows services and views only"},
	{from: "cmd", never: []string{"fyne.io", "app", "views", "e2e"}, why: "the command line has no window"},
	{from: "e2e", never: []string{"fyne.io", "app", "views", "service", "cmd"}, why: "the end-to-end tests know the programs, not their packages"},
	{from: "", but: []string{".", "app"}, never: []string{"app"}, why: "only main.go composes the program"},
}

// A file is one Go file and what it imports, whatever it is built for.
type file struct {
	path    string // relative to the module's root, with slashes
	pkg     string
	imports []string
}

// under tells whether a path is a folder or lies in it.
func under(p, folder string) bool {
	return p == folder || strings.HasPrefix(p, folder+"/")
}

// binds tells whether the rule is for the files of a folder.
func (r rule) binds(folder string) bool {
	in := func(f string) bool { return under(folder, f) }
	return (r.from == "" || in(r.from)) && !slices.ContainsFunc(r.but, in)
}

// forbids tells whether the rule forbids an import.
func (r rule) forbids(imported string) bool {
	return slices.ContainsFunc(r.never, func(n string) bool {
		return under(imported, n) || under(imported, module+"/"+n)
	})
}

// wrong returns a sentence for each arrow that points up.
func wrong(files []file) (all []string) {
	for _, f := range files {
		for _, imported := range f.imports {
			for _, r := range rules {
				if r.binds(path.Dir(f.path)) && r.forbids(imported) {
					all = append(all, fmt.Sprintf("%s imports %s, but %s", f.path, imported, r.why))
				}
			}
		}
	}
	return all
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		path, imports string
		wrong         bool
	}{
		{"main.go", module + "/app", false},
		{"main.go", module + "/service/api", false},
		{"app/pump.go", module + "/views", false},
		{"app/pump.go", module + "/app/words", false},
		{"app/rows/rows.go", module + "/app", false},
		{"app/pump.go", "fyne.io/fyne/v2", false},
		{"views/list.go", "fyne.io/fyne/v2/widget", false},
		{"cmd/qs/main.go", module + "/service/transfer", false},
		{"e2e/e2e_test.go", module + "/e2e/harness", false},
		{"service/node/node.go", module + "/service/api", false},
		{"service/node/node.go", "github.com/apparent/thing", false},

		{"service/api/api.go", "fyne.io/fyne/v2", true},
		{"service/api/api_test.go", "fyne.io/fyne/v2/test", true},
		{"service/api/api.go", module + "/views", true},
		{"service/node/store/store.go", module + "/app", true},
		{"views/list.go", module + "/service/transfer", true},
		{"views/words/words.go", module + "/app", true},
		{"app/pump.go", module + "/cmd/qs", true},
		{"cmd/qs/main.go", "fyne.io/fyne/v2", true},
		{"cmd/qs/main.go", module + "/views/words", true},
		{"e2e/e2e_test.go", module + "/service/api", true},
		{"bench/bench.go", module + "/app", true},
		{"internal/tool/tool.go", module + "/app", true},
	} {
		got := wrong([]file{{path: c.path, imports: []string{c.imports}}})
		if (len(got) > 0) != c.wrong {
			t.Errorf("%s importing %s: %q, want wrong %t", c.path, c.imports, got, c.wrong)
		}
	}
}

func TestArrows(t *testing.T) {
	files := readTree(t, root(t))
	for _, folder := range []string{"service", "views", "e2e"} {
		if !slices.ContainsFunc(files, func(f file) bool { return under(f.path, folder) }) {
			t.Errorf("no file of %s was read", folder)
		}
	}
	for _, sentence := range wrong(files) {
		t.Error(sentence)
	}
}

// A weight is what a program must not carry in all of its dependencies.
type weight struct {
	from  string // the folder of the programs; "" for all
	never string // what an import path begins with
	why   string
}

var weights = []weight{
	{"cmd", "fyne.io/", "the command line has no window"},
	{"cmd", module + "/views", "the command line has no window"},
	{"cmd", module + "/app", "the command line has no window"},
	{"", "github.com/libp2p/go-libp2p", "no program joins a peer-to-peer network by itself"},
}

// TestPrograms looks at all that the programs are made of, on each system.
func TestPrograms(t *testing.T) {
	dir := root(t)
	for _, folder := range programs(readTree(t, dir)) {
		for _, system := range []string{"linux", "windows", "darwin"} {
			t.Run(path.Join(folder, system), func(t *testing.T) {
				t.Parallel()
				for _, sentence := range heavy(folder, dependencies(t, dir, folder, system)) {
					t.Error(sentence)
				}
			})
		}
	}
}

func TestWeights(t *testing.T) {
	for _, c := range []struct {
		folder, dependency string
		wrong              bool
	}{
		{".", "fyne.io/fyne/v2", false},
		{".", module + "/app", false},
		{"cmd/qs", "github.com/libp2p/go-buffer-pool", false},
		{"cmd/qs", "fyne.io/fyne/v2/internal/cache", true},
		{"cmd/qs", module + "/views/words", true},
		{".", "github.com/libp2p/go-libp2p/core/peer", true},
		{"cmd/qs", "github.com/libp2p/go-libp2p-kad-dht", true},
	} {
		got := heavy(c.folder, []string{c.dependency})
		if (len(got) > 0) != c.wrong {
			t.Errorf("%s with %s: %q, want wrong %t", c.folder, c.dependency, got, c.wrong)
		}
	}
}

// heavy returns a sentence for each dependency that a program must not have.
func heavy(folder string, dependencies []string) (all []string) {
	for _, d := range dependencies {
		for _, w := range weights {
			if (w.from == "" || under(folder, w.from)) && strings.HasPrefix(d, w.never) {
				all = append(all, fmt.Sprintf("the program in %s depends on %s, but %s", folder, d, w.why))
			}
		}
	}
	return all
}

// programs are the folders of package main that are shipped.
func programs(files []file) []string {
	found := make(map[string]bool)
	for _, f := range files {
		folder := path.Dir(f.path)
		if f.pkg == "main" && (folder == "." || under(folder, "cmd")) {
			found[folder] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// dependencies asks the go command. The tags leave out what needs a C compiler;
// -e goes on where a system's file needs one all the same.
func dependencies(t *testing.T, dir, folder, system string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-tags", "no_glfw,ci", "./"+folder)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system)
	out, err := cmd.Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		t.Fatalf("%v: %s", cmd.Args, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Fields(string(out))
	if !slices.Contains(all, path.Join(module, folder)) {
		t.Fatalf("%v does not list the program itself", cmd.Args)
	}
	return all
}

// root is the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// readTree reads every Go file of the module, for whatever system and tags it
// is meant, but what the go command leaves out too: testdata, and folders that
// begin with a dot or an underscore.
func readTree(t *testing.T, dir string) (files []file) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			hidden := strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "_")
			if p != dir && (hidden || e.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(p) != ".go" {
			return nil
		}
		f, err := readFile(dir, p)
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readFile(dir, p string) (file, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
	if err != nil {
		return file{}, err
	}
	rel, err := filepath.Rel(dir, p)
	if err != nil {
		return file{}, err
	}
	f := file{path: filepath.ToSlash(rel), pkg: parsed.Name.Name}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return file{}, err
		}
		f.imports = append(f.imports, imported)
	}
	return f, nil
}
