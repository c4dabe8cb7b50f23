package director

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"pacu/firewall"
	"pacu/ipvs"
)

// slowly is how often things are read that nobody changes by accident.
const slowly = 10 * time.Second

// rest is what the kernel holds for a cluster besides table, addresses and sync
// daemons, as far as it is known.
type rest struct {
	ruleset *firewall.Ruleset // as last put there; nil: not yet
	times   ipvs.Timeouts     // as last set
	timed   bool              // times is what the kernel holds
	set     bool              // the settings were made
	before  []ChangedSetting

	firewall, timeouts, settings refusal
	looked                       time.Time
}

// altered makes the settings be considered again: services may need others.
func (r *rest) altered() { r.set = false }

// configured makes all be considered again.
func (r *rest) configured() {
	r.timed, r.set = false, false
	r.firewall, r.timeouts, r.settings = refusal{}, refusal{}, refusal{}
}

// reconcileRest brings firewall, timeouts and settings to where
// the cluster wants them, and tells what it changed.
func (d *Director) reconcileRest(now time.Time) (told []string, err error) {
	var errs []error
	attempt := func(r *refusal, do func() ([]string, error)) {
		if !r.due(now) {
			return
		}
		words, err := do()
		told = append(told, words...)
		if err == nil {
			r.accept()
			return
		}
		errs = append(errs, r.note(now, err))
	}
	// Settings come first: fullnat's rules need conntrack.
	attempt(&d.rest.settings, d.makeSettings)
	attempt(&d.rest.firewall, d.makeFirewall)
	attempt(&d.rest.timeouts, d.makeTimeouts)
	return told, errors.Join(errs...)
}

func (d *Director) makeFirewall() ([]string, error) {
	want := d.cluster.Firewall
	if d.rest.ruleset != nil && reflect.DeepEqual(*d.rest.ruleset, want) {
		return nil, nil
	}
	if d.rest.ruleset == nil && want.Empty() {
		// What an earlier pulse left is still ours to remove.
		if err := d.firewall.Remove(); err != nil && !errors.Is(err, firewall.ErrNoNFTables) {
			return nil, err
		}
		d.rest.ruleset = &want
		return nil, nil
	}
	var is []string
	if d.rest.ruleset != nil {
		is = d.rest.ruleset.Words()
	}
	if err := d.firewall.Replace(want); err != nil {
		return nil, err
	}
	d.rest.ruleset = &want
	return lines(ruleSteps(is, want.Words())), nil
}

// ruleSteps are the rules that go and come.
func ruleSteps(is, want []string) []Step {
	var steps []Step
	for _, w := range is {
		if !slices.Contains(want, w) {
			steps = append(steps, Step{Action: '-', Kind: "firewall", Object: w})
		}
	}
	for _, w := range want {
		if !slices.Contains(is, w) {
			steps = append(steps, Step{Action: '+', Kind: "firewall", Object: w})
		}
	}
	return steps
}

func (d *Director) makeTimeouts() ([]string, error) {
	want := d.cluster.Timeouts
	if want == (ipvs.Timeouts{}) || d.rest.timed {
		return nil, nil
	}
	is, err := d.kernel.Timeouts()
	if err != nil {
		return nil, err
	}
	var steps []Step
	if s, differs := timeoutStep(is, want); differs {
		if err := d.kernel.SetTimeouts(want); err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	d.rest.times, d.rest.timed = want, true
	return lines(steps), nil
}

// timeoutStep is the change from is to want, whose zeros leave the kernel's.
func timeoutStep(is, want ipvs.Timeouts) (Step, bool) {
	full := want
	if full.TCP == 0 {
		full.TCP = is.TCP
	}
	if full.TCPFin == 0 {
		full.TCPFin = is.TCPFin
	}
	if full.UDP == 0 {
		full.UDP = is.UDP
	}
	words := func(t ipvs.Timeouts) string {
		return fmt.Sprintf("tcp %d tcpfin %d udp %d", int(t.TCP.Seconds()), int(t.TCPFin.Seconds()), int(t.UDP.Seconds()))
	}
	return Step{Action: '~', Kind: "timeout", Object: "s", Detail: words(full), Was: words(is)}, full != is
}

// lookRest looks for what others changed of the rest.
func (d *Director) lookRest(now time.Time) ([]string, error) {
	var found []string
	var errs []error
	if d.rest.ruleset != nil && !d.rest.ruleset.Empty() && d.rest.firewall.err == nil {
		intact, err := d.firewall.Intact()
		if err == nil && !intact {
			found = append(found, "our nftables table is not as it was")
			d.rest.firewall.repair(now, "", "our nftables table")
			d.rest.ruleset = &firewall.Ruleset{}
		}
		errs = append(errs, err)
	}
	if now.Sub(d.rest.looked) < slowly {
		return found, errors.Join(errs...)
	}
	d.rest.looked = now
	if d.rest.timed {
		is, err := d.kernel.Timeouts()
		if s, differs := timeoutStep(is, d.rest.times); err == nil && differs {
			found = append(found, "timeouts are "+s.Was)
			d.rest.timed = false
		}
		errs = append(errs, err)
	}
	changed, err := d.syncing.look(now)
	if changed {
		found = append(found, "the sync daemons are not as they were")
	}
	errs = append(errs, err)
	for _, w := range d.cluster.Settings() {
		if is, err := d.setting(w.Name); err == nil && !w.met(is) && d.rest.set {
			found = append(found, fmt.Sprintf("sysctl %s was set to %s", w.Name, is))
			d.rest.set = false
		}
	}
	return found, errors.Join(errs...)
}

// planRest is what c would change of the rest.
func (d *Director) planRest(c *Cluster) ([]Step, error) {
	var steps []Step
	for _, w := range c.Settings() {
		if is, err := d.setting(w.Name); err == nil && !w.met(is) {
			steps = append(steps, Step{Action: '~', Kind: "sysctl", Object: w.Name, Detail: w.Value, Was: is})
		}
	}
	for _, b := range d.rest.before {
		if !slices.ContainsFunc(c.Settings(), func(w Setting) bool { return w.Name == b.Name }) {
			steps = append(steps, Step{Action: '~', Kind: "sysctl", Object: b.Name, Detail: b.Was, Was: b.Value})
		}
	}
	var is []string
	if d.rest.ruleset != nil {
		is = d.rest.ruleset.Words()
	}
	steps = append(steps, ruleSteps(is, c.Firewall.Words())...)
	if c.Timeouts != (ipvs.Timeouts{}) {
		now, err := d.kernel.Timeouts()
		if err != nil {
			return steps, err
		}
		if s, differs := timeoutStep(now, c.Timeouts); differs {
			steps = append(steps, s)
		}
	}
	sync, err := d.syncing.plan(c.Sync, time.Now())
	return append(steps, sync...), err
}

// releaseRest takes the rest out of the kernel.
func (d *Director) releaseRest() error {
	var errs []error
	if d.rest.ruleset != nil && !d.rest.ruleset.Empty() {
		errs = append(errs, d.firewall.Remove())
	}
	_, err := d.restore(func(ChangedSetting) bool { return true })
	d.rest = rest{}
	return errors.Join(append(errs, err)...)
}
