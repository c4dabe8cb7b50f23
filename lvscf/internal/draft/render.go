package draft

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pacu/lvscf"
)

// An origin tells what a line of the lvs.cf was made of.
type origin struct {
	service, block *Block // service is what block stands in, if anything
	key            string // empty for the first and last line of a block
	from           Source
}

// A page is an lvs.cf with the origin of each of its lines.
type page struct {
	text    bytes.Buffer
	origins []origin
}

func (p *page) line(s string, o origin) {
	p.text.WriteString(s + "\n")
	p.origins = append(p.origins, o)
}

// render writes d, below lines of comment. What cannot be written at all is
// noted and leaves the draft.
func (d *Draft) render(comment []string) ([]byte, []origin) {
	p := &page{}
	for _, c := range comment {
		p.line("# "+short(c), origin{})
	}
	p.settings(d.Global(), nil, "")
	for _, s := range d.services {
		p.line(s.kind+" "+s.name+" {", origin{block: s})
		p.settings(s, nil, "     ")
		for _, r := range slices.Concat(s.probes, s.servers) {
			p.line("     "+r.kind+" "+r.name+" {", origin{service: s, block: r})
			p.settings(r, s, "         ")
			p.line("     }", origin{service: s, block: r})
		}
		p.line("}", origin{block: s})
	}
	return p.text.Bytes(), p.origins
}

// ranks are the places of each directive in the order of the language, by the
// kind of block.
var ranks = map[string]map[string]int{
	"":             rank(lvscf.Global),
	"virtual":      rank(lvscf.InVirtual),
	"failover":     rank(lvscf.InFailover),
	"probe":        rank(lvscf.InProbe),
	"track_script": rank(lvscf.InTrackScript),
}

func rank(where lvscf.Where) map[string]int {
	m := make(map[string]int)
	for i, d := range lvscf.Directives() {
		if d.Where&where != 0 {
			m[d.Name] = i
		}
	}
	return m
}

func (p *page) settings(b, service *Block, indent string) {
	if rank := ranks[b.kind]; b.kind != "server" { // whose few words are set in their order
		slices.SortStableFunc(b.settings, func(x, y setting) int { return cmp.Compare(rank[x.key], rank[y.key]) })
	}
	b.settings = slices.DeleteFunc(b.settings, func(s setting) bool {
		line, err := s.write(b.kind)
		if err != nil {
			b.draft.Note(s.from, "not carried: "+err.Error())
			return true
		}
		p.line(indent+line, origin{service, b, s.key, s.from})
		return false
	})
}

// write is s as a line, which stands in a block of a kind.
func (s setting) write(kind string) (string, error) {
	if !slices.ContainsFunc(s.values, func(v string) bool { return !plain(v) }) {
		return s.key + " = " + strings.Join(s.values, " "), nil
	}
	line, err := s.quote(kind, s.values)
	if err != nil && (s.key == "send" || s.key == "expect" || s.key == "check_body") {
		escaped := make([]string, len(s.values))
		for i, v := range s.values {
			escaped[i] = strings.ReplaceAll(v, `"`, `\"`)
		}
		if again, err := s.quote(kind, escaped); err == nil {
			return again, nil
		}
	}
	return line, err
}

// plain reports whether v needs no quotes.
func plain(v string) bool {
	for i := range len(v) {
		c := v[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("._:/-", rune(c)) {
			return false
		}
	}
	return v != ""
}

// quote lets package lvscf find the quotes for values.
func (s setting) quote(kind string, values []string) (string, error) {
	f := lvscf.Parse("", nil)
	b := f.Global()
	var err error
	if kind == "server" || kind == "probe" {
		if b, err = b.Add("virtual", "v"); err != nil {
			return "", err
		}
	}
	if kind != "" {
		if b, err = b.Add(kind, "b"); err != nil {
			return "", err
		}
	}
	if err := b.Set(s.key, values...); err != nil {
		return "", err
	}
	for line := range strings.Lines(string(f.Bytes())) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, s.key+" = ") {
			return line, nil
		}
	}
	return "", fmt.Errorf("%s cannot be written in lvs.cf", s.key)
}
