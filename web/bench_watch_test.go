package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"pacu/control"
	"pacu/web/templates"
	"pacu/web/text"
)

// crowded is a hub that has looked at n services of ten servers.
func crowded(b testing.TB, n int) (*hub, *fakePulse) {
	p := &fakePulse{snap: crowd(n)}
	h := newHub(p, filepath.Join(b.TempDir(), "lvs.cf"), "lvs-01")
	h.look(b.Context(), 0)
	return h, p
}

var anybody = templates.Audience{Lang: text.English}

// BenchmarkLook is one look at 4,000 services of ten servers of which one
// changed: what the hub itself takes, without pulse and the socket.
func BenchmarkLook(b *testing.B) {
	h, p := crowded(b, 4000)
	var n uint32
	for b.Loop() {
		b.StopTimer()
		n++
		p.snap = crowd(4000)
		p.snap.Services[500].Servers[3].Active = n
		b.StartTimer()
		h.look(b.Context(), 0)
	}
}

// BenchmarkMonitoringPage is the page of 4,000 services of ten servers.
func BenchmarkMonitoringPage(b *testing.B) {
	for _, q := range []listQuery{{page: 1}, {page: 40}, {page: 1, q: "10.2.17"}, {page: 1, sort: templates.SortName}} {
		b.Run(fmt.Sprintf("%+v", q), func(b *testing.B) {
			h, _ := crowded(b, 4000)
			n := 0
			for b.Loop() {
				h.now.lists = map[listQuery]*list{} // of a new look
				page, err := h.monitoringPage(h.latest(), anybody, q)
				if err != nil {
					b.Fatal(err)
				}
				html, err := renderString(templates.MonitoringView(templates.Page{Lang: text.English, User: "piranha"}, page))
				if err != nil {
					b.Fatal(err)
				}
				n = len(html)
			}
			b.ReportMetric(float64(n), "bytes")
		})
	}
}

// BenchmarkStream is what 50 viewers are sent after a look at 4,000 services
// of ten servers of which one changed that all of them see.
func BenchmarkStream(b *testing.B) {
	h, p := crowded(b, 4000)
	viewers := make([]*viewer, 50)
	for i := range viewers {
		viewers[i] = &viewer{view: monitoringView{listQuery{page: 1}}, who: anybody}
		if _, err := viewers[i].next(b.Context(), h); err != nil {
			b.Fatal(err)
		}
	}
	var n uint32
	sent := 0
	for b.Loop() {
		b.StopTimer()
		n++
		p.snap = crowd(4000)
		p.snap.Services[5].Servers[3].Health, p.snap.Services[5].Servers[3].Active = control.Down, n
		h.look(b.Context(), 0)
		b.StartTimer()
		for _, v := range viewers {
			l, err := v.next(b.Context(), h)
			if err != nil {
				b.Fatal(err)
			}
			sent = len(l.message())
		}
	}
	b.ReportMetric(float64(sent), "bytes/viewer")
}

// BenchmarkSnapshot is a snapshot of 4,000 services of ten servers over
// pulse's socket: what a look costs before the hub begins.
func BenchmarkSnapshot(b *testing.B) {
	snap := crowd(4000)
	line, err := json.Marshal(control.Reply{Snapshot: snap})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			if _, err := json.Marshal(control.Reply{Snapshot: snap}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(line)), "bytes")
	})
	b.Run("ask", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "control.sock")
		l, err := net.Listen("unix", path)
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(b.Context())
		b.Cleanup(cancel)
		context.AfterFunc(ctx, func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.SetDeadline(time.Now().Add(time.Minute))
				c.Write(append(line, '\n'))
				c.Close()
			}
		}()
		client := control.NewClient(path)
		for b.Loop() {
			if _, err := client.Snapshot(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}
