package install

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pacu/lab"
	"pacu/lab/vm"
)

const (
	// debDir has the packages: one below old, and the one that upgrades it below
	// new.
	debDir = "/lab/debs"
	// docDir has the guides.
	docDir = "/lab/docs"
)

// site is the network of a guide: two routers with a Debian each, two web
// servers and a client.
type site struct {
	*lab.Cluster
	t        *testing.T
	routers  []*machine
	shells   map[string]shell
	client   *lab.Host
	old, new string // the packages' names
}

// newSite makes the network of the guides: with nat the web servers are in a
// network of their own behind the routers. The routers have a fresh Debian each
// that boots by the named init system, and run.
func newSite(t *testing.T, nat bool, init string) *site {
	t.Helper()
	if err := errors.Join(lab.Check(), lab.CheckIPVS()); err != nil {
		t.Skip(err)
	}
	for _, dir := range []string{filepath.Join(vm.DebianDir, init), debDir, docDir} {
		if _, err := os.Stat(dir); err != nil {
			t.Skipf("%v: see make install-test", err)
		}
	}
	cgroup := lab.NewCgroup(t, "memory", "pids", "cpu")
	dir := t.TempDir() // removed when nobody writes there any more
	s := &site{Cluster: lab.New("install"), t: t, shells: map[string]shell{}}
	// What is left running is the cluster's to end, errors included.
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.OnLine = func(l lab.Line) { logf("%s %s: %s", l.At.Format("15:04:05"), l.Host, l.Text) }
	s.old, s.new = deb(t, "old"), deb(t, "new")
	public := s.Switch("public")
	servers := public
	if nat {
		servers = s.Switch("private")
	}
	var hosts []*lab.Host
	for _, name := range []string{"1", "2", "3", "4"} {
		h := s.Host("lvs-0" + name)
		router := name < "3"
		if router || !nat {
			h.Plug(public, "eth0", "10.10.1.3"+name+"/24")
		}
		if nat {
			iface := "eth1"
			if !router {
				iface = "eth0"
			}
			h.Plug(servers, iface, "10.8.8.3"+name+"/24")
			if !router {
				h.Route("default", "10.8.8.30")
			}
		}
		hosts = append(hosts, h)
	}
	s.client = s.Host("client")
	s.client.Plug(public, "eth0", "10.10.1.100/24")
	s.shells["client"] = plain{s.client}
	for i, h := range hosts {
		if i < 2 {
			m := newMachine(t, h, init, cgroup, dir)
			m.deb = s.new
			s.routers = append(s.routers, m)
			s.shells[h.Name()] = m
		} else {
			s.shells[h.Name()] = plain{h}
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	for _, h := range hosts[2:] {
		if _, err := lab.NewWeb(h, ":80"); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, m := range s.routers {
			if t.Failed() && m.On() {
				m.log()
			}
		}
	})
	s.fresh()
	return s
}

// deb is the one package in a folder.
func deb(t *testing.T, folder string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(debDir, folder, "pacu_*_amd64.deb"))
	if err != nil || len(all) != 1 {
		t.Fatalf("%s has %v, want one package (%v)", folder, all, err)
	}
	return filepath.Base(all[0])
}

// fresh boots the routers, puts the packages in root's folder, and lets root of
// lvs-01 log in to lvs-02.
func (s *site) fresh() {
	s.t.Helper()
	for _, m := range s.routers {
		m.put("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n10.10.1.31 lvs-01\n10.10.1.32 lvs-02\n", 0o644)
		for folder, name := range map[string]string{"old": s.old, "new": s.new} {
			data, err := os.ReadFile(filepath.Join(debDir, folder, name))
			if err != nil {
				s.t.Fatal(err)
			}
			m.put("/root/"+name, string(data), 0o644)
		}
		m.boot()
	}
	one, two := s.routers[0], s.routers[1]
	one.up()
	two.up()
	key := must(s.t, one, "mkdir -m 700 -p .ssh && ssh-keygen -q -t ed25519 -N '' -f .ssh/id_ed25519 && cat .ssh/id_ed25519.pub")
	must(s.t, two, "mkdir -m 700 -p .ssh && cat >> .ssh/authorized_keys <<'END'\n"+key+"END")
	host := must(s.t, two, "cat /etc/ssh/ssh_host_ed25519_key.pub")
	must(s.t, one, "cat >> .ssh/known_hosts <<'END'\nlvs-02,10.10.1.32 "+host+"END")
}
