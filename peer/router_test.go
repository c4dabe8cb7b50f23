package peer

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"pacu/peer/peertest"
)

// newRouter starts a router and returns it with a Peer that may log in, and
// the folder of its lvs.cf.
func newRouter(t *testing.T) (*peertest.Router, *Peer, string) {
	t.Helper()
	state := t.TempDir()
	id, err := LoadIdentity(IdentityPath(state))
	if err != nil {
		t.Fatal(err)
	}
	r := peertest.Start(t)
	r.Change(func() { r.Allowed = id.signer.PublicKey() })
	p := &Peer{
		Settings: Settings{
			Host: "127.0.0.1", Port: r.Port, User: "root",
			Config: filepath.Join(r.Folder, "lvs.cf"), Pulse: "/usr/sbin/pulse",
		},
		Identity: id,
		Known:    &KnownHosts{Path: KnownHostsPath(state)},
	}
	if err := p.Known.Trust(p.Settings.Address(), HostKey{r.Host.PublicKey()}); err != nil {
		t.Fatal(err)
	}
	return r, p, r.Folder
}

// A record of steps: what ended, and how.
type record struct {
	began int
	steps []string
}

func (r *record) tell(e Event) {
	if !e.Ended {
		r.began++
		return
	}
	how := "well"
	if e.Error != nil {
		how = string(e.Error.Fault)
	}
	r.steps = append(r.steps, string(e.Step)+": "+how)
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// names are the files in a folder, with their modes.
func names(t *testing.T, folder string) []string {
	t.Helper()
	all, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, e := range all {
		fi, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %04o", e.Name(), fi.Mode().Perm()))
	}
	return out
}
