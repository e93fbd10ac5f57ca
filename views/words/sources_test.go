package words

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A call is one Text or Count with a literal id, and the names of the values
// that it hands over, where those are written out.
type call struct {
	where, id string
	count     bool
	args      []string
	open      bool // the values are not all written out
}

// sources reads the Go files that speak: all of the window, and the program
// around it where that is there.
func sources(t *testing.T) (calls []call, literals map[string]bool) {
	t.Helper()
	literals = map[string]bool{}
	for _, root := range []string{"..", filepath.Join("..", "..", "app")} {
		if _, err := os.Stat(root); err != nil {
			continue
		}
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(node ast.Node) bool {
				if text, ok := literal(node); ok {
					literals[text] = true
				}
				if c, ok := callOf(node); ok {
					c.where = path
					calls = append(calls, c)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return calls, literals
}

func literal(node ast.Node) (string, bool) {
	lit, ok := node.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func callOf(node ast.Node) (call, bool) {
	expr, ok := node.(*ast.CallExpr)
	if !ok || len(expr.Args) == 0 {
		return call{}, false
	}
	method, ok := expr.Fun.(*ast.SelectorExpr)
	if !ok || method.Sel.Name != "Text" && method.Sel.Name != "Count" {
		return call{}, false
	}
	id, ok := literal(expr.Args[0])
	c := call{id: id, count: method.Sel.Name == "Count"}
	if c.count {
		c.args = append(c.args, "N")
	}
	for _, arg := range expr.Args[1:] {
		values, ok := arg.(*ast.CompositeLit)
		if !ok {
			c.open = c.open || !c.count || arg != expr.Args[1]
			continue
		}
		for _, value := range values.Elts {
			name, _ := literal(value.(*ast.KeyValueExpr).Key)
			c.args = append(c.args, name)
		}
	}
	return c, ok
}

func sentences(t *testing.T) map[string]string {
	t.Helper()
	raw, err := files.ReadFile("en.json")
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]any
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for id, entry := range entries {
		text, _ := entry.(string)
		if forms, ok := entry.(map[string]any); ok {
			for _, form := range []string{"one", "other"} {
				if forms[form] == nil {
					t.Errorf("%s has no form %q", id, form)
				}
				text += forms[form].(string)
			}
		}
		all[id] = text
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func TestEverySentenceIsThere(t *testing.T) {
	calls, _ := sources(t)
	known := sentences(t)
	if len(calls) < 50 {
		t.Fatalf("found %d sentences in the sources: the walk misses them", len(calls))
	}
	for _, c := range calls {
		text, ok := known[c.id]
		if !ok {
			t.Errorf("%s asks for %q, which is not in en.json", c.where, c.id)
			continue
		}
		for _, named := range placeholder.FindAllStringSubmatch(text, -1) {
			if !c.open && !slices.Contains(c.args, named[1]) {
				t.Errorf("%s: %q names %s, which is not handed over", c.where, c.id, named[1])
			}
		}
	}
}

// shape is that of an id; what has it, and begins as a known one does, is one.
var shape = regexp.MustCompile(`^([a-z]+)\.[a-zA-Z0-9]+$`)

func TestEveryIDThatIsHandedOnIsThere(t *testing.T) {
	_, literals := sources(t)
	known := sentences(t)
	areas := map[string]bool{}
	for id := range known {
		areas[shape.FindStringSubmatch(id)[1]] = true
	}
	for text := range literals {
		parts := shape.FindStringSubmatch(text)
		if parts != nil && areas[parts[1]] && known[text] == "" && !strings.HasSuffix(text, ".svg") {
			t.Errorf("%q is not in en.json", text)
		}
	}
}

func TestEverySentenceIsUsed(t *testing.T) {
	_, literals := sources(t)
	for id := range sentences(t) {
		if !literals[id] {
			t.Errorf("nobody uses %q", id)
		}
	}
}
