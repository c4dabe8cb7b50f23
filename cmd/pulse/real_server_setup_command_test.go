package main

import "testing"

func TestRealServerSetupCommand(t *testing.T) {
	const file = `primary = 10.0.0.1
service = lvs
network = direct
virtual web {
     active = 1
     address = 10.0.0.100 eth0:1
     port = 80
     server one {
         address = 10.0.0.11
         active = 1
     }
     server two {
         address = 10.0.0.12
         active = 1
     }
}
`
	const two = `# real server two (10.0.0.12)
# virtual web: direct, 10.0.0.100
# note: the service must listen on the virtual's address and port; its answers go to the clients by its own way, not through the routers, which drop them
# note: direct: it must be on one link with the routers
# answer ARP only on the interface that has the address, and ask with addresses of the interface
sysctl -w net.ipv4.conf.all.arp_ignore=1
sysctl -w net.ipv4.conf.all.arp_announce=2
sysctl -w net.ipv4.conf.lo.arp_ignore=1
sysctl -w net.ipv4.conf.lo.arp_announce=2
# accept packets to 10.0.0.100
ip addr replace 10.0.0.100/32 dev lo
`
	testCommands(t, realServerSetupCommand, []commandTest{
		{name: "by name", args: []string{"two", "-c", "-"}, stdin: file, stdout: two},
		{name: "by address", args: []string{"--configfile", "-", "--format", "commands", "10.0.0.12"}, stdin: file, stdout: two},
		{
			name: "no such server", args: []string{"-c", "-", "three"}, stdin: file, code: 1,
			stderr: "pulse real-server-setup: <stdin> has no real server \"three\" in an active virtual\n",
		},
		{
			name: "broken", args: []string{"-c", "-"}, stdin: "primary 10.0.0.1\n", code: 1,
			stderr: "<stdin>:1:9: error: no = after \"primary\": write 'primary = 10.0.0.1'\n",
		},
		{
			name: "no such format", args: []string{"-c", "-", "--format", "yaml"}, stdin: file, code: 2,
			stderr: "pulse real-server-setup: --format is one of commands, sysctl, ifcfg, netplan, networkd, all\n",
		},
		{name: "no such file", args: []string{"-c", "testdata/files/none.cf"}, code: 1, stderr: "pulse real-server-setup: open testdata/files/none.cf: no such file or directory\n"},
		{name: "two servers", args: []string{"one", "two"}, code: 2, stderr: "wrong number of files"},
		{name: "help", args: []string{"--help"}, stderr: "usage: pulse real-server-setup [SERVER]"},
	})
}
