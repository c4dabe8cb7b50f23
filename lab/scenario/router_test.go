package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/lab"
)

// lvscf is where pulse looks for lvs.cf.
const lvscf = "/etc/sysconfig/ha/lvs.cf"

// A router is an LVS router.
type router struct {
	*lab.Host
	site  *site
	pulse *lab.Process // nil while it does not run
}

func (s *site) addRouter() *router {
	r := &router{Host: s.Host(fmt.Sprintf("lvs-%d", len(s.routers)+1)), site: s}
	r.Private("/etc/sysconfig/ha", "/var/lib/pacu")
	s.routers = append(s.routers, r)
	return r
}

// start gives all routers the file, starts pulse on each and waits until the
// first is active and the second stands by.
func (s *site) start(c config) {
	s.t.Helper()
	for _, r := range s.routers {
		r.write(c)
		r.start()
		// On a busy machine the second would start long before the first, and
		// take it for dead.
		r.status(func(*control.Snapshot) error { return nil })
	}
	s.routers[0].is(control.Active)
	if len(s.routers) > 1 {
		s.routers[1].is(control.Standby)
	}
}

// reload gives all routers the file and waits until it is applied.
func (s *site) reload(c config) {
	s.t.Helper()
	for _, r := range s.routers {
		r.write(c)
		r.run("pulse", "reload")
	}
}

func (r *router) write(c config) {
	r.site.t.Helper()
	if err := r.WriteFile(lvscf, []byte(c.String()), 0o640); err != nil {
		r.site.t.Fatal(err)
	}
}

func (r *router) start(flags ...string) {
	r.site.t.Helper()
	p, err := r.Host.Start("pulse", append([]string{"-n"}, flags...)...)
	if err != nil {
		r.site.t.Fatal(err)
	}
	r.pulse = p
}

// stop ends pulse as an operator does.
func (r *router) stop() {
	r.site.t.Helper()
	ctx, cancel := awake(r.site.t.Context(), patience)
	defer cancel()
	if err := r.pulse.Stop(ctx); err != nil {
		r.site.t.Fatal(err)
	}
	r.pulse = nil
}

// kill ends pulse with a signal that it cannot, or does not, clean up after.
func (r *router) kill(sig syscall.Signal) {
	r.site.t.Helper()
	if err := r.pulse.Signal(sig); err != nil {
		r.site.t.Fatal(err)
	}
	ctx, cancel := awake(r.site.t.Context(), patience)
	defer cancel()
	select {
	case <-r.pulse.Done():
	case <-ctx.Done():
		r.site.t.Fatalf("%s: pulse goes on after %v", r.Name(), sig)
	}
	r.pulse = nil
}

// run runs a command to its end and returns what it printed.
func (r *router) run(name string, args ...string) string {
	r.site.t.Helper()
	ctx, cancel := awake(r.site.t.Context(), patience)
	defer cancel()
	out, err := r.Output(ctx, name, args...)
	if ctx.Err() != nil {
		r.site.t.Logf("%s %s does not end: threads that run:\n%s", name, strings.Join(args, " "), stuck())
	}
	if err != nil {
		r.site.t.Fatalf("%v %s", err, out)
	}
	return out
}

// says waits until pulse has logged a line with text, at or after since.
func (r *router) says(since time.Time, text string) {
	r.site.t.Helper()
	ctx, cancel := awake(r.site.t.Context(), patience)
	defer cancel()
	if _, err := r.pulse.WaitLine(ctx, since, text); err != nil {
		r.site.t.Fatal(err)
	}
}

// snapshot is what pulse says over its control socket.
func (r *router) snapshot(ctx context.Context) (*control.Snapshot, error) {
	return control.NewClient(r.Path("/run/pulse/control.sock")).Snapshot(ctx)
}

// status waits until a snapshot is as ok wants it.
func (r *router) status(ok func(*control.Snapshot) error) {
	r.site.t.Helper()
	r.site.until(func(ctx context.Context) error {
		s, err := r.snapshot(ctx)
		if err != nil {
			return err
		}
		if err := ok(s); err != nil {
			return fmt.Errorf("%s: %w", r.Name(), err)
		}
		return nil
	})
}

// is waits until pulse is in a state.
func (r *router) is(want control.State) {
	r.site.t.Helper()
	r.status(func(s *control.Snapshot) error {
		if s.Router.State != want {
			return fmt.Errorf("it is %s, want %s", s.Router.State, want)
		}
		return nil
	})
}

// healthy waits until the probes have brought these servers up in the kernel,
// on all routers, with a verdict for each; names are of all services.
func (s *site) healthy(names ...string) {
	s.t.Helper()
	for _, r := range s.routers {
		if r.pulse == nil {
			continue
		}
		r.status(func(snap *control.Snapshot) error {
			var up []string
			for _, svc := range snap.Services {
				for _, rs := range svc.Servers {
					if rs.Name == "sorry_server" {
						continue
					}
					if rs.Health == control.Untried {
						return fmt.Errorf("%s has no verdict", rs.Name)
					}
					if rs.InKernel && rs.Health == control.Up && rs.KernelWeight > 0 && !slices.Contains(up, rs.Name) {
						up = append(up, rs.Name)
					}
				}
			}
			slices.Sort(up)
			if !slices.Equal(up, names) {
				return fmt.Errorf("up are %v, want %v", up, names)
			}
			return nil
		})
	}
}

// table is the kernel's IPVS table by ipvsadm -Sn, sorted.
func (r *router) table(ctx context.Context) ([]string, error) {
	out, err := r.Output(ctx, "ipvsadm", "-Sn")
	return lines(out), err
}

// holds waits until ipvsadm shows exactly this table.
func (r *router) holds(want ...string) {
	r.site.t.Helper()
	r.site.until(func(ctx context.Context) error { return r.holdsNow(ctx, want) })
}

func (r *router) holdsNow(ctx context.Context, want []string) error {
	got, err := r.table(ctx)
	if err != nil {
		return err
	}
	want = slices.Sorted(slices.Values(want))
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("%s: the table differs (- wanted, + by ipvsadm):\n%s", r.Name(), d)
	}
	return nil
}

// hold is holds on all routers that run.
func (s *site) tables(want ...string) {
	s.t.Helper()
	for _, r := range s.routers {
		if r.pulse != nil {
			r.holds(want...)
		}
	}
}

// has tells whether the router holds a floating address with its label.
func (r *router) has(prefix, label string) error {
	held, err := r.Addresses()
	if err != nil {
		return err
	}
	for _, h := range held {
		if h.Prefix.String() == prefix && (h.Label == label || h.Prefix.Addr().Is6() && strings.HasPrefix(label, h.Iface)) {
			return nil
		}
	}
	return fmt.Errorf("%s does not hold %s on %s: %v", r.Name(), prefix, label, held)
}
