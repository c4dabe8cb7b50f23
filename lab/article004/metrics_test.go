package article004

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/lab"
)

// scrape asks a router for url from within, and returns the answer.
func (r *Router) scrape(ctx context.Context, url string) (status int, text string, err error) {
	c := &http.Client{Transport: &http.Transport{
		DialContext: r.DialContext, DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := c.Do(ask)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, string(b), err
}

// tells waits until the router's metrics have all these lines.
func (r *Router) tells(ctx context.Context, lines ...string) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	return lab.Until(ctx, lookEvery, func() error {
		_, text, err := r.scrape(ctx, "http://127.0.0.1:9636/metrics")
		if err != nil {
			return err
		}
		for _, line := range lines {
			if !strings.Contains(text, "\n"+line+"\n") {
				return fmt.Errorf("%s does not tell %s:\n%s", r.Name(), line, text)
			}
		}
		return nil
	})
}

// TestKernelMetrics scrapes lvsgui on both routers of the running pair.
func TestKernelMetrics(t *testing.T) {
	check(t, "pulse", "nanny", "nft", "lvsgui")
	p, err := New(logTo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	do := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range p.Routers {
		do(r.Write(File), r.Start())
		r.Console, err = r.Host.Start("lvsgui", "--metrics", "127.0.0.1:9636")
		do(err)
		_, err = r.Console.WaitLine(ctx, time.Time{}, "metrics are ready")
		do(err)
	}
	first, second := p.Routers[0], p.Routers[1]
	const server = `{name="lvs-04",server="10.8.8.34:80",service="fwmark 80",virtual="http_server"}`
	do(first.Is(ctx, control.Active), second.Is(ctx, control.Standby))
	do(first.tells(ctx, "pacu_up 1", `pacu_router_role{role="primary"} 1`, `pacu_router_state{state="active"} 1`, `pacu_partner_state{state="standby"} 1`,
		`pacu_takeovers_total{to="active"} 1`, `pacu_heartbeat_path_silent{path="public"} 0`, `pacu_address_held{address="10.10.1.30",device="eth0:1"} 1`,
		"pacu_server_up"+server+" 1", "pacu_server_kernel_weight"+server+" 1", `pacu_service_servers_up{service="fwmark 80",virtual="http_server"} 2`))
	do(second.tells(ctx, "pacu_up 1", `pacu_router_state{state="active"} 0`, `pacu_partner_state{state="active"} 1`, "pacu_server_up"+server+" 1"))

	// A connection is counted where it goes.
	_, err = p.Client.Get(ctx, netip.Addr{}, URL)
	do(err)
	do(first.tells(ctx, `pacu_service_connections_total{service="fwmark 80",virtual="http_server"} 1`))

	// A server is down: both tell, and count the probes that said so.
	do(p.Servers[1].Stop())
	for _, r := range p.Routers {
		do(r.tells(ctx, "pacu_server_up"+server+" 0", `pacu_service_servers_down{service="fwmark 80",virtual="http_server"} 1`))
	}
	_, text, err := first.scrape(ctx, "http://127.0.0.1:9636/metrics?collect[]=servers")
	do(err)
	if failed := `pacu_server_probes_total{name="lvs-04",result="failed",server="10.8.8.34:80",service="fwmark 80",virtual="http_server"} `; !strings.Contains(text, "\n"+failed) ||
		strings.Contains(text, failed+"0\n") || strings.Contains(text, "pacu_server_kernel_weight"+server) {
		t.Errorf("lvs-04 is down:\n%s", text)
	}

	// The console tells nobody without a token.
	if status, text, err := first.scrape(ctx, "https://127.0.0.1:3636/metrics"); err != nil || status != http.StatusUnauthorized || strings.Contains(text, "pacu_up") {
		t.Errorf("without a token: %d, %v\n%s", status, err, text)
	}

	// Pulse is gone: lvsgui says so, and the other router that it serves.
	do(first.Crash())
	do(first.tells(ctx, "pacu_up 0"), second.tells(ctx, `pacu_router_state{state="active"} 1`, `pacu_partner_state{state="silent"} 1`))
}
