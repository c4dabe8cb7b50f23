package bench

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// A watched is a table of one service whose servers are checked, each at an
// address of its own.
type watched struct {
	table
	every, limit time.Duration // between checks, and of each
	nannies      int           // of ours at most
}

func watchedOf(servers int, every, limit time.Duration) watched {
	return watched{table{virtuals: 1, servers: servers}, every, limit, nannyLimit}
}

// lvsFile is the table as an lvs.cf.
func (w watched) lvsFile() []byte {
	head := alone + fmt.Sprintf("nanny_limit = %d\n", w.nannies)
	checks := fmt.Sprintf("     check = tcp\n     check_timeout = %s\n     timeout = %s\n     rise = 1\n     fall = 1\n", seconds(w.limit), seconds(w.every))
	return []byte(strings.Replace(string(w.table.lvsFile(head)), "     check = none\n", checks, 1))
}

// keepalivedFile is the table as a keepalived.conf: nothing is tried twice, and
// nothing is waited for.
func (w watched) keepalivedFile() []byte {
	var b bytes.Buffer
	at := w.vip(0)
	fmt.Fprintf(&b, "virtual_server %s %d {\n    delay_loop %s\n    lb_algo wlc\n    lb_kind NAT\n    protocol TCP\n", at.Addr(), at.Port(), seconds(w.every))
	for s := range w.servers {
		fmt.Fprintf(&b, `    real_server %s %d {
        weight 1
        TCP_CHECK {
            connect_timeout %s
            retry 0
            delay_before_retry 0
        }
    }
`, w.server(s), serverPort, seconds(w.limit))
	}
	b.WriteString("}\n")
	return b.Bytes()
}
