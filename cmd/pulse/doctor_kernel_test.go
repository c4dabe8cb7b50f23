package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/doctor"
	"pacu/lab"
)

const doctorPassword = "s3cret-of-redis"

// doctorPair is the lvs.cf of a pair whose first service is nat, its second
// direct. Nothing moves while a heartbeat is missing for a moment.
const doctorPair = `serial_no = 1
primary = 10.77.0.1
primary_private = 10.78.0.1
backup = 10.77.0.2
backup_private = 10.78.0.2
backup_active = 1
service = lvs
keepalive = 1
deadtime = 60
network = nat
nat_router = 10.78.0.254 eth1:0
nat_nmask = 255.255.255.0
virtual web {
     active = 1
     address = 10.77.0.100 eth0:1
     port = 80
     timeout = 5
     reentry = 1
     server web-1 {
         address = 10.78.0.11
         active = 1
     }
}
virtual plain {
     active = 1
     address = 10.77.0.101 eth0:2
     port = 80
     forward = direct
     timeout = 5
     reentry = 1
     server web-2 {
         address = 10.77.0.12
         active = 1
     }
}
virtual cache {
     active = 0
     address = 10.77.0.102 eth0:3
     port = 6379
     check = redis
     check_password = "` + doctorPassword + `"
     server web-1 {
         address = 10.78.0.11
         active = 1
     }
}
`

// A doctorSite is a pair under TestKernelDoctor.
type doctorSite struct {
	t                           *testing.T
	one, two, web1, web2, visit *lab.Host
}

func newDoctorSite(t *testing.T) *doctorSite {
	t.Helper()
	for _, check := range []func() error{lab.Check, lab.CheckIPVS} {
		if err := check(); err != nil {
			t.Skip(err)
		}
	}
	n := lab.New("doctor")
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	n.OnLine = func(l lab.Line) { t.Logf("%s %s", l.Host, l.Text) }
	public, private := n.Switch("public"), n.Switch("private")
	s := &doctorSite{t: t}
	router := func(name string, number int) *lab.Host {
		h := n.Host(name)
		h.Private("/etc/sysconfig/ha", "/var/lib/pacu")
		h.Plug(public, "eth0", fmt.Sprintf("10.77.0.%d/24", number))
		h.Plug(private, "eth1", fmt.Sprintf("10.78.0.%d/24", number))
		h.Sysctl("net.ipv4.ip_forward", "1")
		return h
	}
	s.one, s.two = router("lvs-1", 1), router("lvs-2", 2)
	s.web1, s.web2, s.visit = n.Host("web-1"), n.Host("web-2"), n.Host("client")
	s.web1.Plug(private, "eth0", "10.78.0.11/24")
	s.web1.Route("default", "10.78.0.254")
	s.web2.Plug(public, "eth0", "10.77.0.12/24")
	s.web2.Sysctl("net.ipv4.conf.all.arp_ignore", "1")
	s.web2.Sysctl("net.ipv4.conf.all.arp_announce", "2")
	s.web2.Address("lo", "10.77.0.101/32")
	s.visit.Plug(public, "eth0", "10.77.0.99/24")
	if err := n.Err(); err != nil {
		t.Fatal(err)
	}
	for _, h := range []*lab.Host{s.web1, s.web2} {
		if _, err := lab.NewWeb(h, ":80"); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// start starts pulse on both with one key, and waits until all is settled.
func (s *doctorSite) start() {
	s.t.Helper()
	write(s.t, s.one, doctorPair)
	write(s.t, s.two, doctorPair)
	mustRun(s.t, s.one, "pulse", "keygen")
	key, err := os.ReadFile(s.one.Path("/etc/sysconfig/ha/lvs.key"))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.two.WriteFile("/etc/sysconfig/ha/lvs.key", key, 0o600); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	for i, h := range []*lab.Host{s.one, s.two} {
		flags := []string{"-n"}
		if i == 0 {
			flags = append(flags, "--forceactive")
		}
		if _, err := h.Start("pulse", flags...); err != nil {
			s.t.Fatal(err)
		}
		s.settled(ctx, h, []control.State{control.Active, control.Standby}[i], i > 0)
	}
	s.settled(ctx, s.one, control.Active, true)
}

// settled waits until a router has its state, and with pair until both hear
// each other and all servers are up.
func (s *doctorSite) settled(ctx context.Context, h *lab.Host, want control.State, pair bool) {
	s.t.Helper()
	c := control.NewClient(h.Path("/run/pulse/control.sock"))
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		err := func() error {
			snap, err := c.Snapshot(ctx)
			if err != nil {
				return err
			}
			if snap.Router.State != want || snap.Router.Phase != "" {
				return fmt.Errorf("it is %s %s", snap.Router.State, snap.Router.Phase)
			}
			for _, svc := range snap.Services {
				if svc.Up == 0 {
					return fmt.Errorf("no server of %s is up", svc.Name)
				}
			}
			for _, p := range snap.Partner.Paths {
				if pair && (p.Silent || p.LastHeard.IsZero()) {
					return fmt.Errorf("path %s is silent", p.Name)
				}
			}
			if pair && len(snap.Trouble) > 0 {
				return errors.New(strings.Join(snap.Trouble, "; "))
			}
			return nil
		}()
		if err == nil {
			return
		}
		if last == nil || ctx.Err() == nil {
			last = err // one that the deadline cut short tells nothing
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.t.Fatalf("%s: %v", h.Name(), last)
		}
	}
}

// errors are the findings of severity error on a router, one a line.
func (s *doctorSite) errors(h *lab.Host) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	out, err := h.Command(ctx, "pulse", "doctor", "--json").Output()
	var d doctored
	if jerr := json.Unmarshal(out, &d); jerr != nil {
		s.t.Fatalf("%s: %v, %v: %s", h.Name(), err, jerr, out)
	}
	var found []string
	for _, sec := range d.Sections {
		for _, f := range sec.Findings {
			if f.Severity == doctor.Error {
				found = append(found, f.String()+" [fix: "+f.Fix+"]")
			} else {
				s.t.Logf("%s: %v", h.Name(), f)
			}
		}
		for _, u := range sec.Unseen {
			s.t.Logf("%s: not seen: %s", h.Name(), u)
		}
	}
	if failed := err != nil; failed != (len(found) > 0) {
		s.t.Errorf("%s: pulse doctor ends with %v and finds %q", h.Name(), err, found)
	}
	return strings.Join(found, "\n")
}

// TestKernelDoctor examines a pair that is well, in which no error may be found,
// then breaks one thing after the other: each must be found and named, and all be
// gone when they are put right.
func TestKernelDoctor(t *testing.T) {
	s := newDoctorSite(t)
	s.start()
	for _, h := range []*lab.Host{s.one, s.two} {
		if found := s.errors(h); found != "" {
			t.Fatalf("%s is well, and these were found:\n%s", h.Name(), found)
		}
	}
	nft := func(rule ...string) {
		mustRun(t, s.one, "nft", "add", "table", "inet", "filter")
		mustRun(t, s.one, "nft", "add", "chain", "inet", "filter", "input", "{", "type", "filter", "hook", "input", "priority", "0", ";", "policy", "accept", ";", "}")
		mustRun(t, s.one, "nft", append([]string{"add", "rule", "inet", "filter", "input"}, rule...)...)
	}
	unruled := func() { mustRun(t, s.one, "nft", "delete", "table", "inet", "filter") }
	const key = "/etc/sysconfig/ha/lvs.key"
	tests := []struct {
		name        string
		breaks, fix func()
		on          *lab.Host
		want        []string
	}{
		{"a real server answers ARP for the VIP",
			func() { mustRun(t, s.web2, "sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=0") },
			func() { mustRun(t, s.web2, "sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1") }, s.two,
			[]string{"virtual plain: real server web-2 answers ARP for 10.77.0.101 on eth0", "arp_ignore=1"}},
		{"a rule drops heartbeats", func() { nft("udp", "dport", "539", "drop") }, unruled, s.one,
			[]string{"heartbeats from 10.77.0.2: udp port 539 is dropped by rule 1 of chain inet filter input", "nft insert rule inet filter input udp dport 539 accept"}},
		{"a set of ports is dropped", func() { nft("tcp", "dport", "{", "22,", "80", "}", "drop") }, unruled, s.one,
			[]string{"virtual web: tcp port 80 is dropped by rule 1 of chain inet filter input"}},
		{"the key may be read by all",
			func() { mustRun(t, s.two, "chmod", "644", key) }, func() { mustRun(t, s.two, "chmod", "600", key) }, s.two,
			[]string{key + ": others than root may read or write it (mode 0644)", "chmod 600"}},
		{"an own address is gone",
			func() { mustRun(t, s.two, "ip", "addr", "del", "10.78.0.2/24", "dev", "eth1") },
			func() { mustRun(t, s.two, "ip", "addr", "add", "10.78.0.2/24", "dev", "eth1") }, s.two,
			[]string{"10.78.0.2: lvs.cf says that it is this router's, and no interface has it"}},
		{"an interface is switched off",
			func() { mustRun(t, s.two, "ip", "link", "set", "eth1", "down") },
			func() { mustRun(t, s.two, "ip", "link", "set", "eth1", "up") }, s.two,
			[]string{"eth1: it is switched off"}},
		{"the standby has the VIP",
			func() { mustRun(t, s.two, "ip", "addr", "add", "10.77.0.100/32", "dev", "eth1") },
			func() { mustRun(t, s.two, "ip", "addr", "del", "10.77.0.100/32", "dev", "eth1") }, s.two,
			[]string{"virtual web: 10.77.0.100 is on eth1, lvs.cf wants it on eth0"}},
		{"forwarding is off",
			func() { mustRun(t, s.one, "sysctl", "-qw", "net.ipv4.ip_forward=0") },
			func() { mustRun(t, s.one, "sysctl", "-qw", "net.ipv4.ip_forward=1") }, s.one,
			[]string{"net.ipv4.ip_forward: it is 0"}},
		{"a real server of nat has no way back", func() {
			mustRun(t, s.web1, "ip", "route", "del", "default")
			s.knock("10.77.0.100:80")
		}, func() {}, s.one,
			[]string{"real server web-1: ", "none came back through this router", "ip route replace default via 10.78.0.254"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.breaks()
			found := s.errors(tt.on)
			for _, want := range tt.want {
				if !strings.Contains(found, want) {
					t.Errorf("found:\n%s\nwant %q in it", found, want)
				}
			}
			tt.fix()
		})
	}
	// What the last one left is on the active router alone.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s.settled(ctx, s.two, control.Standby, true)
	if found := s.errors(s.two); found != "" {
		t.Errorf("all is put right on lvs-2, and these were found:\n%s", found)
	}
}

// knock begins connections that nobody answers.
func (s *doctorSite) knock(address string) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Second)
	defer cancel()
	done := make(chan struct{}, 20)
	for range cap(done) {
		go func() {
			if c, err := s.visit.DialContext(ctx, "tcp", address); err == nil {
				_ = c.Close()
			}
			done <- struct{}{}
		}()
	}
	for range cap(done) {
		<-done
	}
}

// TestKernelReport packs a report on a running router, and finds no secret in
// it.
func TestKernelReport(t *testing.T) {
	s := newDoctorSite(t)
	s.start()
	const inside = "/var/lib/pacu/report.tar.gz"
	mustRun(t, s.one, "pulse", "report", inside)
	if err := s.one.Run("pulse", "report", inside); err == nil {
		t.Error("a second report overwrote the first")
	}
	key, err := os.ReadFile(s.one.Path("/etc/sysconfig/ha/lvs.key"))
	if err != nil {
		t.Fatal(err)
	}
	secrets := append(doctor.Secrets(nil, key), doctorPassword)
	if len(secrets) != 2 {
		t.Fatalf("%d secrets", len(secrets))
	}
	files := unpack(t, s.one.Path(inside))
	for _, name := range []string{"MANIFEST.txt", "lvs.cf", "doctor.json", "doctor.txt", "snapshot.json", "explain.json", "nannies.json", "files/proc/net/ip_vs"} {
		if len(files[name]) == 0 {
			t.Errorf("there is no %s", name)
		}
	}
	for name, text := range files {
		for _, secret := range secrets {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s has a secret", name)
			}
		}
	}
	if !bytes.Contains(files["lvs.cf"], []byte("check_password = (left out)")) {
		t.Errorf("lvs.cf:\n%s", files["lvs.cf"])
	}
}

// unpack reads an archive, which only its owner may read.
func unpack(t *testing.T, path string) map[string][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	r := tar.NewReader(z)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel("pulse-report", h.Name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = text
	}
}
