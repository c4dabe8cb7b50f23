package article004

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pacu/control"
	"pacu/lab"
)

// A Step is one thing that happens to the pair, with what must hold after it.
type Step struct {
	Name string
	Run  func(ctx context.Context, p *Pair) error
}

// Steps is the whole story, in order.
var Steps = []Step{
	{"both routers start; lvs-01 serves", start},
	{"ipvsadm shows what the article shows", likeTheArticle},
	{"http and https of one client stick to one server", sticks},
	{"many clients spread over both servers", spreads},
	{"lvs.cf with one more server: exactly that changes", oneMoreServer},
	{"lvs.cf with greater weights: exactly that changes", greaterWeights},
	{"a broken lvs.cf changes nothing", brokenFile},
	{"the web server of lvs-04 stops: it leaves", serverStops},
	{"it starts again: it returns with a slow start", serverReturns},
	{"the active router loses power: the other takes over", powerLoss},
	{"it comes back: nothing flaps", powerBack},
	{"kill -9 of pulse alone: the address is never on both", crash},
	{"the killed pulse starts again: nothing flaps", restart},
	{"pulse is stopped in order: handed over", stop},
}

// settled bounds the waiting for something that has no time of its own in
// lvs.cf; a slow machine needs a part of it.
const settled = 5 * time.Minute

func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}

func start(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	for _, r := range p.Routers {
		if err := errors.Join(r.Write(File), r.Start()); err != nil {
			return err
		}
	}
	if err := errors.Join(p.Routers[0].Is(ctx, control.Active), p.Routers[1].Is(ctx, control.Standby)); err != nil {
		return err
	}
	if err := p.labels(p.Routers[0]); err != nil {
		return err
	}
	return p.served(ctx, "lvs-03", "lvs-04")
}

// labels checks that a router holds the floating addresses where lvs.cf wants
// them.
func (p *Pair) labels(r *Router) error {
	held, err := r.Addresses()
	if err != nil {
		return err
	}
	for _, want := range []lab.Held{
		{Iface: "eth0", Label: "eth0:1", Prefix: netip.PrefixFrom(VIP, 32)},
		{Iface: "eth1", Label: "eth1:0", Prefix: netip.PrefixFrom(NATRouter, 24)},
	} {
		if !slices.Contains(held, want) {
			return fmt.Errorf("%s holds %v, want %v", r.Name(), held, want)
		}
	}
	return nil
}

// served waits until both routers' kernels have exactly these servers, and
// clients are answered by each.
func (p *Pair) served(ctx context.Context, names ...string) error {
	for _, r := range p.Routers {
		if !r.On() || r.Pulse == nil {
			continue
		}
		if err := lab.Until(ctx, lookEvery, func() error { return r.loaded(ctx, names) }); err != nil {
			return err
		}
	}
	return p.answered(ctx, names...)
}

// answered waits until clients are answered by each of these servers.
func (p *Pair) answered(ctx context.Context, names ...string) error {
	return lab.Until(ctx, lookEvery, func() error {
		by := p.Steady.Tally(time.Now().Add(-2 * time.Second)).By
		for _, n := range names {
			if by[n] == 0 {
				return fmt.Errorf("in two seconds %s answered nobody: %v", n, by)
			}
		}
		return nil
	})
}

func (r *Router) loaded(ctx context.Context, names []string) error {
	s, err := r.Snapshot(ctx)
	if err != nil {
		return err
	}
	var got []string
	for _, svc := range s.Services {
		for _, rs := range svc.Servers {
			if rs.InKernel && rs.KernelWeight > 0 {
				got = append(got, rs.Name)
			}
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, names) {
		return fmt.Errorf("%s: the kernel serves %v, want %v", r.Name(), got, names)
	}
	return nil
}

func likeTheArticle(ctx context.Context, p *Pair) error {
	for _, r := range p.Routers {
		out, err := r.Ipvsadm(ctx, "-ln")
		if err != nil {
			return err
		}
		for _, want := range [][]string{
			{"FWM", "80", "wlc", "persistent", "30"},
			{"->", "10.8.8.33:80", "Masq", "1"},
			{"->", "10.8.8.34:80", "Masq", "1"},
		} {
			has := slices.ContainsFunc(lines(out), func(line string) bool {
				f := strings.Fields(line)
				return len(f) >= len(want) && slices.Equal(f[:len(want)], want)
			})
			if !has {
				return fmt.Errorf("%s: ipvsadm -ln has no line %q:\n%s", r.Name(), strings.Join(want, " "), out)
			}
		}
	}
	return nil
}

func sticks(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	for {
		began := time.Now()
		err := p.sticksNow(ctx)
		// Of a busy machine it is asked again.
		if err == nil || ctx.Err() != nil || p.judged(began, time.Now(), err) != nil {
			return err
		}
	}
}

func (p *Pair) sticksNow(ctx context.Context) error {
	from := netip.MustParseAddr("10.10.1.100")
	first, err := p.Client.Get(ctx, from, URL)
	if err != nil {
		return err
	}
	for i := range 10 {
		url := []string{SecureURL, URL}[i%2]
		again, err := p.Client.Get(ctx, from, url)
		if err != nil {
			return fmt.Errorf("%s: %w", url, err)
		}
		if again != first {
			return fmt.Errorf("one client was served by %s, then %s for %s", first, again, url)
		}
	}
	return nil
}

func spreads(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	return p.answered(ctx, "lvs-03", "lvs-04")
}
