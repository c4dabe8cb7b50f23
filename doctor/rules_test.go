package doctor

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

// TestRules breaks one fact after the other of a router that is well, and wants
// to be told exactly that.
func TestRules(t *testing.T) {
	const webEth7 = "address = 10.77.0.100 eth7:1"
	tests := []struct {
		name  string
		text  []string // what to replace in the lvs.cf, and by what
		upset func(f *Facts)
		want  []string // "severity: object: what"
		fix   string   // a part of the first's
	}{
		{name: "well", upset: func(*Facts) {}, want: []string{gatewayHint}},
		{"kernel without IPVS", nil, func(f *Facts) { f.Kernel.NoIPVS, f.Kernel.IPVS = true, nil },
			[]string{"error: ip_vs: the module is not loaded", gatewayHint}, "modprobe ip_vs"},
		{"kernel that cannot have it", nil, func(f *Facts) { f.Kernel.NoIPVS, f.Kernel.IPVS, f.Kernel.Modules["ip_vs"] = true, nil, missing },
			[]string{"error: kernel 6.1.0-40-amd64: it has no IPVS, and no module ip_vs to load", gatewayHint}, "kernel package"},
		{"no scheduler", nil, func(f *Facts) { f.Kernel.Modules["ip_vs_rr"] = missing },
			[]string{"error: virtual plain: the kernel has no scheduler rr", gatewayHint}, "scheduler = wlc"},
		{"a scheduler in use is there", nil, func(f *Facts) {
			f.Kernel.Modules["ip_vs_rr"], f.Kernel.IPVS.Schedulers = missing, []string{"rr"}
		}, []string{gatewayHint}, ""},
		{"old kernel", nil, func(f *Facts) { f.Kernel.Release = "4.19.0" }, []string{"warning: kernel 4.19.0: it is older than 5.10", gatewayHint}, "upgrade"},
		{"no forwarding", nil, func(f *Facts) { f.Sysctls["net.ipv4.ip_forward"] = "0" },
			[]string{"error: net.ipv4.ip_forward: it is 0, and real servers behind nat need 1", gatewayHint}, "sysctl -w net.ipv4.ip_forward=1"},
		{"fullnat without conntrack", []string{"network = nat", "network = fullnat"}, func(f *Facts) { f.Sysctls["net.ipv4.vs.conntrack"] = "0" },
			[]string{"error: net.ipv4.vs.conntrack: it is 0, and fullnat needs 1"}, "net.ipv4.vs.conntrack=1"},
		{"drops at random", nil, func(f *Facts) { f.Sysctls["net.ipv4.vs.drop_entry"] = "3" },
			[]string{"error: net.ipv4.vs.drop_entry: it is 3: always", gatewayHint}, "drop_entry=0"},
		{"drops, and forgets", nil, func(f *Facts) {
			f.Sysctls["net.ipv4.vs.secure_tcp"], f.Sysctls["net.ipv4.vs.drop_entry"], f.Sysctls["net.ipv4.vs.drop_packet"] = "1", "1", "3"
		}, []string{"error: net.ipv4.vs.drop_packet: it is 3: always", "hint: net.ipv4.vs.drop_entry: it is 1", "hint: net.ipv4.vs.secure_tcp: it is 1", gatewayHint}, "drop_packet=0"},
		{"strict reverse path", nil, func(f *Facts) {
			f.Sysctls["net.ipv4.conf.all.rp_filter"], f.Routes[0].Interface = "1", "eth2"
		}, []string{"warning: eth0: rp_filter is strict there, and the default route leads out by eth2", gatewayHint}, "rp_filter"},
		{"small connection table", nil, func(f *Facts) { f.Kernel.IPVS.Connections = 100000 },
			[]string{"warning: IPVS connection table: 100000 connections in 4096 buckets", gatewayHint}, "conn_tab_bits=18"},
		{"full conntrack", nil, func(f *Facts) { f.Kernel.Conntrack, f.Kernel.ConntrackMax = 260000, 262144 },
			[]string{"error: nf_conntrack: 260000 of 262144 entries are in use", gatewayHint}, "nf_conntrack_max=1048576"},
		{"no way back", nil, func(f *Facts) {
			f.Kernel.IPVS.Table = []Destination{{Service: "tcp 10.77.0.100:80", TCP: true, Server: addr("10.78.0.11"), Forward: "masquerade", InPackets: 40}}
		}, []string{"error: real server web-1: 40 packets of tcp 10.77.0.100:80 went to it, and none came back through this router", gatewayHint}, "default via 10.78.0.254"},
		{"VIP on the loopback", nil, func(f *Facts) {
			f.Addresses = append(f.Addresses, Address{prefix("10.77.0.101/32"), "lo", "lo", false})
		}, []string{"error: eth0: this machine has 10.77.0.101 on its loopback and answers ARP for it",
			"warning: eth0: this machine has 10.77.0.101 on its loopback and may announce it", gatewayHint}, "arp_ignore=1"},

		{"no such interface", []string{"address = 10.77.0.100 eth0:1", webEth7}, func(f *Facts) { f.Addresses = f.Addresses[:3] },
			[]string{"error: virtual web: there is no interface eth7", gatewayHint}, "eth0, eth1"},
		{"interface off", nil, func(f *Facts) { f.Links[1].Up = false }, []string{"error: eth0: it is switched off", gatewayHint}, "ip link set eth0 up"},
		{"no carrier", nil, func(f *Facts) { f.Links[2].Carrier = false }, []string{"error: eth1: it has no carrier", gatewayHint}, "cable"},
		{"mask unlike the interface's", []string{"port = 80\n", "port = 80\n     vip_nmask = 255.255.0.0\n"}, func(*Facts) {},
			[]string{"warning: virtual web: the mask of 10.77.0.100/16 is not that of 10.77.0.1/24 on eth0", gatewayHint}, "vip_nmask"},
		{"own address gone", nil, func(f *Facts) { f.Addresses = append(f.Addresses[:2], f.Addresses[3:]...) },
			[]string{"error: 10.78.0.1: lvs.cf says that it is this router's, and no interface has it", gatewayHint}, "ip addr add 10.78.0.1"},
		{"another machine's lvs.cf", nil, func(f *Facts) { f.Addresses = f.Addresses[:1]; f.Pulse = nil },
			[]string{"error: /etc/sysconfig/ha/lvs.cf: neither primary 10.77.0.1 nor backup 10.77.0.2 is an address of this machine",
				"error: real server web-2: 10.77.0.12 is in no network of this router, with direct", gatewayHint}, "primary and backup"},
		{"VIP on the wrong interface", nil, func(f *Facts) { f.Addresses[3].Interface = "eth1" },
			[]string{"error: virtual web: 10.77.0.100 is on eth1, lvs.cf wants it on eth0", gatewayHint}, "ip addr del 10.77.0.100/32 dev eth1"},
		{"VIP that the network scripts set", nil, func(f *Facts) {
			f.Addresses = append(f.Addresses[:3], Address{prefix("10.77.0.100/32"), "eth0", "eth0", false})
			f.Pulse.Router.State, f.Pulse.Partner.State = control.Standby, control.Active
			f.Owners = []Mention{{"/etc/network/interfaces", addr("10.77.0.100")}}
		}, []string{"error: virtual web: this machine has 10.77.0.100, and pulse did not put it there",
			"warning: /etc/network/interfaces: it names 10.77.0.100, which floats between the routers", gatewayHint}, "ip addr del"},
		{"somebody removed the VIP", nil, func(f *Facts) {
			f.Addresses = append(f.Addresses[:3], f.Addresses[4:]...)
			f.Pulse.Addresses = []control.Address{{Prefix: prefix("10.77.0.100/32"), For: []string{"web"}, Wanted: true}}
		}, []string{"error: web: 10.77.0.100 is not on this machine, and pulse wants it there", gatewayHint}, "pulse status"},
		{"a real server answers ARP", nil, func(f *Facts) { f.answered("10.77.0.101", "02:00:00:00:00:12") },
			[]string{"error: virtual plain: real server web-2 answers ARP for 10.77.0.101 on eth0 (02:00:00:00:00:12)", gatewayHint}, "on web-2: sysctl -w net.ipv4.conf.all.arp_ignore=1"},
		{"both have the VIP", nil, func(f *Facts) { f.answered("10.77.0.100", "02:00:00:00:00:02") },
			[]string{"error: virtual web: the other router answers ARP for 10.77.0.100 on eth0 (02:00:00:00:00:02)", gatewayHint}, "pulse explain"},
		{"the active one has it", nil, func(f *Facts) {
			f.Addresses, f.Pulse.Router.State, f.Pulse.Partner.State = f.Addresses[:3], control.Standby, control.Active
			f.answered("10.77.0.100", "02:00:00:00:00:02")
		}, []string{gatewayHint}, ""},
		{"a stranger has it", nil, func(f *Facts) { f.answered("10.77.0.100", "02:00:00:00:00:99") },
			[]string{"error: virtual web: the machine at 02:00:00:00:00:99 answers ARP for 10.77.0.100 on eth0", gatewayHint}, "switch"},
		{"nat within one network", []string{"address = 10.78.0.11", "address = 10.77.0.11"}, func(*Facts) {},
			[]string{"warning: virtual web: its address and its real server web-1 are both in 10.77.0.0/24, with nat",
				"warning: nat_router: 10.78.0.254 is not in 10.77.0.0/24, the network of real server web-1", gatewayHint}, "forward = fullnat"},
		{"direct across a router", []string{"address = 10.77.0.12", "address = 10.99.0.12"}, func(*Facts) {},
			[]string{"error: real server web-2: 10.99.0.12 is in no network of this router, with direct", gatewayHint}, "forward = tunnel"},
		{"a mark that nobody sets", []string{"port = 443\n", "port = 443\n     fwmark = 80\n"}, func(*Facts) {},
			[]string{gatewayHint, "error: virtual plain: no rule gives packets the mark 80"}, ""},
		{"a mark that may be set elsewhere", []string{"port = 443\n", "port = 443\n     fwmark = 80\n"}, func(f *Facts) { f.LegacyTables = []string{`ip_tables "mangle"`} },
			[]string{gatewayHint, `hint: iptables-legacy: it has tables: ip_tables "mangle"`, "hint: virtual plain: no rule gives packets the mark 80 that could be read here"}, ""},

		{"key for all", nil, func(f *Facts) { f.Files[1].Mode = 0o644 },
			[]string{"error: /etc/sysconfig/ha/lvs.key: others than root may read or write it (mode 0644)", gatewayHint}, "chmod 600"},
		{"key of another", nil, func(f *Facts) { f.Files[1].UID = 1000 },
			[]string{"error: /etc/sysconfig/ha/lvs.key: it belongs to user 1000, not to root", gatewayHint}, "chown root"},
		{"no key", nil, func(f *Facts) { f.Files[1].Mode = 0 }, []string{"hint: /etc/sysconfig/ha/lvs.key: there is no key", gatewayHint}, "pulse keygen"},
		{"passwords for all", nil, func(f *Facts) { f.Secrets, f.Files[0].Mode = true, 0o644 },
			[]string{"warning: /etc/sysconfig/ha/lvs.cf: it has passwords, and everybody may read it (mode 0644)", gatewayHint}, "chmod 640"},
		{"folder for all", nil, func(f *Facts) { f.Files[2].Mode = os.ModeDir | 0o777 },
			[]string{"error: /etc/sysconfig/ha: everybody may write into it (mode 0777)", gatewayHint}, "chmod o-w"},
		{"socket for all", nil, func(f *Facts) { f.Files[3].Mode = os.ModeSocket | 0o666 },
			[]string{"error: /run/pulse/control.sock: everybody may speak to pulse (mode 0666)", gatewayHint}, "chmod 660"},

		{"pulse is down", nil, func(f *Facts) {
			f.Pulse, f.PulseError, f.Addresses = nil, "pulse is not running: nobody answers", f.Addresses[:3]
		},
			[]string{"warning: pulse: it does not run", gatewayHint}, "systemctl start pulse"},
		{"trouble", nil, func(f *Facts) { f.Pulse.Trouble = []string{"web-1 of web is down: connect: refused"} },
			[]string{"error: pulse: web-1 of web is down: connect: refused", gatewayHint}, "pulse status"},
		{"not reloaded", nil, func(f *Facts) { f.SHA256 = "def" },
			[]string{"warning: /etc/sysconfig/ha/lvs.cf: it has changed since pulse read it", gatewayHint}, "pulse reload"},
		{"silent partner", nil, func(f *Facts) { f.Pulse.Partner.State = control.Silent },
			[]string{"error: partner 10.77.0.2: no heartbeat comes from it (silent)", gatewayHint}, "ping 10.77.0.2"},
		{"silent path", nil, func(f *Facts) { f.Pulse.Partner.Paths[1].Silent = true },
			[]string{"warning: heartbeat path private: nothing comes from 10.78.0.2:539", gatewayHint}, "ping 10.78.0.2"},
		{"other lvs.cf", nil, func(f *Facts) { f.Pulse.Partner.ConfigDiffers, f.Pulse.Partner.SerialNo = true, 6 },
			[]string{"error: partner 10.77.0.2: its lvs.cf (serial_no 6) is not this router's (serial_no 7)", gatewayHint}, "scp -p"},
		{"other version", nil, func(f *Facts) { f.Pulse.Partner.Version = "0.9" },
			[]string{"warning: partner 10.77.0.2: it runs version 0.9, this router 1.0", gatewayHint}, "same version"},
		{"forged heartbeats", nil, func(f *Facts) {
			f.Pulse.Partner.Paths[0].DroppedFor = map[string]uint64{"wrong key": 3, overtaken: 2}
		}, []string{"hint: heartbeat path public: 3 packets were dropped: wrong key", gatewayHint}, "keygen"},

		{"not at boot", nil, func(f *Facts) { f.Boot.Enabled["pulse"] = false },
			[]string{gatewayHint, "warning: pulse: it is not started at boot"}, ""},
		{"keepalived", nil, func(f *Facts) { f.Processes = []Process{{"keepalived", 42}} },
			[]string{gatewayHint, "error: keepalived (process 42): it changes the kernel's IPVS table too"}, ""},
		{"a sync daemon by hand", nil, func(f *Facts) { f.Processes = []Process{{"ipvs-m:0:0", 43}} },
			[]string{gatewayHint, "warning: ipvs-m:0:0 (process 43): a sync daemon of IPVS runs, and lvs.cf has syncdaemon = 0"}, ""},
		{"no clock", nil, func(f *Facts) { f.Clock.Synchronized = false }, []string{gatewayHint, "hint: clock: nothing keeps it right"}, ""},
		{"full disk", nil, func(f *Facts) { f.Disks[0].Free = 0 }, []string{gatewayHint, "error: /etc/sysconfig/ha: its disk is full"}, ""},
		{"nearly full disk", nil, func(f *Facts) { f.Disks[0].Free = 5 << 20 }, []string{gatewayHint, "warning: /etc/sysconfig/ha: its disk has 5 MB left"}, ""},
		{"no lvs.cf", nil, func(f *Facts) {
			f.Config, f.ConfigError = nil, "open lvs.cf: no such file or directory"
			f.Files[0].Mode = 0
		},
			[]string{"error: /etc/sysconfig/ha/lvs.cf: it cannot be used: open lvs.cf: no such file or directory"}, "pulse check"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := healthy(t, strings.NewReplacer(tt.text...).Replace(healthyText))
			tt.upset(f)
			var got []string
			fix := ""
			for _, s := range Judge(f) {
				for _, one := range s.Findings {
					if one.Why == "" || one.Fix == "" || one.Object == "" {
						t.Errorf("not whole: %+v", one)
					}
					got = append(got, one.String())
					if fix == "" {
						fix = one.Fix
					}
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("findings (- wanted, + got):\n%s", d)
			}
			if !strings.Contains(fix, tt.fix) {
				t.Errorf("fix %q, want %q in it", fix, tt.fix)
			}
		})
	}
}

// gatewayHint is what even a router that is well is told, with nat.
const gatewayHint = "hint: real servers: their gateway cannot be seen from here"

// answered has a machine answer ARP on eth0.
func (f *Facts) answered(a, mac string) {
	f.Neighbors = append(f.Neighbors, Neighbor{addr(a), "eth0", mac})
}
