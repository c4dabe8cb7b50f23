package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"pacu/control"
)

const (
	nannyBackoff    = time.Second      // before the first restart of a nanny that died; doubles
	nannyBackoffMax = 30 * time.Second // then at most this
	nannyWell       = time.Minute      // alive this long, the back-off starts over
	nannySlack      = 5 * time.Second  // a nanny may be this late with a report before it counts as hung
)

// nannies starts a nanny for each real server address and keeps it running.
// A nanny that dies or hangs is restarted with back-off; the others never
// notice, and its servers keep their last verdict.
type nannies struct {
	program string
	args    []string
	log     func(level control.Level, kind, object, message string, attrs ...any)
	known   func(control.Order) control.Order // fills in the verdicts held
	report  func(netip.Addr, control.Report)

	ctx   context.Context // of run
	tasks sync.WaitGroup
	mu    sync.Mutex
	all   map[netip.Addr]*nanny
}

// A nanny is one supervised process.
type nanny struct {
	stop  context.CancelFunc
	order control.Order
	fresh chan struct{} // holds one token when order changed

	state control.Nanny
	heard time.Time
}

func (n *nannies) String() string { return "nannies" }

// set makes orders the whole of what is watched. It may be called after
// start, and before it has no effect on processes.
func (n *nannies) set(orders map[netip.Addr]control.Order) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for addr, w := range n.all {
		if _, stays := orders[addr]; !stays {
			w.stop()
			delete(n.all, addr)
		}
	}
	for _, addr := range slices.SortedFunc(maps.Keys(orders), netip.Addr.Compare) {
		order := orders[addr]
		if w, there := n.all[addr]; there {
			if reflect.DeepEqual(w.order, order) {
				continue
			}
			w.order = order
			w.state.Services = keys(order)
			w.renew()
			continue
		}
		ctx, stop := context.WithCancel(n.ctx)
		w := &nanny{
			stop: stop, order: order, fresh: make(chan struct{}, 1),
			state: control.Nanny{Server: addr, Services: keys(order)},
		}
		n.all[addr] = w
		n.tasks.Go(func() { n.supervise(ctx, w) })
	}
}

// again has the nannies of these real servers get their orders again, with
// what pulse knows now.
func (n *nannies) again(servers []netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, addr := range servers {
		if w, there := n.all[addr]; there {
			w.renew()
		}
	}
}

// renew makes the nanny get its order again.
func (w *nanny) renew() {
	select {
	case w.fresh <- struct{}{}:
	default: // it will anyway
	}
}

// wait returns when every nanny is gone, after n.ctx ended.
func (n *nannies) wait() { n.tasks.Wait() }

// states are the nannies as they are, by address.
func (n *nannies) states() []control.Nanny {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := make([]control.Nanny, 0, len(n.all))
	for _, w := range n.all {
		list = append(list, w.state)
	}
	slices.SortFunc(list, func(a, b control.Nanny) int { return a.Server.Compare(b.Server) })
	return list
}

func (n *nannies) supervise(ctx context.Context, w *nanny) {
	addr := w.state.Server
	backoff := nannyBackoff
	for {
		began := time.Now()
		err := n.once(ctx, w)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > nannyWell {
			backoff = nannyBackoff
		}
		n.mu.Lock()
		w.state.Pid = 0
		w.state.Error = err.Error()
		w.state.Restarts++
		n.mu.Unlock()
		n.log(control.Error, "nanny", addr.String(),
			fmt.Sprintf("nanny for %s: %v; starting it again in %v, its servers keep their last state", addr, err, backoff))
		select {
		case <-ctx.Done():
			return
		case <-time.After(backoff):
		}
		backoff = min(2*backoff, nannyBackoffMax)
	}
}

// once runs one nanny process to its end, and says why it ended.
func (n *nannies) once(ctx context.Context, w *nanny) error {
	addr := w.state.Server
	conn, child, err := control.SocketPair()
	if err != nil {
		return err
	}
	defer conn.Close()
	cmd := exec.Command(n.program, append([]string{"--control-fd", "3", "--address", addr.String()}, n.args...)...)
	cmd.ExtraFiles = []*os.File{child}
	cmd.Stderr = os.Stderr
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	if s := os.Getenv("JOURNAL_STREAM"); s != "" {
		cmd.Env = append(cmd.Env, "JOURNAL_STREAM="+s)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:     true, // a Ctrl-C at the terminal is for pulse
		Credential:  unprivileged(),
		AmbientCaps: []uintptr{unix.CAP_NET_ADMIN},
	}
	err = ordinarily(cmd)
	child.Close()
	if err != nil {
		return fmt.Errorf("cannot start %s: %w", n.program, plain(err))
	}
	n.mu.Lock()
	w.state.Pid, w.state.Started, w.state.Error = cmd.Process.Pid, time.Now(), ""
	w.heard = time.Now()
	n.mu.Unlock()

	// Closing the connection ends the reading below, and a healthy nanny; one
	// that hangs is killed.
	done := make(chan struct{})
	var helper sync.WaitGroup
	var trouble error
	helper.Go(func() {
		trouble = n.instruct(ctx, w, conn, done)
		conn.Close()
		if errors.Is(trouble, errHangs) {
			cmd.Process.Kill()
		}
		select {
		case <-done:
		case <-time.After(nannySlack):
			cmd.Process.Kill()
		}
	})
	var nonsense error
	for r, err := range control.Reports(conn) {
		if err != nil {
			nonsense = fmt.Errorf("it spoke nonsense: %w", err)
			cmd.Process.Kill()
			break
		}
		n.mu.Lock()
		w.heard = time.Now()
		n.mu.Unlock()
		n.report(addr, r)
	}
	err = cmd.Wait()
	close(done)
	helper.Wait()
	switch {
	case nonsense != nil:
		return nonsense
	case errors.Is(trouble, errHangs):
		return trouble
	case err != nil:
		return fmt.Errorf("it died: %w", err)
	case trouble != nil:
		return trouble
	}
	return errors.New("it ended by itself")
}

// errHangs says that a nanny was silent for longer than its probes may take.
var errHangs = errors.New("it hangs")

// instruct sends the nanny its order, and each new one, until ctx ends, the
// process is done, or it hangs; then it returns why.
func (n *nannies) instruct(ctx context.Context, w *nanny, conn net.Conn, done <-chan struct{}) error {
	watchdog := time.NewTicker(time.Second)
	defer watchdog.Stop()
	for send := true; ; {
		n.mu.Lock()
		order, heard := w.order, w.heard
		n.mu.Unlock()
		if send {
			if err := control.SendOrder(conn, n.known(order)); err != nil {
				return err
			}
			send = false
		}
		select {
		case <-ctx.Done():
			return nil
		case <-done:
			return nil
		case <-w.fresh:
			send = true
		case <-watchdog.C:
			if late := time.Since(heard); late > patience(order) {
				return fmt.Errorf("%w: no word for %v", errHangs, late.Round(time.Second))
			}
		}
	}
}

// patience is how long a healthy nanny may be silent: a probe may take each
// of its steps the whole interval, and the next starts an interval later.
func patience(o control.Order) time.Duration {
	var longest time.Duration
	for _, w := range o.Watches {
		longest = max(longest, time.Duration(w.Interval))
	}
	return 4*longest + nannySlack
}

func keys(o control.Order) []string {
	var list []string
	for _, w := range o.Watches {
		if k := w.Key(); !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	return list
}

// plain is err without the "fork/exec PATH:" that the caller already says.
func plain(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
