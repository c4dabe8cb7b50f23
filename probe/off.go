package probe

import "context"

// Off asks nobody: lvs.cf's check = off is always down.
type Off struct{}

// String names the check.
func (Off) String() string { return "off" }

// Probe fails.
func (Off) Probe(context.Context, Target) Result { return Result{Why: "switched off"} }
