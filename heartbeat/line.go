package heartbeat

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"
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
// A Line signs with all its keys, and accepts what is signed with one of them.
// So a key is changed without an outage: put a new one before the old in
// lvs.key on both routers, in any order. When the partner has been heard with
// the new one, the old one alone is enough for an hour more.
type Line struct {
	mu       sync.Mutex // guards all
	role     Role
	keys     []signer // the newest first
	replay   replay
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

// sum appends the HMAC of said to b.
func (s signer) sum(b, said []byte) []byte {
	s.mac.Reset()
	s.mac.Write(said)
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
	b.Boot = l.replay.boot
	p := packet{beat: b, role: l.role, wall: now.UnixNano()}
	for i, k := range l.keys {
		p.keys[i] = k.id
	}
	p.echo, p.echoSeq = l.replay.echo()
	p.seq, p.since = l.replay.sending(now)
	return l.sign(p.appendTo(make([]byte, 0, PacketSize)))
}

// sign appends the HMACs of b.
func (l *Line) sign(b []byte) []byte {
	said := b
	for _, k := range l.keys {
		b = k.sum(b, said)
	}
	return append(b, make([]byte, macsSize-macSize*len(l.keys))...)
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
	if slices.Contains(p.keys[:], l.keys[0].id) && l.oldUntil.IsZero() {
		l.oldUntil = now.Add(oldKeyFor)
	}
	return p.beat, late, nil
}

// authenticate checks those HMACs of raw, which says p, whose key is known.
func (l *Line) authenticate(p packet, raw []byte, now time.Time) error {
	at := len(raw) - macsSize // a later version has more before it
	known, newest := false, false
	for i, id := range p.keys {
		mac := raw[at+i*macSize:][:macSize]
		for rank, k := range l.keys {
			if k.id != id {
				continue
			}
			var sum [macSize]byte
			if !hmac.Equal(k.sum(sum[:0], raw[:at]), mac) {
				return ErrForged
			}
			known, newest = true, newest || rank == 0
		}
		if id == (KeyID{}) && [macSize]byte(mac) != ([macSize]byte{}) {
			return ErrForged
		}
	}
	switch {
	case !known:
		return fmt.Errorf("%w (theirs is %s, ours %s)", ErrOtherKey, p.keys[0], l.keys[0].id)
	case !newest && l.oldIsOver(now):
		return ErrOldKey
	}
	return nil
}

func (l *Line) oldIsOver(now time.Time) bool {
	return !l.oldUntil.IsZero() && now.After(l.oldUntil)
}
