package article004

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"pacu/control"
	"pacu/lab"
)

// config is where the daemons look for lvs.cf.
const config = "/etc/sysconfig/ha/lvs.cf"

// A Router is an LVS router with its daemons.
type Router struct {
	*lab.Host
	Pulse   *lab.Process // nil before Start
	Console *lab.Process // nil before StartConsole
}

func newRouter(n *lab.Cluster, public, private *lab.Switch, number int) *Router {
	r := &Router{Host: n.Host(fmt.Sprintf("lvs-0%d", number))}
	r.Private("/etc/sysconfig/ha", "/var/lib/pacu")
	r.Plug(public, "eth0", fmt.Sprintf("10.10.1.3%d/24", number))
	r.Plug(private, "eth1", fmt.Sprintf("10.8.8.3%d/24", number))
	r.Sysctl("net.ipv4.ip_forward", "1")
	// The article's iptables rule, in today's words.
	r.Setup("nft", "add", "table", "ip", "mangle")
	r.Setup("nft", "add", "chain", "ip", "mangle", "PREROUTING", "{ type filter hook prerouting priority mangle; }")
	r.Setup("nft", "add", "rule", "ip", "mangle", "PREROUTING", "ip", "daddr", VIP.String(), "tcp", "dport", "{ 80, 443 }", "meta", "mark", "set", "80")
	return r
}

// Write puts an lvs.cf in its place.
func (r *Router) Write(text string) error { return r.WriteFile(config, []byte(text), 0o660) }

// Start starts pulse.
func (r *Router) Start() (err error) {
	r.Pulse, err = r.Host.Start("pulse", "-n")
	return err
}

// StartConsole sets the console's password and starts it.
func (r *Router) StartConsole(ctx context.Context, password string) error {
	cmd := r.Command(ctx, "lvsgui", "passwd")
	cmd.Stdin = strings.NewReader(password + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: lvsgui passwd: %w: %s", r.Name(), err, out)
	}
	return r.RestartConsole()
}

// RestartConsole starts the console with the users it has, and returns when it
// serves.
func (r *Router) RestartConsole() (err error) {
	if r.Console, err = r.Host.Start("lvsgui"); err != nil {
		return err
	}
	ctx, cancel := within(context.Background(), settled)
	defer cancel()
	_, err = r.Console.WaitLine(ctx, time.Time{}, "console is ready")
	return err
}

// Hangup makes pulse read lvs.cf again.
func (r *Router) Hangup() error { return r.Pulse.Signal(syscall.SIGHUP) }

// Snapshot is what pulse says over its control socket, as to the console.
func (r *Router) Snapshot(ctx context.Context) (*control.Snapshot, error) {
	return control.NewClient(r.Path("/run/pulse/control.sock")).Snapshot(ctx)
}

// Ipvsadm is the real ipvsadm's view of the kernel's table.
func (r *Router) Ipvsadm(ctx context.Context, args ...string) (string, error) {
	return r.Output(ctx, "ipvsadm", args...)
}

// Server is what pulse says of a real server of the only service.
func (r *Router) Server(ctx context.Context, name string) (control.Server, error) {
	s, err := r.Snapshot(ctx)
	if err != nil {
		return control.Server{}, err
	}
	for _, svc := range s.Services {
		for _, rs := range svc.Servers {
			if rs.Name == name {
				return rs, nil
			}
		}
	}
	return control.Server{}, fmt.Errorf("%s: pulse does not know %s", r.Name(), name)
}

// Is waits until pulse says that it is in a state.
func (r *Router) Is(ctx context.Context, want control.State) error {
	return lab.Until(ctx, lookEvery, func() error {
		s, err := r.Snapshot(ctx)
		if err != nil {
			return err
		}
		if s.Router.State != want {
			return fmt.Errorf("%s is %s, want %s", r.Name(), s.Router.State, want)
		}
		return nil
	})
}

// Agrees checks that what pulse says of the kernel is what the kernel's own
// tools say: the table by ipvsadm, the addresses by netlink. The two are read
// one after the other, so a table in motion gets some more tries.
func (r *Router) Agrees(ctx context.Context) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	return lab.Until(ctx, lookEvery, func() error {
		s, err := r.Snapshot(ctx)
		if err != nil {
			return err
		}
		table, err := r.Ipvsadm(ctx, "-Sn")
		if err != nil {
			return err
		}
		if said, is := save(s), lines(table); !slices.Equal(said, is) {
			return fmt.Errorf("%s: pulse says the kernel holds\n%s\nipvsadm -Sn says\n%s", r.Name(), strings.Join(said, "\n"), strings.Join(is, "\n"))
		}
		held, err := r.Addresses()
		if err != nil {
			return err
		}
		for _, a := range s.Addresses {
			is := slices.ContainsFunc(held, func(h lab.Held) bool { return h.Prefix == a.Prefix && h.Label == a.Device })
			if a.Held != is {
				return fmt.Errorf("%s: pulse says %s on %s held=%v, the kernel says %v", r.Name(), a.Prefix, a.Device, a.Held, is)
			}
		}
		return nil
	})
}

// save renders what a snapshot says of the kernel as `ipvsadm -Sn` would.
func save(s *control.Snapshot) []string {
	var out []string
	for _, svc := range s.Services {
		if !svc.InKernel {
			continue
		}
		service := fmt.Sprintf("-f %d", svc.FWMark)
		if svc.FWMark == 0 {
			service = fmt.Sprintf("-t %s", netip.AddrPortFrom(svc.Address, svc.Port))
		}
		line := fmt.Sprintf("-A %s -s %s", service, svc.Scheduler)
		if svc.Persistent > 0 {
			line += fmt.Sprintf(" -p %d", int(time.Duration(svc.Persistent).Seconds()))
		}
		out = append(out, line)
		for _, rs := range svc.Servers {
			if rs.InKernel {
				out = append(out, fmt.Sprintf("-a %s -r %s -m -w %d", service, netip.AddrPortFrom(rs.Address, rs.Port), rs.KernelWeight))
			}
		}
	}
	slices.Sort(out)
	return out
}

func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return out
}

// Crash kills pulse with SIGKILL and waits for its end. The nannies follow.
func (r *Router) Crash() error {
	err := r.Pulse.Kill()
	if werr := r.Pulse.Wait(); werr == nil {
		err = errors.Join(err, fmt.Errorf("%s: pulse ended by itself", r.Name()))
	}
	return err
}
