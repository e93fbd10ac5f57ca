//go:build unix

package main_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func pid(cmd *exec.Cmd) string { return "process " + strconv.Itoa(cmd.Process.Pid) }
