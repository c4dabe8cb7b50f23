package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// confineKey makes the test's program confine itself and try to write: a
// folder it may write, and a file it may not.
const confineKey = "LVSGUI_TEST_CONFINE"

func TestMain(m *testing.M) {
	if paths, ok := os.LookupEnv(confineKey); ok {
		confining = true
		os.Exit(tryWriting(filepath.SplitList(paths)))
	}
	os.Exit(m.Run())
}

func tryWriting(paths []string) int {
	unconfined, err := confine(paths[0])
	if err != nil {
		fmt.Println(err)
		return 1
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	for _, line := range regexp.MustCompile(`(?m)^(Cap(Prm|Eff)|NoNewPrivs):\s*\S+`).FindAllString(string(status), -1) {
		fmt.Println(strings.Join(strings.Fields(line), " "))
	}
	fmt.Println("unconfined:", unconfined)
	for _, path := range paths {
		if fi, err := os.Stat(path); err == nil && fi.IsDir() {
			path = filepath.Join(path, "made")
		}
		err := os.WriteFile(path, []byte("x"), 0o600)
		fmt.Println("write:", err == nil, errors.Is(err, fs.ErrPermission))
	}
	_, err = os.ReadFile(paths[1])
	fmt.Println("read:", err == nil)
	return 0
}

func TestConfine(t *testing.T) {
	mine, others := t.TempDir(), filepath.Join(t.TempDir(), "others")
	if err := os.WriteFile(others, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), confineKey+"="+mine+string(filepath.ListSeparator)+others)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if bytes.Contains(out, []byte("no Landlock")) {
		t.Skip("this kernel has no Landlock")
	}
	want := `CapPrm: 0000000000000000
CapEff: 0000000000000000
NoNewPrivs: 1
unconfined: 
write: true false
write: false true
read: true
`
	if string(out) != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
}
