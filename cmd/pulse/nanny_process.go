package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"pacu/control"
)

const (
	nannyBackoff    = time.Second      // before the first restart of a nanny that died; doubles
	nannyBackoffMax = 30 * time.Second // then at most this
	nannyWell       = time.Minute      // alive this long, the back-off starts over
)

// supervise keeps w running until ctx ends.
func (n *nannies) supervise(ctx context.Context, w *nanny) {
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
		watched := w.state.Watched()
		n.mu.Unlock()
		n.log(control.Error, "nanny", watched,
			fmt.Sprintf("nanny for %s: %v; starting it again in %v, its servers keep their last state", watched, err, backoff))
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
	conn, child, err := control.SocketPair()
	if err != nil {
		return err
	}
	defer conn.Close()
	n.mu.Lock()
	watched := w.state.Watched()
	n.mu.Unlock()
	cmd := nannyProcess(n.program, append([]string{"--control-fd", "3", "--address", watched}, n.args...)...)
	cmd.ExtraFiles = []*os.File{child}
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr.Setpgid = true // a Ctrl-C at the terminal is for pulse
	err = ordinarily(cmd, confine)
	child.Close()
	if err != nil {
		return fmt.Errorf("cannot start %s: %w", n.program, plain(err))
	}
	n.mu.Lock()
	w.state.Pid, w.state.Started, w.state.Error = cmd.Process.Pid, time.Now(), ""
	w.begin(w.state.Started)
	clear(w.stale)
	for a := range w.orders { // it knows nothing yet
		w.stale[a] = true
	}
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
		if now := time.Now(); n.heed(w, r, now) {
			n.report(r.Server, r, now)
		}
		n.heeded(w)
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

// instruct sends the nanny its orders, and each new one, until ctx ends, the
// process is done, or it hangs; then it returns why.
func (n *nannies) instruct(ctx context.Context, w *nanny, conn net.Conn, done <-chan struct{}) error {
	ticks := time.NewTicker(watchEvery)
	defer ticks.Stop()
	for {
		for _, order := range n.news(w) {
			err := control.SendOrder(conn, n.known(order))
			if errors.Is(err, os.ErrDeadlineExceeded) {
				err = fmt.Errorf("%w: %w", errHangs, err)
			}
			if err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-done:
			return nil
		case <-w.wake:
		case <-ticks.C:
			n.mu.Lock()
			silence, hangs := w.tick(time.Now())
			n.mu.Unlock()
			if hangs {
				return fmt.Errorf("%w: no word for %v", errHangs, silence.Round(time.Second))
			}
		}
	}
}

// plain is err without the "fork/exec PATH:" that the caller already says.
func plain(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
