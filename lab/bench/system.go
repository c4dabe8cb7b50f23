package bench

import (
	"errors"
	"fmt"
	"path/filepath"
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

// newPulse is pulse with the article's lvs.cf, but for the times, and with
// connection sync, as the peer has it.
func newPulse(p pace) pulse {
	return pulse{strings.NewReplacer(
		"keepalive = 2\n", fmt.Sprintf("keepalive = %s\n", seconds(p.keepalive)),
		"deadtime = 6\n", fmt.Sprintf("deadtime = %s\n", seconds(p.deadtime)),
		"syncdaemon = 0\n", "syncdaemon = 1\nsyncd_iface = eth1\n",
	).Replace(article004.File)}
}

func (pulse) name() string { return "pulse" }

func (p pulse) start(r *article004.Router) (*lab.Process, error) {
	if err := errors.Join(r.Write(p.file), writeKey(r.Host)); err != nil {
		return nil, err
	}
	err := r.Start()
	return r.Pulse, err
}

// writeKey gives a router the key of its heartbeats.
func writeKey(r *lab.Host) error {
	const key = "5d1c0c9f8a2e4b7d93f6a1e8c4b0d7f25e9a3c6b8d1f4e7a0c2b5d8f1e4a7c90\n"
	return r.WriteFile(filepath.Join(filepath.Dir(lvsPath), "lvs.key"), []byte(key), 0o600)
}

// seconds writes a time as lvs.cf and keepalived.conf have it.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }
