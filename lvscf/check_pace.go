package lvscf

import (
	"cmp"
	"fmt"
)

var (
	rowRise      = lookup(InVirtual, "rise")
	rowFall      = lookup(InVirtual, "fall")
	rowRetry     = lookup(InVirtual, "retry")
	rowDamping   = lookup(InVirtual, "damping")
	rowReentry   = lookup(InVirtual, "reentry")
	rowLoadPort  = lookup(InVirtual, "load_port")
	rowLoadPath  = lookup(InVirtual, "load_path")
	rowLoadCurve = lookup(InVirtual, "load_curve")
	rowMonitor   = lookup(InVirtual, "load_monitor")
	rowLimit     = lookup(InVirtual, "check_timeout")
	rowConnect   = lookup(InVirtual, "check_connect_timeout")

	rowCheck      = lookup(InVirtual, "check")
	rowProbeCheck = lookup(InProbe, "check")
)

// limits judges the times of k, a check of s with the words b.
func (c *checker) limits(b *seen, k *Check, s *Virtual) {
	if k.Timeout > s.Timeout {
		c.blame(b, rowLimit, k.Pos, Warning, "check", fmt.Sprintf("check_timeout %s is above timeout %s: a check that lasts so long puts off the next", seconds(k.Timeout), seconds(s.Timeout)),
			fmt.Sprintf("write 'check_timeout = %s', or less", seconds(s.Timeout)))
	}
	if limit := cmp.Or(k.Timeout, s.Timeout); k.Connect > limit {
		c.useless(b, k.Pos, rowConnect, fmt.Sprintf("above the %s that the whole check has", seconds(limit)), "write less, or delete it")
		k.Connect = 0
	}
}

// pace judges how many probes of s make a verdict, and how often they come.
func (c *checker) pace(s *Virtual) {
	if s.Unchecked {
		for _, d := range []*Directive{rowRise, rowFall, rowRetry, rowDamping} {
			c.useless(&c.block, s.Pos, d, "with check = none", "delete it, or write 'check = auto'")
		}
		return
	}
	if s.Rise > 0 {
		c.useless(&c.block, s.Pos, rowReentry, "beside rise", "delete one of them")
	}
	switch {
	case s.Retry == 0:
	case s.Retry == s.Timeout:
		c.useless(&c.block, s.Pos, rowRetry, "where it is timeout", "delete it")
		s.Retry = 0
	case s.Retry > s.Timeout:
		c.blame(&c.block, rowRetry, s.Pos, Warning, "check", fmt.Sprintf("retry %s is above timeout %s: a server that fails is asked less often than one that is well", seconds(s.Retry), seconds(s.Timeout)),
			"write less than timeout, or delete it")
	}
}

// load judges what the weights of s follow.
func (c *checker) load(s *Virtual) {
	if s.Unchecked && s.LoadMonitor != "none" {
		c.useless(&c.block, s.Pos, rowMonitor, "with check = none", "delete it, or write 'check = tcp'")
		s.LoadMonitor, s.LoadPort, s.LoadPath, s.LoadSmooth = "none", 0, "", false
		return
	}
	with := "with load_monitor = " + short(s.LoadMonitor)
	asked := s.LoadMonitor == "http" || s.LoadMonitor == "agent"
	if !asked {
		c.useless(&c.block, s.Pos, rowLoadPort, with, "delete it, or write 'load_monitor = agent'")
		s.LoadPort = 0
	}
	if s.LoadMonitor != "http" {
		c.useless(&c.block, s.Pos, rowLoadPath, with, "delete it, or write 'load_monitor = http'")
		s.LoadPath = ""
	}
	if s.LoadMonitor == "none" {
		c.useless(&c.block, s.Pos, rowLoadCurve, with, "delete it")
		s.LoadSmooth = false
	}
	if s.LoadMonitor == "agent" && !c.block.has(rowLoadPort) {
		c.blame(&c.block, rowMonitor, s.Pos, Error, "load", "load_monitor = agent without load_port", "write 'load_port = PORT' with the port of the agent")
	}
}
