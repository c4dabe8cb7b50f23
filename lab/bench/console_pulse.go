package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"pacu/control"
	"pacu/lvscf"
)

// A consolePulse stands in for pulse on a control socket: it serves an lvs.cf
// whose servers are all up. What the console does not ask of it is not there.
type consolePulse struct {
	control.Handler
	path string // of lvs.cf

	reloads chan time.Time // when each was done; the reader must keep up

	mu      sync.Mutex
	snap    *control.Snapshot
	touched int
}

func newConsolePulse(path string) (*consolePulse, error) {
	p := &consolePulse{path: path, reloads: make(chan time.Time, 1)}
	_, err := p.Reload(context.Background())
	if err != nil {
		return nil, err
	}
	<-p.reloads
	return p, nil
}

// reloaded waits for the next reload to be done.
func (p *consolePulse) reloaded(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	select {
	case at := <-p.reloads:
		return at, nil
	case <-ctx.Done():
		return time.Time{}, fmt.Errorf("nobody reloads pulse: %w", ctx.Err())
	}
}

// Snapshot implements control.Handler.
func (p *consolePulse) Snapshot(context.Context) (*control.Snapshot, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := *p.snap
	s.Taken = time.Now()
	return &s, nil
}

// Explain implements control.Handler.
func (p *consolePulse) Explain(context.Context) (*control.Explanation, error) {
	return &control.Explanation{Role: "lvs-01 is active.", Because: []string{"No heartbeat came."}}, nil
}

// Plan implements control.Handler.
func (p *consolePulse) Plan(context.Context, []byte) (*control.Plan, error) {
	return &control.Plan{Steps: []control.Step{{Action: control.Alter, Kind: "server", Object: "172.16.208.5:80", In: virtualName(large / 2), Detail: "weight 7", Was: "weight 1"}}}, nil
}

// Setup implements control.Handler: what direct routing needs.
func (p *consolePulse) Setup(_ context.Context, q control.SetupQuery) (*control.Setup, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := &control.Setup{All: large * servers, Matched: large * servers}
	for _, s := range p.snap.Services[q.Skip/servers:] {
		for _, r := range s.Servers {
			if len(out.Servers) == q.Limit {
				return out, nil
			}
			out.Servers = append(out.Servers, control.ServerSetup{
				Names: []string{r.Name}, Address: r.Address,
				Serves: []control.ServerUse{{Virtual: s.Name, How: "direct, " + s.Address.String()}},
				Steps: []control.SetupStep{{For: "accept", Addresses: []netip.Addr{s.Address}, Why: "accept packets to " + s.Address.String(),
					Commands: []string{"ip addr add " + s.Address.String() + "/32 dev lo"}}},
			})
		}
	}
	return out, nil
}

// Reload implements control.Handler: it takes the file as it is.
func (p *consolePulse) Reload(context.Context) (string, error) {
	text, err := os.ReadFile(p.path)
	if err != nil {
		return "", err
	}
	conf, problems := lvscf.Read("lvs.cf", text)
	if err := problems.Err(); err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	now := time.Now()
	addr := netip.MustParseAddr
	s := &control.Snapshot{
		Version: "bench", Started: now, Pid: os.Getpid(), Hostname: "lvs-01",
		Config: control.Config{Path: p.path, SerialNo: conf.SerialNo, SHA256: hex.EncodeToString(sum[:]), Loaded: now, Network: string(conf.Network)},
		Router: control.Router{Role: control.Primary, State: control.Active, Since: now, Why: "no heartbeat", Address: addr("10.0.0.2"),
			Keepalive: control.Duration(6 * time.Second), Deadtime: control.Duration(18 * time.Second)},
		Partner: &control.Partner{Role: control.Backup, Address: addr("10.0.0.3"), State: control.Standby, Since: now,
			Paths: []control.Path{{Name: "public", Local: "10.0.0.2:539", Remote: "10.0.0.3:539", LastHeard: now}}},
	}
	for _, v := range conf.Virtuals {
		s.Addresses = append(s.Addresses, control.Address{Prefix: netip.PrefixFrom(v.VIP.Addr, 32), Device: v.VIP.Device, For: []string{v.Name}, Wanted: true, Held: true})
		one := control.Service{Name: v.Name, Protocol: v.Protocol, Address: v.VIP.Addr, Port: v.Port, Scheduler: v.Scheduler, Forward: "direct", InKernel: true, Up: len(v.Servers),
			Stats: control.Stats{Connections: 48211, ConnectionRate: 212, InByteRate: 1_402_220, OutByteRate: 18_240_117}}
		for _, r := range v.Servers {
			a, ok := r.Address.Addr()
			if !ok {
				return "", fmt.Errorf("real server %s of %s has no address", r.Name, v.Name)
			}
			one.Servers = append(one.Servers, control.Server{Name: r.Name, Address: a, Port: 80, Weight: r.Weight, Health: control.Up, Why: "HTTP answered", Since: now, Probed: now,
				Took: control.Duration(840 * time.Microsecond), InKernel: true, KernelWeight: r.Weight, Active: 41, Inactive: 212, Stats: control.Stats{ConnectionRate: 21, InByteRate: 140_222, OutByteRate: 1_824_011}})
		}
		s.Services = append(s.Services, one)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.snap = s
	p.reloads <- time.Now()
	return fmt.Sprintf("serial %d loaded", conf.SerialNo), nil
}

// touch changes what one server of the first virtual is seen to do.
func (p *consolePulse) touch() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.touched++
	s := *p.snap
	s.Services = slices.Clone(s.Services)
	s.Services[0].Servers = slices.Clone(s.Services[0].Servers)
	s.Services[0].Servers[3].Active = uint32(1000 + p.touched)
	p.snap = &s
}
