package web

import (
	"os"
	"strings"
	"testing"
	"time"

	"pacu/lab/browser"
)

func TestBrowserSettings(t *testing.T) {
	s, p := newConsole(t, true)
	if err := os.WriteFile(s.ConfigPath, []byte(onDisk(t, s)+`track_script uplink {
     command = "/usr/local/bin/uplink --fast"
     interval = 500ms
}
track_script disk {
     active = 0
     command = "/usr/local/bin/disk /var"
}
`), 0o644); err != nil {
		t.Fatal(err)
	}
	p.change(time.Now(), uneasy)
	b := openBrowser(t, s)
	b.LogIn("/monitoring", "piranha", password)
	shoot := func(path, name string) {
		t.Helper()
		for _, look := range []struct {
			name, scheme  string
			width, height int64
		}{{"light", "light", 1440, 900}, {"dark", "dark", 1440, 900}, {"narrow", "light", 390, 844}} {
			b.Window(look.width, look.height, look.scheme)
			b.Open(path)
			b.Check(name + "-" + look.name)
		}
		b.Window(1440, 900, "light")
	}
	shoot("/global", "global")
	shoot("/redundancy", "redundancy")
	shoot("/failovers", "failovers")
	shoot("/failover/new", "failover-new")
	shoot("/redundancy/script?name=uplink", "script")

	// A wrong value is said beside its field before anything is sent, and a
	// right one takes that away.
	b.Open("/redundancy")
	browser.Eval[bool](b, `window.untouched = true`)
	b.Fill("#f-deadtime", "1")
	b.Until(`document.querySelector('#p-deadtime .bad') !== null`)
	b.Check("redundancy-typing")
	b.Fill("#f-deadtime", "9")
	b.Until(`document.querySelector('#p-deadtime .bad') === null`)
	if !browser.Eval[bool](b, `window.untouched === true`) {
		t.Error("the page was loaded again")
	}

	// Sent wrong, all of it comes back; then it is mended and in the draft. What
	// is said beside a field moves the button: it is pressed after that.
	b.Fill("#f-heartbeat_port", "70000")
	b.Until(`document.querySelector('#p-heartbeat_port .bad') !== null`)
	b.Fill("#f-witness", "10.10.1.1, 10.10.1.254")
	b.Press(".accept button")
	b.Until(`document.querySelector('.note.bad a[href="#f-heartbeat_port"]') !== null`)
	b.Check("redundancy-refused")
	b.Fill("#f-heartbeat_port", "1539")
	b.Until(`document.querySelector('#p-heartbeat_port .bad') === null`)
	b.Press(".accept button")
	b.Until(`document.querySelector('.flash') !== null`)
	b.Check("redundancy-accepted")
	if d := drafted(t, s); !strings.Contains(d, "heartbeat_port = 1539") || !strings.Contains(d, "witness = 10.10.1.1,10.10.1.254") || !strings.Contains(d, "deadtime = 9") {
		t.Errorf("the draft is\n%s", d)
	}

	// A script, by hand.
	b.Press(`a[href="/redundancy/script/new"]`)
	b.Until(`document.querySelector('#f-command') !== null`)
	b.Fill("#f-name", "gateway")
	b.Fill("#f-command", "/bin/ping -c 1 10.10.1.1")
	b.Press(".accept button")
	b.Until(`document.querySelector('#scripts').innerText.includes('gateway')`)

	// In Chinese.
	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh'`)
	shoot("/redundancy", "redundancy-zh")
	shoot("/global", "global-zh")
	b.Open("/redundancy")
	b.Fill("#f-deadtime", "1")
	b.Until(`document.querySelector('#p-deadtime .bad') !== null`)
	b.Check("redundancy-typing-zh")
	shoot("/failover/new", "failover-new-zh")
}
