package scenario

import (
	"net/http"
	"testing"
)

// TestKernelQuiesceServer has a failed server keep the connections it has and
// get no new one.
func TestKernelQuiesceServer(t *testing.T) {
	for _, f := range families {
		t.Run(string(f), func(t *testing.T) {
			s := newNAT(t, f, 1, 2)
			s.start(s.nat().and(s.virtual("web",
				"quiesce_server = 1",
				`send = "GET / HTTP/1.0\r\n\r\n"`,
				`expect = "HTTP/1.0 200"`,
			).with(quick...)))
			s.healthy("web-1", "web-2")
			d := s.downloadFrom("web-1")
			s.servers[0].web.status.Store(http.StatusServiceUnavailable)
			service := "-t " + f.at(public, vip, 80)
			s.tables("-A "+service+" -s rr",
				"-a "+service+" -r "+f.at(private, 11, 80)+" -m -w 0",
				"-a "+service+" -r "+f.at(private, 12, 80)+" -m -w 1")
			if by := s.ask(6, s.url()); by["web-2"] != 6 {
				t.Errorf("a quiesced server gets new connections: %v", by)
			}
			d.flows()
			s.servers[0].web.status.Store(http.StatusOK)
			s.servedBy(s.url(), "web-1", "web-2")
			d.flows()
			d.ends()
		})
	}
}

// downloadFrom begins downloads until one comes from the server.
func (s *site) downloadFrom(name string) *download {
	s.t.Helper()
	for range 10 {
		d := s.download(s.url())
		if d.server == name {
			return d
		}
		d.ends()
	}
	s.t.Fatalf("%s serves no download", name)
	return nil
}
