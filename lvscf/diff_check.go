package lvscf

import "strconv"

// checkText is Virtual.text for how servers are checked, how verdicts come
// about, and what weights follow.
func (v *Virtual) checkText(row string) string {
	switch row {
	case "rise":
		return nonzero(v.Rise)
	case "fall":
		return strconv.Itoa(v.Fall)
	case "retry":
		if v.Retry != 0 {
			return seconds(v.Retry)
		}
	case "damping":
		return digit(v.Damping)
	case "load_port":
		return nonzero(int(v.LoadPort))
	case "load_path":
		return v.LoadPath
	case "load_curve":
		return choose(v.LoadSmooth, "smooth", "piranha")
	case "check":
		if v.Unchecked {
			return "none"
		}
	}
	if len(v.Checks) == 0 {
		return ""
	}
	return v.Checks[0].text(row)
}

// probes compares the probe blocks of two virtuals.
func (d *differences) probes(object string, v, w *Virtual) {
	a, b := v.probes(), w.probes()
	partner, added := match(len(a), len(b),
		func(i int) (name, key string) { return a[i].Probe, a[i].summary() },
		func(i int) (name, key string) { return b[i].Probe, b[i].summary() })
	for i := range a {
		object := object + ": probe " + named(a[i].Probe)
		if partner[i] < 0 {
			d.add(object, "removed", a[i].summary(), "")
			continue
		}
		from, to := &a[i], &b[partner[i]]
		d.name(object, from.Probe, to.Probe)
		d.compare(object, InProbe, func(row string) (string, string) { return from.text(row), to.text(row) })
	}
	for _, i := range added {
		d.add(object+": probe "+named(b[i].Probe), "added", "", b[i].summary())
	}
}

// probes are the checks of v's probe blocks.
func (v *Virtual) probes() []Check {
	if len(v.Checks) == 0 {
		return nil
	}
	return v.Checks[1:]
}

// masked is a value that is not for everybody's eyes.
func masked(value string) string {
	if value == "" {
		return ""
	}
	return "***"
}
