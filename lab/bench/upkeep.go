package bench

import (
	"context"
	"fmt"
	"time"

	"pacu/lab"
)

// A kept is what a keeper with a full table cost.
type kept struct {
	reload   float64 // with one changed weight, until the kernel has it, in seconds
	messages float64 // sent to the kernel meanwhile; of pulse
	memory   usage
	share    float64 // of one processor while nothing happens, in percent
}

// upkeep compares the keepers with a full table.
func (m measurer) upkeep(ctx context.Context, t table) ([]Figure, error) {
	ours, err := m.keep(ctx, pulseKeeper{}, t)
	if err != nil {
		return nil, err
	}
	theirs, err := m.keep(ctx, keepalivedKeeper{}, t)
	if err != nil {
		return nil, err
	}
	const peer = "keepalived"
	n := t.String()
	return []Figure{
		{Name: "ipvs/reload-one-weight-" + n + "-s", Ours: ours.reload, Peer: peer, PeerValue: theirs.reload, Fractional: true, Want: 0.05},
		{Name: "ipvs/reload-one-weight-" + n + "-messages", Ours: ours.messages, Peer: bound, PeerValue: 1, Want: 1},
		{Name: "ipvs/idle-" + n + "-percent-of-a-core", Ours: ours.share, Peer: bound, PeerValue: 2, Fractional: true, Want: 1, Note: fmt.Sprintf("drift watched all the time; keepalived, which does not watch, %.2f", theirs.share)},
		{Name: "ipvs/memory-" + n + "-rss-MB", Ours: megabytes(ours.memory.rss), Peer: peer, PeerValue: megabytes(theirs.memory.rss), Fractional: true, Note: "the largest process of each"},
		{Name: "ipvs/memory-" + n + "-pss-MB", Ours: megabytes(ours.memory.pss), Peer: peer, PeerValue: megabytes(theirs.memory.pss), Fractional: true, Note: "all processes of each"},
	}, nil
}

func megabytes(kb int64) float64 { return float64(kb) / 1024 }

// keep measures one keeper.
func (m measurer) keep(ctx context.Context, k keeper, t table) (kept, error) {
	var got kept
	err := on(func(b *bed) error {
		p, _, err := b.load(ctx, k, t)
		if err != nil {
			return err
		}
		if got.share, got.memory, err = m.idle(ctx, p, k.name()+" with "+t.String()); err != nil {
			return err
		}
		got.reload, err = m.rounds(t.String()+" reloaded by "+k.name(), func() (time.Duration, error) {
			t.heavy = !t.heavy
			took, messages, err := b.reload(ctx, k, p, t)
			got.messages = max(got.messages, messages)
			return took, err
		})
		return err
	})
	if err != nil {
		return kept{}, fmt.Errorf("%s: %w", k.name(), err)
	}
	return got, nil
}

// reload is how long a reload takes until both the keeper and the kernel are
// done, and the messages that it took pulse.
func (b *bed) reload(ctx context.Context, k keeper, p *lab.Process, t table) (took time.Duration, messages float64, err error) {
	if err := k.write(b, t); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := k.reload(ctx, b, p); err != nil {
		return 0, 0, err
	}
	done := time.Now()
	shown, err := b.shows(ctx, p, t)
	if err != nil {
		return 0, 0, err
	}
	n, err := k.messages(ctx, b)
	if shown.Before(done) {
		shown = done
	}
	return shown.Sub(began), float64(n), err
}

const (
	settling = 10 * time.Second // after a load, until a daemon counts as idle
	watching = 20 * time.Second // of idleness
)

// idle is what a daemon uses while nothing happens.
func (m measurer) idle(ctx context.Context, p *lab.Process, what string) (share float64, u usage, err error) {
	if err := pause(ctx, settling); err != nil {
		return 0, usage{}, err
	}
	before, err := usageOf(p.Pid())
	if err != nil {
		return 0, usage{}, err
	}
	began := time.Now()
	if err := pause(ctx, watching); err != nil {
		return 0, usage{}, err
	}
	after, err := usageOf(p.Pid())
	if err != nil {
		return 0, usage{}, err
	}
	share = 100 * float64(after.processor-before.processor) / float64(time.Since(began))
	m.say("%s idle: %.2f %% of a core, %.1f MB resident", what, share, megabytes(after.rss))
	return share, after, nil
}

// nothingChanged reloads a file that says what it said before.
func (m measurer) nothingChanged(ctx context.Context) ([]Figure, error) {
	t := published
	var messages, seconds float64
	err := on(func(b *bed) error {
		p, _, err := b.load(ctx, pulseKeeper{}, t)
		if err != nil {
			return err
		}
		seconds, err = m.rounds(t.String()+" reloaded unchanged", func() (time.Duration, error) {
			took, sent, err := b.reload(ctx, pulseKeeper{}, p, t)
			messages = max(messages, sent)
			return took, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	m.say("%s reloaded unchanged: %.3f s on this machine", t, seconds)
	return []Figure{{Name: "ipvs/reload-unchanged-" + t.String() + "-messages", Ours: messages, Peer: bound, Want: 1, Note: fmt.Sprintf("in %.2f s", seconds)}}, nil
}
