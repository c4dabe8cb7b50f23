package vm

// kernelPackage is the package whose only dependency is the newest kernel
// package with a version in its name.
const kernelPackage = "linux-image-cloud-amd64"

// toolPackages hold the programs of Tools. Libraries they depend on come along.
var toolPackages = []string{
	"bash", "busybox-static", "curl", "iproute2", "ipvsadm", "iptables",
	"keepalived", "netbase", "nftables", "nginx", "openssh-server", "procps", "systemd", "tcpdump", "util-linux",
}

// Tools are the programs of the machine, beside busybox: paths in Debian's
// packages. A shell inside finds them first; busybox fills in the rest.
var Tools = []string{
	"/bin/bash",
	"/bin/ps", "/usr/bin/pgrep", "/usr/bin/pkill", "/usr/bin/top", "/sbin/sysctl",
	"/bin/ip", "/sbin/bridge", "/sbin/tc", "/bin/ss", "/usr/sbin/arpd",
	"/sbin/ipvsadm", "/usr/sbin/keepalived",
	"/usr/sbin/nft", "/usr/sbin/xtables-nft-multi",
	"/usr/bin/tcpdump", "/usr/bin/curl", "/usr/sbin/nginx", "/usr/sbin/sshd",
	"/usr/bin/unshare", "/usr/bin/nsenter", "/usr/bin/setpriv",
	"/usr/bin/taskset",
	"/lib/systemd/systemd", "/lib/systemd/systemd-shutdown", "/bin/systemctl",
	"/bin/busybox",
}

// toolFiles are files and folders the tools need, copied as they are.
var toolFiles = []string{
	"/etc/protocols", "/etc/services", "/etc/ethertypes", "/etc/iproute2",
	"/usr/lib/x86_64-linux-gnu/xtables",
	// What systemd must have to start services, and to reboot.
	"/lib/systemd/system/sysinit.target", "/lib/systemd/system/basic.target",
	"/lib/systemd/system/network.target", "/lib/systemd/system/network-online.target",
	"/lib/systemd/system/multi-user.target", "/lib/systemd/system/shutdown.target",
	"/lib/systemd/system/umount.target", "/lib/systemd/system/final.target",
	"/lib/systemd/system/reboot.target", "/lib/systemd/system/systemd-reboot.service",
}

// toolLinks are other names of a tool.
var toolLinks = map[string]string{
	"/usr/sbin/iptables":          "xtables-nft-multi",
	"/usr/sbin/iptables-save":     "xtables-nft-multi",
	"/usr/sbin/iptables-restore":  "xtables-nft-multi",
	"/usr/sbin/ip6tables":         "xtables-nft-multi",
	"/usr/sbin/ip6tables-save":    "xtables-nft-multi",
	"/usr/sbin/ip6tables-restore": "xtables-nft-multi",
	"/sbin/ip":                    "/bin/ip",
}

// applets are the busybox commands linked into /bin where no tool has the name.
var applets = []string{
	"[", "arping", "awk", "basename", "cat", "chmod", "chown", "cmp", "cp", "cut",
	"date", "dd", "df", "diff", "dirname", "dmesg", "echo", "env", "expr", "false",
	"find", "free", "grep", "head", "hexdump", "hostname", "id", "kill", "killall",
	"less", "ln", "ls", "lsmod", "mkdir", "mkfifo", "mknod", "mktemp", "modprobe",
	"mount", "mv", "nc", "netstat", "nproc", "od", "pidof", "ping", "ping6",
	"printenv", "printf", "pwd", "readlink", "realpath", "rm", "rmdir", "route",
	"sed", "seq", "setsid", "sleep", "sort", "stat", "stty", "su", "sync", "tail",
	"tar", "tee", "test", "time", "timeout", "touch", "tr", "true", "tty", "umount",
	"uname", "uniq", "uptime", "usleep", "vi", "watch", "wc", "wget", "which",
	"whoami", "xargs", "yes", "zcat",
}

// Modules are the kernel modules loaded before the command starts, with those
// they depend on. Nothing is loaded later: the machine has no depmod.
//
// ip_vs_ftp is left out on purpose, as it watches port 21 of every service.
var Modules = []string{
	"virtio_pci", "virtio_console", "virtio_net", "virtio_rng", "virtio_blk",
	"ext4", "overlay",
	"ip_vs", "ip_vs_rr", "ip_vs_wrr", "ip_vs_lc", "ip_vs_wlc", "ip_vs_lblc",
	"ip_vs_lblcr", "ip_vs_dh", "ip_vs_sh", "ip_vs_sed", "ip_vs_nq", "ip_vs_fo",
	"ip_vs_ovf", "ip_vs_mh", "ip_vs_pe_sip",
	"nf_conntrack", "nf_conntrack_netlink",
	"veth", "bridge", "dummy", "macvlan", "8021q", "ipip", "ip6_tunnel", "ip_gre", "sit", "ip6_gre",
	"fou", "sch_netem", "sch_tbf", "sch_ingress", "sch_fq_codel",
	"nf_tables", "nft_chain_nat", "nft_compat", "nft_ct", "nft_fib_inet",
	"nft_limit", "nft_log", "nft_masq", "nft_nat", "nft_redir", "nft_reject_inet",
	"nft_reject_ipv4", "nft_reject_ipv6", "nft_fib_ipv4", "nft_fib_ipv6",
	"nf_log_syslog",
	"xt_mark", "xt_MASQUERADE", "xt_nat", "xt_conntrack", "xt_multiport",
	"xt_tcpudp", "xt_LOG", "xt_comment", "xt_statistic", "xt_ipvs",
	"xt_addrtype", "xt_TCPMSS",
	"ipt_REJECT", "ip6t_REJECT", "af_packet_diag", "inet_diag", "tcp_diag", "udp_diag",
}

// accounts is the machine's /etc/passwd.
const accounts = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/bin/false
sshd:x:100:65534::/run/sshd:/bin/false
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
`

// groups is the machine's /etc/group.
const groups = `root:x:0:
daemon:x:1:
nogroup:x:65534:
`
