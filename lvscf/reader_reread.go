package lvscf

import (
	"bytes"
	"reflect"
	"slices"
)

var rowSerial = lookup(Global, "serial_no")

// A reread is what of a text is new to a Reader. It takes only what surely
// leads to the Config and the Problems of the whole text: new lines without a
// Problem of their own, in place of as many that had none, and nothing that
// other lines are judged by.
type reread struct {
	r        *Reader
	c        checker   // of single blocks, among the file's other lines
	edits    []edit    // rising
	changed  []int     // of the virtuals, those that mean something else
	virtuals []Virtual // these
}

// An edit is a segment that reads otherwise, and where it stands in the new
// text.
type edit struct{ segment, from, to int }

func newReread(r *Reader) *reread {
	u := &reread{r: r, c: checker{reporter: reporter{file: r.name}, cfg: *r.cfg, warned: make(map[*Directive]bool)}}
	u.c.cfg.Virtuals = nil
	return u
}

// config is the new Config.
func (u *reread) config() *Config {
	cfg := u.c.cfg
	cfg.Virtuals = slices.Clone(u.r.cfg.Virtuals)
	for i, v := range u.changed {
		cfg.Virtuals[v] = u.virtuals[i]
	}
	return &cfg
}

// edit takes now for segment i, which was old, and reports whether it can.
func (u *reread) edit(i int, old, now []byte) bool {
	s := u.r.segments[i]
	switch {
	case bytes.IndexByte(now, '\r') >= 0:
		return false
	case s.virtual >= 0:
		return u.virtual(s, now)
	case s.virtual == between:
		return u.lines(s, old, now)
	}
	return false
}

// lines takes lines between blocks: comments, and the value of serial_no.
func (u *reread) lines(s segment, old, now []byte) bool {
	for num := s.line; num < s.line+s.lines; num++ {
		n, m := span(old, 1), span(now, 1)
		if n == 0 || m == 0 {
			return false
		}
		a, b := old[:n], now[:m]
		old, now = old[n:], now[m:]
		if bytes.Equal(a, b) {
			continue
		}
		was, ok := u.line(a, num)
		is, good := u.line(b, num)
		if !ok || !good || is != was || is == rowSerial && u.r.serials != 1 {
			return false
		}
	}
	return len(old) == 0 && len(now) == 0
}

// line reads a line and returns rowSerial where it gives that, nil where it
// says nothing, and false for all others.
func (u *reread) line(text []byte, num int) (*Directive, bool) {
	f := Parse(u.r.name, text)
	if len(f.Problems) > 0 {
		return nil, false
	}
	if said := bytes.TrimLeft(text, " \t\n"); len(said) == 0 || said[0] == '#' {
		return nil, true
	}
	n := f.root.first
	if n.dir != rowSerial {
		return nil, false
	}
	c := &u.c
	c.ascii, c.num = f.ascii, num
	c.global.begin()
	if !c.begin(&c.global, n) || len(c.found) > 0 {
		return nil, false
	}
	c.applyGlobal(rowSerial)
	return rowSerial, true
}

// virtual takes text for the virtual s.
func (u *reread) virtual(s segment, text []byte) bool {
	if u.r.blamed(s) {
		return false
	}
	f := Parse(u.r.name, text)
	n := f.root.first
	if len(f.Problems) > 0 || n == nil || n.body == nil || n.body.where != InVirtual || n.body.lines != s.lines-1 {
		return false
	}
	c := &u.c
	c.ascii, c.num = f.ascii, s.line
	c.pairs = newPairs(1)
	c.cfg.Virtuals = c.cfg.Virtuals[:0]
	c.service(n)
	if len(c.found) > 0 {
		return false
	}
	was, is := &u.r.cfg.Virtuals[s.virtual], &c.cfg.Virtuals[0]
	if !u.alike(was, is) {
		return false
	}
	if !reflect.DeepEqual(was, is) {
		u.changed = append(u.changed, s.virtual)
		u.virtuals = append(u.virtuals, *is)
	}
	return true
}

// alike reports whether a and b are the same to all that looks at several
// virtuals: pairs, finishFile, and what they say of others.
func (u *reread) alike(a, b *Virtual) bool {
	switch {
	case a.Name != b.Name, a.Active != b.Active, a.VIP != b.VIP, a.FWMark != b.FWMark,
		a.Port != b.Port, a.Protocol != b.Protocol, a.Forward != b.Forward,
		(a.Ports == nil) != (b.Ports == nil), !slices.Equal(a.Ports, b.Ports),
		u.c.cfg.MinServers > 0 && a.actives() != b.actives():
		return false
	case a.FWMark != 0 && (a.Persistent != b.Persistent || a.PersistMask != b.PersistMask || a.PersistEngine != b.PersistEngine ||
		a.Scheduler != b.Scheduler || !slices.Equal(a.SchedulerFlags, b.SchedulerFlags) || a.OnePacket != b.OnePacket ||
		a.tunnel() != b.tunnel()):
		return false
	}
	p, q := u.ownPool(a), u.ownPool(b)
	if p == nil || q == nil {
		return p == q
	}
	// Where two pools disagree, the later is told the line of the earlier.
	return p.Device == q.Device && slices.Equal(p.Ranges, q.Ranges) &&
		!slices.ContainsFunc(u.r.problems, func(p Problem) bool { return p.Code == "same-pool" })
}

// ownPool is the pool that v has and the file has not.
func (u *reread) ownPool(v *Virtual) *Pool {
	if v.SNATPool == u.r.cfg.SNATPool {
		return nil
	}
	return v.SNATPool
}
