package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"pacu/ipvs"
	"pacu/lab"
)

// A bed is a router by itself, with an empty table. Each load gets a new one:
// the kernel looks for each new destination among those lately deleted, one by
// one.
type bed struct {
	*lab.Cluster
	router *lab.Host
	kernel *ipvs.Client
}

const lvsPath = "/etc/sysconfig/ha/lvs.cf"

func newBed() (*bed, error) {
	b := &bed{Cluster: lab.New("bed")}
	b.router = b.Host("router")
	b.router.Private(filepath.Dir(lvsPath))
	b.router.Plug(b.Switch("lan"), "eth0", "10.77.0.1/24")
	b.router.Sysctl("net.ipv4.ip_forward", "1")
	err := b.Err()
	if err == nil {
		err = b.router.NetNS(func(fd int) (err error) {
			b.kernel, err = ipvs.DialNetNS(fd)
			return err
		})
	}
	if err != nil {
		return nil, errors.Join(err, b.Cluster.Close())
	}
	return b, nil
}

func (b *bed) close() error { return errors.Join(b.kernel.Close(), b.Cluster.Close()) }

// on has use work with a bed of its own.
func on(use func(*bed) error) error {
	b, err := newBed()
	if err != nil {
		return err
	}
	return errors.Join(use(b), b.close())
}

// load starts the keeper and returns how long it took until the kernel held
// the whole table.
func (b *bed) load(ctx context.Context, k keeper, t table) (*lab.Process, time.Duration, error) {
	if err := k.write(b, t); err != nil {
		return nil, 0, err
	}
	began := time.Now()
	p, err := k.start(b)
	if err != nil {
		return nil, 0, err
	}
	at, err := b.full(ctx, p, t)
	return p, at.Sub(began), err
}

const (
	// glance is the pause between two looks at the table for one change; a
	// look takes as long.
	glance = 2 * time.Millisecond
	// gaze is that between two looks at a table that fills: to look takes the
	// kernel's lock.
	gaze = 25 * time.Millisecond
)

// full waits until the kernel holds all of t and returns when it did. It looks
// at the last virtual until that is there, which costs next to nothing, and then
// at all of them.
func (b *bed) full(ctx context.Context, p *lab.Process, t table) (at time.Time, err error) {
	last := t.virtuals - 1
	return b.until(ctx, p, gaze, func() error {
		if n, err := b.count(t.key(last)); err != nil || n != t.count(last) {
			return errors.Join(err, fmt.Errorf("%d of %d destinations of the last service", n, t.count(last)))
		}
		services, destinations, err := dump(b.kernel)
		if err != nil {
			return err
		}
		if services != t.virtuals || destinations != t.servers {
			return fmt.Errorf("%d services, %d destinations, want %s", services, destinations, t)
		}
		return nil
	})
}

// shows waits until the kernel has the weight that t wants in the middle, and
// returns when it did.
func (b *bed) shows(ctx context.Context, p *lab.Process, t table) (time.Time, error) {
	v, s := t.middle()
	return b.until(ctx, p, glance, func() error {
		all, err := b.kernel.Destinations(t.key(v))
		if err != nil {
			return err
		}
		for _, d := range all {
			if d.Addr == t.server(s) && d.Weight == t.weight(v, s) {
				return nil
			}
		}
		return fmt.Errorf("%s does not have weight %d in %s", t.server(s), t.weight(v, s), t.key(v))
	})
}

// until asks every so often until ask is content, and returns when it asked that
// time. It gives up when the process ends.
func (b *bed) until(ctx context.Context, p *lab.Process, every time.Duration, ask func() error) (at time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, settled)
	defer cancel()
	ctx, stop := during(ctx, p)
	defer stop()
	err = lab.Until(ctx, every, func() error {
		at = time.Now()
		return ask()
	})
	if err != nil {
		err = fmt.Errorf("%w; it said %s", err, lastLines(p))
	}
	return at, err
}

func lastLines(p *lab.Process) string {
	const most = 20
	var b bytes.Buffer
	said := p.Lines()
	for _, l := range said[max(0, len(said)-most):] {
		fmt.Fprintf(&b, "\n%s", l.Text)
	}
	return b.String()
}

// count is the number of destinations of one service, 0 where there is none.
func (b *bed) count(k ipvs.Key) (int, error) {
	all, err := b.kernel.Destinations(k)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	return len(all), err
}

// dump reads the whole table.
func dump(kernel *ipvs.Client) (services, destinations int, err error) {
	all, err := kernel.Services()
	if err != nil {
		return 0, 0, err
	}
	for _, s := range all {
		ds, err := kernel.Destinations(s.Key)
		if err != nil {
			return 0, 0, err
		}
		destinations += len(ds)
	}
	return len(all), destinations, nil
}

// restore has ipvsadm load the table and returns how long it took.
func (b *bed) restore(ctx context.Context, t table) (time.Duration, error) {
	cmd := b.router.Command(ctx, "ipvsadm", "-R")
	cmd.Stdin = bytes.NewReader(t.saved())
	began := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(began)
	if err != nil {
		return 0, fmt.Errorf("ipvsadm -R: %w: %s", err, out)
	}
	services, destinations, err := dump(b.kernel)
	if err == nil && (services != t.virtuals || destinations != t.servers) {
		err = fmt.Errorf("ipvsadm -R made %d services, %d destinations, want %s", services, destinations, t)
	}
	return took, err
}
