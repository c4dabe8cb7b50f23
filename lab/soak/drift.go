package soak

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pacu/lab"
)

// drift changes the active router's kernel behind pulse's back and waits until
// pulse has put it right.
func (d *day) drift(ctx context.Context, st step) error {
	r, err := d.of(activeRouter)
	if err != nil {
		return err
	}
	server := serverAddr(st.arg).String()
	service := fmt.Sprintf("%s:80", webVIP)
	c := change{what: st.what}
	var argv []string
	right := func() error { return d.tableIsRight(ctx, r) }
	switch st.word {
	case clearTable:
		argv = []string{"ipvsadm", "-C"}
	case deleteServer:
		argv = []string{"ipvsadm", "-d", "-t", service, "-r", server + ":80"}
		c.server = serverName(st.arg)
	case deleteService:
		argv = []string{"ipvsadm", "-D", "-t", service}
	case editServer:
		argv = []string{"ipvsadm", "-e", "-t", service, "-r", server + ":80", "-m", "-w", "77"}
		c.harmless = true
		right = func() error {
			table, err := r.table(ctx)
			if err == nil && slices.ContainsFunc(table, func(l string) bool { return strings.HasSuffix(l, " -w 77") }) {
				err = fmt.Errorf("%s still has weight 77", server)
			}
			return err
		}
	case deleteVIP, deleteNAT:
		addr, iface := webVIP, "eth0"
		if st.word == deleteNAT {
			addr, iface = natRouter, "eth1"
		}
		argv, err = deleteAddress(r, addr, iface)
		right = func() error {
			if held, err := r.holds(addr); err != nil || held {
				return err
			}
			return fmt.Errorf("%s is not back", addr)
		}
	case flushRules:
		argv = []string{"nft", "flush", "ruleset"}
		before, lerr := r.rules(ctx)
		err = lerr
		right = func() error {
			now, err := r.rules(ctx)
			if err == nil && now != before {
				err = fmt.Errorf("nftables has %q", now)
			}
			return err
		}
	}
	if err != nil {
		return err
	}
	return d.repair(ctx, r, c, argv, right)
}

// repair runs the command and waits for its undoing, which is due in time.
func (d *day) repair(ctx context.Context, r *router, c change, argv []string, right func() error) error {
	c.from = time.Now()
	mark := d.changed(c)
	if err := r.Run(argv[0], argv[1:]...); err != nil {
		return err
	}
	done := time.Now()
	err := lab.Until(ctx, lookEvery, right)
	now := time.Now()
	d.repaired(mark, now)
	took := now.Sub(done)
	d.tell("   put right after %.2f s", took.Seconds())
	if err == nil && took > repaired && !d.stalled(done, now) {
		err = fmt.Errorf("it was put right after %.2f s, want 2 s", took.Seconds())
	}
	return err
}

func (d *day) tableIsRight(ctx context.Context, r *router) error {
	table, err := r.table(ctx)
	if err != nil {
		return err
	}
	if missing := d.model.missing(table); len(missing) > 0 {
		return fmt.Errorf("%s lacks %s", r.Name(), strings.Join(missing, ", "))
	}
	return nil
}

// deleteAddress is the command that takes a floating address away, with the
// prefix length it has.
func deleteAddress(r *router, a netip.Addr, iface string) ([]string, error) {
	held, err := r.Addresses()
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		if h.Prefix.Addr() == a && h.Iface == iface {
			return []string{"ip", "addr", "del", h.Prefix.String(), "dev", iface}, nil
		}
	}
	return nil, fmt.Errorf("%s: %s is not on %s", r.Name(), a, iface)
}

// rules are pulse's nftables rules.
func (r *router) rules(ctx context.Context) (string, error) {
	// A table that is not there is an error to nft, and no rules to us.
	out, err := r.Command(ctx, "nft", "list", "table", "inet", "pacu").Output()
	if ctx.Err() != nil {
		return "", err
	}
	return string(out), nil
}
