package scenario

import (
	"net/http"
	"testing"
	"time"
)

// TestKernelArticle001 is direct routing in one network: a VIP on the loopback
// of each real server, wlc with weights 3:3, and a check for status 200.
func TestKernelArticle001(t *testing.T) {
	for _, f := range families {
		t.Run(string(f), func(t *testing.T) {
			s := newLAN(t, f, 2, 2)
			web := s.virtual("web",
				"scheduler = wlc",
				`send = "GET / HTTP/1.0\r\n\r\n"`,
				`expect = "HTTP/1.0 200"`,
			).with(quick...)
			lvs := s.direct()
			s.setUp(lvs.and(web))
			s.start(lvs.and(web))
			service := "-t " + f.at(public, vip, 80)
			head := "-A " + service + " -s wlc"
			row := func(machine int, weight string) string {
				return "-a " + service + " -r " + f.at(public, machine, 80) + " -g -w " + weight
			}
			s.tables(head, row(11, "1"), row(12, "1"))
			// A server that is well takes a new weight at once.
			for i := range web.servers {
				web.servers[i] = web.servers[i].with("weight = 3")
			}
			s.reload(lvs.and(web))
			s.tables(head, row(11, "3"), row(12, "3"))
			if by := s.ask(12, s.url()); by["web-1"] < 4 || by["web-2"] < 4 {
				t.Errorf("3:3 became %v", by)
			}

			t.Log("a page that says 500 is no longer served")
			s.servers[0].web.status.Store(http.StatusInternalServerError)
			began := time.Now()
			s.tables(head, row(12, "3"))
			s.routers[0].says(began.Add(-time.Second), "500")
			s.servedBy(s.url(), "web-2")
			s.servers[0].web.status.Store(http.StatusOK)
			s.tables(head, row(11, "1"), row(12, "3"))
			s.servedBy(s.url(), "web-1", "web-2")

			t.Log("the other router serves the same")
			s.routers[0].stop()
			s.servedBy(s.url(), "web-1", "web-2")
			s.routers[1].holds(head, row(11, "1"), row(12, "3"))
			s.routers[0].holds()
		})
	}
}
