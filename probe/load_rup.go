package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
)

// Rup learns the load average by the program rup, which asks the server's
// rstatd.
func Rup(timeout time.Duration) LoadProgram {
	return LoadProgram{Words: []string{"rup", "%h"}, Timeout: timeout}
}

// Ruptime learns the load average by the program ruptime, which lists all the
// servers that rwhod has heard of, by name. The names of the real server are
// looked up, as the system is set up to do (/etc/hosts, DNS). Piranha gave it
// the address, which most ruptimes take no notice of, and read the first line.
type Ruptime struct {
	Timeout time.Duration
	// Names are those of an address; nil: looked up.
	Names func(context.Context, netip.Addr) ([]string, error)
}

// String names the monitor.
func (m Ruptime) String() string { return "load of ruptime" }

// Ask runs ruptime and finds the server's line.
func (m Ruptime) Ask(ctx context.Context, t Target) (Advice, error) {
	ctx, cancel := context.WithTimeout(ctx, m.Timeout)
	defer cancel()
	lookUp := m.Names
	if lookUp == nil {
		lookUp = namesOf
	}
	names, err := lookUp(ctx, t.Addr)
	if err != nil {
		return Advice{}, fmt.Errorf("look up the name of %s: %w", t.Addr, err)
	}
	output, err := runForLoad(ctx, []string{"ruptime"}, m.Timeout, t)
	if err != nil {
		return Advice{}, err
	}
	line, err := ruptimeLine(string(output), append(names, t.Addr.String()))
	if err != nil {
		return Advice{}, err
	}
	load, err := parseLoad([]byte(line))
	if err != nil {
		return Advice{}, err
	}
	return averaged(load), nil
}

// namesOf looks the names of an address up.
func namesOf(ctx context.Context, a netip.Addr) ([]string, error) {
	return net.DefaultResolver.LookupAddr(ctx, a.String())
}

// ruptimeLine finds the line of the host that has one of names. rwhod leaves
// the domain out; so a host is the same when the first labels are.
func ruptimeLine(output string, names []string) (string, error) {
	for line := range strings.Lines(output) {
		host, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, name := range names {
			if sameHost(host, name) {
				return strings.TrimSpace(rest), nil
			}
		}
	}
	return "", errors.New("ruptime does not list " + strings.Join(names, ", "))
}

// sameHost compares two names; addresses must be the same as a whole.
func sameHost(a, b string) bool {
	a, b = strings.TrimSuffix(a, "."), strings.TrimSuffix(b, ".")
	if a == "" || strings.EqualFold(a, b) {
		return a != ""
	}
	if _, err := netip.ParseAddr(b); err == nil {
		return false
	}
	shortA, domainA, _ := strings.Cut(a, ".")
	shortB, domainB, _ := strings.Cut(b, ".")
	return strings.EqualFold(shortA, shortB) && (domainA == "" || domainB == "")
}
