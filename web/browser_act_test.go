package web

import (
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/lab/browser"
	"pacu/web/templates"
)

// looks takes pictures of a page, which it checks in each guise.
func looks(b *browser.Browser, name string) {
	b.Check(name + "-light")
	b.Window(1440, 900, "dark")
	b.Check(name + "-dark")
	b.Window(390, 844, "light")
	b.Check(name + "-narrow")
	b.Window(1440, 900, "light")
}

func TestBrowserAct(t *testing.T) {
	s, p := newConsole(t, true)
	p.change(time.Now(), func(s *control.Snapshot) {
		s.Services[0].Servers[1].Drain = &control.Drain{Since: time.Now().Add(-time.Hour), As: "http_server/10.8.8.34"}
	})
	p.probed = probedMX1()
	b := openBrowser(t, s)
	b.LogIn("/configuration", "piranha", password)
	b.Open(templates.ActURL(mx1Service, mx2Server, "", ""))
	looks(b, "act")
	b.Press(`.deed-list a[href*="do=up"]`)
	b.Until(`document.querySelector('h1').innerText === 'Force mx-2 up'`)
	looks(b, "act-up")
	b.Open(templates.ActURL(mx1Service, mx1Server, templates.DoDrain, ""))
	looks(b, "act-drain-last")
	b.Open(templates.ActURL(lvs03Service, lvs03Server, templates.DoDown, ""))
	b.Check("act-down")
	b.Open(templates.ActURL(lvs03Service, "10.8.8.34:80", templates.DoUndrain, ""))
	b.Check("act-undrain")

	// By keyboard: to the times, choose one, and do it.
	b.Open(templates.ActURL(lvs03Service, lvs03Server, templates.DoDrain, ""))
	b.Choose(`#timeout`, "10m0s")
	b.Press(`form[action="/act"] button[value=drain]`)
	b.Until(`location.pathname === '/monitoring' && document.querySelector('.flash').innerText === 'pulse: done'`)
	if got := strings.Join(p.did, ", "); got != "drain http_server/10.8.8.33:80 10m0s" {
		t.Errorf("did %s", got)
	}

	b.Open(templates.ActURL(mx1Service, mx1Server, "", ""))
	b.Press(`button[value=probe]`)
	b.Until(`location.pathname === '/probe'`)
	looks(b, "probed")

	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh'`)
	b.Check("probed-zh")
	b.Open(templates.ActURL(mx1Service, mx2Server, "", ""))
	b.Check("act-zh")
	b.Open(templates.ActURL(mx1Service, mx1Server, templates.DoDrain, ""))
	b.Check("act-drain-last-zh")
	b.Open("/switchover")
	b.Check("switchover-zh")
}

func TestBrowserServerHelp(t *testing.T) {
	s, p := newConsole(t, true)
	p.setup = helpSetup()
	b := openBrowser(t, s)
	b.LogIn(templates.HelpPath, "piranha", password)
	b.Until(`!document.querySelector('[data-copy]').hidden`)
	looks(b, "server-help")
	// Chromium without a window has no clipboard to write; then the text is
	// selected, and that is said.
	browser.Eval[bool](b, `document.querySelector('[data-copy="setup-10-8-8-51-commands"]').click() === undefined`)
	b.Until(`document.getElementById('copied').textContent !== ''`)
	b.Check("server-help-copied")
	b.Fill(`#q`, "web")
	b.Press(`.search button`)
	b.Until(`location.search === '?q=web'`)
	if q := p.looked[len(p.looked)-1]; q.Match != "web" {
		t.Errorf("asked for %+v", q)
	}
	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh'`)
	b.Check("server-help-zh")

	// Where pulse hangs or is gone the page says so.
	p.fail(control.ErrNotRunning)
	b.Open(templates.HelpPath)
	b.Check("server-help-down")
}
