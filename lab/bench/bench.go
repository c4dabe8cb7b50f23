package bench

import "context"

// A Bench is one comparison.
type Bench struct {
	Name  string
	About string // what it measures, in a line
	Needs Needs
	// Rounds is how often it measures each thing, where nobody says otherwise.
	Rounds int
	// Run measures. It shows its progress with say.
	Run func(ctx context.Context, s Settings, say Say) ([]Figure, error)
}

// Needs is what a bench wants of the machine.
type Needs int

// The needs; each is more than the one before.
const (
	Nothing Needs = iota // but this process
	Hosts                // root, network namespaces, pulse and nanny
	Peers                // and a kernel with IPVS, ipvsadm and keepalived
)

// Say shows one line of progress.
type Say func(format string, args ...any)

// All are the benches there are.
var All = []Bench{
	{"failover", "crash and planned stop of the active router, as clients see it, and the takeover of many addresses; peer keepalived", Peers, 10, Failover},
	{"takeover", "the last part of failover alone: 1,000 addresses and 40,000 destinations", Peers, 2, Takeover},
	{"jitter", "the spacing of heartbeats beside 40,000 checks, full reloads and a hung disk", Hosts, 1, Jitter},
	{"checks", "nannies by themselves: the cost of up to 10,000 checks a second, their memory, and how fast failed servers are out", Hosts, 10, Checks},
	{"nanny", "checks of servers and what becomes of those that fail; peer keepalived", Peers, 10, Nanny},
	{"ipvs", "loading, reading, reloading and watching large IPVS tables; peers ipvsadm and keepalived", Peers, 3, Tables},
	{"reload", "parse to done of a large lvs.cf that changes little, on a table in memory", Nothing, 3, Reload},
	{"console", "lvsgui at 4,000 x 10: every page, live updates, a save, and 50 viewers", Nothing, 1, Console},
	{"lvscf", "reading and editing large lvs.cf files; peer bufio.Scanner", Nothing, 1, Language},
}

// Settings are what is measured.
type Settings struct {
	Rounds int // events of each kind, for each system
}
