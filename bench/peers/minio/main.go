// Command minio sends and fetches files with minio-go, as its documentation
// shows it.
package main

import (
	"context"
	"path/filepath"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"quicksync.me/desktop/bench/peers/peer"
)

func main() { peer.Main(run) }

func run(ctx context.Context, j peer.Job) error {
	client, err := minio.New(j.Endpoint.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(peer.Access, peer.Secret, ""),
		Secure: j.Endpoint.Scheme == "https",
		Region: peer.Region,
	})
	if err != nil {
		return err
	}
	if j.Get != "" {
		return client.FGetObject(ctx, peer.Bucket, j.Get, j.To, minio.GetObjectOptions{})
	}
	return j.Each(ctx, func(ctx context.Context, path string) error {
		_, err := client.FPutObject(ctx, peer.Bucket, filepath.Base(path), path, minio.PutObjectOptions{
			NumThreads: uint(j.Threads), PartSize: uint64(j.Part),
		})
		return err
	})
}
