// Command aws sends and fetches files with the transfer manager of the AWS SDK
// for Go, version 2.
package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"quicksync.me/desktop/bench/peers/peer"
)

func main() { peer.Main(run) }

func run(ctx context.Context, j peer.Job) error {
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String(j.Endpoint.String()),
		Region:       peer.Region,
		UsePathStyle: true,
		Credentials:  credentials.NewStaticCredentialsProvider(peer.Access, peer.Secret, ""),
	})
	manager := transfermanager.New(client, func(o *transfermanager.Options) {
		o.Concurrency, o.PartSizeBytes = j.Threads, j.Part
	})
	if j.Get != "" {
		return fetch(ctx, manager, j)
	}
	return j.Each(ctx, func(ctx context.Context, path string) error { return send(ctx, manager, path) })
}

func send(ctx context.Context, m *transfermanager.Client, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = m.UploadObject(ctx, &transfermanager.UploadObjectInput{
		Bucket: aws.String(peer.Bucket), Key: aws.String(filepath.Base(path)), Body: f,
	})
	return err
}

func fetch(ctx context.Context, m *transfermanager.Client, j peer.Job) error {
	f, err := os.Create(j.To)
	if err != nil {
		return err
	}
	_, err = m.DownloadObject(ctx, &transfermanager.DownloadObjectInput{
		Bucket: aws.String(peer.Bucket), Key: aws.String(j.Get), WriterAt: f,
	})
	return errors.Join(err, f.Close())
}
