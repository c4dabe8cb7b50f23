package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sync/errgroup"

	"pacu/control"
	"pacu/director"
	"pacu/heartbeat"
	"pacu/ipvs"
	"pacu/vip"
)

// A pulse is the running daemon: the parts, and what they share.
type pulse struct {
	o       options
	events  *journal
	started time.Time

	lock      *runLock
	listener  net.Listener
	addresses *vip.Conn
	kernel    kernel
	director  *director.Director
	beat      *beat
	keeper    *keeper
	announcer *announcer
	nannies   *nannies
	guard     *guard
	sysctls   sysctls

	ctx context.Context // of run

	reloading sync.Mutex // one reload at a time
	mu        sync.Mutex
	site      *site
	loaded    time.Time
	refused   string // why the last reload was
	links     []control.Link
	health    map[director.ServerKey]control.Report
	changed   map[director.ServerKey]time.Time // of health
	probed    map[director.ServerKey]time.Time
}

// kernel is what pulse needs of the IPVS table.
type kernel interface {
	director.Kernel
	Close() error
}

// newDaemon makes everything that can fail ready, and touches nothing that a
// client could notice: an error leaves the machine as it was.
func newDaemon(o options, log *slog.Logger) (_ *pulse, err error) {
	p := &pulse{
		o: o, events: newJournal(log), started: time.Now(), loaded: time.Now(),
		health:  make(map[director.ServerKey]control.Report),
		changed: make(map[director.ServerKey]time.Time), probed: make(map[director.ServerKey]time.Time),
	}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if p.addresses, err = vip.Dial(); err != nil {
		return nil, err
	}
	if p.site, err = readSite(context.Background(), o.config, p.addresses); err != nil {
		return nil, err
	}
	if os.Geteuid() != 0 && !o.norun {
		return nil, errors.New("pulse must be run by root: it changes addresses and the IPVS table")
	}
	if err := os.MkdirAll(o.runDir, 0o750); err != nil {
		return nil, err
	}
	if p.lock, err = takeLock(o.lockPath()); err != nil {
		return nil, err
	}
	if p.kernel, err = openKernel(o.norun); err != nil {
		return nil, err
	}
	var addresses director.Addresses = p.addresses
	if o.norun {
		addresses = readOnly{p.addresses}
	}
	p.director = director.New(p.kernel, addresses)
	if p.beat, err = newBeat(p.site, o.forceActive, p, p.events); err != nil {
		return nil, err
	}
	if p.listener, err = control.Listen(filepath.Join(o.runDir, "control.sock"), controlGroup()); err != nil {
		return nil, err
	}
	p.announcer = newAnnouncer(p.events)
	p.keeper = newKeeper(p.director, p.events, p.tellNeighbours)
	p.nannies = &nannies{
		program: o.nanny, log: p.events.add, known: p.known, report: p.heed,
		all: make(map[netip.Addr]*nanny),
	}
	if o.norun {
		p.nannies.args = append(p.nannies.args, "--norun")
	}
	if o.verbose {
		p.nannies.args = append(p.nannies.args, "--verbose")
	}
	if !o.foreground {
		p.nannies.args = append(p.nannies.args, "--syslog")
		if err := writePid(o.pidFile); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func openKernel(norun bool) (kernel, error) {
	if norun {
		return closingFake{ipvs.NewFake()}, nil
	}
	return ipvs.Dial()
}

// closingFake is the table of a pulse that must change nothing.
type closingFake struct{ *ipvs.Fake }

func (closingFake) Close() error { return nil }

// readOnly are the addresses of a pulse that must change nothing.
type readOnly struct{ *vip.Conn }

func (readOnly) AddAll(a []vip.Address) []error    { return make([]error, len(a)) }
func (readOnly) RemoveAll(a []vip.Address) []error { return make([]error, len(a)) }

// close lets go of what newDaemon opened.
func (p *pulse) close() {
	if p.guard != nil {
		p.guard.dismiss()
	}
	if p.listener != nil {
		p.listener.Close()
	}
	if p.beat != nil {
		closePaths(p.beat.paths)
	}
	if p.kernel != nil {
		p.kernel.Close()
	}
	if p.addresses != nil {
		p.addresses.Close()
	}
	if p.lock != nil {
		p.lock.release()
		if !p.o.foreground {
			os.Remove(p.o.pidFile)
		}
	}
}

// run serves until ctx ends, then gives the active role up and takes what is
// pulse's out of the kernel.
func (p *pulse) run(ctx context.Context, hangup <-chan os.Signal) error {
	p.events.add(control.Info, "role", "", "STARTING PULSE AS "+map[heartbeat.Role]string{heartbeat.Primary: "MASTER", heartbeat.Backup: "BACKUP"}[p.site.role],
		"config", p.o.config, "serial_no", p.site.cfg.SerialNo)
	p.warn(p.site)

	// The parts outlive ctx: a clean stop needs them.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	tasks, work := errgroup.WithContext(work)
	p.ctx, p.nannies.ctx = work, work

	p.director.Configure(p.site.cluster)
	if !p.o.norun {
		if err := p.director.Adopt(); err != nil {
			p.events.add(control.Error, "kernel", "", err.Error())
		}
		told := func(what string) { p.events.add(control.Info, "kernel", "", what) }
		if err := p.sysctls.apply(settings, told); err != nil {
			p.events.add(control.Warning, "kernel", "", err.Error())
		}
	}
	p.readLinks()
	for _, t := range []task{p.keeper, p.announcer} {
		p.start(work, tasks, t)
	}
	tasks.Go(func() error {
		return control.Serve(work, p.listener, p)
	})
	tasks.Go(func() error { return p.watchNetwork(work) })
	p.nannies.set(p.orders(p.site))
	p.start(work, tasks, p.beat)
	p.checkFitness(work)
	daemon.SdNotify(false, daemon.SdNotifyReady)

	p.obey(ctx, work, hangup)

	p.events.add(control.Info, "role", "", "Terminating: giving up what this router holds")
	daemon.SdNotify(false, daemon.SdNotifyStopping)
	leave, done := context.WithTimeout(work, 2*p.current().cfg.Deadtime+time.Second)
	p.beat.leave(leave)
	done()
	stop()
	err := tasks.Wait()
	p.nannies.wait()
	return errors.Join(err, p.director.Release(), p.sysctls.restore(settings))
}

// A task runs until its context ends.
type task interface {
	run(ctx context.Context) error
	String() string
}

func (p *pulse) start(ctx context.Context, g *errgroup.Group, t task) {
	g.Go(func() error {
		if err := t.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		return nil
	})
}

// obey carries out signals until ctx ends, or the work fails.
func (p *pulse) obey(ctx, work context.Context, hangup <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-work.Done():
			return
		case <-hangup:
			// Both outcomes are logged by Reload itself.
			_, _ = p.Reload(work)
		}
	}
}

func (p *pulse) current() *site {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.site
}

// warn logs what an operator should know of the file.
func (p *pulse) warn(s *site) {
	for _, w := range s.warnings {
		p.events.add(control.Warning, "config", "", w.String())
	}
	for _, line := range p.trouble(s) {
		p.events.add(control.Warning, "config", "", line)
	}
}

// trouble is what is wrong with s on this machine, besides its words.
func (p *pulse) trouble(s *site) []string {
	list := s.unserved()
	for _, svc := range s.cluster.Services {
		if svc.Forward == ipvs.Masquerade && !forwards(svc.VIP.Is6()) {
			list = append(list, fmt.Sprintf("virtual %s: this kernel does not forward packets, so NAT cannot work: sysctl -w %s=1", svc.Names[0], forwardSysctl(svc.VIP.Is6())))
			break
		}
	}
	return list
}

func forwardSysctl(v6 bool) string {
	if v6 {
		return "net.ipv6.conf.all.forwarding"
	}
	return "net.ipv4.ip_forward"
}

func forwards(v6 bool) bool {
	value, err := readSysctl(forwardSysctl(v6))
	return err != nil || value != "0"
}
