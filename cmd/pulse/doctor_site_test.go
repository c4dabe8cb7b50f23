package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/doctor"
	"pacu/lab"
)

const doctorPassword = "s3cret-of-redis"

// doctorPair is the lvs.cf of a pair whose first service is nat, its second
// direct. Nothing moves while heartbeats are missing, for as long as doctor looks.
const doctorPair = `serial_no = 1
primary = 10.77.0.1
primary_private = 10.78.0.1
backup = 10.77.0.2
backup_private = 10.78.0.2
backup_active = 1
service = lvs
keepalive = 1
deadtime = 600
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
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*ample)
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
	ctx, cancel := context.WithTimeout(s.t.Context(), ample)
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
