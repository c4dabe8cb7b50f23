package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"pacu/control"
	"pacu/lab"
)

// A flock is nannies without pulse: they take their orders from this process,
// and tell it their verdicts in place of the kernel.
type flock struct {
	field *field
	procs []*lab.Process
	conns []net.Conn

	mu sync.Mutex
	up map[netip.Addr]bool // and no others
}

// watch is a TCP check of a server's own port every so often.
func watch(every, limit time.Duration) control.Watch {
	return control.Watch{
		Protocol: "tcp", Address: netip.MustParseAddr("10.77.0.100"), Port: 443, RealPort: serverPort,
		Forward: "nat", Weight: 1, Interval: control.Duration(every), Rise: 1, Fall: 1,
		Checks: []control.Check{{Kind: "tcp", Timeout: control.Duration(limit)}},
	}
}

// flock has n nannies check so many servers, dealt out evenly.
func (f *field) flock(n int, servers []netip.Addr, w control.Watch) (*flock, error) {
	program, err := beside("nanny")
	if err != nil {
		return nil, err
	}
	k := &flock{field: f, up: make(map[netip.Addr]bool)}
	for i := range n {
		if err := k.hire(program, i); err != nil {
			return nil, errors.Join(err, k.dismiss())
		}
	}
	for i, s := range servers {
		if err := control.SendOrder(k.conns[i%n], control.Order{Server: s, Watches: []control.Watch{w}}); err != nil {
			return nil, errors.Join(err, k.dismiss())
		}
	}
	return k, nil
}

// hire starts one nanny.
func (k *flock) hire(program string, i int) error {
	conn, child, err := control.SocketPair()
	if err != nil {
		return err
	}
	defer child.Close()
	name := fmt.Sprintf("nanny-%03d", i)
	cmd := k.field.router.Command(context.Background(), program, "--control-fd", "3", "--norun")
	cmd.ExtraFiles = []*os.File{child}
	p, err := k.field.router.StartCmd(cmd, name)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	k.procs, k.conns = append(k.procs, p), append(k.conns, conn)
	go k.hear(conn)
	return nil
}

// hear takes a nanny's reports until it ends. Only those that say something new
// are looked into: what this process costs disturbs what it measures.
func (k *flock) hear(from io.Reader) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, control.MaxReport)
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), []byte(`"changed":true`)) {
			continue
		}
		var r control.Report
		if json.Unmarshal(lines.Bytes(), &r) == nil {
			k.heed(r)
		}
	}
}

func (k *flock) heed(r control.Report) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r.Weight > 0 {
		k.up[r.Server] = true
	} else {
		delete(k.up, r.Server)
	}
}

// serving implements guard.
func (k *flock) serving(at netip.Addr) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.up[at], nil
}

// count implements guard.
func (k *flock) count() (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.up), nil
}

func (k *flock) pids() ([]int, error) {
	pids := make([]int, len(k.procs))
	for i, p := range k.procs {
		pids[i] = p.Pid()
	}
	return pids, nil
}

// dismiss ends the nannies: they go when nobody gives orders any more.
func (k *flock) dismiss() error {
	for _, c := range k.conns {
		_ = c.Close()
	}
	var errs []error
	for _, p := range k.procs {
		ctx, cancel := context.WithTimeout(context.Background(), settled)
		errs = append(errs, p.Stop(ctx))
		cancel()
	}
	return errors.Join(errs...)
}
