package probe

import "math"

// A Curve says what weight a server has from now on: full is its configured
// one, last the one that it has, load its load average. The result is at least
// 1, unless full is 0.
type Curve func(full, last int, load float64) int

// maxWeight is the highest that a real server may have in lvs.cf.
const maxWeight = 65535

// PiranhaScale is the highest multiple of its weight that Piranha gives an idle
// server, nanny's --scale.
const PiranhaScale = 10

// PiranhaCurve is how Piranha's nanny changes weights, about every 20 s:
//
//	load < 1: last + full/2 * cbrt(1 - load), at most scale * full
//	load > 1: last - full/2 * cbrt(load - 1), at least full
//	load = 1: last
//
// rounded down, and only when that is at least full/4 from last. So servers are
// raised as long as they are idle, and never have less than their weight; and a
// weight of 1 never changes.
func PiranhaCurve(scale int) Curve {
	return func(full, last int, load float64) int {
		if full <= 0 || load == 1 {
			return last
		}
		step := float64(full) / 2 * math.Cbrt(1-load) // below 0 when load is over 1
		next := math.Trunc(float64(last) + step)
		if load < 1 {
			next = min(next, float64(scale)*float64(full))
		} else {
			next = max(next, float64(full))
		}
		next = min(next, maxWeight)
		if math.Abs(next-float64(last)) < float64(full)/4 {
			return last
		}
		return int(next)
	}
}

// SmoothCurve has the weight glide to full / (1 + load), rounded: all of it
// when the server is idle, half of it at a load of 1. One step is no more than
// an eighth of full, or 1. Weights should be in the tens or more, for there to
// be something between all and nothing.
func SmoothCurve(full, last int, load float64) int {
	if full <= 0 {
		return 0
	}
	goal := max(int(math.Round(float64(full)/(1+load))), 1)
	step := max(full/8, 1)
	return max(min(max(goal, last-step), last+step), 1)
}

// Load has the weight be factor times what it would be without: for a server
// whose load is known, or who has a say in it. At a factor of 0 the server stays
// up without new connections; at any other its weight is at least 1, unless it
// is 0 by itself. A server that falls has a factor of 1 again.
func (m *Machine) Load(factor float64) Verdict {
	return m.change(func() { m.load = max(factor, 0) })
}

// Settled is true of a server that is up and past its slow start, from when on
// Piranha heeds its load.
func (m *Machine) Settled() bool { return m.state == Up && m.weight >= m.set.Weight }

// loaded is a weight under load.
func loaded(weight int, factor float64) int {
	if weight <= 0 || factor == 0 {
		return 0
	}
	return int(min(max(math.Round(float64(weight)*factor), 1), maxWeight))
}
