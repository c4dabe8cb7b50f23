package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"pacu/control"
)

const (
	// probeFor bounds probing at an operator's word; the one who asked waits
	// no longer than a minute.
	probeFor = 40 * time.Second
	// probesAtOnce are the operators who may probe at one time: each costs a
	// process.
	probesAtOnce = 3
)

// Probe probes the server once in each of its services, by a nanny of its own:
// the one that watches it is not disturbed, and no verdict changes.
func (p *pulse) Probe(ctx context.Context, server string) ([]control.Probed, error) {
	orders, err := p.Orders(ctx, server)
	if err != nil {
		return nil, err
	}
	if !p.probing.take() {
		return nil, fmt.Errorf("%d real servers are being probed just now: try again when that is done", probesAtOnce)
	}
	defer p.probing.leave()
	ctx, done := context.WithTimeout(ctx, probeFor)
	defer done()
	probed, err := probeOrders(ctx, p.o.nanny, orders)
	if err != nil {
		return nil, err
	}
	s := p.current()
	for i := range probed {
		p.describe(s, &probed[i])
	}
	up := 0
	for _, r := range probed {
		if r.Health == control.Up {
			up++
		}
	}
	p.events.add(control.Info, "server", server, fmt.Sprintf("probed at an operator's word: %s is up in %d of %s", server, up, counted(len(probed), "service")))
	return probed, nil
}

// describe adds what lvs.cf calls the server and its service.
func (p *pulse) describe(s *site, r *control.Probed) {
	at := post{r.Server, r.Service, r.RealPort}
	if s.fos() {
		for name, o := range p.services.posts() {
			if o == at {
				r.Virtual, r.Name = name, name
			}
		}
		return
	}
	k, ok := s.services[r.Service]
	if !ok {
		return
	}
	svc := s.cluster.Service(k)
	r.Virtual = join(svc.Names)
	for i := range svc.Servers {
		if rs := &svc.Servers[i]; rs.Addr == r.Server && rs.ProbePort == r.RealPort {
			r.Name = rs.Name
		}
	}
}

// probeOrders has a nanny carry out the orders once, and returns what each of
// their watches found, in their order. Those that it had not come to when ctx
// ended are untried.
func probeOrders(ctx context.Context, program string, orders []control.Order) ([]control.Probed, error) {
	began := time.Now()
	var in bytes.Buffer
	e := json.NewEncoder(&in)
	var list []control.Probed
	for _, o := range orders {
		if err := e.Encode(o); err != nil {
			return nil, err
		}
		for _, w := range o.Watches {
			list = append(list, control.Probed{Server: o.Server, RealPort: w.RealPort, Service: w.Key(), Health: control.Untried})
		}
	}
	n := 0
	err := eachProbe(ctx, program, &in, func(r control.Probed) error {
		if n == len(list) || r.Server != list[n].Server || r.Service != list[n].Service || r.RealPort != list[n].RealPort {
			return errors.New("it tells of what it was not asked")
		}
		list[n] = r
		n++
		return nil
	})
	if ctx.Err() != nil {
		for i := range list[n:] {
			list[n+i].Why = fmt.Sprintf("not probed: the time was over after %v; name it alone, as VIRTUAL/SERVER", time.Since(began).Round(time.Second))
		}
		return list, nil
	}
	if err == nil && n < len(list) {
		err = errors.New("it told too little")
	}
	if err != nil {
		return nil, fmt.Errorf("nanny %s: %w", program, err)
	}
	return list, nil
}

// eachProbe runs a nanny on orders, and calls f with each probe as it ends. A
// nanny that still runs when ctx ends is ended.
func eachProbe(ctx context.Context, program string, orders io.Reader, f func(control.Probed) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := nannyProcess(program, "--once", "--json")
	var words bytes.Buffer
	cmd.Stdin, cmd.Stderr = orders, &limited{&words, outputKept}
	cmd.SysProcAttr.Setpgid = true
	cmd.WaitDelay = commandGrace
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := ordinarily(cmd, confine); err != nil {
		return fmt.Errorf("cannot be started: %w", plain(err))
	}
	ended := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-ended:
			return
		case <-ctx.Done():
		}
		// It ends the programs of its checks by itself, if it is given the time.
		for _, sig := range []unix.Signal{unix.SIGTERM, unix.SIGKILL} {
			_ = unix.Kill(-cmd.Process.Pid, sig)
			if inGrace(ended, commandGrace) {
				return
			}
		}
		_ = out.Close() // what it left running may have it open
	}()
	var wrong error
	for d := json.NewDecoder(io.LimitReader(out, control.MaxReply)); wrong == nil; {
		var r control.Probed
		if wrong = d.Decode(&r); wrong == nil {
			wrong = f(r)
		}
	}
	if !errors.Is(wrong, io.EOF) {
		cancel()
	}
	_, _ = io.Copy(io.Discard, out) // until it has ended
	close(ended)
	<-stopped
	err = cmd.Wait()
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() == 1 && words.Len() == 0 {
		err = nil // a server is down
	}
	switch {
	case !errors.Is(wrong, io.EOF):
		return wrong
	case err != nil:
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(words.String()))
	}
	return nil
}

// limited keeps the first n bytes of what is written, and drops the rest.
type limited struct {
	w io.Writer
	n int
}

// Write never fails.
func (l *limited) Write(p []byte) (int, error) {
	part := p[:min(len(p), l.n)]
	l.n -= len(part)
	_, _ = l.w.Write(part) // a bytes.Buffer
	return len(p), nil
}

// seats are places for operators who probe.
type seats struct{ taken atomic.Int32 }

// take takes a seat, if there is one.
func (s *seats) take() bool {
	if s.taken.Add(1) > probesAtOnce {
		s.taken.Add(-1)
		return false
	}
	return true
}

func (s *seats) leave() { s.taken.Add(-1) }
