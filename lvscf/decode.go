package lvscf

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// decode reads the values of a setting into c.v, and reports what is wrong
// with them.
func (c *checker) decode(d *Directive, toks []token) bool {
	t := toks[2]
	switch d.Type {
	case Int:
		return c.integer(d, t)
	case Bool:
		return c.boolean(d, t)
	case Duration:
		return c.duration(d, t)
	case Port:
		return c.port(d, t)
	case HostName:
		return c.hostName(d, t)
	case IP:
		return c.ip(d, t)
	case HostDevice:
		return c.ip(d, t) && c.device(d, toks[3])
	case Mask:
		return c.netmask(d, t)
	case Word:
		return c.word(d, t)
	case Text:
		c.v.text = clone(t.text)
	case Escaped:
		c.v.text = clone(unescape(t.text))
	case Command:
		c.v.cmd = strings.Fields(clone(t.text))
	case Program:
		return c.program(d, t)
	case Device:
		return c.device(d, t)
	case List:
	case Words:
		return c.chosen(d, toks[2:])
	case PortList:
		return c.portList(d, t)
	case AddrsDevice:
		return c.pool(d, t) && c.device(d, toks[3])
	case HostPair:
		return c.hostPair(d, toks)
	case AddrList:
		return c.addrList(d, t)
	case Group:
		return c.group(d, t)
	case Capitals:
		return c.capitals(d, t)
	case Path:
		return c.slashed(d, t)
	case Statuses:
		return c.statuses(d, t)
	case Digest:
		return c.digest(d, t)
	}
	return true
}

func (c *checker) integer(d *Directive, t token) bool {
	n, ok := parseInt(t.text)
	if !ok && tooLarge(t.text) {
		n, ok = math.MaxInt64, true
	}
	if !ok {
		c.reportToken(Error, "integer", t, fmt.Sprintf("%s is not an integer", quoted(t.text)), c.numberHint(d, t.text))
		return false
	}
	c.octal(t, n)
	c.v.n = n
	if n < d.Min || n > d.Max {
		c.reportToken(Error, "range", t, fmt.Sprintf("%s %s is out of range", d.Name, short(t.text)), fmt.Sprintf("write %d to %d", d.Min, d.Max))
		return false
	}
	return true
}

// octal warns of a number that is not what it seems to be.
func (c *checker) octal(t token, n int64) {
	if len(t.text) > 1 && t.text[0] == '0' && digits(t.text) && strings.Trim(t.text, "0") != "" && n > 7 {
		c.reportToken(Warning, "octal", t, fmt.Sprintf("%s is octal for %d", short(t.text), n), fmt.Sprintf("write %d, or %s", n, strings.TrimLeft(t.text, "0")))
	}
}

// sixties are the seconds in units that lvs.cf does not have.
var sixties = map[string]int64{"m": 60, "min": 60, "h": 3600, "d": 86400}

// tooLarge reports whether s is a number that no integer of ours can hold.
func tooLarge(s string) bool { return len(s) > 18 && digits(s) && s[0] != '0' }

// numberHint guesses the number that was meant by s.
func (c *checker) numberHint(d *Directive, s string) string {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 0 {
		if d.Type == Port {
			return "write the port's number"
		}
		return "write a number"
	}
	number := strings.TrimLeft(s[:i], "0")
	switch rest := strings.ToLower(s[i:]); {
	case strings.HasPrefix(rest, "#"):
		return assign(d, number) + " and put the comment on a line of its own"
	case d.Type == Duration && len(number) <= 6 && sixties[rest] > 0:
		n, _ := decimal(number)
		return assign(d, fmt.Sprint(n*sixties[rest]))
	}
	return assign(d, number)
}

func (c *checker) boolean(d *Directive, t token) bool {
	n, ok := parseInt(t.text)
	if ok && (n == 0 || n == 1) {
		c.v.b = n == 1
		return true
	}
	hint := "write 0 or 1"
	switch strings.ToLower(t.text) {
	case "yes", "on", "true", "enable", "enabled":
		hint = "write 1"
	case "no", "off", "false", "disable", "disabled", "none":
		hint = "write 0"
	}
	c.reportToken(Error, "boolean", t, fmt.Sprintf("%s is %s, not 0 or 1", d.Name, quoted(t.text)), hint)
	return false
}

func (c *checker) duration(d *Directive, t token) bool {
	v, ok := parseDuration(t.text)
	if !ok && tooLarge(t.text) {
		v, ok = math.MaxInt64, true
	}
	if !ok {
		hint := c.numberHint(d, t.text)
		if !d.Whole && (t.text == "" || !digits(t.text[:1])) {
			hint = "write seconds, as 2, 0.25, 2s or 250ms"
		}
		c.reportToken(Error, "duration", t, fmt.Sprintf("%s is not a time in seconds", quoted(t.text)), hint)
		return false
	}
	c.octal(t, int64(v/time.Second))
	switch {
	case int64(v) < d.Min || int64(v) > d.Max:
		c.reportToken(Error, "range", t, fmt.Sprintf("%s %s is out of range", d.Name, short(t.text)),
			fmt.Sprintf("write %s to %s seconds", seconds(time.Duration(d.Min)), seconds(time.Duration(d.Max))))
		return false
	case d.Whole && v%time.Second != 0:
		c.reportToken(Error, "whole-seconds", t, fmt.Sprintf("%s %s is no whole number of seconds", d.Name, short(t.text)),
			fmt.Sprintf("the kernel counts no finer: write %d", v/time.Second+1))
		return false
	}
	c.v.d = v
	return true
}

// seconds writes d as lvs.cf has it: whole seconds, or with a fraction.
func seconds(d time.Duration) string {
	s := fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func (c *checker) port(d *Directive, t token) bool {
	if n, ok := services[strings.ToLower(t.text)]; ok {
		c.v.n = n
		return true
	}
	if _, ok := parseInt(t.text); !ok && t.text != "" && (t.text[0] < '0' || t.text[0] > '9') {
		hint := "write the port's number"
		if near := nearest(t.text, serviceNames); near != "" {
			hint = fmt.Sprintf("did you mean %s (%d)?", near, services[near])
		}
		c.reportToken(Error, "port", t, fmt.Sprintf("%s is no port known by name", quoted(t.text)), hint)
		return false
	}
	return c.integer(d, t)
}

// serviceNames are the keys of services, in a fixed order.
var serviceNames = func() []string {
	var all []string
	for name := range services {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}()

func (c *checker) word(d *Directive, t token) bool {
	for _, w := range d.Values {
		if t.text == w {
			c.v.text = w
			return true
		}
	}
	c.reportToken(Error, "value", t, fmt.Sprintf("%s %s is not known", d.Name, quoted(t.text)), didYouMean(t.text, d.Values))
	return false
}

func (c *checker) program(d *Directive, t token) bool {
	if strings.Contains(t.text, "/") {
		c.v.text = clone(t.text)
		return true
	}
	return c.word(d, t)
}
