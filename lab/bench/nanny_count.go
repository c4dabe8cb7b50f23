package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"pacu/lab"
)

// connections counts the TCP connections that a host's kernel was asked for, and
// granted, since its start. A check that ends before the last packet of the
// handshake is no connection for the program that listens, but a failed attempt
// for the kernel.
func connections(h *lab.Host) (int64, error) {
	var n int64
	err := h.Do(func() error {
		text, err := os.ReadFile("/proc/thread-self/net/snmp")
		if err != nil {
			return err
		}
		for _, name := range []string{"PassiveOpens", "AttemptFails"} {
			more, err := snmp(string(text), "Tcp", name)
			if err != nil {
				return err
			}
			n += more
		}
		return nil
	})
	return n, err
}

// snmp is a counter of /proc/net/snmp, which has a line of names and one of
// values for each protocol; RFC 1213 says what they count.
func snmp(text, protocol, name string) (int64, error) {
	var names []string
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != protocol+":" {
			continue
		}
		if names == nil {
			names = f
			continue
		}
		for i := range min(len(names), len(f)) {
			if names[i] == name {
				return strconv.ParseInt(f[i], 10, 64)
			}
		}
	}
	return 0, fmt.Errorf("no %s of %s in /proc/net/snmp", name, protocol)
}
