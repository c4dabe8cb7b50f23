package draft

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pacu/lvscf"
)

// A Source is a place in the file that is imported.
type Source struct {
	Line int
	Text string // the words there
}

// A Draft is an lvs.cf in the making. The zero Draft is empty.
type Draft struct {
	global   Block
	services []*Block
	notes    []Note
	devices  map[netip.Addr]string // given by Place
	names    map[string]int
	scripts  map[string]int // as names
	every    []*Block       // given every port
}

// A Block is a block of a Draft, or what stands outside all of them.
type Block struct {
	draft    *Draft
	kind     string // virtual, failover, server, probe or track_script; empty outside
	name     string
	from     Source
	settings []setting
	servers  []*Block
	probes   []*Block
	names    map[string]int // of servers
}

// A setting is one line of a Block.
type setting struct {
	from   Source
	key    string
	values []string
}

// Note adds a Note about a place of the source.
func (d *Draft) Note(at Source, why string) {
	d.notes = append(d.notes, Note{Line: at.Line, Text: short(at.Text), Why: why})
}

// Global is the part of d outside all blocks.
func (d *Draft) Global() *Block {
	d.global.draft = d
	return &d.global
}

// Service opens a virtual or failover block. Its name is made fit, and unlike
// those before.
func (d *Draft) Service(at Source, kind, name string) *Block {
	if d.names == nil {
		d.names = make(map[string]int)
	}
	b := &Block{draft: d, kind: kind, name: unlike(d.names, name), from: at}
	d.services = append(d.services, b)
	return b
}

// Script opens a track_script block. Its name is made fit, and unlike those of
// such blocks before.
func (d *Draft) Script(at Source, name string) *Block {
	if d.scripts == nil {
		d.scripts = make(map[string]int)
	}
	b := &Block{draft: d, kind: "track_script", name: unlike(d.scripts, name), from: at}
	d.services = append(d.services, b)
	return b
}

// Services are the blocks opened so far.
func (d *Draft) Services() []*Block { return d.services }

// Server opens a block of a real server in b.
func (b *Block) Server(at Source, name string) *Block {
	if b.names == nil {
		b.names = make(map[string]int)
	}
	s := &Block{draft: b.draft, kind: "server", name: unlike(b.names, name), from: at}
	b.servers = append(b.servers, s)
	return s
}

// Servers are the blocks of b's real servers.
func (b *Block) Servers() []*Block { return b.servers }

// From is the place that b comes from.
func (b *Block) From() Source { return b.from }

// unlike returns name without what a name cannot have, numbered when it is
// taken already. taken has how often each was asked for.
func unlike(taken map[string]int, name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("._:-", r):
			return r
		}
		return '_'
	}, name)
	if len(name) > 60 {
		name = name[:60]
	}
	if name == "" {
		name = "unnamed"
	}
	unique := name
	for taken[unique] > 0 {
		taken[name]++
		unique = fmt.Sprintf("%s-%d", name, taken[name])
	}
	taken[unique]++
	return unique
}

// Set makes a setting in b, in place of one of the same key.
func (b *Block) Set(at Source, key string, values ...string) {
	for i := range b.settings {
		if b.settings[i].key == key {
			b.settings[i] = setting{at, key, values}
			return
		}
	}
	b.settings = append(b.settings, setting{at, key, values})
}

// SetText makes a setting whose text has characters that lvs.cf escapes.
func (b *Block) SetText(at Source, key, text string) {
	b.Set(at, key, escapes.Replace(text))
}

var escapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// Get returns the values of key in b, or nil.
func (b *Block) Get(key string) []string {
	for _, s := range b.settings {
		if s.key == key {
			return s.values
		}
	}
	return nil
}

// Unset takes key out of b.
func (b *Block) Unset(key string) {
	b.settings = slices.DeleteFunc(b.settings, func(s setting) bool { return s.key == key })
}

// Seconds writes d as lvs.cf does, in seconds.
func Seconds(d time.Duration) string {
	s := fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Finish writes the lvs.cf: after lines of comment what was set, in the order
// of the language. It returns it with the Notes, by line. It fails only where a
// refusal cannot be traced to a setting.
func (d *Draft) Finish(comment ...string) ([]byte, []Note, error) {
	d.leaveRest()
	for {
		text, origins := d.render(comment)
		_, problems := lvscf.Read("lvs.cf", text)
		errs := problems.Errors()
		if len(errs) == 0 {
			return text, sorted(d.notes), nil
		}
		if !d.drop(errs, origins) {
			return nil, sorted(d.notes), fmt.Errorf("write lvs.cf: %w", errs.Err())
		}
	}
}

// drop takes out of d what errs are about, and reports whether that was
// anything.
func (d *Draft) drop(errs lvscf.Problems, origins []origin) bool {
	gone := make(map[*Block]bool)
	dropped := false
	for _, p := range errs {
		if p.Line < 1 || p.Line > len(origins) {
			continue
		}
		o := origins[p.Line-1]
		if o.block == nil || gone[o.block] || gone[o.service] {
			continue
		}
		whole := o.key == "" || o.block.kind != "" && o.key == "address"
		at := o.from
		if whole && o.block.kind != "" {
			at = o.block.from
			gone[o.block] = true
		} else {
			o.block.Unset(o.key)
		}
		d.Note(at, "not carried: "+p.Message)
		dropped = true
	}
	left := func(b *Block) bool { return gone[b] }
	d.services = slices.DeleteFunc(d.services, left)
	for _, s := range d.services {
		s.servers = slices.DeleteFunc(s.servers, left)
		s.probes = slices.DeleteFunc(s.probes, left)
	}
	return dropped
}
