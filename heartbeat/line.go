package heartbeat

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
	"sync"
	"time"
)

// oldKeyFor is how long the older key is accepted after the partner has been
// heard with the newest: time enough for what is on its way, and to put an
// lvs.key back.
const oldKeyFor = time.Hour

// A Line turns Beats into datagrams and the partner's datagrams into Beats. It
// has no socket. With keys, datagrams are authenticated packets, and all
// others are refused; without, they are Piranha's 4 bytes. It is safe for
// concurrent use.
//
// A Line with two keys signs with the newest as soon as the partner's packets
// say that its newest is the same. Until then it signs with the key that the
// partner signs with, which the partner has for certain; with both in turn
// before it has heard any. So a key is changed without an outage: put a new one
// before the old in lvs.key on both routers, in any order.
type Line struct {
	mu       sync.Mutex // guards all
	role     Role
	keys     []signer // the newest first
	replay   replay
	newest   KeyID     // the partner's newest key
	signed   KeyID     // the key it signed with last
	oldUntil time.Time // zero until the partner signs with the newest
}

// A signer is a key with the start of its HMAC computed.
type signer struct {
	key Key
	id  KeyID
	mac hash.Hash
}

func newSigner(k Key) signer {
	return signer{key: k, id: k.ID(), mac: hmac.New(sha256.New, k[:])}
}

// sum appends the HMAC of b.
func (s signer) sum(b []byte) []byte {
	s.mac.Reset()
	s.mac.Write(b)
	return s.mac.Sum(b)
}

// NewLine makes the line of a router. keys are the newest first, as ReadKeys
// returns them; none for Piranha's heartbeats. boot is random, not 0, and new
// at each start.
func NewLine(keys []Key, role Role, boot uint64) *Line {
	l := &Line{replay: replay{boot: boot}}
	l.Configure(keys, role)
	return l
}

// Configure replaces the keys and the role, as a reload does.
func (l *Line) Configure(keys []Key, role Role) {
	signers := make([]signer, len(keys))
	for i, k := range keys {
		signers[i] = newSigner(k)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(keys) == 0 || len(l.keys) == 0 || keys[0] != l.keys[0].key {
		l.oldUntil = time.Time{}
	}
	l.keys, l.role = signers, role
}

// Keys names the keys: the newest, and whether an older one is accepted too.
// Without keys, id is "".
func (l *Line) Keys(now time.Time) (id string, older bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.keys) == 0 {
		return "", false
	}
	return l.keys[0].id.String(), len(l.keys) > 1 && !l.oldIsOver(now)
}

// Seal makes the datagram that says b, to be sent on every path. now is the
// wall clock's time, with the monotonic clock's as time.Now has it.
func (l *Line) Seal(b Beat, now time.Time) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.keys) == 0 {
		return b.Message.Append(make([]byte, 0, Size))
	}
	signer := l.signer()
	b.Boot = l.replay.boot
	p := packet{beat: b, role: l.role, key: signer.id, newest: l.keys[0].id, wall: now.UnixNano()}
	p.echo, p.echoSeq = l.replay.echo()
	p.seq, p.since = l.replay.sending(now)
	return signer.sum(p.appendTo(make([]byte, 0, PacketSize)))
}

// signer is the key that the next packet is signed with.
func (l *Line) signer() signer {
	if l.newest == l.keys[0].id {
		return l.keys[0]
	}
	for _, s := range l.keys {
		if s.id == l.signed {
			return s
		}
	}
	return l.keys[l.replay.seq%uint64(len(l.keys))]
}

// Open reads a datagram that came on a path, below MaxPaths, from the
// partner's address. late means that one sent later has come before, on
// another path: it shows that this path works, and says nothing new. The error
// wraps a Refusal, and then nothing is known to be of the partner.
func (l *Line) Open(path int, raw []byte, now time.Time) (b Beat, late bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.keys) == 0 {
		if isPacket(raw) {
			return Beat{}, false, ErrHasKey
		}
		m, err := Parse(raw)
		return Beat{Message: m}, false, err
	}
	if len(raw) == Size {
		if _, err := Parse(raw); err == nil {
			return Beat{}, false, ErrNoKey
		}
	}
	p, err := parsePacket(raw)
	if err != nil {
		return Beat{}, false, err
	}
	if err := l.authenticate(p, raw, now); err != nil {
		return Beat{}, false, err
	}
	if p.role == l.role {
		return Beat{}, false, ErrReflected
	}
	if late, err = l.replay.judge(path, p, now); err != nil {
		return Beat{}, false, err
	}
	if !late {
		l.newest, l.signed = p.newest, p.key
	}
	if p.key == l.keys[0].id && l.oldUntil.IsZero() {
		l.oldUntil = now.Add(oldKeyFor)
	}
	return p.beat, late, nil
}

// authenticate checks the HMAC of raw, which says p.
func (l *Line) authenticate(p packet, raw []byte, now time.Time) error {
	for i, s := range l.keys {
		if s.id != p.key {
			continue
		}
		at := len(raw) - macSize // a later version has more before it
		if !hmac.Equal(s.sum(append(make([]byte, 0, readBuffer), raw[:at]...))[at:], raw[at:]) {
			return ErrForged
		}
		if i > 0 && l.oldIsOver(now) {
			return ErrOldKey
		}
		return nil
	}
	return fmt.Errorf("%w (theirs is %s, ours %s)", ErrOtherKey, p.key, l.keys[0].id)
}

func (l *Line) oldIsOver(now time.Time) bool {
	return !l.oldUntil.IsZero() && now.After(l.oldUntil)
}
