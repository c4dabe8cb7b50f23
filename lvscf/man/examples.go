package man

import _ "embed" // of the examples

// The files that the page shows, complete as they are.
var (
	//go:embed examples/nat.cf
	natExample string
	//go:embed examples/direct.cf
	directExample string
	//go:embed examples/tunnel.cf
	tunnelExample string
	//go:embed examples/fullnat.cf
	fullnatExample string
	//go:embed examples/pair.cf
	pairExample string
	//go:embed examples/checks.cf
	checksExample string
	//go:embed examples/failover.cf
	failoverExample string
)
