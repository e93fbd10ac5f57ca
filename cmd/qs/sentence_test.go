package main

import (
	"strings"
	"testing"

	"quicksync.me/desktop/service/names"
	"quicksync.me/desktop/service/transfer"
)

// Each error has a code of its own, and a sentence that is true whatever the command
// was and says what to do.
func TestSentences(t *testing.T) {
	for err, want := range map[error]struct{ code, says string }{
		names.ErrTooLong:      {"name_too_long", "rename it"},
		transfer.ErrWrongSum:  {"wrong_sum", "Fetch it again"},
		transfer.ErrWrongSize: {"wrong_size", "Try again"},
		errStorageEnded:       {"storage_ended", "give the same command again"},
	} {
		if code(err) != want.code || !strings.Contains(sentence(err), want.says) {
			t.Errorf("%v: %s, %s", err, code(err), sentence(err))
		}
	}
	if said := sentence(transfer.ErrWrongSize); strings.Contains(said, "was sent") {
		t.Errorf("of a file that somebody else has sent: %s", said)
	}
}
