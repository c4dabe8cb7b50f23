package doctor

import (
	"fmt"
	"strings"
)

// bootCommand is the machine's command to do something with pulse.
func (f *Facts) bootCommand(do string) string {
	switch {
	case f.Boot.By == "systemd":
		return "systemctl " + do + " pulse"
	case do == "enable":
		return "update-rc.d pulse defaults (Debian), or chkconfig pulse on"
	}
	return "/etc/init.d/pulse " + do
}

// bootRules judge what starts with the machine.
func bootRules(f *Facts, to *Findings) {
	if f.Boot.By != "" && !f.Boot.Enabled["pulse"] {
		to.add(Warning, "pulse", "it is not started at boot", "after a power cut this router stays out of the pair", f.bootCommand("enable"))
	}
}

// processRules find other software in the way.
func processRules(f *Facts, to *Findings) {
	for _, p := range f.Processes {
		who := fmt.Sprintf("%s (process %d)", p.Name, p.Pid)
		name, _, _ := strings.Cut(p.Name, ":")
		switch name {
		case "NetworkManager":
			to.add(Hint, who, "it manages interfaces", "it may take floating addresses for its own, or remove them at a reload",
				"in /etc/NetworkManager/conf.d/pacu.conf: [keyfile] unmanaged-devices=interface-name:INTERFACE")
		case "heartbeat", "corosync", "pacemakerd":
			to.add(Hint, who, "a cluster manager runs", "two that move addresses undo each other's work", "systemctl disable --now "+name)
		case "ipvs-m", "ipvs-b":
			if f.Config != nil && !f.Config.SyncDaemon {
				to.add(Warning, who, "a sync daemon of IPVS runs, and lvs.cf has syncdaemon = 0", "somebody else started it; it costs time and tells connections to the network",
					"ipvsadm --stop-daemon master; ipvsadm --stop-daemon backup; or lvs.cf: syncdaemon = 1")
			}
		default:
			to.add(Error, who, "it changes the kernel's IPVS table too", "it and pulse undo each other's work", "systemctl disable --now "+name)
		}
	}
}

// clockRules judge the clock.
func clockRules(f *Facts, to *Findings) {
	if f.Clock.Known && !f.Clock.Synchronized {
		to.add(Hint, "clock", "nothing keeps it right", "the logs of the two routers do not fit together; certificates may seem expired",
			"apt install chrony, or systemctl enable --now systemd-timesyncd")
	}
}

// Free room below which a disk is nearly full.
const (
	fewBytes  = 64 << 20
	noBytes   = 1 << 20
	fewInodes = 100
)

// diskRules judge the room for state.
func diskRules(f *Facts, to *Findings) {
	for _, d := range f.Disks {
		fix := "df -h " + d.Path + "; df -i " + d.Path + "; remove what is not needed"
		why := "lvs.cf cannot be saved, the console's history neither"
		switch {
		case d.Free < noBytes || d.All > 0 && d.Inodes == 0:
			to.add(Error, d.Path, "its disk is full", why, fix)
		case d.Free < min(fewBytes, d.Size/20) || d.All > 0 && d.Inodes < fewInodes:
			to.add(Warning, d.Path, fmt.Sprintf("its disk has %d MB left", d.Free>>20), why, fix)
		}
	}
}
