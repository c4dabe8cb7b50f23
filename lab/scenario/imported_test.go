package scenario

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pacu/control"
)

// authors are the checks of articles 000, 001 and 002 as their authors wrote
// them for keepalived, but for delay_loop. (The copy of article 000 that there
// is has lost its numbers.)
var authors = []struct {
	port  uint16 // of the service and its real servers
	check string
	why   string // a real server is out, when it fails
}{
	{80, "TCP_CHECK {\nconnect_timeout 3\n}", "connection refused"},
	{81, "HTTP_GET {\n            url {\n                path /\n                status_code 200\n            }\n           connect_timeout 1\n        }", "expected status 200"},
	{
		82, "TCP_CHECK {  # -t TCP_CHECK 检查 传输层 tcp/udp端口\n\t\tconnect_timeout 8\n\t\tnb_get_retry 3  # number of get retry  重试的次数\n" +
			"\t\tdelay_before_retry 3 # 每次检查之前 等待3秒\n\t\tconnect_port 80  # 检查端口\n\t\t\n\t\t}",
		"connection refused",
	},
}

// TestKernelImportedChecks has the authors' checks take a real server out and
// bring it back, after pulse import.
func TestKernelImportedChecks(t *testing.T) {
	s := newLAN(t, v4, 1, 2)
	lvs := s.direct()
	s.setUp(lvs.and(s.virtual("web")))
	r := s.routers[0]
	var others []*web
	for _, rs := range s.servers {
		others = append(others, newWeb(s, rs.Host, ":81", ":82"))
	}
	const conf = "/etc/sysconfig/ha/keepalived.conf"
	if err := r.WriteFile(conf, []byte(s.keepalived()), 0o644); err != nil {
		t.Fatal(err)
	}
	_, virtuals, found := strings.Cut(r.run("pulse", "import", conf), "\nvirtual ")
	if !found {
		t.Fatal("pulse import found no virtual_server")
	}
	if err := r.WriteFile(lvscf, []byte(lvs.String()+"virtual "+virtuals), 0o640); err != nil {
		t.Fatal(err)
	}
	r.start()

	// with waits until the first real server is in the services at these ports,
	// and the second in all.
	with := func(ports ...uint16) {
		t.Helper()
		var want []string
		for _, a := range authors {
			service := "-t " + v4.at(public, vip, a.port)
			want = append(want, "-A "+service+" -s rr", "-a "+service+" -r "+v4.at(public, 12, a.port)+" -g -w 1")
		}
		for _, p := range ports {
			want = append(want, "-a -t "+v4.at(public, vip, p)+" -r "+v4.at(public, 11, p)+" -g -w 1")
		}
		r.holds(want...)
	}
	with(80, 81, 82)

	t.Log("001: the page of one says 500")
	others[0].status.Store(http.StatusInternalServerError)
	with(80, 82)

	t.Log("000, and 002 which asks there too: nobody listens at port 80")
	s.servers[0].web.stop()
	with()
	for _, a := range authors {
		r.blames(v4.at(public, vip, a.port), control.Down, a.why)
		s.servedBy("http://"+v4.at(public, vip, a.port)+"/", "web-2")
	}

	t.Log("all is well again")
	s.servers[0].web.start()
	others[0].status.Store(http.StatusOK)
	with(80, 81, 82)
	for _, a := range authors {
		s.servedBy("http://"+v4.at(public, vip, a.port)+"/", "web-1", "web-2")
	}
}

// keepalived is the site as a keepalived.conf, with a service for each author.
func (s *site) keepalived() string {
	var b strings.Builder
	at := s.family.addr(public, vip)
	fmt.Fprintf(&b, "vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n %s/32 dev eth0 label eth0:1\n }\n}\n", at)
	for _, a := range authors {
		fmt.Fprintf(&b, "virtual_server %s %d {\n delay_loop 1\n lb_algo rr\n lb_kind DR\n protocol TCP\n", at, a.port)
		for _, rs := range s.servers {
			fmt.Fprintf(&b, " real_server %s %d {\n weight 1\n %s\n }\n", s.family.addr(rs.network, rs.machine), a.port, a.check)
		}
		b.WriteString("}\n")
	}
	return b.String()
}
