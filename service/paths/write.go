package paths

import (
	"errors"
	"os"
	"path/filepath"
)

// WriteFile replaces the file at path, or makes it, readable by this user alone
// (0600). After a crash at any instant there is the old content or the new one,
// whole; after a return without error there is the new one, also when the power
// fails. The directory must exist, and a temporary file is made in it. When the
// error is not nil, the old content is still there unless only the last step, to
// make the new one outlive a power failure, did not work.
func WriteFile(path string, data []byte) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temporary.Name())
		}
	}()
	_, writeErr := temporary.Write(data)
	if err := errors.Join(writeErr, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return replace(temporary.Name(), path)
}
