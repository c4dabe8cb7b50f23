// Package lab builds small networks out of network namespaces, for scenarios,
// demonstrations and benches on a real kernel:
//
//	n := lab.New("pair")
//	defer n.Close()
//	public := n.Switch("public")
//	router := n.Host("lvs-01")
//	router.Plug(public, "eth0", "10.10.1.31/24")
//	router.Sysctl("net.ipv4.ip_forward", "1")
//	client := n.Host("client")
//	client.Plug(public, "eth0", "10.10.1.99/24")
//	if err := n.Err(); err != nil { ... }
//
//	pulse, err := router.Start("pulse", "-n")
//	err = router.Cut("eth0")  // the router sees its carrier go
//	err = router.PowerOff()   // processes and links at once
//	err = router.PowerOn()    // as after a boot: set-up replayed, /run empty
//
// Errors of the set-up stick to the cluster and Err returns the first, so that a
// topology reads as a list. Everything done later returns its own error.
//
// A Host is a network, mount and host name namespace; a Switch is a bridge in a
// network namespace. None has a name in the file system: when Close is called,
// or this process dies in whatever way, the kernel takes them back. In a host's
// mount namespace /run, /sys and the folders given to Private are the host's
// own; Path tells where they are for everybody else.
//
// Around a cluster: Web answers HTTP from inside a host, Client asks steadily and
// keeps count, Holder samples who has an address.
//
// It needs root, ip, bridge and tc (iproute2) and nsenter (util-linux). Whether
// the kernel has IPVS is for the scenario to ask, see CheckIPVS; "lab exec" runs
// a program where it has.
package lab
