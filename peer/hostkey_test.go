package peer

import (
	"os"
	"slices"
	"testing"

	"golang.org/x/crypto/ssh"

	"pacu/peer/peertest"
)

func TestKnownHosts(t *testing.T) {
	k := &KnownHosts{Path: KnownHostsPath(t.TempDir())}
	of := func(address string) []string {
		t.Helper()
		keys, err := k.Of(address)
		if err != nil {
			t.Fatal(err)
		}
		out := []string{}
		for _, key := range keys {
			out = append(out, key.Fingerprint())
		}
		return out
	}
	one, two, three := HostKey{peertest.NewSigner(t).PublicKey()}, HostKey{peertest.NewSigner(t).PublicKey()}, HostKey{peertest.NewSigner(t).PublicKey()}
	if got := of("10.0.0.2:22"); len(got) != 0 {
		t.Errorf("before: %v", got)
	}
	for _, s := range []struct {
		address string
		key     HostKey
	}{{"10.0.0.2:22", one}, {"10.0.0.2:2222", two}, {"[fe80::1]:22", two}, {"10.0.0.2:22", three}} {
		if err := k.Trust(s.address, s.key); err != nil {
			t.Fatal(err)
		}
	}
	for address, want := range map[string]HostKey{"10.0.0.2:22": three, "10.0.0.2:2222": two, "[fe80::1]:22": two} {
		if got := of(address); !slices.Equal(got, []string{want.Fingerprint()}) {
			t.Errorf("%s: %v, want %s", address, got, want.Fingerprint())
		}
	}
	if err := k.Forget("10.0.0.2:22"); err != nil {
		t.Fatal(err)
	}
	if a, b := of("10.0.0.2:22"), of("10.0.0.2:2222"); len(a) != 0 || len(b) != 1 {
		t.Errorf("forgotten: %v, %v", a, b)
	}
	if fi, err := os.Stat(k.Path); err != nil || fi.Mode() != 0o600 {
		t.Errorf("%v, %v", fi, err)
	}
	write(t, k.Path, "@nonsense\n", 0o600)
	if _, err := k.Of("10.0.0.2:22"); err == nil {
		t.Error("a broken file is taken")
	}
}

func TestHostKey(t *testing.T) {
	key := HostKey{peertest.NewSigner(t).PublicKey()}
	again, err := ParseHostKey(key.String())
	if err != nil || again.Fingerprint() != key.Fingerprint() || key.File() != "/etc/ssh/ssh_host_ed25519_key.pub" {
		t.Errorf("%v: %s, %s", err, again, key.File())
	}
	if got := algorithms([]HostKey{key}); got[0] != ssh.KeyAlgoED25519 || len(got) != 6 {
		t.Errorf("algorithms %v", got)
	}
}

func FuzzParseHostKey(f *testing.F) {
	f.Add("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJz1")
	f.Add("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBKfO4wDXoeC7sNq9RPzpHMrfmZ5c4fPPPnTdRBnqnvd x")
	f.Fuzz(func(t *testing.T, line string) {
		key, err := ParseHostKey(line)
		if err != nil {
			return
		}
		again, err := ParseHostKey(key.String())
		if err != nil || again.Fingerprint() != key.Fingerprint() || key.File() == "" {
			t.Errorf("%q comes back as %q, %v", line, again, err)
		}
	})
}
