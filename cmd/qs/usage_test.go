package main_test

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// What is not understood exits with 2, says why, and does nothing.
func TestUsage(t *testing.T) {
	t.Parallel()
	q := onHome(t)
	for _, c := range []struct {
		args []string
		says string
	}{
		{nil, "say what to do"},
		{[]string{"--json"}, "say what to do"},
		{[]string{"--"}, "say what to do"},
		{[]string{"sned", "a"}, `no command "sned"`},
		{[]string{"", "a"}, `no command ""`},
		{[]string{"send"}, "send needs to know what"},
		{[]string{"send", "--json"}, "send needs to know what"},
		{[]string{"send", "--"}, "send needs to know what"},
		{[]string{"send", ""}, "send was given an empty name"},
		{[]string{"rm", "a", ""}, "rm was given an empty name"},
		{[]string{"info"}, "info needs to know what"},
		{[]string{"link"}, "link needs to know what"},
		{[]string{"get"}, "get needs to know what"},
		{[]string{"rm"}, "rm needs to know what"},
		{[]string{"list", "a"}, `list does not take "a"`},
		{[]string{"info", "a", "b"}, `info does not take "b"`},
		{[]string{"link", "a", "b"}, `link does not take "b"`},
		{[]string{"get", "a", "b"}, `get does not take "b"`},
		{[]string{"get", "a", "--", "-o"}, `get does not take "-o"`},
		{[]string{"node", "a"}, `node does not take "a"`},
		{[]string{"send", "a", "-o", "b"}, "-o belongs to get"},
		{[]string{"list", "--listen", ":0"}, "-listen belongs to node"},
		{[]string{"send", "--data", "d", "a"}, "-data belongs to node"},
		{[]string{"list", "--sha256"}, "-sha256 belongs to send, resume"},
		{[]string{"list", "--limit-rate", "1M"}, "-limit-rate belongs to send, resume, get"},
		{[]string{"send", "--limit-rate", "fast", "a"}, "such as 500K or 2MB/s"},
		{[]string{"send", "--limit-rate", "", "a"}, "such as 500K or 2MB/s"},
		{[]string{"send", "--limit-rate", "1,5M", "a"}, "such as 500K or 2MB/s"},
		{[]string{"get", "--limit-rate", "500", "a"}, "less than 1 KiB"},
		{[]string{"send", "--colour", "a"}, "-colour"},
		{[]string{"get", "a", "-o"}, "-o"},
		{[]string{"--json=perhaps", "list"}, "json"},
	} {
		r := q.run(c.args...).wants(2).says(c.says, "qs send FILE|FOLDER…")
		if r.stdout != "" {
			t.Errorf("%q writes %q", c.args, r.stdout)
		}
	}
	if made, _ := filepath.Glob(filepath.Join(strings.TrimPrefix(q.env[0], "QUICKSYNC_HOME="), "*")); len(made) > 0 {
		t.Errorf("made: %q", made)
	}
	for _, args := range [][]string{{"help"}, {"--help"}, {"-h"}, {"send", "--help"}} {
		if r := q.ok(args...); !strings.Contains(r.stdout, "qs send FILE|FOLDER…") {
			t.Errorf("%q writes %q", args, r.stdout)
		}
	}
}

// TestVersion: who reports what went wrong can say of which program.
func TestVersion(t *testing.T) {
	t.Parallel()
	q := onServer(t, "http://127.0.0.1:1/v1", "") // no storage is asked for it
	for _, args := range [][]string{{"version"}, {"--version"}} {
		if r := q.ok(args...); !strings.HasPrefix(r.stdout, "qs ") || !strings.Contains(r.stdout, runtime.Version()) {
			t.Errorf("%q writes %q", args, r.stdout)
		}
	}
	if r := q.ok("version", "--json"); !strings.Contains(r.stdout, `"go":"`+runtime.Version()+`"`) {
		t.Errorf("as JSON it is %q", r.stdout)
	}
	q.run("version", "a").wants(2).says("version does not take \"a\"")
}

// A server without a key is a mistake of the call, whatever the command.
func TestServerWithoutKey(t *testing.T) {
	t.Parallel()
	q := onServer(t, "http://127.0.0.1:1/v1", "")
	for _, args := range [][]string{{"list"}, {"list", "--json"}, {"send", "a"}, {"send", "--json", "a"}} {
		if r := q.run(args...).wants(2).says("QS_TOKEN"); r.stdout != "" {
			t.Errorf("%q writes %q", args, r.stdout)
		}
	}
}

// TestAnInvitationNamesItsServer: the window takes the same.
func TestAnInvitationNamesItsServer(t *testing.T) {
	t.Parallel()
	server, n := withServer(t)
	n.stores("a.txt", []byte("a"))
	key := strings.TrimPrefix(server.env[2], "QS_TOKEN=")
	if r := onServer(t, n.URL+"#key="+key, "").ok("list"); !strings.Contains(r.stdout, "a.txt") {
		t.Errorf("the list is %q", r.stdout)
	}
	for _, noServer := range []string{key, key + "\r", "Bearer " + key, "files.example.org "} {
		onServer(t, noServer, "").run("list").wants(2).says("QS_TOKEN")
	}
}

// Options may stand anywhere up to "--", which ends them.
func TestOptionsAnywhere(t *testing.T) {
	t.Parallel()
	q := onHome(t)
	for _, name := range []string{"a", "--json", "--", "-x"} {
		q.onDisk(name, []byte(name))
	}
	for _, c := range []struct{ args, sent []string }{
		{[]string{"--json", "send", "a"}, []string{"a"}},
		{[]string{"-json", "send", "a"}, []string{"a"}},
		{[]string{"send", "--json", "a"}, []string{"a"}},
		{[]string{"send", "a", "--json"}, []string{"a"}},
		{[]string{"send", "--json", "--", "--json"}, []string{"--json"}},
		{[]string{"send", "--json", "--", "--"}, []string{"--"}},
		{[]string{"--json", "--", "send", "-x"}, []string{"-x"}},
		{[]string{"send", "a", "--json", "--", "-x"}, []string{"-x", "a"}},
	} {
		var sent []string
		for _, s := range objects[sentFile](q.ok(c.args...)) {
			sent = append(sent, s.Name)
		}
		if slices.Sort(sent); !slices.Equal(sent, c.sent) {
			t.Errorf("%q sent %q, want %q", c.args, sent, c.sent)
		}
	}
	if r := q.ok("send", "--", "-x"); !strings.HasPrefix(r.stdout, "-x\t") {
		t.Errorf("without --json it writes %q", r.stdout)
	}
}
