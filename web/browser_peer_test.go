package web

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/lab/browser"
	"pacu/peer/peertest"
)

// TestBrowserPeer goes the whole way, as an administrator does it once: set the
// connection up, confirm the host key, push, be told of a difference, push and
// fetch; then an impostor appears.
func TestBrowserPeer(t *testing.T) {
	s, p := newConsole(t, true)
	r := peertest.Start(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(s.ConfigPath), "lvs.key"), []byte(strings.Repeat("5ec2e7ab", 8)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.change(time.Now(), func(snap *control.Snapshot) {
		snap.Router.Key, snap.Partner.Keyed, snap.Partner.SerialNo, snap.Partner.ConfigDiffers = "3f1c", true, 2, true
		snap.Config.SHA256 = hash([]byte(readFile(t, s.ConfigPath)))
	})
	b := openBrowser(t, s)
	look := func(name string) {
		t.Helper()
		for _, v := range []struct {
			name   string
			width  int64
			scheme string
		}{{"light", 1440, "light"}, {"dark", 1440, "dark"}, {"narrow", 390, "light"}} {
			b.Window(v.width, 900, v.scheme)
			b.Check(name + "-" + v.name)
		}
		b.Window(1440, 900, "light")
	}
	now := func(words string) {
		t.Helper()
		b.Until(`document.getElementById('now').innerText.includes(` + strconv.Quote(words) + `)`)
	}
	b.LogIn("/peer", "piranha", password)
	look("peer-new")

	// Wrong settings come back with what is wrong.
	fill := func(id, value string) {
		t.Helper()
		browser.Eval[bool](b, `(document.getElementById('`+id+`').value = `+strconv.Quote(value)+`) === null`)
	}
	for name, values := range settingsOf(r) {
		if name == "user" {
			name = "account"
		}
		fill(name, values[0])
	}
	fill("pulse", "/usr/sbin/pulse; reboot")
	b.Press(`form[action="/peer/settings"] button`)
	b.Until(`document.querySelectorAll('.wrong').length === 1`)
	look("peer-wrong")
	fill("pulse", "/usr/sbin/pulse")
	b.Press(`form[action="/peer/settings"] button`)
	now("which nobody has confirmed yet")
	look("peer-unknown-host")

	// Confirmed, but the console's key is not there yet.
	b.Until(`document.querySelector('form[action="/peer/trust"] input[type=checkbox]').click() === undefined`)
	b.Press(`form[action="/peer/trust"] button`)
	now("authorized_keys")
	look("peer-denied")

	// Let in, it finds a router without lvs.cf, and pushes.
	admit(t, s, r)
	b.Press(`form[action="/peer/look"] button`)
	now("has no lvs.cf yet")
	look("peer-empty")
	b.Press(`form[action="/peer/push"] button`)
	now("Both routers have the same lvs.cf.")
	look("peer-pushed")

	// Somebody edits there.
	theirs := filepath.Join(r.Folder, "lvs.cf")
	other := strings.NewReplacer("deadtime = 6", "deadtime = 18", "scheduler = wlc", "scheduler = rr", "serial_no = 3", "serial_no = 2").Replace(readFile(t, theirs))
	if err := os.WriteFile(theirs, []byte(other), 0o640); err != nil {
		t.Fatal(err)
	}
	b.Press(`form[action="/peer/look"] button`)
	now("What differs")
	look("peer-differs")

	// Pushed, it is refused there, and nothing is replaced.
	r.Change(func() {
		r.Answer = func(command string) (string, uint8) {
			if strings.Contains(command, " check ") {
				path := strings.Fields(command)[2]
				return path + `:7:1: error: no directive is called "announce_refresh": see lvs.cf(5)` + "\n" + path + ": 1 error\n", 1
			}
			return peertest.Pulse(command)
		}
	})
	b.Press(`form[action="/peer/push"] button`)
	now("pulse there refuses the file")
	look("peer-refused")
	r.Change(func() { r.Answer = nil })

	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh'`)
	now("差异")
	look("peer-differs-zh")
	b.Press(`form[action="/peer/push"] button`)
	now("两台路由器的 lvs.cf 相同")
	browser.Eval[bool](b, `document.querySelector('form[action="/peer/key"] input[type=checkbox]').click() === undefined`)
	if os.Geteuid() == 0 {
		b.Press(`form[action="/peer/key"] button`)
		now("本机 pulse 重新加载")
		b.Until(`!document.getElementById('now').hasAttribute('hx-get')`)
		look("peer-key-zh")
	}

	// An impostor.
	r.Change(func() { r.Host = peertest.NewSigner(t) })
	b.Press(`form[action="/peer/look"] button`)
	now("对端出示的主机密钥与已确认的不同")
	look("peer-changed-zh")
	b.Press(`.languages a[lang=en]`)
	now("another host key than the one confirmed")
	look("peer-changed")
}
