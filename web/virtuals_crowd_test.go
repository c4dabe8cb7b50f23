package web

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"pacu/control"
)

// virtualCrowd is an lvs.cf of virtuals with ten real servers each, and pulse's
// snapshot of it. Every hundredth has a server that is down.
func virtualCrowd(virtuals int) (string, *control.Snapshot) {
	var b strings.Builder
	b.WriteString("serial_no = 1\nprimary = 10.10.1.31\nservice = lvs\nnetwork = direct\n")
	snap := &control.Snapshot{Taken: time.Now(), Router: control.Router{State: control.Active}}
	for i := range virtuals {
		vip := netip.AddrFrom4([4]byte{172, 16, byte(i / 250), byte(1 + i%250)})
		fmt.Fprintf(&b, "virtual shop-%d {\n     active = 1\n     address = %s eth0:%d\n     port = 443\n     timeout = 6\n     reentry = 15\n     check = tcp\n     scheduler = wlc\n", i, vip, i)
		service := control.Service{Name: fmt.Sprintf("shop-%d", i), Protocol: "tcp", Address: vip, Port: 443, Scheduler: "wlc", InKernel: true}
		for j := range 10 {
			rip := netip.AddrFrom4([4]byte{10, byte(j), byte(i / 250), byte(1 + i%250)})
			fmt.Fprintf(&b, "     server web-%d-%d {\n         address = %s\n         active = 1\n         weight = 1\n     }\n", i, j, rip)
			health := control.Up
			if i%100 == 99 && j == 0 {
				health = control.Down
			}
			service.Servers = append(service.Servers, control.Server{Name: fmt.Sprintf("web-%d-%d", i, j), Address: rip, Port: 443, Weight: 1, Health: health, InKernel: true, KernelWeight: 1})
		}
		b.WriteString("}\n")
		snap.Services = append(snap.Services, service)
	}
	return b.String(), snap
}

// virtualPagesOfACrowd are pages that must be small and quick in any file.
var virtualPagesOfACrowd = []string{
	"/virtuals", "/virtuals?page=80", "/virtuals?q=web-2000-7", "/virtuals?q=shop-39&sort=-address", "/virtuals?show=trouble",
	"/virtual?v=shop-3999", "/virtual/servers?v=shop-3999", "/virtual/monitoring?v=shop-2000", "/virtual/server?v=shop-0&s=web-0-9",
	"/virtuals/delete?t=1%3Ashop-7",
}

func TestVirtualsOfACrowd(t *testing.T) {
	s, p := newConsole(t, true)
	text, snap := virtualCrowd(4000)
	if err := os.WriteFile(s.ConfigPath, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	p.snap = snap
	v := visit(t, s.Handler())
	v.login()
	for _, path := range virtualPagesOfACrowd {
		if body := v.page(path, http.StatusOK); len(body) > 100_000 {
			t.Errorf("%s has %d bytes", path, len(body))
		}
	}
	s.hub.look(t.Context(), 0)
	body := v.page("/virtuals?show=trouble", http.StatusOK)
	want(t, body, "40 of 4000 virtual servers", "9 of 10 up", "shop-3999")
	want(t, v.page("/virtuals?q=web-2000-7", http.StatusOK), "1 of 4000 virtual servers", "shop-2000")
	want(t, v.page("/virtuals", http.StatusOK), "Page 1 of 80", "page=2")

	v.post("/virtuals", url.Values{"off": {"1:shop-2000"}}, http.StatusSeeOther)
	if got := strings.Count(draftText(t, s), "     active = 0\n"); got != 1 {
		t.Errorf("%d are off", got)
	}
}

// BenchmarkVirtuals opens pages of 4,000 virtuals with 10 real servers each,
// over TLS; edit is the press of a row's button.
func BenchmarkVirtuals(b *testing.B) {
	s, p := newConsole(b, true)
	text, snap := virtualCrowd(4000)
	if err := os.WriteFile(s.ConfigPath, []byte(text), 0o640); err != nil {
		b.Fatal(err)
	}
	p.snap = snap
	v := visit(b, s.Handler())
	v.login()
	for _, path := range virtualPagesOfACrowd {
		v.page(path, http.StatusOK)
		b.Run("get"+path, func(b *testing.B) {
			for b.Loop() {
				b.SetBytes(int64(len(v.page(path, http.StatusOK))))
			}
		})
	}
	b.Run("edit", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			v.post("/virtuals", url.Values{[]string{"off", "on"}[i%2]: {"1:shop-7"}}, http.StatusSeeOther)
		}
	})
	b.Run("index", func(b *testing.B) { // at the first look after an edit
		d, err := s.desk.open(context.Background(), "piranha")
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			makeVirtualIndex(d)
		}
	})
}
