package web

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"pacu/control"
	"pacu/lab/browser"
)

// openBrowser serves s as lvsgui does and opens a browser on it, or skips the
// test.
func openBrowser(t *testing.T, s *Server) *browser.Browser {
	t.Helper()
	cert, err := LoadCertificate(CertificatePath(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, s.Handler(), cert, s.Log) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return browser.Open(t, "https://"+l.Addr().String())
}

func TestBrowserMonitoring(t *testing.T) {
	s, p := newConsole(t, true)
	b := openBrowser(t, s)
	b.Open("/")
	b.Check("login-light")
	b.LogIn("/monitoring", "piranha", password)
	b.Until(`!document.getElementById('live').hidden`)
	b.Check("monitoring-light")

	// A server goes down: the page shows it by itself, with why.
	row := `[...document.querySelectorAll('.services tr')].find(r => r.innerText.includes('lvs-04'))`
	if up := browser.Eval[bool](b, row+`.className === 'ok'`); !up {
		t.Fatal("lvs-04 is not up at first")
	}
	browser.Eval[bool](b, `window.untouched = true`)
	p.change(time.Now(), func(s *control.Snapshot) {
		r := &s.Services[0].Servers[1]
		r.Health, r.Why, r.Since, r.InKernel, r.KernelWeight, r.Active, r.Inactive = control.Down, "connect 10.8.8.34:80: timeout <after> 6s", time.Now(), false, 0, 0, 0
		s.Trouble = append(s.Trouble, "http_server: real server lvs-04 (10.8.8.34:80) is down: timeout")
	})
	b.Until(row + `.className === 'bad'`)
	b.Until(row + `.innerText.includes('timeout <after> 6s')`)
	b.Until(`document.getElementById('status').innerText.includes('lvs-04')`)
	if !browser.Eval[bool](b, `window.untouched === true`) {
		t.Error("the page was loaded again")
	}
	b.Window(1440, 900, "dark")
	b.Check("monitoring-dark")
	b.Window(390, 844, "light")
	b.Check("monitoring-narrow")
	b.Window(1440, 900, "light")

	// pulse ends: the page says so and shows what the file wants.
	p.fail(fmt.Errorf("%w: nobody answers on /run/pulse/control.sock", control.ErrNotRunning))
	b.Until(`document.getElementById('status').innerText.includes('pulse does not answer')`)
	b.Until(`document.getElementById('services').innerText.includes('lvs-03')`)
	b.Check("monitoring-pulse-down")
	p.fail(nil)
	b.Until(`!document.getElementById('status').innerText.includes('pulse does not answer')`)

	p.change(time.Now(), func(s *control.Snapshot) {
		s.Trouble = nil
		s.Services = s.Services[:1]
	})
	b.Until(`document.querySelectorAll('.services tbody').length === 1`)
	b.Until(`document.getElementById('status').innerText.includes('All is well')`)
	b.Check("monitoring-well")

	// Another language, by the switch.
	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh' && !document.getElementById('live').hidden`)
	p.change(time.Now(), func(*control.Snapshot) {})
	b.Until(`document.querySelectorAll('.services tbody').length === 3`)
	b.Check("monitoring-zh")
	b.Open("/configuration")
	b.Check("configuration-zh")
}

func TestBrowserSwitchover(t *testing.T) {
	s, p := newConsole(t, true)
	p.findings = []control.Finding{
		{Stops: true, Text: "the partner is on hold: end that there with pulse hold off"},
		{Text: "heartbeat path private is silent: with one path left, a cut cable would leave both routers active"},
	}
	b := openBrowser(t, s)
	b.LogIn("/monitoring", "piranha", password)
	b.Until(`!document.getElementById('live').hidden`)
	text := func(id string) string { return `document.getElementById('` + id + `').innerText` }

	// What stops a switchover is shown, and force needs a tick of its own.
	b.Press(`#availability a[href="/switchover"]`)
	b.Until(`document.querySelectorAll('.findings li.bad').length === 1 && document.querySelectorAll('.findings li.wait').length === 1`)
	b.Check("switchover-stopped-light")
	b.Window(1440, 900, "dark")
	b.Check("switchover-stopped-dark")
	b.Window(390, 844, "light")
	b.Check("switchover-stopped-narrow")
	b.Window(1440, 900, "light")
	if browser.Eval[bool](b, `document.querySelector('form[action="/switchover"]').checkValidity()`) {
		t.Error("the button works without the tick")
	}

	// Checked again, nothing stops it; the page shows it live to its end.
	p.change(time.Now(), func(*control.Snapshot) { p.findings = p.findings[1:] })
	b.Press(`.choices a[href="/switchover"]`)
	b.Until(`document.querySelectorAll('.findings li.bad').length === 0`)
	b.Check("switchover-warned")
	b.Press(`form[action="/switchover"] button`)
	b.Until(`location.pathname === '/monitoring' && ` + text("availability") + `.includes('Switching over, as piranha asked.')`)
	browser.Eval[bool](b, `window.untouched = true`)
	p.change(time.Now(), func(s *control.Snapshot) { s.Router.Phase, s.Partner.Phase = "handing over", "taking over" })
	b.Until(text("routers") + `.includes('handing over')`)
	b.Check("switchover-under-way")
	p.change(time.Now(), func(s *control.Snapshot) {
		uneasy(s)
		s.Router.Held, s.Router.Phase, s.Partner.Phase = false, "", ""
		s.Router.State, s.Partner.State = control.Standby, control.Active
	})
	p.over <- nil
	b.Until(text("availability") + `.includes('Switched over: the partner serves')`)
	b.Until(text("routers") + `.includes('standby')`)
	b.Until(text("takeovers") + `.includes('+1012.0 ms')`)
	b.Until(text("availability") + `.includes('lvs-01 is standby.')`)
	if !browser.Eval[bool](b, `window.untouched === true`) {
		t.Error("the page was loaded again")
	}
	for _, theme := range []string{"light", "dark"} {
		b.Window(1440, 900, theme)
		b.Check("role-" + theme)
	}
	b.Window(390, 844, "light")
	b.Check("role-narrow")
	b.Window(1440, 900, "light")
}

func TestBrowserHold(t *testing.T) {
	s, p := newConsole(t, true)
	p.change(time.Now(), failingOver)
	b := openBrowser(t, s)
	b.LogIn("/monitoring", "piranha", password)
	b.Until(`document.getElementById('services').checkVisibility() === false`)
	b.Check("fos")
	b.Press(`#availability a[href="/hold"]`)
	b.Until(`location.pathname === '/hold'`)
	b.Check("hold")
	b.Press(`form[action="/hold"] button`)
	b.Until(`document.getElementById('routers')?.innerText.includes('on hold')`)
	b.Check("held")
	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh'`)
	b.Check("held-zh")
	b.Press(`#availability a[href="/hold"]`)
	b.Until(`location.pathname === '/hold'`)
	b.Check("hold-end-zh")
	b.Press(`form[action="/hold"] button`)
	b.Until(`!document.getElementById('routers')?.innerText.includes('已禁止接管')`)
	p.change(time.Now(), uneasy)
	b.Until(`document.getElementById('routers').innerText.includes('正在移交')`)
	b.Check("role-zh")
}

func TestBrowserHonestWhenTheStreamIsLost(t *testing.T) {
	s, _ := newConsole(t, true)
	b := openBrowser(t, s)
	b.LogIn("/monitoring", "piranha", password)
	b.Until(`!document.getElementById('live').hidden`)
	s.hub.asking.Lock() // nothing is looked at, and nothing sent
	b.Until(`document.getElementById('stale').innerText.startsWith('No live data since') && document.getElementById('live').hidden`)
	b.Check("monitoring-stale")
	s.hub.asking.Unlock()
	b.Until(`document.getElementById('stale').hidden && !document.getElementById('live').hidden`)
}

func TestBrowserConfiguration(t *testing.T) {
	s, p := newConsole(t, true)
	b := openBrowser(t, s)
	b.LogIn("/configuration", "piranha", password)
	b.Check("configuration-light")

	// A mistake is shown at its line and the text is kept.
	b.Edit("scheduler = wlc", "scheduler = wlcc")
	b.Press(`button[value=keep]`)
	b.Until(`document.getElementById('line-27')?.className === 'bad'`)
	b.Until(`document.querySelector('.beside').innerText.includes('wlcc')`)
	b.Check("configuration-error-light")
	b.Do(chromedp.Click(chromedp.CSS(`.problems a[data-line="27"]`)))
	if got := browser.Eval[string](b, `(a => a.value.slice(a.selectionStart, a.selectionEnd))(document.getElementById('text'))`); strings.TrimSpace(got) != "scheduler = wlcc" {
		t.Errorf("the link selects %q", got)
	}
	b.Window(1440, 900, "dark")
	b.Check("configuration-error-dark")
	b.Window(390, 844, "light")
	b.Check("configuration-error-narrow")
	b.Window(1440, 900, "light")

	b.Edit("scheduler = wlcc", "scheduler = wrr")
	b.Press(`button[value=keep]`)
	b.Until(`document.querySelector('.flash')?.innerText.includes('Kept in your draft.')`)
	b.Check("configuration-kept")
	if p.reloads != 0 {
		t.Errorf("pulse reloaded %d times", p.reloads)
	}

	// The draft is edited in another window meanwhile.
	b.Edit("debug_level = NONE", "debug_level = MAX")
	edit(t, s, "piranha", "deadtime = 6", "deadtime = 18")
	b.Press(`button[value=keep]`)
	b.Until(`document.querySelector('.theirs').innerText.includes('deadtime = 18')`)
	b.Check("configuration-conflict")

	b.Open("/account")
	b.Check("account")
	b.Press(`form[action="/logout"] button`)
	b.Until(`location.pathname === '/login'`)
}

func TestBrowserSetup(t *testing.T) {
	s, _ := newConsoleWithoutUsers(t, true)
	b := openBrowser(t, s)
	b.Open("/")
	b.Check("setup")
}
