package arrows

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestComments sees that whatever is exported has a comment. How the comment
// begins is for staticcheck to say (ST1020 to ST1022), which says nothing where
// there is none.
func TestComments(t *testing.T) {
	dir, read := root(t), 0
	for _, f := range readTree(t, dir) {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		read++
		for _, sentence := range uncommented(t, filepath.Join(dir, filepath.FromSlash(f.path)), nil) {
			t.Errorf("%s: %s", f.path, sentence)
		}
	}
	if read == 0 {
		t.Error("no file was read")
	}
}

func TestUncommented(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"function", "func F() {}", "F has no comment"},
		{"its own comment", "// F does.\nfunc F() {}", ""},
		{"not exported", "func f() {}", ""},
		{"type", "type T int", "T has no comment"},
		{"method", "// T is.\ntype T int\nfunc (t *T) M() {}", "T.M has no comment"},
		{"of a generic type", "// T is.\ntype T[K any] int\nfunc (t T[K]) M() {}", "T.M has no comment"},
		{"of what is not exported", "type t int\nfunc (t) M() {}", ""},
		{"group", "// All of them.\nconst (\n\tA = 1\n\tB = 2\n)", ""},
		{"bare group", "const (\n\tA = 1\n\t// B is two.\n\tB = 2\n)", "A has no comment"},
		{"at the line's end", "var (\n\tA = 1 // one\n)", ""},
		{"variable", "var a, B int", "B has no comment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(uncommented(t, c.name+".go", []byte("package p\n"+c.source+"\n")), "; ")
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// uncommented returns a sentence for each exported name of a file that has no
// comment. A nil source is read from the file.
func uncommented(t *testing.T, path string, source []byte) (all []string) {
	t.Helper()
	var from any // a nil []byte in it would be an empty file
	if source != nil {
		from = source
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, from, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		for _, name := range bare(d) {
			all = append(all, fmt.Sprintf("%s has no comment", name))
		}
	}
	return all
}

// bare returns the exported names that a declaration leaves without a comment.
func bare(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if name, exported := funcName(d); exported && d.Doc == nil {
			return []string{name}
		}
	case *ast.GenDecl:
		if d.Doc == nil {
			return bareSpecs(d.Specs)
		}
	}
	return nil
}

func bareSpecs(specs []ast.Spec) (all []string) {
	for _, s := range specs {
		var names []*ast.Ident
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Doc == nil && s.Comment == nil {
				names = []*ast.Ident{s.Name}
			}
		case *ast.ValueSpec:
			if s.Doc == nil && s.Comment == nil {
				names = s.Names
			}
		}
		for _, n := range names {
			if n.IsExported() {
				all = append(all, n.Name)
			}
		}
	}
	return all
}

// funcName is the name of a function, or T.M for a method. A method is exported
// when its type is as well.
func funcName(d *ast.FuncDecl) (name string, exported bool) {
	if d.Recv == nil {
		return d.Name.Name, d.Name.IsExported()
	}
	receiver := d.Recv.List[0].Type
	for {
		switch r := receiver.(type) {
		case *ast.StarExpr:
			receiver = r.X
		case *ast.IndexExpr:
			receiver = r.X
		case *ast.IndexListExpr:
			receiver = r.X
		case *ast.Ident:
			return r.Name + "." + d.Name.Name, r.IsExported() && d.Name.IsExported()
		default:
			return d.Name.Name, false
		}
	}
}
