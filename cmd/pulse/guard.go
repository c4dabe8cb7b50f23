package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"pacu/control"
	"pacu/logging"
	"pacu/vip"
)

// A guard is a small process that outlives pulse. While this router serves
// beside a living partner, pulse tells it of every heartbeat it sends; when
// pulse dies or hangs, the guard takes the floating addresses down before the
// partner, who hears no heartbeats either, brings them up. It is `pulse guard`
// with its orders on standard input.
type guard struct {
	cmd  *exec.Cmd
	in   *os.File
	last []vip.Address
}

// A guardOrder is one line to the guard. Addresses, when present, replaces
// those it guards; Within is how long from now it waits for the next order.
type guardOrder struct {
	Addresses *[]vip.Address   `json:"addresses,omitempty"`
	Within    control.Duration `json:"within,omitempty"`
	Bye       bool             `json:"bye,omitempty"` // pulse ends in order
}

// startGuard starts the guard. lock is the file that a running pulse locks.
func startGuard(lock string, verbose bool) (*guard, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	defer r.Close()
	args := []string{"guard", "--lock", lock}
	if verbose {
		args = append(args, "--verbose")
	}
	cmd := ourselves(context.Background(), r, args...) // it outlives pulse
	if err := cmd.Start(); err != nil {
		w.Close()
		return nil, fmt.Errorf("guard: %w", err)
	}
	return &guard{cmd: cmd, in: w}, nil
}

// protect tells the guard which addresses go down within from now, unless it
// hears again.
func (g *guard) protect(addresses []vip.Address, within time.Duration) error {
	o := guardOrder{Within: control.Duration(within)}
	if !slices.Equal(addresses, g.last) {
		if addresses == nil {
			addresses = []vip.Address{} // JSON's null would be no order
		}
		o.Addresses = &addresses
		g.last = addresses
	}
	return g.send(o)
}

// dismiss ends the guard with nothing touched.
func (g *guard) dismiss() error {
	err := g.send(guardOrder{Bye: true})
	g.in.Close()
	return errors.Join(err, g.cmd.Wait())
}

// leave lets the guard go on without pulse, which ends for a restart.
func (g *guard) leave() { g.in.Close() }

// abandon ends a guard that no longer listens.
func (g *guard) abandon() {
	g.in.Close()
	g.cmd.Process.Kill()
	g.cmd.Wait()
}

func (g *guard) send(o guardOrder) error {
	line, err := json.Marshal(o)
	if err != nil {
		return err
	}
	// A pipe takes 64 KiB at once; a guard that does not read is stopped or
	// gone.
	g.in.SetWriteDeadline(time.Now().Add(guardPatience))
	if _, err := g.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("guard (pid %d) does not listen: %w", g.cmd.Process.Pid, err)
	}
	return nil
}

// guardPatience bounds a write to a guard that hangs; a pipe that is read takes
// it at once.
const guardPatience = 200 * time.Millisecond

// guardLate is how late a guard notices that pulse is, at most, while it runs
// itself, and the time that a living pulse is given after it did not.
const guardLate = 50 * time.Millisecond

// margin is how long before deadtime the guard has the addresses down: half of
// what deadtime leaves over keepalive, at most 300 ms. So a pulse that is late
// by less than that is left alone.
func margin(keepalive, deadtime time.Duration) time.Duration {
	return min((deadtime-keepalive)/2, 300*time.Millisecond)
}

func guardCommand(args []string, _, stderr io.Writer) int {
	lock := "/run/pulse/lock"
	verbose := false
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "--verbose":
			verbose = true
		case args[i] == "--lock" && i+1 < len(args):
			i++
			lock = filepath.Clean(args[i])
		default:
			fmt.Fprintf(stderr, "pulse guard: pulse starts it; it is not for the command line\n")
			return 2
		}
	}
	nameIt("pulse-guard") // which killall pulse does not reach
	// Neither swap nor a disk that hangs must hold it up, nor want of memory end
	// it. Where that is not allowed pulse has said so.
	_ = errors.Join(lockMemory(), spareFromOOM(guardOOMScore))
	// Only pulse ends it: by its last word, or by dying.
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	log := logging.New("pulse", logging.Stderr(), stderr, verbose)
	conn, err := vip.Dial()
	if err != nil {
		log.Error("guard: " + err.Error())
		return 1
	}
	defer conn.Close()
	post := guardPost(filepath.Join(filepath.Dir(lock), "guard"))
	w := watchPulse(os.Stdin)
	orphans := w.run(func() {
		if err := post.take(); err != nil {
			log.Error("guard: " + err.Error())
		}
	})
	if len(orphans) == 0 {
		return 0
	}
	if w.died {
		// The one before may be due just when the next pulse has died as well:
		// the addresses are for that one's guard then.
		if !post.mine() {
			return 0
		}
		// A new pulse that took over in time adopts or removes them itself.
		l, err := takeLock(lock)
		if errors.Is(err, errLocked) {
			return 0
		}
		if err == nil {
			defer l.release()
		}
	}
	failed := 0
	for i, err := range conn.RemoveAll(orphans) {
		if err != nil {
			log.Error("guard: remove address left by a dead pulse: " + err.Error())
			failed = 1
			continue
		}
		log.Warn("guard: pulse is dead or hangs: removed " + orphans[i].String())
	}
	return failed
}

// A guardPost is the file that names the guard in charge: the last that was
// given addresses to guard.
type guardPost string

func (p guardPost) take() error {
	f, err := os.OpenFile(string(p), os.O_CREATE|os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, werr := f.WriteString(strconv.Itoa(os.Getpid()))
	return errors.Join(werr, f.Close())
}

// mine tells whether no other guard came after this one; where that cannot be
// read, this one had better do its work.
func (p guardPost) mine() bool {
	f, err := os.OpenFile(string(p), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return true
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 32))
	return err != nil || string(text) == strconv.Itoa(os.Getpid())
}

// A pulseWatch follows the orders of one pulse.
type pulseWatch struct {
	orders <-chan guardOrder
	died   bool // the orders ended; else they only stopped coming
}

func watchPulse(r io.Reader) *pulseWatch {
	orders := make(chan guardOrder)
	go func() {
		defer close(orders)
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var o guardOrder
			if json.Unmarshal(lines.Bytes(), &o) == nil {
				orders <- o
			}
		}
	}()
	return &pulseWatch{orders: orders}
}

// run returns the addresses that must go: pulse died or fell silent, and the
// time it asked for has passed. Nil means that it left in order, or guarded
// nothing. begin is called before the first addresses are guarded.
func (w *pulseWatch) run(begin func()) []vip.Address {
	var addresses []vip.Address
	begun := false
	due := time.NewTimer(0)
	<-due.C
	var dueAt time.Time
	orders := w.orders
	for {
		select {
		case o, ok := <-orders:
			if !ok {
				w.died, orders = true, nil
				if len(addresses) == 0 {
					return nil
				}
				continue
			}
			if o.Bye {
				return nil
			}
			if o.Addresses != nil {
				addresses = *o.Addresses
			}
			if len(addresses) > 0 && !begun {
				begun = true
				begin()
			}
			due.Stop()
			if len(addresses) > 0 && o.Within > 0 {
				due.Reset(time.Duration(o.Within))
				dueAt = time.Now().Add(time.Duration(o.Within))
			}
		case <-due.C:
			if orders != nil && time.Since(dueAt) > guardLate {
				// The whole machine stood still: let pulse speak, once.
				dueAt = time.Now().Add(guardLate)
				due.Reset(guardLate)
				continue
			}
			return addresses
		}
	}
}
