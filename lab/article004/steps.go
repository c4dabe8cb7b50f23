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
const settled = 30 * time.Second

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
		if err := until(ctx, func() error { return r.loaded(ctx, names) }); err != nil {
			return err
		}
	}
	return until(ctx, func() error {
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

func spreads(_ context.Context, p *Pair) error {
	by := p.Steady.Tally(time.Now().Add(-2 * time.Second)).By
	if by["lvs-03"] == 0 || by["lvs-04"] == 0 {
		return fmt.Errorf("twenty clients were served by %v", by)
	}
	return nil
}

// reload gives both routers a new file, as an operator does who copies lvs.cf
// to the backup, and holds the change of the active one's table against what
// was expected. A client that keeps its connection must keep it.
func (p *Pair) reload(ctx context.Context, text string, gone, came []string) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	active, _, err := p.Active()
	if err != nil {
		return err
	}
	before, err := active.Ipvsadm(ctx, "-Sn")
	if err != nil {
		return err
	}
	keeper := &lab.Client{Host: p.Client, URL: URL, Every: 100 * time.Millisecond, Timeout: patience, Keep: true, From: p.Steady.From[:5]}
	keeping, done := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() { keeper.Run(keeping); close(kept) }()
	defer func() { done(); <-kept }()
	if err := until(ctx, func() error {
		if keeper.Tally(time.Time{}).OK == 0 {
			return errors.New("the client that keeps its connection got no answer")
		}
		return nil
	}); err != nil {
		return err
	}

	began := time.Now()
	for _, r := range p.Routers {
		if err := errors.Join(r.Write(text), r.Hangup()); err != nil {
			return err
		}
	}
	err = until(ctx, func() error {
		after, err := active.Ipvsadm(ctx, "-Sn")
		if err != nil {
			return err
		}
		left, new := difference(lines(before), lines(after))
		if !slices.Equal(left, gone) || !slices.Equal(new, came) {
			return fmt.Errorf("%s: the table lost %q and gained %q, want %q and %q", active.Name(), left, new, gone, came)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := until(ctx, func() error {
		if keeper.Tally(began).OK == 0 {
			return errors.New("no answer after the reload")
		}
		return nil
	}); err != nil {
		return err
	}
	if t := keeper.Tally(time.Time{}); t.Failed > 0 {
		return fmt.Errorf("a reload broke a kept connection: %v", t)
	}
	return nil
}

// difference is what only a has, and what only b has; both are sorted.
func difference(a, b []string) (onlyA, onlyB []string) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			onlyA = append(onlyA, s)
		}
	}
	for _, s := range b {
		if !slices.Contains(a, s) {
			onlyB = append(onlyB, s)
		}
	}
	return onlyA, onlyB
}

// Fuller is the article's file with lvs-05 added; Heavier has weight 4
// everywhere besides.
var (
	Fuller  = strings.Replace(File, "     server lvs-04 {", "     server lvs-05 {\n         address = 10.8.8.35\n         active = 1\n         weight = 1\n     }\n     server lvs-04 {", 1)
	Heavier = strings.ReplaceAll(Fuller, "weight = 1", "weight = 4")
)

func oneMoreServer(ctx context.Context, p *Pair) error {
	return p.reload(ctx, Fuller, nil, []string{"-a -f 80 -r 10.8.8.35:80 -m -w 1"})
}

func greaterWeights(ctx context.Context, p *Pair) error {
	var gone, came []string
	for _, a := range []string{"33", "34", "35"} {
		gone = append(gone, "-a -f 80 -r 10.8.8."+a+":80 -m -w 1")
		came = append(came, "-a -f 80 -r 10.8.8."+a+":80 -m -w 4")
	}
	return p.reload(ctx, Heavier, gone, came)
}

func brokenFile(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	began := time.Now()
	if err := p.reload(ctx, strings.Replace(Heavier, "scheduler = wlc", "scheduler = wlcc", 1), nil, nil); err != nil {
		return err
	}
	for _, r := range p.Routers {
		line, err := r.Pulse.WaitLine(ctx, began, "wlcc")
		if err != nil {
			return err
		}
		if !strings.Contains(line.Text, "lvs.cf:27:") {
			return fmt.Errorf("%s: %q does not say where", r.Name(), line.Text)
		}
		s, err := r.Snapshot(ctx)
		if err != nil {
			return err
		}
		if s.Config.Refused == "" {
			return fmt.Errorf("%s: the refused file is not shown", r.Name())
		}
	}
	return p.reload(ctx, Heavier, nil, nil)
}

func serverStops(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	if err := p.Servers[1].Stop(); err != nil {
		return err
	}
	if err := p.served(ctx, "lvs-03", "lvs-05"); err != nil {
		return err
	}
	for _, r := range p.Routers {
		rs, err := r.Server(ctx, "lvs-04")
		if err != nil {
			return err
		}
		if rs.Health != control.Down || rs.InKernel || rs.Why == "" {
			return fmt.Errorf("%s shows lvs-04 as %+v, want it down, out of the kernel, with the reason", r.Name(), rs)
		}
	}
	return nil
}

func serverReturns(ctx context.Context, p *Pair) error {
	active, _, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := p.Servers[1].Start(); err != nil {
		return err
	}
	// reentry 15, two probes 6 s apart; then the weight doubles every 20 s.
	ctx, cancel := within(ctx, 20*time.Second+2*settled)
	defer cancel()
	var weights []int
	err = until(ctx, func() error {
		rs, err := active.Server(ctx, "lvs-04")
		if err != nil {
			return err
		}
		if rs.InKernel && !slices.Contains(weights, rs.KernelWeight) {
			weights = append(weights, rs.KernelWeight)
		}
		if len(weights) < 2 {
			return fmt.Errorf("lvs-04 came back with weights %v, want a small one, then more", weights)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if weights[0] != 1 || weights[1] != 2 {
		return fmt.Errorf("lvs-04 came back with weights %v, want 1, then 2", weights)
	}
	return p.unharmed(began, "its return")
}

// moved waits until router r serves alone, and checks that nobody else did
// meanwhile: since began, no address was on both for longer than overlap, nor
// on none for longer than gap.
func (p *Pair) moved(ctx context.Context, r *Router, began time.Time, overlap, gap time.Duration) error {
	err := until(ctx, func() error {
		active, _, err := p.Active()
		if err == nil && active != r {
			err = fmt.Errorf("%s serves, want %s", active.Name(), r.Name())
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := errors.Join(p.labels(r), r.Is(ctx, control.Active)); err != nil {
		return err
	}
	if err := p.served(ctx, "lvs-03", "lvs-04", "lvs-05"); err != nil {
		return err
	}
	return p.alone(began, overlap, gap)
}

func (p *Pair) alone(began time.Time, overlap, gap time.Duration) error {
	for _, h := range []*lab.Holder{p.Public, p.Private} {
		none, both := h.Longest(began)
		if both > overlap {
			return fmt.Errorf("on both routers for %v: %v", both, h)
		}
		if none > gap {
			return fmt.Errorf("on no router for %v: %v", none, h)
		}
	}
	return nil
}

// moment is how long both may hold an address while one hands it to the other,
// make before break, on a slow machine.
const moment = time.Second

func powerLoss(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, Deadtime+settled)
	defer cancel()
	active, other, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := active.PowerOff(); err != nil {
		return err
	}
	active.Pulse = nil
	return p.moved(ctx, other, began, 0, Deadtime+moment)
}

func powerBack(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	active, _, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	for _, r := range p.Routers {
		if r.On() {
			continue
		}
		if err := errors.Join(r.PowerOn(), r.Write(Heavier), r.Start()); err != nil {
			return err
		}
	}
	return p.still(ctx, active, began)
}

// still watches that nothing moves: r goes on serving, the other one stands
// by, its partner is seen again, and nobody notices.
func (p *Pair) still(ctx context.Context, r *Router, began time.Time) error {
	other := p.Routers[0]
	if r == other {
		other = p.Routers[1]
	}
	err := until(ctx, func() error {
		s, err := other.Snapshot(ctx)
		if err != nil {
			return err
		}
		if s.Router.State != control.Standby || s.Partner == nil || s.Partner.State != control.Active {
			return fmt.Errorf("%s is %s, its partner %+v", other.Name(), s.Router.State, s.Partner)
		}
		return nil
	})
	if err != nil {
		return err
	}
	// Longer than deadtime: a router that mistook the silence of its own
	// start for the partner's death would have moved by then.
	t := time.NewTimer(Deadtime + 2*time.Second)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := p.alone(began, 0, 0); err != nil {
		return err
	}
	if active, _, err := p.Active(); err != nil || active != r {
		return errors.Join(err, fmt.Errorf("%s does not serve any more", r.Name()))
	}
	if err := p.unharmed(began, "a router that came back"); err != nil {
		return err
	}
	return p.served(ctx, "lvs-03", "lvs-04", "lvs-05")
}

func crash(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, Deadtime+settled)
	defer cancel()
	active, other, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := active.Crash(); err != nil {
		return err
	}
	active.Pulse = nil
	return p.moved(ctx, other, began, 0, Deadtime)
}

func restart(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	active, other, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := other.Start(); err != nil {
		return err
	}
	return p.still(ctx, active, began)
}

func stop(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	active, other, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := active.Pulse.Stop(ctx); err != nil {
		return fmt.Errorf("%s: pulse: %w", active.Name(), err)
	}
	active.Pulse = nil
	if err := p.moved(ctx, other, began, moment, 0); err != nil {
		return err
	}
	if table, err := active.Ipvsadm(ctx, "-Sn"); err != nil || strings.TrimSpace(table) != "" {
		return errors.Join(err, fmt.Errorf("%s left a table: %s", active.Name(), table))
	}
	// Without connection sync the next router does not know the requests that
	// are under way just then.
	if t := p.Steady.Tally(began); t.Failed > underWay {
		return fmt.Errorf("a planned stop lost %d requests: %v", t.Failed, t)
	}
	return nil
}

// underWay is more than the steady clients have going at any moment.
const underWay = 3

// unharmed checks that the steady clients lost nothing since began.
func (p *Pair) unharmed(began time.Time, what string) error {
	t := p.Steady.Tally(began)
	if t.Failed == 0 {
		return nil
	}
	first := time.Duration(-1)
	var last time.Duration
	for _, s := range p.Steady.Samples(began) {
		if s.Err != nil {
			last = s.At.Sub(began)
			if first < 0 {
				first = last
			}
		}
	}
	return fmt.Errorf("%s lost requests, the first after %v, the last after %v: %v", what, first, last, t)
}
