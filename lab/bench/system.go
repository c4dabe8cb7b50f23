package bench

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pacu/lab"
	"pacu/lab/article004"
)

// A system is a pair of routers' software.
type system interface {
	name() string
	// start starts it on a router.
	start(r *article004.Router) (*lab.Process, error)
}

// pulse is ours.
type pulse struct{ file string }

// newPulse is pulse with the article's lvs.cf, but for the times.
func newPulse(s Settings) pulse {
	return pulse{strings.NewReplacer(
		"keepalive = 2\n", fmt.Sprintf("keepalive = %s\n", seconds(s.Keepalive)),
		"deadtime = 6\n", fmt.Sprintf("deadtime = %s\n", seconds(s.Deadtime)),
	).Replace(article004.File)}
}

func (pulse) name() string { return "pulse" }

func (p pulse) start(r *article004.Router) (*lab.Process, error) {
	if err := r.Write(p.file); err != nil {
		return nil, err
	}
	err := r.Start()
	return r.Pulse, err
}

// seconds writes a time as lvs.cf and keepalived.conf have it.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }
