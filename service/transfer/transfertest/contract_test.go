package transfertest_test

import (
	"testing"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
)

func TestFakeKeepsTheContract(t *testing.T) {
	transfertest.Contract(t, func(*testing.T) transfer.Bucket { return transfertest.NewFake() })
}

// TestNodeKeepsTheContract runs the same cases over HTTP against the node.
func TestNodeKeepsTheContract(t *testing.T) {
	transfertest.Contract(t, func(t *testing.T) transfer.Bucket {
		n, err := node.Open(t.Context(), node.Config{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := n.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
		c, err := api.New(api.Config{Server: n.URL(), Token: n.Token()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.CloseIdle)
		return c
	})
}
