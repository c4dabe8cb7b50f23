package doctor

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"pacu/control"
)

// pulseRules judge the running pulse by what it says itself.
func pulseRules(f *Facts, to *Findings) {
	s := f.Pulse
	if s == nil {
		if f.PulseError != "" && strings.Contains(f.PulseError, control.ErrNotRunning.Error()) {
			to.add(Warning, "pulse", "it does not run", "this router serves nothing, and does not take over; what only pulse knows is not judged below",
				f.startCommand())
		}
		return
	}
	for _, t := range s.Trouble {
		to.add(Error, "pulse", t, "pulse itself says so", "pulse status")
	}
	for _, d := range s.Degraded {
		to.add(Error, "pulse", d, "the kernel refuses it, and pulse goes on trying", "pulse status")
	}
	if s.Config.Refused != "" {
		to.add(Error, s.Config.Path, "pulse refused it at its last reload: "+s.Config.Refused,
			fmt.Sprintf("serial_no %d is in use, not what is on disk", s.Config.SerialNo), "pulse check "+s.Config.Path+"; pulse reload")
	} else if f.SHA256 != "" && s.Config.SHA256 != f.SHA256 && sameFile(s.Config.Path, f.ConfigPath) {
		to.add(Warning, s.Config.Path, "it has changed since pulse read it", "the change has no effect until a reload", "pulse plan; pulse reload")
	}
	if s.Drift.Repairs > 0 {
		to.add(Hint, "pulse", fmt.Sprintf("it put the kernel right %d times, the last time: %s", s.Drift.Repairs, s.Drift.What),
			"another program or a person changes what pulse holds", "pulse status; look for a script that runs ipvsadm, ip or nft")
	}
	if f.Version != "" && s.Version != f.Version {
		to.add(Hint, "pulse", fmt.Sprintf("version %s runs, and %s is installed", s.Version, f.Version),
			"an upgrade takes effect at the next start", "pulse switchover, then restart pulse here")
	}
}

// sameFile tells whether two paths name the same file.
func sameFile(a, b string) bool {
	a, err1 := filepath.Abs(a)
	b, err2 := filepath.Abs(b)
	return errors.Join(err1, err2) == nil && a == b
}

// overtaken is the reason for which any network drops heartbeats now and then.
const overtaken = "repeated or overtaken"

// partnerRules judge the other router by its heartbeats.
func partnerRules(f *Facts, to *Findings) {
	s := f.Pulse
	if s == nil || s.Partner == nil {
		return
	}
	p := s.Partner
	who := "partner " + p.Address.String()
	switch {
	case p.State == control.Silent || p.State == control.Unknown:
		to.add(Error, who, "no heartbeat comes from it ("+string(p.State)+")",
			"there is nobody to take over, or both routers serve at once", "on the other router: pulse doctor; ping "+p.Address.String())
	case slices.ContainsFunc(p.Paths, func(path control.Path) bool { return path.Silent }):
		for _, path := range p.Paths {
			if path.Silent {
				to.add(Warning, "heartbeat path "+path.Name, "nothing comes from "+path.Remote,
					"the routers lose each other when the next path fails, and both serve", "ping "+hostOf(path.Remote)+"; pulse doctor on the other router")
			}
		}
	}
	if p.Deaf {
		to.add(Error, who, "it does not hear this router", "it takes over while this router serves", "pulse doctor on the other router: its firewall may drop heartbeats")
	}
	for _, path := range p.Paths {
		for _, why := range slices.Sorted(maps.Keys(path.DroppedFor)) {
			n := path.DroppedFor[why]
			if why == overtaken {
				continue
			}
			to.add(Hint, "heartbeat path "+path.Name, fmt.Sprintf("%d packets were dropped: %s", n, why),
				"they may be an attack, a stranger's pair on the same network, or a key that one router lacks", "pulse status; pulse keygen")
		}
	}
	if p.State == s.Router.State && p.State == control.Active {
		to.add(Error, who, "both routers say they are active", "clients reach now one, now the other", "pulse explain on both")
	}
	if p.ConfigDiffers {
		to.add(Error, who, fmt.Sprintf("its lvs.cf (serial_no %d) is not this router's (serial_no %d)", p.SerialNo, s.Config.SerialNo),
			"after a failover something else is served", fmt.Sprintf("scp -p %s root@%s:%[1]s, then pulse reload on both", s.Config.Path, p.Address))
	}
	if p.Version != "" && !strings.HasPrefix(s.Version, p.Version) {
		to.add(Warning, who, fmt.Sprintf("it runs version %s, this router %s", p.Version, s.Version),
			"what only one of them knows works on one of them", "install the same version on both, the standby router first")
	}
	if p.Faults > 0 {
		to.add(Warning, who, "it is not fit to serve", "it does not take over while this router is fitter", "on the other router: pulse status")
	}
	if p.Held || s.Router.Held {
		to.add(Warning, "pulse", "a router is held", "it never takes over until that is ended", "pulse hold off, on the router that pulse status calls held")
	}
}

func hostOf(remote string) string {
	if i := strings.LastIndexByte(remote, ':'); i > 0 {
		return strings.Trim(remote[:i], "[]")
	}
	return remote
}

// startCommand is how this machine starts pulse.
func (f *Facts) startCommand() string { return f.bootCommand("start") }
