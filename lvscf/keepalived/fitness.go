package keepalived

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// taking is what the instances say of taking the role back.
type taking struct {
	asked *stmt // an instance without nopreempt
	never bool  // one has nopreempt
	delay *stmt // preempt_delay
}

// role reads what an instance says of taking the role back. It reports whether
// both routers begin as BACKUP by that: where nothing is taken back, or only
// after a while.
func (m *importer) role(s *stmt) (equal bool) {
	delay := s.take("preempt_delay")
	if delay != nil {
		m.taking.delay = delay
	}
	if t := s.take("nopreempt"); t != nil {
		m.taking.never = true
		return true
	}
	if m.taking.asked == nil {
		m.taking.asked = s
	}
	return delay != nil
}

// preempt makes preempt of what the instances say: by itself, keepalived lets
// the router with the higher priority take the role back.
func (m *importer) preempt() {
	asked, g := m.taking.asked, m.Global()
	switch {
	case asked == nil:
	case m.taking.never:
		m.Note(asked.at(), "it has no nopreempt, and others have: lvs.cf has one preempt for all addresses, and it is off")
		asked = nil
	default:
		g.Set(asked.at(), "preempt", "1")
	}
	t := m.taking.delay
	if t == nil {
		return
	}
	f, err := strconv.ParseFloat(t.arg(1), 64)
	switch {
	case asked == nil:
		m.Note(t.at(), "nothing is taken back, because of nopreempt")
	case err != nil || !(f >= 0 && f <= 1000):
		m.Note(t.at(), "preempt_delay is no number of seconds from 0 to 1000")
	default:
		g.Set(t.at(), "preempt_delay", t.arg(1))
	}
}

// refresh makes announce_refresh of t, which may be nil.
func (m *importer) refresh(t *stmt) {
	if t == nil {
		return
	}
	if was := m.Global().Get("announce_refresh"); was != nil && was[0] != t.arg(1) {
		m.Note(t.at(), fmt.Sprintf("lvs.cf has one announce_refresh for all addresses, %s", was[0]))
		return
	}
	m.Global().Set(t.at(), "announce_refresh", t.arg(1))
}

// trackScripts makes track_scripts of the vrrp_scripts that instances and
// groups in root track. The others do not run in keepalived either.
func (m *importer) trackScripts(root *stmt) {
	tracked := make(map[string]*stmt)
	for _, s := range root.body {
		if s.key() != "vrrp_instance" && s.key() != "vrrp_sync_group" {
			continue
		}
		t := s.take("track_script")
		if t == nil {
			continue
		}
		for _, c := range t.all() {
			if m.scripts[c.key()] == nil {
				m.Note(c.at(), fmt.Sprintf("there is no vrrp_script %q", c.key()))
				continue
			}
			if i := slices.Index(c.words, "weight"); i > 0 {
				m.weight(c, c.arg(i+1))
			}
			tracked[c.key()] = c
		}
	}
	for _, s := range root.body {
		if s.key() == "vrrp_script" && m.scripts[s.arg(1)] == s {
			m.trackScript(s, tracked[s.arg(1)] != nil)
		}
	}
}

// weight notes that the weight of a script, w, is not carried.
func (m *importer) weight(s *stmt, w string) {
	if w != "0" {
		m.Note(s.at(), "lvs.cf has no weights of scripts: a router whose script fails gives up the role to one whose scripts do not")
	}
}

// trackScript makes a track_script of s.
func (m *importer) trackScript(s *stmt, tracked bool) {
	s.used = true
	script := s.take("script")
	if script == nil || len(script.words) < 2 {
		m.Note(s.at(), "it has no script")
		return
	}
	b := m.Script(s.at(), s.arg(1))
	if !tracked {
		b.Set(s.at(), "active", "0")
		m.Note(s.at(), "no instance tracks it: the track_script is switched off")
	}
	b.Set(script.at(), "command", strings.Join(script.words[1:], " "))
	// keepalived's own are an interval of a second, and one failure.
	interval := m.number(s, "interval", "1")
	b.Set(s.at(), "interval", interval)
	b.Set(s.at(), "timeout", m.number(s, "timeout", interval))
	b.Set(s.at(), "rise", m.number(s, "rise", "1"))
	b.Set(s.at(), "fall", m.number(s, "fall", "1"))
	if t := s.take("weight"); t != nil {
		m.weight(t, t.arg(1))
	}
	if t := s.take("user"); t != nil && t.arg(1) != "root" {
		m.Note(t.at(), "pulse runs programs as itself")
	}
	if t := s.take("init_fail"); t != nil {
		m.Note(t.at(), "a track_script that has not run yet has not failed")
	}
}

// number is the number that key has in s, and otherwise where there is none.
func (m *importer) number(s *stmt, key, otherwise string) string {
	t := s.take(key)
	if t == nil || t.arg(1) == "0" {
		return otherwise
	}
	if f, err := strconv.ParseFloat(t.arg(1), 64); err != nil || !(f > 0 && f <= 65535) {
		m.Note(t.at(), fmt.Sprintf("it is no number that a track_script can have: %s is written", otherwise))
		return otherwise
	}
	return t.arg(1)
}
