package bench

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"pacu/ipvs"
	"pacu/lab"
)

// A broad is a pair of routers in one network, with a table of many addresses:
//
//	client 10.77.0.9    lvs-01 10.77.0.1    lvs-02 10.77.0.2
//	        |                   |                   |
//	------ 10.77.0.0/16 ----- tap -- VIPs 10.77.1.1 and on ------
type broad struct {
	*lab.Cluster
	table   table
	pace    pace
	routers [2]*lab.Host
	client  *lab.Host
	tap     *tap
	started time.Time // the last daemon
	running map[*lab.Host]*lab.Process
}

func routerAddr(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 77, 0, byte(1 + i)}) }

func newBroad(t table, pc pace) (*broad, error) {
	b := &broad{Cluster: lab.New("broad"), table: t, pace: pc, running: map[*lab.Host]*lab.Process{}}
	lan := b.Switch("lan")
	for i := range b.routers {
		r := b.Host(fmt.Sprintf("lvs-0%d", 1+i))
		r.Private(filepath.Dir(lvsPath))
		r.Plug(lan, "eth0", routerAddr(i).String()+"/16")
		r.Sysctl("net.ipv4.ip_forward", "1")
		b.routers[i] = r
	}
	b.client = b.Host("client")
	b.client.Plug(lan, "eth0", "10.77.0.9/16")
	err := b.Err()
	if err == nil {
		b.tap, err = tapAt(lan)
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// A mover is a system whose routers take addresses over from each other.
type mover interface {
	name() string
	// begin starts it on router i.
	begin(b *broad, i int) (*lab.Process, error)
	// nominal is the silence after which router i takes over.
	nominal(pc pace, i int) time.Duration
}

// pulseMover is ours.
type pulseMover struct{}

func (pulseMover) name() string { return "pulse" }

func (pulseMover) begin(b *broad, i int) (*lab.Process, error) {
	if err := errors.Join(b.routers[i].WriteFile(lvsPath, b.table.lvsFile(b.head()), 0o660), writeKey(b.routers[i])); err != nil {
		return nil, err
	}
	return b.routers[i].Start("pulse", "-n")
}

func (pulseMover) nominal(pc pace, _ int) time.Duration { return pc.deadtime }

// head is the beginning of the pair's lvs.cf.
func (b *broad) head() string {
	return fmt.Sprintf("serial_no = 1\nprimary = %s\nservice = lvs\nbackup_active = 1\nbackup = %s\nheartbeat = 1\nheartbeat_port = 539\nkeepalive = %s\ndeadtime = %s\nnetwork = nat\n",
		routerAddr(0), routerAddr(1), seconds(b.pace.keepalive), seconds(b.pace.deadtime))
}

// keepalivedMover is the peer.
type keepalivedMover struct{}

func (keepalivedMover) name() string { return "keepalived" }

func (keepalivedMover) begin(b *broad, i int) (*lab.Process, error) {
	if err := b.routers[i].WriteFile(keepalivedConf, b.keepalivedFile(i), 0o644); err != nil {
		return nil, err
	}
	return b.routers[i].Start("keepalived", "--dont-fork", "--log-console", "--use-file", keepalivedConf)
}

func (keepalivedMover) nominal(pc pace, i int) time.Duration { return pc.nominal(priorities[i]) }

// keepalivedFile says what the lvs.cf says. An advertisement has room for a part
// of the addresses; the others are "excluded" from it, and move all the same.
func (b *broad) keepalivedFile(i int) []byte {
	var text strings.Builder
	fmt.Fprintf(&text, `global_defs {
    router_id lvs-0%d
    vrrp_version %d
}
vrrp_instance lan {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 77
    priority %d
    advert_int %s
    virtual_ipaddress {
        %s/32 dev eth0 label eth0:1
    }
    virtual_ipaddress_excluded {
`, 1+i, vrrpVersion(b.pace.advert), priorities[i], seconds(b.pace.advert), b.table.address(0))
	for n := 1; n < b.table.addresses; n++ {
		fmt.Fprintf(&text, "        %s/32 dev eth0 label eth0:%d\n", b.table.address(n), 1+n)
	}
	text.WriteString("    }\n}\n")
	return append([]byte(text.String()), b.table.keepalivedFile()...)
}

// start starts the system on router i.
func (b *broad) start(m mover, i int) error {
	p, err := m.begin(b, i)
	if err == nil {
		b.running[b.routers[i]], b.started = p, time.Now()
	}
	return err
}

// heal gives power back and starts what does not run.
func (b *broad) heal(m mover) error {
	for i, r := range b.routers {
		if !r.On() {
			if err := r.PowerOn(); err != nil {
				return err
			}
		}
		if b.running[r] == nil {
			if err := b.start(m, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// await waits until ask is content. It gives up when a process ends.
func (b *broad) await(ctx context.Context, what string, ask func() error) error {
	ctx, cancel := context.WithTimeout(ctx, settled)
	defer cancel()
	for _, p := range b.running {
		var stop context.CancelFunc
		ctx, stop = during(ctx, p)
		defer stop()
	}
	err := lab.Until(ctx, look, ask)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("wait for %s: %w", what, err)
	for r, p := range b.running {
		err = fmt.Errorf("%w; %s said %s", err, r.Name(), lastLines(p))
	}
	return err
}

// active is the router that holds every address, when the other holds none.
func (b *broad) active() (int, error) {
	var held [2]int
	for i, r := range b.routers {
		list, err := r.Addresses()
		if err != nil {
			return 0, err
		}
		for _, h := range list {
			if h.Prefix.IsSingleIP() && h.Prefix.Addr().Is4() {
				held[i]++
			}
		}
	}
	for i := range held {
		if held[i] == b.table.addresses && held[1-i] == 0 {
			return i, nil
		}
	}
	return 0, fmt.Errorf("the routers hold %v of %d addresses", held, b.table.addresses)
}

// loaded tells whether router i has the whole table in its kernel.
func (b *broad) loaded(i int) error {
	var kernel *ipvs.Client
	err := b.routers[i].NetNS(func(fd int) (err error) {
		kernel, err = ipvs.DialNetNS(fd)
		return err
	})
	if err != nil {
		return err
	}
	defer kernel.Close()
	last := b.table.virtuals - 1
	all, err := kernel.Destinations(b.table.key(last))
	if err != nil || len(all) != b.table.count(last) {
		return errors.Join(err, fmt.Errorf("lvs-0%d: %d of %d destinations of the last service", 1+i, len(all), b.table.count(last)))
	}
	services, destinations, err := dump(kernel)
	if err == nil && (services != b.table.virtuals || destinations != b.table.servers) {
		err = fmt.Errorf("lvs-0%d: %d services, %d destinations, want %s", 1+i, services, destinations, b.table)
	}
	return err
}

// asked connects from the client to some of the addresses, on a port where
// nobody listens: who refuses it has the address.
func (b *broad) asked(ctx context.Context) error {
	const every = 25 // an address; the kernel's table of neighbours is small
	for _, n := range steps(b.table.addresses, every) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		conn, err := b.client.DialContext(ctx, "tcp", netip.AddrPortFrom(b.table.address(n), 9).String())
		cancel()
		if err == nil {
			conn.Close()
		} else if !errors.Is(err, syscall.ECONNREFUSED) {
			return fmt.Errorf("%s: %w", b.table.address(n), err)
		}
	}
	return nil
}

// steps are the numbers from 0 to n, every so many, and the last.
func steps(n, every int) []int {
	var list []int
	for i := 0; i < n-1; i += every {
		list = append(list, i)
	}
	return append(list, n-1)
}
