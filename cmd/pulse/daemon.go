package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"syscall"
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
	kernel    kernel // the director's
	view      kernel // for snapshots: reading a large table must not hold changes up
	firewall  firewaller
	director  *director.Director
	state     *stateFile
	beat      *beat
	keeper    *keeper
	announcer *announcer
	tally     *tally
	counted   chan struct{} // holds one token when the tally changed
	witnesses *witnesses
	scripts   *scripts
	notifier  *notifier
	services  *failovers
	timeline  *timeline
	nannies   *nannies
	protector *protector
	mover     *mover
	handover  *handover
	probing   seats
	alerts    alertTests

	ctx context.Context // of run

	reloading sync.Mutex // one reload at a time; reader too
	reader    fileReader
	mu        sync.Mutex
	site      *site
	loaded    time.Time
	refused   string         // why the last reload was
	reloads   control.Counts // of reloads alone
	links     []control.Link
	judging   sync.Mutex // of fitness
	health    map[director.ServerKey]control.Report
	changed   map[director.ServerKey]time.Time // of health
	probed    map[director.ServerKey]time.Time
}

// kernel is what pulse needs of the IPVS table.
type kernel interface {
	director.Kernel
	Info() (ipvs.Info, error)
	Sent() uint64
	Close() error
}

// firewaller is our nftables table.
type firewaller interface {
	director.Firewall
	Hush([]netip.Addr) error // this machine's refusals, until Unhush
	Unhush() error
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
	text, err := readFile(o.config)
	if err != nil {
		return nil, err
	}
	if p.site, err = newSite(context.Background(), o.config, text, p.addresses, nil, &p.reader); err != nil {
		return nil, err
	}
	if os.Geteuid() != 0 && !o.norun {
		return nil, errors.New("pulse must be run by root: it changes addresses and the IPVS table")
	}
	if err := makeRunFolder(o.runDir, controlGroup()); err != nil {
		return nil, err
	}
	if p.lock, err = takeLock(o.lockPath()); err != nil {
		return nil, err
	}
	if err := p.openKernel(); err != nil {
		return nil, err
	}
	p.state = &stateFile{path: filepath.Join(o.runDir, "state.json")}
	before, err := p.state.read()
	if err != nil {
		p.events.add(control.Warning, "kernel", "", err.Error())
	}
	p.director.Configure(p.site.cluster)
	if err := p.director.Resume(before.State); err != nil {
		return nil, err
	}
	resume := before.Active && p.holdsAll(p.site)
	if resume {
		// They are up, and the first pass must not take them for a standby's.
		if err := p.director.SetActive(true, nil); err != nil {
			return nil, err
		}
	}
	p.protector = newProtector(o.lockPath(), o.verbose, p.events)
	p.mover = newMover(p, p.events)
	f := first{force: o.forceActive, resume: resume, held: before.Held}
	if p.beat, err = newBeat(p.site, f, p.mover, p.protector.beaten, p.events); err != nil {
		return nil, err
	}
	p.mover.tell, p.beat.partnerTurned = p.beat.tell, p.partnerTurned
	p.handover = newHandover(p)
	p.beat.stepped = p.handover.stepped
	if p.listener, err = control.Listen(filepath.Join(o.runDir, "control.sock"), controlGroup()); err != nil {
		return nil, err
	}
	p.announcer = newAnnouncer(p.events)
	p.counted = make(chan struct{}, 1)
	p.tally = newTally(func() {
		wake(p.counted)
	})
	p.tally.set(p.site.watched())
	if err := p.watchers(); err != nil {
		return nil, err
	}
	p.nannies = &nannies{
		program: o.nanny, log: p.events.add, known: p.known, report: p.heed,
	}
	p.keeper = &keeper{
		director: p.director, events: p.events, raised: p.tellNeighbours, held: p.nannies.again, idle: p.beat.idle, sent: p.kernel.Sent, save: p.save,
		due: make(chan struct{}, 1), hurry: make(chan struct{}, 1), asked: make(map[chan result]bool), quiet: true, sight: true,
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

// close lets go of what newDaemon opened.
func (p *pulse) close() {
	p.events.flush()
	if p.protector != nil {
		p.protector.dismiss()
	}
	if p.listener != nil {
		p.listener.Close()
	}
	if p.beat != nil {
		closePaths(p.beat.paths)
	}
	for _, c := range []io.Closer{p.kernel, p.view, p.firewall} {
		if c != nil {
			c.Close()
		}
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
func (p *pulse) run(ctx context.Context, signals <-chan os.Signal) error {
	p.events.add(control.Info, "role", "", "STARTING PULSE AS "+map[heartbeat.Role]string{heartbeat.Primary: "MASTER", heartbeat.Backup: "BACKUP"}[p.site.role],
		"config", p.o.config, "serial_no", p.site.cfg.SerialNo)
	p.warn(p.site)

	// The parts outlive ctx: a clean stop needs them.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	tasks, work := errgroup.WithContext(work)
	p.ctx, p.nannies.ctx = work, work
	// Not among the tasks: a log that hangs must not keep pulse from ending.
	go func() { _ = p.events.run(work) }()

	p.readLinks()
	p.begin()
	p.beat.anew()
	for _, t := range []task{p.keeper, p.announcer, p.protector, p.mover, p.witnesses, p.scripts, p.notifier, p.timeline, p.handover} {
		p.start(work, tasks, t)
	}
	tasks.Go(func() error { return p.keepFacts(work) })
	tasks.Go(func() error {
		return control.Serve(work, p.listener, p)
	})
	tasks.Go(func() error { return p.watchNetwork(work) })
	p.orderFirst(work, tasks)
	p.beat.step(p.fitness()) // before the first heartbeat
	p.start(work, tasks, p.beat)
	p.start(work, tasks, p.beat.understudy)
	sign, err := newLifesign(p.beat.tell)
	if err != nil {
		p.events.add(control.Warning, "role", "", oneLine("systemd's watchdog: ", err))
	}
	p.start(work, tasks, sign)
	daemon.SdNotify(false, daemon.SdNotifyReady)

	if p.obey(ctx, work, signals) == syscall.SIGUSR2 {
		return p.depart(stop, tasks)
	}

	p.events.add(control.Info, "role", "", "Terminating: giving up what this router holds")
	daemon.SdNotify(false, daemon.SdNotifyStopping)
	leave, done := context.WithTimeout(work, p.current().handover())
	p.beat.leave(leave)
	p.notifier.settle(leave)
	done()
	told, done := context.WithTimeout(work, 2*tellAfter)
	p.handover.settle(told)
	done()
	stop()
	err = tasks.Wait()
	p.nannies.wait()
	if p.o.norun {
		return err
	}
	return errors.Join(err, p.director.Release(), p.state.remove())
}

// begin has commands and services know the role that pulse starts in: as in
// Piranha inactive_cmd is due, and services of an earlier pulse end, unless that
// one served here until just now.
func (p *pulse) begin() {
	if p.beat.first.resume {
		p.services.adopt()
		return
	}
	// What an earlier pulse left must be gone before a heartbeat says standby.
	if err := p.director.SetActive(false, nil); err != nil {
		p.events.add(control.Error, "address", "", oneLine("", err))
	}
	p.notifier.turned(false, change{Event: "role", State: string(control.Standby), Why: "started"})
	if !p.site.fos() {
		return
	}
	if err := p.services.stop(p.ctx); err != nil {
		p.events.add(control.Warning, "failover", "", oneLine("", err))
	}
}

// depart ends pulse and leaves the kernel as it is, for the next one to go on
// from: no client notices an upgrade. If none comes in time, the guard does
// what it does for a pulse that died.
func (p *pulse) depart(stop func(), tasks *errgroup.Group) error {
	p.events.add(control.Info, "role", "", "Terminating for a restart: addresses and connections stay")
	daemon.SdNotify(false, daemon.SdNotifyStopping)
	p.save()
	stop()
	err := tasks.Wait()
	p.nannies.wait()
	p.protector.leave()
	return err
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

// obey carries out signals until ctx ends, the work fails, or one comes that
// ends pulse, which it returns.
func (p *pulse) obey(ctx, work context.Context, signals <-chan os.Signal) os.Signal {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-work.Done():
			return nil
		case sig := <-signals:
			if sig == syscall.SIGUSR2 {
				return sig
			}
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
	for _, line := range s.unserved() {
		p.events.add(control.Warning, "config", "", line)
	}
}
