package node_test

import (
	"testing"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// The node is a bucket as the engine relies on it, through the client that the
// engine speaks with.
func TestContract(t *testing.T) {
	transfertest.Contract(t, func(t *testing.T) transfer.Bucket {
		n, err := node.Open(t.Context(), node.Config{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		client, err := api.New(api.Config{Server: n.URL(), Token: n.Token()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			client.CloseIdle()
			if err := n.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
		return client
	})
}
