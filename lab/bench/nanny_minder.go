package bench

import (
	"context"
	"fmt"
	"net/netip"

	"pacu/ipvs"
	"pacu/lab"
)

// A minder is a system that checks servers and keeps them in the kernel's table.
type minder struct {
	name  string
	begin func(*field, watched) (*lab.Process, error)
}

// minders are ours and the peer.
var minders = [2]minder{
	{"pulse", func(f *field, w watched) (*lab.Process, error) {
		if err := f.router.WriteFile(lvsPath, w.lvsFile(), 0o660); err != nil {
			return nil, err
		}
		return f.router.Start("pulse", "-n")
	}},
	{"keepalived", func(f *field, w watched) (*lab.Process, error) {
		if err := f.router.WriteFile(keepalivedConf, w.keepalivedFile(), 0o644); err != nil {
			return nil, err
		}
		return f.router.Start("keepalived", "--check", "--dont-fork", "--log-console", "--use-file", keepalivedConf)
	}},
}

// An inKernel is the kernel's table of one service, as a guard.
type inKernel struct {
	kernel *ipvs.Client
	key    ipvs.Key
}

// serving implements guard: a weight of 0 takes no new clients.
func (k inKernel) serving(at netip.Addr) (bool, error) {
	all, err := k.kernel.Destinations(k.key)
	for _, d := range all {
		if d.Addr == at && d.Weight > 0 {
			return true, nil
		}
	}
	return false, err
}

// count implements guard.
func (k inKernel) count() (n int, err error) {
	all, err := k.kernel.Destinations(k.key)
	for _, d := range all {
		if d.Weight > 0 {
			n++
		}
	}
	return n, err
}

// mind has use work with a system that has found all servers up. Their programs
// are at the addresses.
func mind(ctx context.Context, m minder, w watched, programs []netip.Addr, use func(context.Context, *field, guard, *lab.Process) error) error {
	err := onField(func(f *field) error {
		for _, at := range programs {
			if err := f.listen(at); err != nil {
				return err
			}
		}
		k := inKernel{key: w.key(0)}
		err := f.router.NetNS(func(fd int) (err error) {
			k.kernel, err = ipvs.DialNetNS(fd)
			return err
		})
		if err != nil {
			return err
		}
		defer k.kernel.Close()
		p, err := m.begin(f, w)
		if err != nil {
			return err
		}
		ctx, stop := during(ctx, p)
		defer stop()
		if _, err = arrives(ctx, look, all(k, w.servers)); err == nil {
			err = use(ctx, f, k, p)
		}
		if err != nil {
			err = fmt.Errorf("%w; it said %s", err, lastLines(p))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	return nil
}
