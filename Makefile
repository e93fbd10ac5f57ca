# QuickSync Desktop.
#
#   make run     build the program and start it; without a display, show what
#                it does on a virtual one: e2e/out/demo.png
#   make build   bin/quicksync, the program with the window, and bin/qs
#   make qs      bin/qs alone: static, needs no C compiler
#   make test    everything that is checked before a change goes in
#   make lint    the checks of test that run no code of ours
#   make e2e     the real programs on a virtual desktop (Linux)
#   make bench   compares qs with its peers; docs/performance.md (Linux)
#   make soak    the long tests with bigger counts; e2e/out/soak.log
#   make clean   remove bin, e2e/out and bench/out; Go's caches stay
#
# run, test, e2e and soak install the packages that they lack where they may
# (as root, or where sudo asks no password) with apt, and else tell the command.
# Arguments of the program: make run ARGS="FILE…"; of the comparisons: make
# bench ARGS="-quick line"

.PHONY: run build qs test lint e2e bench soak clean help
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

run:
	@scripts/run $(ARGS)

build:
	@scripts/build

qs:
	@scripts/build qs

test:
	@scripts/test

lint:
	@scripts/lint

e2e:
	@scripts/e2e

bench:
	@scripts/bench $(ARGS)

soak:
	@scripts/soak

clean:
	rm -rf bin e2e/out bench/out
