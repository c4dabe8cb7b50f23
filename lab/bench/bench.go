package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Bench is one comparison.
type Bench struct {
	Name  string
	About string // what it measures, in a line
	// Alone tells that it measures no more than this process: it needs
	// neither root nor IPVS nor the peers' programs.
	Alone bool
	// Run measures. It shows its progress with say.
	Run func(ctx context.Context, s Settings, say Say) ([]Figure, error)
}

// Say shows one line of progress.
type Say func(format string, args ...any)

// All are the benches there are.
var All = []Bench{
	{"failover", "crash and planned stop of the active router, as clients see it; peer keepalived", false, Failover},
	{"ipvs", "loading, reading, reloading and watching large IPVS tables; peers ipvsadm and keepalived", false, Tables},
	{"reload", "parse to done of a large lvs.cf that changes little, on a table in memory", true, Reload},
	{"lvscf", "reading and editing large lvs.cf files; peer bufio.Scanner", true, Language},
}

// Settings are what the benches share.
type Settings struct {
	Rounds    int           // events of each kind, for each system
	Keepalive time.Duration // between our heartbeats
	Deadtime  time.Duration // of silence until our partner takes over
	Advert    time.Duration // between the peer's advertisements
	Every     time.Duration // between requests of the steady clients
}

// Defaults are the settings of Piranha's age: seconds.
var Defaults = Settings{
	Rounds:    3,
	Keepalive: time.Second,
	Deadtime:  3 * time.Second,
	Advert:    time.Second,
	Every:     10 * time.Millisecond,
}

// Check tells whether the settings make sense.
func (s Settings) Check() error {
	switch {
	case s.Rounds < 1:
		return fmt.Errorf("%d rounds: at least 1 is needed", s.Rounds)
	case s.Keepalive <= 0 || s.Advert <= 0 || s.Every <= 0:
		return errors.New("keepalive, advert and every must be above 0")
	case s.Deadtime <= s.Keepalive:
		return fmt.Errorf("deadtime %s is not above keepalive %s", s.Deadtime, s.Keepalive)
	}
	return nil
}

// String names the settings, for the report's head.
func (s Settings) String() string {
	return fmt.Sprintf("rounds=%d keepalive=%s deadtime=%s advert=%s every=%s", s.Rounds, s.Keepalive, s.Deadtime, s.Advert, s.Every)
}
