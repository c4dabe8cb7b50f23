package lvscf

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// capitals reads one of the words of d, in whatever letters.
func (c *checker) capitals(d *Directive, t token) bool {
	for _, w := range d.Values {
		if strings.EqualFold(t.text, w) {
			c.v.text = w
			return true
		}
	}
	small := make([]string, len(d.Values))
	for i, w := range d.Values {
		small[i] = strings.ToLower(w)
	}
	hint := "write one of " + strings.Join(d.Values, " ")
	if near := nearest(t.text, small); near != "" {
		hint = "did you mean " + strings.ToUpper(near) + "?"
	}
	c.reportToken(Error, "value", t, fmt.Sprintf("%s %s is not known", d.Name, quoted(t.text)), hint)
	return false
}

// slashed reads text that begins with a slash.
func (c *checker) slashed(d *Directive, t token) bool {
	if !strings.HasPrefix(t.text, "/") {
		hint := assign(d, "/"+t.text)
		if _, rest, ok := strings.Cut(t.text, "://"); ok {
			_, page, _ := strings.Cut(rest, "/")
			hint = assign(d, "/"+page)
		}
		c.reportToken(Error, "check", t, fmt.Sprintf("%s %s does not begin with /", d.Name, quoted(t.text)), hint)
		return false
	}
	c.v.text = clone(t.text)
	return true
}

// statuses reads status codes, and ranges of them, separated by commas, into
// their order.
func (c *checker) statuses(d *Directive, t token) bool {
	type codes struct{ first, last int }
	var all []codes
	for part := range strings.SplitSeq(t.text, ",") {
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		first, ok := statusCode(low)
		last, ok2 := statusCode(high)
		switch {
		case !ok || !ok2:
			c.reportToken(Error, "check", t, fmt.Sprintf("%s: %s is no status code, nor a range of them", d.Name, quoted(part)), "write codes from 100 to 999 as 200-299,301, without blanks")
			return false
		case first > last:
			c.reportToken(Error, "range", t, fmt.Sprintf("%s: %s runs backwards", d.Name, quoted(part)), fmt.Sprintf("write %d-%d", last, first))
			return false
		}
		all = append(all, codes{first, last})
	}
	slices.SortFunc(all, func(a, b codes) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last)) })
	merged := all[:1]
	for _, r := range all[1:] {
		if end := &merged[len(merged)-1].last; r.first <= *end+1 {
			*end = max(*end, r.last)
		} else {
			merged = append(merged, r)
		}
	}
	words := make([]string, len(merged))
	for i, r := range merged {
		words[i] = strconv.Itoa(r.first)
		if r.last > r.first {
			words[i] += "-" + strconv.Itoa(r.last)
		}
	}
	c.v.text = strings.Join(words, ",")
	return true
}

// statusCode reads three digits, as RFC 9110 has them.
func statusCode(s string) (int, bool) {
	if len(s) != 3 || !digits(s) || s[0] == '0' {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// digest reads a SHA-256.
func (c *checker) digest(d *Directive, t token) bool {
	s := strings.ToLower(t.text)
	hex := strings.Trim(s, "0123456789abcdef") == ""
	if len(s) == 64 && hex {
		c.v.text = clone(s)
		return true
	}
	hint := "write the first word that sha256sum prints of the page"
	switch {
	case hex && len(s) == 32:
		hint = "this is the length of an MD5: " + hint
	case hex && len(s) == 40:
		hint = "this is the length of a SHA-1: " + hint
	}
	c.reportToken(Error, "check", t, fmt.Sprintf("%s is not of 64 hexadecimal digits", d.Name), hint)
	return false
}
