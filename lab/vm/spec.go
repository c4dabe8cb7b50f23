package vm

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// specFile is where the machine's first process finds its spec.
const specFile = "/lab/spec.json"

// spec tells the machine's first process what to run.
type spec struct {
	Args  []string `json:"args"`
	Env   []string `json:"env"`
	Dir   string   `json:"dir"`
	Fetch []string `json:"fetch,omitempty"` // files to send back, inside
	Disks []string `json:"disks,omitempty"` // names of the disks, in their order
}

// maxFile bounds a file brought into the machine, in bytes.
const maxFile = 512 << 20

// writeOverlay writes the archive of what changes from run to run: the first
// process, the spec and the files of the command.
func writeOverlay(w io.Writer, self string, s spec, files map[string]string) error {
	a := newArchive(w)
	libs := map[string]string{}
	if err := addProgram(a, libs, "/init", self); err != nil {
		return err
	}
	for inside, host := range files {
		if err := addHost(a, libs, inside, host); err != nil {
			return err
		}
	}
	for inside, host := range libs {
		if err := addFile(a, inside, host); err != nil {
			return err
		}
	}
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	a.file(specFile, 0o644, b)
	a.dir(s.Dir, 0o755)
	for _, f := range s.Fetch {
		a.parents(clean(f))
	}
	return a.close()
}

// addHost adds a file or a whole folder of the host.
func addHost(a *archive, libs map[string]string, inside, host string) error {
	return filepath.WalkDir(host, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := inside + strings.TrimPrefix(path, host)
		fi, err := os.Stat(path)
		switch {
		case err != nil:
			return err
		case fi.IsDir():
			a.dir(name, 0o755)
			return nil
		case !fi.Mode().IsRegular():
			return nil
		case fi.Size() > maxFile:
			return fmt.Errorf("%s: %d bytes, at most %d", path, fi.Size(), maxFile)
		}
		return addProgram(a, libs, name, path)
	})
}

// addProgram adds a file and, when it is a program, notes the host's libraries
// it needs.
func addProgram(a *archive, libs map[string]string, inside, host string) error {
	elf, err := isELF(host)
	if err != nil {
		return err
	}
	if elf {
		if err := addLibraries(libs, host, "/"); err != nil {
			return err
		}
	}
	return addFile(a, inside, host)
}

func isELF(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	var magic [4]byte
	n, err := io.ReadFull(f, magic[:])
	if err != nil && n == len(magic) {
		return false, err
	}
	return string(magic[:]) == "\x7fELF", nil
}
