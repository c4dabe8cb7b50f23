package e2e

import (
	"regexp"
	"testing"

	"pacu/lab/browser"
)

// TestBrowserArticle004 is the whole of article 004's set-up by clicks, from
// nothing to a running pair, in each language.
func TestBrowserArticle004(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) { setUpPair(t, lang) })
	}
}

// An operator is at the browser, with a terminal on both routers beside it.
type operator struct {
	*browser.Browser
	demo *demo
	lang string
}

func setUpPair(t *testing.T, lang string) {
	d := startDemo(t, "--blank")
	d.wait(regexp.MustCompile(`console of lvs-01: `))
	o := &operator{Browser: browser.Open(t, first), demo: d, lang: lang}

	o.firstUser("1", lang)
	o.globalSettings()
	o.redundancy()
	o.virtualServer()
	o.apply("set up as in article 004")

	d.say("start 1")
	o.follow("/monitoring")
	for _, name := range []string{"lvs-03", "lvs-04"} {
		o.Until(row(name) + `?.className === 'ok'`)
	}
	o.see("running-alone")

	o.push()
	o.pushKey()
	d.say("start 2")
	o.follow("/monitoring")
	o.Until(serves)
	o.see("running-pair")

	d.say("traffic")
	// A busy machine may lose some; that no other does, TestKernelArticle004 sees.
	d.until("tally", regexp.MustCompile(`clients: \d+ answered, \d+ lost, by map\[lvs-03:\d+ lvs-04:\d+\]`))
	o.changeAndConfirm()
	o.changeAndForget()
	o.switchOver()
	d.until("tally", regexp.MustCompile(`clients: \d+ answered`))
}

// serves is the condition that this router is active, and the other standby.
const serves = `document.querySelector('#routers .router.ok + .router.calm')`

// see holds the page against what every page must keep, in its language.
func (o *operator) see(name string) {
	o.Until(`document.documentElement.lang === '` + o.lang + `'`)
	o.Check("article004-" + o.lang + "-" + name)
}

// follow clicks the link that leads to a page.
func (o *operator) follow(path string) { o.Press(`a[href="` + path + `"]`) }

// accept sends the form that is being filled in, into the draft.
func (o *operator) accept() { o.Press(`main .accept button.primary`) }

// firstUser makes the first user of a router's console, with the token that
// its terminal shows, in the language that is wanted.
func (o *operator) firstUser(router, lang string) {
	o.Open("/")
	// The second console has the language of the first: to the browser both
	// are one host.
	if browser.Eval[string](o.Browser, `document.documentElement.lang`) != lang {
		o.Press(`a[lang="` + lang + `"]`)
	}
	o.demo.say("setup " + router)
	token := o.demo.wait(regexp.MustCompile(`^lvs-0` + router + ` .*set-up token is (\S+)$`))[1]
	o.see("setup-" + router)
	o.Fill(`[name=token]`, token)
	o.Fill(`[name=user]`, "piranha")
	o.Fill(`[name=new]`, "correct horse")
	o.Fill(`[name=again]`, "correct horse")
	o.Press(`main form button.primary`)
	o.Until(`location.pathname === '/monitoring'`)
}

func (o *operator) globalSettings() {
	o.follow("/global")
	o.see("global-empty")
	o.Fill(`[name=primary]`, "10.10.1.31")
	o.Choose(`[name=network]`, "nat")
	o.Fill(`[name=nat_router]`, "10.8.8.30")
	o.Fill(`[name="nat_router.device"]`, "eth1:0")
	o.Fill(`[name=nat_nmask]`, "255.255.255.0")
	o.accept()
	o.see("global")
}

func (o *operator) redundancy() {
	o.follow("/redundancy")
	o.Choose(`[name=backup_active]`, "1")
	o.Fill(`[name=backup]`, "10.10.1.32")
	o.Fill(`[name=keepalive]`, "2")
	o.Fill(`[name=deadtime]`, "6")
	o.Choose(`[name=monitor_links]`, "1")
	o.accept()
	o.see("redundancy")
}

func (o *operator) virtualServer() {
	o.follow("/virtuals")
	o.see("virtuals-empty")
	o.follow("/virtual/new")
	o.Fill(`[name=name]`, "http_server")
	// A mistake is told beside its field, and what was typed stays.
	o.Fill(`[name=address]`, "10.10.1.300")
	o.Fill(`[name="address.device"]`, "eth0:1")
	o.accept()
	o.Until(`document.querySelector('[name=address]').value === '10.10.1.300' && document.getElementById('p-address').innerText !== ''`)
	o.see("virtual-mistake")
	o.Fill(`[name=address]`, "10.10.1.30")
	o.Fill(`[name=vip_nmask]`, "255.255.255.255")
	o.Fill(`[name=port]`, "80")
	o.Fill(`[name=fwmark]`, "80")
	o.Fill(`[name=persistent]`, "30")
	o.Choose(`[name=scheduler]`, "wlc")
	o.Choose(`[name=protocol]`, "tcp")
	o.Choose(`[name=active]`, "1")
	o.accept()
	o.see("virtual")
	for name, address := range map[string]string{"lvs-03": "10.8.8.33", "lvs-04": "10.8.8.34"} {
		o.follow("/virtual/servers?v=http_server")
		o.Press(`a[href^="/virtual/server/new"]`)
		o.Fill(`[name=name]`, name)
		o.Fill(`[name=address]`, address)
		o.Fill(`[name=weight]`, "1")
		o.Choose(`[name=active]`, "1")
		o.accept()
	}
	o.follow("/virtual/servers?v=http_server")
	o.see("servers")
	o.follow("/virtual/monitoring?v=http_server")
	o.Fill(`[name=send]`, `GET / HTTP/1.0\r\n\r\n`)
	o.Fill(`[name=expect]`, `HTTP`)
	o.Fill(`[name=timeout]`, "6")
	o.Fill(`[name=reentry]`, "15")
	o.accept()
	o.see("monitoring-scripts")
}

// apply reviews the draft, and puts it into effect where nobody serves yet.
func (o *operator) apply(note string) {
	o.follow("/review")
	o.Until(`document.querySelector('#plan:not([aria-busy])')`)
	o.see("review-new")
	o.Fill(`[name=note]`, note)
	o.Press(`form#apply button.primary`)
	o.Until(`!document.querySelector('.waits.draft')`)
	o.see("applied-new")
}

// edit changes the weight of lvs-04 by its form, reviews that, and puts it into
// effect, to be confirmed within so many seconds.
func (o *operator) edit(weight, seconds string) {
	o.follow("/virtuals")
	o.follow("/virtual/servers?v=http_server")
	o.follow("/virtual/server?s=lvs-04&v=http_server")
	o.Fill(`[name=weight]`, weight)
	o.accept()
	o.follow("/review")
	o.Until(`document.querySelector('#plan')?.innerText.includes('10.8.8.34:80')`)
	o.see("review-weight-" + weight)
	o.Choose(`[name=hold]`, seconds)
	o.Press(`form#apply button.primary`)
	o.Until(`document.querySelector('form[action="/change/rollback"]')`)
	o.see("change-" + weight)
}

// changeAndConfirm makes a change that stays, on both routers.
func (o *operator) changeAndConfirm() {
	o.edit("3", "300")
	o.Press(`form[action="/change/confirm"] button`)
	o.see("confirmed")
	o.follow("/monitoring")
	o.Until(row("lvs-04") + `?.innerText.includes('3')`)
	o.follow("/peer")
	o.look(`form[action="/peer/push"]`)
	o.see("peer-differs")
	o.pushAgain()
}

// changeAndForget makes a change that nobody confirms: it is taken back.
func (o *operator) changeAndForget() {
	o.edit("7", "30")
	o.Until(`!document.querySelector('form[action="/change/rollback"]')`)
	o.see("rolled-back")
	o.follow("/history")
	o.see("history")
	o.follow("/monitoring")
	o.Until(row("lvs-04") + `?.innerText.includes('3')`)
}

// switchOver has lvs-02 serve, and sees that from both consoles.
func (o *operator) switchOver() {
	o.follow("/switchover")
	o.see("switchover")
	o.Press(`form[action="/switchover"] button`)
	o.Until(`document.querySelector('#routers .router.calm + .router.ok')`)
	o.see("switched-over")

	o.At(second)
	o.firstUser("2", o.lang)
	o.Until(serves)
	o.see("second-console")
}

// push gives lvs-02 the lvs.cf of lvs-01: the account is let in at its
// terminal, its host key is confirmed once, and what differs is seen before.
func (o *operator) push() {
	pulse := o.demo.wait(regexp.MustCompile(`^pulse is (\S+) on both`))[1]
	o.follow("/redundancy")
	o.follow("/peer")
	o.see("peer-new")
	o.demo.say("authorize " + o.Text(`pre.command`))
	if host := browser.Eval[string](o.Browser, `document.querySelector('[name=host]').value`); host != "10.10.1.32" {
		o.Fail("the other router is %q", host)
	}
	if there := browser.Eval[string](o.Browser, `document.querySelector('[name=pulse]').value`); there != pulse {
		o.Fail("pulse there is %q", there)
	}
	o.Press(`form[action="/peer/settings"] button`)
	o.look(`form[action="/peer/trust"]`)
	o.see("peer-host-key")
	o.Tick(`form[action="/peer/trust"] [name=sure]`, true)
	o.Press(`form[action="/peer/trust"] button`)
	o.look(`form[action="/peer/push"]`)
	o.see("peer-looked")
	o.pushAgain()
	o.see("peer-pushed")
}

// pushKey gives lvs-02 the key that was made at the terminal of lvs-01.
func (o *operator) pushKey() {
	o.demo.say("keygen 1")
	o.demo.wait(regexp.MustCompile(`^lvs-01 .*lvs\.key`))
	o.follow("/redundancy")
	o.follow("/peer")
	o.Tick(`form[action="/peer/key"] [name=sure]`, true)
	o.Press(`form[action="/peer/key"] button`)
	o.Until(`document.querySelector('.steps') && document.querySelector('form[action="/peer/look"] button:not([disabled])')`)
	o.see("peer-key")
}

// look has the console look at the other router, unless it does so by itself,
// and waits for what that shows.
func (o *operator) look(sel string) {
	const free = `document.querySelector('form[action="/peer/look"] button:not([disabled])')`
	shows := `document.querySelector('` + sel + `')`
	o.Until(free + ` || ` + shows)
	if browser.Eval[bool](o.Browser, `!`+shows) {
		o.Press(`form[action="/peer/look"] button`)
	}
	o.Until(shows)
}

// pushAgain pushes, and waits until both have the same file.
func (o *operator) pushAgain() {
	o.Until(`document.querySelector('form[action="/peer/push"] button:not([disabled])')`)
	o.Press(`form[action="/peer/push"] button`)
	o.Until(`!document.querySelector('form[action="/peer/push"]') && document.querySelector('.steps')`)
}
