package bench

import (
	"fmt"
	"strings"
	"time"

	"pacu/lab"
	"pacu/lab/article004"
)

// keepalived is Debian's.
type keepalived struct{ advert time.Duration }

func (keepalived) name() string { return "keepalived" }

// priorities are those of most set-ups.
var priorities = [2]int{100, 90}

// keepalivedConf is where its configuration is put: a folder of the host's own.
const keepalivedConf = "/run/keepalived.conf"

func (k keepalived) start(r *article004.Router) (*lab.Process, error) {
	// Whoever is active stays so until the event, as with pulse, so each of the
	// two is hit in turn.
	priority := priorities[0]
	if strings.HasSuffix(r.Name(), "2") {
		priority = priorities[1]
	}
	if err := r.WriteFile(keepalivedConf, []byte(k.config(r.Name(), priority)), 0o644); err != nil {
		return nil, err
	}
	return r.Host.Start("keepalived", "--dont-fork", "--log-console", "--log-detail", "--use-file", keepalivedConf)
}

// config says in keepalived's words what the article's lvs.cf says, with
// connection sync.
func (k keepalived) config(name string, priority int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `global_defs {
    router_id %s
    vrrp_version %d
    lvs_sync_daemon eth1 private 51
}
vrrp_sync_group both {
    group {
        public
        private
    }
}
`, name, vrrpVersion(k.advert))
	for _, i := range []struct {
		name, iface, address, label string
		id                          int
	}{
		{"public", "eth0", article004.VIP.String() + "/32", "eth0:1", 80},
		{"private", "eth1", article004.NATRouter.String() + "/24", "eth1:0", 81},
	} {
		fmt.Fprintf(&b, `vrrp_instance %s {
    state BACKUP
    nopreempt
    interface %s
    virtual_router_id %d
    priority %d
    advert_int %s
    virtual_ipaddress {
        %s dev %s label %s
    }
}
`, i.name, i.iface, i.id, priority, seconds(k.advert), i.address, i.iface, i.label)
	}
	b.WriteString(`virtual_server fwmark 80 {
    delay_loop 6
    lb_algo wlc
    lb_kind NAT
    persistence_timeout 30
    protocol TCP
`)
	for _, server := range []string{"10.8.8.33", "10.8.8.34"} {
		fmt.Fprintf(&b, `    real_server %s 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 6
        }
    }
`, server)
	}
	b.WriteString("}\n")
	return b.String()
}

// vrrpVersion is the protocol's version for an interval. Version 2, the usual
// one, counts in whole seconds.
func vrrpVersion(advert time.Duration) int {
	if advert%time.Second != 0 {
		return 3
	}
	return 2
}
