# Read by the other scripts: it goes to the root of the module, finds Go and
# sets what all of them build with. Bash 3.2 (macOS) is enough.
# shellcheck shell=bash

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Tests of views and services need no C compiler and no GL with these tags.
# One set everywhere: another one would build all of Fyne again.
# shellcheck disable=SC2034 # used by those who read this
headless=no_glfw,ci

# The archive of go.dev unpacks to here, often without an entry in PATH.
command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin

# go build asks git for the revision and fails where git refuses to answer, as
# it does in a tree that belongs to somebody else.
git status --porcelain >/dev/null 2>&1 || export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"

die() {
  printf '%s\n' "$@" >&2
  exit 1
}

# An older Go refuses go.mod, or fetches a newer one where that is allowed.
need_go() {
  local want
  want=$(sed -n 's/^go //p' go.mod)
  if ! command -v go >/dev/null; then
    die "Go is missing. Install Go $want or newer from https://go.dev/dl/" \
      "(the golang package of a Linux distribution is often too old)."
  fi
  go list -m >/dev/null 2>&1 || die \
    "This needs Go $want or newer; here is $(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || echo 'an unknown one')." \
    "Install it from https://go.dev/dl/ (the golang package of a Linux distribution is often too old)."
}

is_linux() { [ "$(uname -s)" = Linux ]; }
