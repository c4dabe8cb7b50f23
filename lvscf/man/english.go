package man

import "pacu/lvscf"

var english = words{
	manual: "File Formats Manual",
	sections: sections{
		name: "NAME", description: "DESCRIPTION", grammar: "SYNTAX", values: "VALUES", directives: "DIRECTIVES",
		global: "Outside blocks", services: "In virtual and failover blocks", servers: "In server blocks", probes: "In probe blocks", scripts: "In track_script blocks",
		extensions: "EXTENSIONS", legacy: "LEGACY DIRECTIVES",
		examples: "EXAMPLES", nat: "Network address translation", direct: "Direct routing", tunnel: "Tunnels", fullnat: "Full network address translation",
		pair: "A pair that guards itself", checks: "Checks of real servers", failover: "Failover services",
		problems: "PROBLEMS", files: "FILES", see: "SEE ALSO",
	},
	name: "configuration of a pair of Linux Virtual Server routers",
	description: []string{
		"lvs.cf says which two routers make a pair, which floating addresses they hold, and which real servers stand " +
			"behind these. `pulse` reads it at its start, and again at SIGHUP or `pulse reload`. A file with an error " +
			"changes nothing then. What `pulse` reads and does not act on in this release it says at every start. Both routers " +
			"have the same file; copy it from one to the other.",
		"The language is that of Piranha 0.8.6, whose files are read as they are. What goes further is listed under " +
			"EXTENSIONS.",
		"`pulse check` tells what is wrong with a file, `pulse fmt` writes it as the console would, `pulse diff` compares " +
			"two files by what they mean, `pulse import` makes one from the configuration of keepalived or ldirectord or " +
			"from the output of ipvsadm, and `pulse export` goes the other way.",
	},
	lines: "Each line is one of these, or blank, or a comment, whose first character other than a blank is `#`:",
	forms: []string{
		"<directive> `=` <value>",
		"`virtual` <NAME> `{`",
		"`failover` <NAME> `{`",
		"`server` <NAME> `{`",
		"`probe` <NAME> `{`",
		"`track_script` <NAME> `{`",
		"`}`",
	},
	grammar: []string{
		"Words are separated by spaces and tabs, also around `=` and before `{`. Indentation and blank lines mean nothing. " +
			"A value with a blank in it stands in quotation marks, `\"` or `'`, and ends on its line; a quotation mark inside " +
			"needs the other kind around it. `virtual`, `failover` and `track_script` stand outside all blocks, `server` in one of the first two, `probe` in a `virtual`. " +
			"Names are for people, and may be any word.",
		"Of a directive given twice in one place the last counts, but of `heartbeat_path` each. The order of lines means nothing, with one exception: a " +
			"real server without a `port` of its own has the `port` that its virtual has at that line.",
		"Lines end in LF, CR LF or CR. The file is UTF-8 text; the bytes of names and comments are kept as they are.",
	},
	values: []string{
		"What stands in italics for a value below is one of these.",
	},
	types: map[lvscf.Type]typeWords{
		lvscf.Int: {"integer", "A number as in C: `80`, `0x50`, or `0120`, which is octal. A leading zero is rarely meant, " +
			"and warned of."},
		lvscf.Bool: {"switch", "`0` for no, `1` for yes, and no other word."},
		lvscf.Duration: {"duration", "Seconds, `12` or `0.25`; or a number with its unit, `250ms` or `2s`. Where whole seconds " +
			"are asked for, the kernel counts nothing finer."},
		lvscf.Port:     {"port", "A number from 1 to 65535, or the name of a service that IANA gives a port, such as `http`."},
		lvscf.HostName: {"host", "An IPv4 or IPv6 address, or a host name, which is looked up when pulse starts."},
		lvscf.IP:       {"address", "An IPv4 or IPv6 address."},
		lvscf.HostDevice: {"address interface", "An address and, after a blank, the network interface to put it on, with or " +
			"without a label: `10.10.1.30 eth0:1`. An interface's name with its label has 15 characters at most."},
		lvscf.Mask: {"netmask", "An IPv4 netmask, `255.255.255.0`; `0.0.0.0` is the same as none. For IPv6 the number of " +
			"bits, `64`."},
		lvscf.Text: {"text", "Any text."},
		lvscf.Escaped: {"string", "Any text, in which `\\n`, `\\r`, `\\t`, `\\\\`, `\\\"` and `\\'` stand for a line feed, a carriage " +
			"return, a tab, and the sign itself."},
		lvscf.Command: {"command", "A program and its arguments, split at blanks. No shell sees it: there are no variables, " +
			"pipes or wildcards."},
		lvscf.Program: {"program", "The path of a program."},
		lvscf.Device:  {"interface", "The name of a network interface, such as `eth0`."},
		lvscf.List:    {"list", "Words between brackets, all separated by blanks: `[ a b c ]`."},
		lvscf.Words:   {"word ...", "Some of the words that the directive lists, separated by blanks."},
		lvscf.PortList: {"ports", "Ports, ranges of them, and names of services, separated by commas without blanks: " +
			"`80,443,8000-8100`; or `all`."},
		lvscf.AddrsDevice: {"addresses interface", "Addresses and ranges of them, at most 256 in all, separated by commas without " +
			"blanks; and, after a blank, the network interface to put them on, with or without a label: " +
			"`10.0.1.10-10.0.1.20,10.0.1.30 eth1:1`."},
		lvscf.HostPair: {"host host", "The primary's address or name and, after a blank, the backup's: `10.9.9.1 10.9.9.2`."},
		lvscf.AddrList: {"addresses", "At most 16 addresses, separated by commas without blanks: `10.10.1.1,10.10.1.254`."},
		lvscf.Group:    {"group", "An IPv4 or IPv6 multicast address: `224.0.0.81`, `ff02::81`."},
		lvscf.Word:     {"word", "One of the words that the directive lists, in lower case."},
		lvscf.Capitals: {"WORD", "One of the words that the directive lists, in capitals or small letters."},
		lvscf.Path:     {"path", "A path that begins with `/`: of a page, as it stands behind the host in its address, or of a file."},
		lvscf.Statuses: {"codes", "HTTP status codes, and ranges of them, separated by commas without blanks: `200-299,301`."},
		lvscf.Digest:   {"digest", "The 64 hexadecimal digits of a SHA-256."},
	},
	global:   "These say who the routers are and how the pair works.",
	services: "A `virtual` block is a service of the real servers named in it. Those of one `fwmark` are one service to the kernel. A `failover` block is a service that the routers run themselves, one at a time; `service = fos` selects these.",
	servers:  "A `server` block is a real server of the `virtual` around it.",
	probes: "A `probe` block is one more check of the real servers of the `virtual` around it: a server is up when all pass. " +
		"Besides what follows it takes `send`, `expect`, `use_regex`, `send_program` and all words that begin with " +
		"`check_`, each as a `virtual` has it.",
	scripts: "A `track_script` block is a command that a router runs again and again, to learn whether it is fit to serve. " +
		"An unfit router gives up the active role and does not take it, unless its partner is worse off.",
	extensions: []string{
		"Piranha refuses a file with any of what follows, or reads something else in it. `pulse check --piranha` finds " +
			"them, for a pair of which one router still runs Piranha.",
		"IPv6 addresses, and the netmasks that go with them.",
		"A comment after a statement, and a `{` without a blank before it. Both are warned of.",
		"Quotation marks anywhere: Piranha takes a quoted word without a blank in it only at the very end of a line, and " +
			"of `'` around a value of a probe or command it makes a part of that value.",
		"The name of a service as the `port` of a real server, and such names in upper case.",
		"Lines that end in CR LF, of which Piranha reads the first alone, and a byte order mark.",
	},
	durations:    "Durations with a fraction or a unit, in %s.",
	newWords:     "The directives %s.",
	newBlocks:    "Blocks of %s, with all that is in them.",
	newValues:    "Not in Piranha: %s.",
	legacy:       "These are read and kept, for the sake of old files, and do nothing. Most are warned of.",
	examples:     "Each of these files is complete. The addresses are those set aside for documents.",
	between:      "From %s to %s.",
	defaultIs:    "Default: `%s`.",
	whole:        "Whole seconds.",
	repeats:      "May be given several times.",
	extension:    "An extension.",
	onlyFailover: "In `failover` blocks only.",
	onlyVirtual:  "In `virtual` blocks only.",
	onlyChecks:   "In `virtual` and `probe` blocks.",
	nat: example{
		before: []string{
			"The real servers are on a network of their own, 10.8.8.0/24, with the floating address 10.8.8.1 as their " +
				"default gateway. Packets pass the active router both ways, and it may translate ports: clients come to port " +
				"80, the servers listen on 8080. A client stays with one server for five minutes after its last " +
				"connection, and web-2 gets twice the share.",
		},
		after: []string{
			"The routers need `net.ipv4.ip_forward=1`. The real servers need nothing but the gateway.",
		},
	},
	direct: example{
		before: []string{
			"The real servers are on the network of the floating address and answer clients directly; the router sees " +
				"requests alone. They cannot have another port than the virtual. The mark 80 makes http and https one service, " +
				"so that a client stays with one server for both. Heartbeats have a second path, over " +
				"the private addresses.",
		},
		after: []string{
			"Every real server has 192.0.2.10 on its loopback interface, with `net.ipv4.conf.all.arp_ignore=1` and " +
				"`net.ipv4.conf.all.arp_announce=2`, so that it takes packets for the address without claiming it. Both routers " +
				"set the mark on what comes for the address:",
		},
		commands: []string{
			"`nft add table inet marks`",
			"`nft add chain inet marks pre '{ type filter hook prerouting priority mangle; }'`",
			"`nft add rule inet marks pre ip daddr 192.0.2.10 tcp dport '{ 80, 443 }' meta mark set 80`",
		},
	},
	fullnat: example{
		before: []string{
			"The real servers are in networks of their own and have no route to the clients: to them every packet comes from one " +
				"of the four addresses of the pool, which the active router holds. Http and https are one service by `ports`, " +
				"and pulse marks their packets itself. With fewer than two servers up the sorry server serves. The names are " +
				"served over TCP and UDP, by ordinary translation.",
		},
		after: []string{
			"The real servers need a route to the pool, and nothing else; they do not see the addresses of the clients. The " +
				"server of the names has a router as its gateway.",
		},
	},
	tunnel: example{
		before: []string{
			"The real servers are anywhere, here at two other sites; the router wraps packets into IP packets to them, and " +
				"they answer clients directly. A server is well when its greeting begins with 220. One that fails keeps " +
				"the connections it has; when none is left, mail goes to the sorry server.",
		},
		after: []string{
			"Every real server has 192.0.2.10 on its `tunl0`, with `net.ipv4.conf.tunl0.rp_filter=0` and the two settings " +
				"of ARP as for direct routing, and its provider lets packets out that have this source address.",
		},
	},
	pair: example{
		before: []string{
			"Heartbeats go four times a second over three networks, and only when all are silent for a second is the partner " +
				"dead. A router that reaches neither gateway, whose disk cannot be written or whose probes reach no real server is " +
				"unfit: it gives up the role. The primary takes the role back when it has been well for half a minute. The " +
				"standby's kernel is told of connections, so that they go on. Every change is told to a program.",
		},
		after: []string{
			"With a key beside lvs.cf, made by `pulse keygen`, no other machine can pretend to be a router of the pair.",
		},
	},
	checks: example{
		before: []string{
			"A web server is up when its page says so over TLS, when it takes packets for the address of the service as clients send " +
				"them, and when the database that it has answers. It leaves when two probes in a row fail, the second half a " +
				"second after the first, and is back after three good ones; one that comes and goes stays out longer. From two " +
				"weeks before a certificate ends pulse warns of it. A name server must know the shop's address.",
		},
		after: []string{
			"`pulse probe 192.0.2.21` makes the checks of a server now, and shows each step.",
		},
	},
	failover: example{
		before: []string{
			"Both routers have a web server, and one of them runs it, with the address. The standby probes it there; where it " +
				"dies, the standby starts its own and takes the address.",
		},
		after: []string{
			"Without `start_cmd` and `stop_cmd` the web server must run on both routers all the time, and only the address moves.",
		},
	},
	problems: []string{
		"`pulse check` prints each problem as <FILE>`:`<LINE>`:`<COLUMN>`:` <severity>`:` <message>, with what to write " +
			"instead where that can be known, and in the output of `pulse check --json` its code from the list below. A file " +
			"with an error is not used. One with warnings is.",
		"Codes do not change between releases.",
	},
	severity: map[lvscf.Severity]string{lvscf.Error: "error", lvscf.Warning: "warning"},
	files: []entry{
		{"`/etc/sysconfig/ha/lvs.cf`", "Where pulse, the console and the commands of pulse look for it."},
		{"`lvs.key`", "Beside lvs.cf, of mode 0600: the key of the pair's heartbeats, the same file on both routers. Each line is " +
			"a key of 64 hexadecimal digits, the newest first, at most two; lines that begin with `#` are comments. Without this " +
			"file heartbeats are those of Piranha, which anybody on the network can forge."},
	},
	seeAlso: "`pulse --help`, `ipvsadm`(8), `nft`(8)",
	list:    ", ",
	space:   " ",
	meaning: func(english, _ string) string { return english },
}
