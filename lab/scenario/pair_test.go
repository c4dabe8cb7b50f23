package scenario

import (
	"context"
	"fmt"
	"strings"

	"pacu/control"
)

// knows waits until a router's kernel knows of n open connections, at least.
func (r *router) knows(n int) {
	r.site.t.Helper()
	r.site.until(func(ctx context.Context) error {
		out, err := r.Output(ctx, "ipvsadm", "-Lnc")
		if err != nil {
			return err
		}
		if known := strings.Count(out, "ESTABLISHED"); known < n {
			return fmt.Errorf("%s knows of %d open connections, want %d:\n%s", r.Name(), known, n, out)
		}
		return nil
	})
}

// carries waits until the router's kernel knows a download's connection.
func (r *router) carries(d *download) {
	r.site.t.Helper()
	r.site.until(func(ctx context.Context) error {
		out, err := r.Output(ctx, "ipvsadm", "-Lnc")
		if err != nil {
			return err
		}
		for line := range strings.Lines(out) {
			if strings.Contains(line, "ESTABLISHED") && strings.Contains(line, " "+d.from.Load().(string)+" ") {
				return nil
			}
		}
		return fmt.Errorf("%s does not know the connection of %s:\n%s", r.Name(), d.from.Load(), out)
	})
}

// other is the partner of r in a pair.
func (r *router) other() *router {
	for _, o := range r.site.routers {
		if o != r {
			return o
		}
	}
	return nil
}

// powerOff ends the router suddenly.
func (r *router) powerOff() {
	r.site.t.Helper()
	if err := r.PowerOff(); err != nil {
		r.site.t.Fatal(err)
	}
	r.pulse = nil
}

// powerOn starts the router and pulse on it.
func (r *router) powerOn() {
	r.site.t.Helper()
	if err := r.PowerOn(); err != nil {
		r.site.t.Fatal(err)
	}
	r.start()
}

// noTrouble is an error while a snapshot shows trouble.
func noTrouble(snap *control.Snapshot) error {
	if len(snap.Trouble) > 0 {
		return fmt.Errorf("trouble: %q", snap.Trouble)
	}
	return nil
}
