package vm

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// attend serves a machine whose command is running until it ends.
func (c *Command) attend(ctx context.Context, m *machine) (Exit, error) {
	type end struct {
		exit Exit
		err  error
	}
	ended := make(chan end, 1)
	go func() {
		e, err := c.receive(m)
		ended <- end{e, err}
	}()
	go sendInput(m.input, c.Stdin)
	w := &frameWriter{w: m.control}
	done, grace := ctx.Done(), (<-chan time.Time)(nil)
	for {
		select {
		case e := <-ended:
			if done == nil {
				return e.exit, ctx.Err()
			}
			return e.exit, e.err
		case s := <-c.Signals:
			if n, ok := signalNumber(s); ok {
				// A machine that no longer listens shows as an end.
				_ = w.write(frameSignal, []byte{n})
			}
		case <-done:
			done = nil
			_ = w.write(frameSignal, []byte{15})
			t := time.NewTimer(stopGrace)
			defer t.Stop()
			grace = t.C
		case <-grace:
			return Exit{}, ctx.Err()
		}
	}
}

// receive copies the machine's frames to where they belong until the end.
func (c *Command) receive(m *machine) (Exit, error) {
	r := bufio.NewReaderSize(m.control, 64<<10)
	fetched := map[string]bool{}
	for {
		kind, p, err := readFrame(r)
		if err != nil {
			m.kill()
			return Exit{}, fmt.Errorf("the machine died: %w", m.lastWords())
		}
		switch kind {
		case frameOut:
			_, err = c.Stdout.Write(p)
		case frameErr:
			_, err = c.Stderr.Write(p)
		case frameFile:
			err = c.keep(p, fetched)
		case frameFault:
			return Exit{}, errors.New(string(p))
		case frameExit:
			var e exit
			if err := json.Unmarshal(p, &e); err != nil {
				return Exit{}, fmt.Errorf("the machine's last frame: %w", err)
			}
			return Exit(e), nil
		}
		if err != nil {
			return Exit{}, err
		}
	}
}

// keep writes a part of a fetched file to where the command wants it.
func (c *Command) keep(payload []byte, fetched map[string]bool) error {
	var part file
	if err := json.Unmarshal(payload, &part); err != nil {
		return err
	}
	host, ok := c.Fetch[part.Path]
	if !ok {
		return fmt.Errorf("the machine sent %s, which nobody asked for", part.Path)
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if fetched[part.Path] {
		mode = os.O_WRONLY | os.O_APPEND
	}
	fetched[part.Path] = true
	f, err := os.OpenFile(host, mode, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(part.Data); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// sendInput copies standard input into the machine, then its end. Errors of the
// port are the machine's end, which receive tells.
func sendInput(port io.Writer, in io.Reader) {
	w := &frameWriter{w: port}
	if in != nil {
		_, _ = io.Copy(stream{w, frameIn}, in)
	}
	_ = w.write(frameIn, nil)
}

func signalNumber(s os.Signal) (byte, bool) {
	n, ok := s.(syscall.Signal)
	return byte(n), ok && n > 0 && n < 65
}
