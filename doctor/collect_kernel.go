package doctor

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"pacu/ipvs"
)

// sysctls are the settings that rules ask for, besides those of interfaces.
var sysctls = []string{
	"net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding",
	"net.ipv4.conf.all.rp_filter", "net.ipv4.conf.all.arp_ignore", "net.ipv4.conf.all.arp_announce",
	"net.ipv4.conf.all.promote_secondaries",
	"net.ipv4.vs.conntrack", "net.ipv4.vs.expire_nodest_conn", "net.ipv4.vs.expire_quiescent_template",
	"net.ipv4.vs.drop_entry", "net.ipv4.vs.drop_packet", "net.ipv4.vs.secure_tcp", "net.ipv4.vs.backup_only",
	"net.ipv4.vs.conn_reuse_mode", "net.ipv4.vs.sloppy_tcp", "net.ipv4.vs.sync_threshold", "net.ipv4.vs.run_estimation",
	"net.netfilter.nf_conntrack_count", "net.netfilter.nf_conntrack_max",
}

// collectKernel asks what the kernel can do, and what IPVS holds.
func collectKernel(_ context.Context, _ Options, f *Facts) {
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		f.Kernel.Release = unix.ByteSliceToString(u.Release[:])
	}
	names := slices.Clone(sysctls)
	for _, l := range f.Links {
		for _, word := range []string{"rp_filter", "arp_ignore", "arp_announce"} {
			names = append(names, ifaceSysctl(l.Name, word))
		}
	}
	for _, name := range names {
		path := "/proc/sys/" + strings.NewReplacer(".", "/", "/", ".").Replace(name)
		b, err := os.ReadFile(path)
		switch {
		case err == nil:
			f.Sysctls[name] = strings.TrimSpace(string(b))
		case errors.Is(err, os.ErrPermission):
			f.unseen("sysctl " + name + ": only root may read it")
		}
	}
	f.Kernel.Conntrack, _ = strconv.ParseUint(f.Sysctls["net.netfilter.nf_conntrack_count"], 10, 64)
	f.Kernel.ConntrackMax, _ = strconv.ParseUint(f.Sysctls["net.netfilter.nf_conntrack_max"], 10, 64)
	readIPVS(f)
	want := []string{"ip_vs", "nf_tables"}
	for _, v := range f.virtuals() {
		want = append(want, schedulerModule(v.Scheduler))
	}
	f.Kernel.Modules = modules("/", f.Kernel.Release, want)
}

// ifaceSysctl is the name of an interface's IPv4 setting; a dot in its name is
// a slash, as for sysctl(8).
func ifaceSysctl(iface, word string) string {
	return "net.ipv4.conf." + strings.ReplaceAll(iface, ".", "/") + "." + word
}

// schedulerModule is the kernel module of a scheduler.
func schedulerModule(name string) string { return "ip_vs_" + name }

// modules says of each module how the kernel of that release has it, by the
// files below root.
func modules(root, release string, names []string) map[string]string {
	found := make(map[string]string, len(names))
	dir := filepath.Join(root, "lib/modules", release)
	built, builtErr := os.ReadFile(filepath.Join(dir, "modules.builtin"))
	dep, depErr := os.ReadFile(filepath.Join(dir, "modules.dep"))
	for _, name := range names {
		_, err := os.Stat(filepath.Join(root, "sys/module", name))
		switch {
		case err == nil:
			found[name] = loaded
		case listed(string(built), name, ""):
			found[name] = builtIn
		case listed(string(dep), name, ":"):
			found[name] = loadable
		case builtErr == nil && depErr == nil:
			found[name] = missing
		default:
			found[name] = ""
		}
	}
	return found
}

// listed tells whether a line of text is the module's file, with what ends it.
func listed(text, name, end string) bool {
	s := bufio.NewScanner(strings.NewReader(text))
	s.Buffer(nil, maxFile)
	for s.Scan() {
		path := s.Text()
		if end != "" {
			path, _, _ = strings.Cut(path, end)
		}
		base, _, _ := strings.Cut(filepath.Base(path), ".ko")
		if strings.ReplaceAll(base, "-", "_") == name {
			return true
		}
	}
	return false
}

// readIPVS reads the kernel's table.
func readIPVS(f *Facts) {
	c, err := ipvs.Dial()
	if errors.Is(err, ipvs.ErrNoIPVS) {
		f.Kernel.NoIPVS = true
		return
	}
	if err != nil {
		f.unseen("IPVS: " + err.Error())
		return
	}
	defer c.Close()
	info, err := c.Info()
	if err != nil {
		f.unseen("IPVS: " + err.Error())
		return
	}
	t := &IPVS{Version: info.Version.String(), Buckets: info.ConnTableSize}
	services, err := c.Services()
	if err != nil {
		f.unseen("IPVS: " + err.Error())
		return
	}
	for _, s := range services {
		if !slices.Contains(t.Schedulers, s.Scheduler) {
			t.Schedulers = append(t.Schedulers, s.Scheduler)
		}
		ds, err := c.Destinations(s.Key)
		if err != nil {
			f.unseen("IPVS: " + err.Error())
			continue
		}
		for _, d := range ds {
			t.Connections += uint64(d.Active) + uint64(d.Inactive)
			t.Table = append(t.Table, Destination{
				Service: s.Key.String(), TCP: s.Key.Protocol == ipvs.TCP && s.Key.FWMark == 0,
				Server: d.Addr, Port: d.Port, Forward: d.Forward.String(), Weight: d.Weight,
				Connections: d.Stats.Connections, InPackets: d.Stats.InPackets, OutPackets: d.Stats.OutPackets,
			})
		}
	}
	f.Kernel.IPVS = t
}
