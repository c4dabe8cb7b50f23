package scenario

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/control"
)

const nginxConf = "/etc/sysconfig/ha/nginx.conf"

// nginx answers every request with its host's name.
func (r *router) nginx() {
	r.site.t.Helper()
	conf := `user root; worker_processes 1; pid /run/nginx.pid; error_log stderr;
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path /run/nginx-body; proxy_temp_path /run/nginx-proxy; fastcgi_temp_path /run/nginx-fastcgi;
	scgi_temp_path /run/nginx-scgi; uwsgi_temp_path /run/nginx-uwsgi;
	server { listen 80; location / { return 200 "` + r.Name() + `\n"; } }
}
`
	if err := r.WriteFile(nginxConf, []byte(conf), 0o644); err != nil {
		r.site.t.Fatal(err)
	}
}

// killNginx kills nginx, all of it.
func (r *router) killNginx() {
	r.site.t.Helper()
	text, err := os.ReadFile(r.Path("/run/nginx.pid"))
	if err != nil {
		r.site.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		r.site.t.Fatal(err)
	}
	if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil {
		r.site.t.Fatal(err)
	}
}

// service waits until the failover service is in one of these states.
func (r *router) service(states ...string) {
	r.site.t.Helper()
	r.status(func(snap *control.Snapshot) error {
		for _, f := range snap.Failovers {
			for _, state := range states {
				if f.State == state {
					return nil
				}
			}
		}
		return fmt.Errorf("failovers %+v, want %q", snap.Failovers, states)
	})
}

// answered waits until a router's probes have found the service to answer:
// before, its not answering is no failure of the partner's.
func (r *router) answered() {
	r.site.t.Helper()
	r.status(func(snap *control.Snapshot) error {
		for _, f := range snap.Failovers {
			if f.Health != control.Up {
				return fmt.Errorf("%s is %s: %s", f.Name, f.Health, f.Why)
			}
		}
		return nil
	})
}

// TestKernelFailover has nginx run on whichever router is active, behind one
// address (article003, second half): where it dies, the other router serves.
func TestKernelFailover(t *testing.T) {
	s := newLAN(t, v4, 2, 0)
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Skip(err)
	}
	lvs := s.global("service = fos").and(virtual{kind: "failover", name: "web", lines: []string{
		"address = " + s.family.addr(public, vip) + " eth0:1",
		"port = 80",
		"timeout = 4",
		`send = "GET / HTTP/1.0\r\n\r\n"`,
		`expect = "HTTP"`,
		`start_cmd = "/usr/sbin/nginx -c ` + nginxConf + `"`,
		`stop_cmd = "/usr/sbin/nginx -c ` + nginxConf + ` -s quit"`,
	}})
	for _, r := range s.routers {
		r.nginx()
	}
	s.pair(lvs)
	one, two := s.routers[0], s.routers[1]
	v := s.vigil(50 * time.Millisecond)
	for i, r := range s.routers {
		t.Log("nginx dies on " + r.Name())
		s.serving(i)
		s.servedBy(s.url(), r.Name())
		r.service("running")
		// Where it died its stop_cmd failed, which is shown.
		r.other().service("runs on the partner", "failed")
		v.calm("nginx on " + r.Name())
		r.other().answered()
		r.killNginx()
		v.alone(r.other().Name())
		s.servedBy(s.url(), r.other().Name())
		v.served(5)
		v.next() // what is announced counts, and that is done when nginx runs
	}
	s.serving(0)

	t.Log("pulse switchover")
	one.service("running")
	two.service("runs on the partner", "failed")
	one.run("pulse", "switchover")
	s.serving(1)
	s.servedBy(s.url(), two.Name())
	one.service("runs on the partner")
	v.served(5)
	v.next() // both had the address for a while, so that one of them served

	t.Log("nginx dies for good, on both")
	for _, r := range s.routers {
		if err := r.WriteFile(nginxConf, []byte("nonsense"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	one.answered()
	two.killNginx()
	one.service("failed")
	began := time.Now()
	s.heartbeats(15)
	tries, spans := 0, v.holder.Spans(began)
	for _, span := range spans {
		if len(span.Hosts) > 0 {
			tries++
		}
	}
	// Each router tries every 10 seconds at most.
	if most := 2 + 2*int(time.Since(began)/(10*time.Second)); tries > most {
		t.Errorf("the address came up %d times in %v, want %d at most: %v", tries, time.Since(began), most, spans)
	}

	t.Log("nginx can run again")
	for _, r := range s.routers {
		r.nginx()
	}
	s.until(func(context.Context) error {
		_, err := s.get(impatience, s.family.ip(public, client), s.url())
		return err
	})
	v.served(5)
}
