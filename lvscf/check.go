package lvscf

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A checker makes a Config of a File.
type checker struct {
	reporter
	cfg Config
	v   value // of the setting at hand

	toks   []token  // of the line at hand, one of these two
	words  []token  // of any line
	simple [3]token // of a simple setting: its value, and nothing before it

	global, block, server, probe seen // what the file, the virtual, the server and the probe at hand have
	netmasks                          // as written, until the address is known

	ownCheck    Check    // of the virtual at hand: what its words say of it
	checkWords  bool     // there are such words
	probeBlocks []nodeAt // of the virtual at hand
	probeActive bool     // the probe at hand is
	servers     []Server // of the virtual at hand
	portless    bool     // one of them took the port that the virtual had so far
	warned      map[*Directive]bool
	pairs       pairs
	pools       []poolPlace

	own        []routerAddr // see routerAddrs
	pathPlaces []pathPlace  // of cfg.HeartbeatPaths
	any        bool         // the file has a statement
}

// netmasks are those of the file's nat_router, and of the virtual at hand.
type netmasks struct{ nat, vip, persist mask }

// seen tells which directives a block has, and where.
type seen struct {
	now int // the number of the block
	at  []place
}

// A place is where the value of a directive stands.
type place struct {
	block           int // that it belongs to
	node            *node
	num, start, end int
	bad             bool // it cannot be read
}

// begin forgets the block before.
func (s *seen) begin() {
	if s.at == nil {
		s.at = make([]place, len(table))
	}
	s.now++
}

// has reports whether the block gives d a value, or tries to.
func (s *seen) has(d *Directive) bool { return s.at[d.index].block == s.now }

// bad reports whether the block tries to give d a value that cannot be read.
func (s *seen) bad(d *Directive) bool { return s.has(d) && s.at[d.index].bad }

// find returns the place of d's value and the value as written, if the block
// has one.
func (c *checker) find(s *seen, d *Directive) (at Pos, text string, ok bool) {
	if !s.has(d) {
		return Pos{}, "", false
	}
	p := &s.at[d.index]
	r := reporter{ascii: c.ascii, num: p.num, line: content(p.node.raw)}
	t := r.line[p.start:p.end]
	if t[0] == '"' || t[0] == '\'' {
		t = strings.Trim(t, t[:1])
	}
	return r.pos(p.start), t, true
}

// Check says what f means, or what is wrong with it; the Problems of syntax are
// among those it returns. The Config is nil exactly when one is an Error.
func (f *File) Check() (*Config, Problems) {
	if f.edited {
		f = Parse(f.Name, f.Bytes())
	}
	c := checker{
		reporter: reporter{file: f.Name, ascii: f.ascii},
		cfg:      defaults().global,
		warned:   make(map[*Directive]bool),
	}
	c.cfg.RshCommand = slices.Clone(c.cfg.RshCommand)
	if !f.utf16 {
		c.check(f)
	}
	ps := slices.Concat(f.Problems, c.found)
	ps.sort()
	if !slices.ContainsFunc(ps, func(p Problem) bool { return p.Severity == Error }) {
		return &c.cfg, ps
	}
	return nil, slices.DeleteFunc(ps, func(p Problem) bool { return p.Severity == Warning && absent[p.Code] })
}

// absent are the codes of what a file may lack only because a line of it could
// not be read.
var absent = map[string]bool{"no-primary": true, "no-server": true, "nothing-active": true, "no-expect": true, "no-backup": true}

// check goes through f twice: what stands outside blocks may follow them, and
// they are judged by it.
func (c *checker) check(f *File) {
	c.global.begin()
	virtuals := 0
	for n := f.root.first; n != nil; n = n.next {
		c.num++
		c.any = c.any || n.kind != other
		if n.body != nil {
			c.num += n.body.lines
			if n.body.where == InVirtual {
				virtuals++
			}
			continue
		}
		if c.begin(&c.global, n) {
			c.applyGlobal(n.dir)
		}
	}
	if !c.any {
		c.empty(f)
		return
	}
	c.finishGlobal()
	c.pairs = newPairs(virtuals)
	if virtuals > 0 {
		c.cfg.Virtuals = make([]Virtual, 0, virtuals)
	}
	c.num = 0
	for n := f.root.first; n != nil; n = n.next {
		c.num++
		if n.body == nil {
			continue
		}
		switch n.body.where {
		case InVirtual, InFailover:
			c.service(n)
		case InTrackScript:
			c.trackScript(n)
		default:
			c.num += n.body.lines
		}
	}
	c.finishFile()
}

// empty reports a file that says nothing, unless lines beyond understanding
// have been reported.
func (c *checker) empty(f *File) {
	if len(f.Problems.Errors()) == 0 {
		c.num = 1
		c.reportAt(Pos{1, 1}, Error, "empty", "", "the file holds no statement", "")
	}
}

// begin makes n the line at hand. It reports whether n is a setting, and has
// then decoded its value into c.v.
func (c *checker) begin(s *seen, n *node) bool {
	if n.kind != setting && n.kind != attempt {
		return false
	}
	d := n.dir
	c.line = content(n.raw)
	t, ok := n.value()
	if ok {
		c.simple[2] = t
		c.toks = c.simple[:]
	} else {
		c.words, _ = split(c.line, c.words)
		c.toks = c.words
		t = c.toks[min(2, len(c.toks)-1)]
	}
	at := &s.at[d.index]
	if at.block == s.now && !d.Repeats {
		c.reportToken(Warning, "repeated", c.key(), fmt.Sprintf("%s stands here again, and this one counts", d.Name),
			fmt.Sprintf("delete one: the other is in line %d", at.num))
	}
	at.block, at.node, at.num, at.start, at.end = s.now, n, c.num, t.start, t.end
	at.bad = true
	if n.kind == attempt {
		return false
	}
	if d.Legacy && !d.Common && !c.warned[d] {
		c.warned[d] = true
		c.reportToken(Warning, "legacy", c.key(), fmt.Sprintf("%s does nothing any more", d.Name), "delete it when Piranha need not read the file")
	}
	at.bad = !c.decode(d, c.toks)
	return !at.bad
}

// key is the first word of the line at hand.
func (c *checker) key() token {
	i := len(c.line) - len(strings.TrimLeft(c.line, " \t"))
	n := strings.IndexAny(c.line[i:], " \t")
	if n < 0 {
		n = len(c.line) - i
	}
	return token{text: c.line[i : i+n], start: i, end: i + n}
}

// blame reports a Problem with the value of d in the block s, or, if the block
// has none, with what stands at p.
func (c *checker) blame(s *seen, d *Directive, p Pos, sev Severity, code, message, hint string) {
	text := ""
	if at, value, ok := c.find(s, d); ok {
		if p, text = at, value; d.Secret {
			text = ""
		}
	}
	c.reportAt(p, sev, code, text, message, hint)
}

// start is what an empty file and empty blocks mean.
type start struct {
	global Config
	block  Virtual
	server Server
	script TrackScript
}

// defaults reads the defaults of the table.
var defaults = sync.OnceValue(func() start {
	c := checker{}
	c.global.begin()
	c.block.begin()
	c.server.begin()
	var s start
	for i := range table {
		d := &table[i]
		if d.Default == "" {
			continue
		}
		c.line = d.Name + " = " + d.Default
		c.toks, _ = split(c.line, c.toks)
		if !c.decode(d, c.toks) {
			panic("lvscf: default of " + d.Name + ": " + c.found.String())
		}
		switch {
		case d.Where == Global:
			c.applyGlobal(d)
		case d.Where == InServer:
			c.applyServer(&s.server, d)
		case d.Where == InTrackScript:
			c.applyTrackScript(&s.script, d)
		case d.Where&InProbe != 0:
			// A check leaves out what is the default.
		default:
			c.applyService(&s.block, d)
		}
	}
	s.global = c.cfg
	s.block.PersistMask = 32
	return s
})
