package control

// Counts are how often things happened since pulse's start. They begin at 0
// with each pulse.
type Counts struct {
	Actives  uint64 `json:"actives"`  // changes of role to active
	Standbys uint64 `json:"standbys"` // changes of role to standby
	Reloads  uint64 `json:"reloads"`  // files that were read and are used as a whole
	Partial  uint64 `json:"partial"`  // files that are used, but of which the kernel refused a part
	Refused  uint64 `json:"refused"`  // files that were wrong, and changed nothing
}

// ProbeCounts are the probes of one real server in one service. In a Report
// they are those since the report before; in a Server those since pulse's start,
// or since the server came into lvs.cf. Of a nanny that dies those of its last
// two seconds may be missing.
type ProbeCounts struct {
	Passed uint64 `json:"passed,omitempty"`
	Failed uint64 `json:"failed,omitempty"`
	// Cut are those that failed for a fault of this router, and say nothing
	// of the server.
	Cut  uint64   `json:"cut,omitempty"`
	Took Duration `json:"took,omitempty"` // all of them together
}

// Plus is the sum of c and d.
func (c ProbeCounts) Plus(d ProbeCounts) ProbeCounts {
	return ProbeCounts{Passed: c.Passed + d.Passed, Failed: c.Failed + d.Failed, Cut: c.Cut + d.Cut, Took: c.Took + d.Took}
}
