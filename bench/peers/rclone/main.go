// Command rclone is rclone with the two backends and the commands that the
// comparison needs. What they do is rclone's own code, unchanged: only the
// other backends, which would have to be built, are left out.
package main

import (
	_ "github.com/rclone/rclone/backend/local" // the disk
	_ "github.com/rclone/rclone/backend/s3"    // the sink
	"github.com/rclone/rclone/cmd"
	_ "github.com/rclone/rclone/cmd/copy"    // folders
	_ "github.com/rclone/rclone/cmd/copyto"  // one file
	_ "github.com/rclone/rclone/cmd/version" // which one this is
)

func main() { cmd.Main() }
