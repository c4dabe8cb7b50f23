package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"pacu/control"
	"pacu/lab"
)

// A keeper is a daemon that keeps a table in the kernel.
type keeper interface {
	name() string
	// write puts a configuration for the table in its place.
	write(b *bed, t table) error
	start(b *bed) (*lab.Process, error)
	// reload has it read the configuration again. It may return before that
	// is done.
	reload(ctx context.Context, b *bed, p *lab.Process) error
	// messages is how many it says that its last reload sent to IPVS; 0 where
	// it does not count.
	messages(ctx context.Context, b *bed) (uint64, error)
}

// pulseKeeper is ours.
type pulseKeeper struct{}

func (pulseKeeper) name() string { return "pulse" }

func (pulseKeeper) write(b *bed, t table) error {
	return b.router.WriteFile(lvsPath, t.lvsFile(alone), 0o660)
}

func (pulseKeeper) start(b *bed) (*lab.Process, error) { return b.router.Start("pulse", "-n") }

func (pulseKeeper) reload(ctx context.Context, b *bed, _ *lab.Process) error {
	_, err := pulseOf(b).Reload(ctx)
	return err
}

// snapshotIn bounds a snapshot of thousands of services, which takes an
// emulated machine longer than control.Client waits.
const snapshotIn = 2 * time.Minute

func (pulseKeeper) messages(ctx context.Context, b *bed) (uint64, error) {
	d := net.Dialer{Timeout: snapshotIn}
	conn, err := d.DialContext(ctx, "unix", b.router.Path(controlSocket))
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(snapshotIn)); err != nil {
		return 0, err
	}
	if err := json.NewEncoder(conn).Encode(control.Request{Do: control.GetSnapshot}); err != nil {
		return 0, fmt.Errorf("ask pulse for a snapshot: %w", err)
	}
	reply, err := bufio.NewReader(io.LimitReader(conn, control.MaxReply)).ReadBytes('\n')
	if err != nil {
		return 0, fmt.Errorf("pulse's snapshot: %w", err)
	}
	return messagesIn(reply)
}

// messagesIn is table.reload of a snapshot. The rest, which may be 25 MB, is not
// decoded.
func messagesIn(reply []byte) (uint64, error) {
	_, rest, ok := bytes.Cut(reply, []byte(`"table":`))
	if !ok {
		return 0, fmt.Errorf("pulse's snapshot says nothing of its table: %.200s", reply)
	}
	var t control.Table
	if err := json.NewDecoder(bytes.NewReader(rest)).Decode(&t); err != nil {
		return 0, fmt.Errorf("pulse's snapshot: %w", err)
	}
	return t.Reload, nil
}

const controlSocket = "/run/pulse/control.sock"

// pulseOf is the way to the pulse that runs in the bed.
func pulseOf(b *bed) *control.Client {
	return control.NewClient(b.router.Path(controlSocket))
}

// keepalivedKeeper is keepalived without VRRP.
type keepalivedKeeper struct{}

func (keepalivedKeeper) name() string { return "keepalived" }

func (keepalivedKeeper) write(b *bed, t table) error {
	return b.router.WriteFile(keepalivedConf, t.keepalivedFile(), 0o644)
}

func (keepalivedKeeper) start(b *bed) (*lab.Process, error) {
	return b.router.Start("keepalived", "--check", "--dont-fork", "--log-console", "--use-file", keepalivedConf)
}

func (keepalivedKeeper) reload(_ context.Context, _ *bed, p *lab.Process) error {
	return p.Signal(syscall.SIGHUP)
}

func (keepalivedKeeper) messages(context.Context, *bed) (uint64, error) { return 0, nil }
