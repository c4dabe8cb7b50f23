package web

import (
	"os"
	"strings"
	"testing"

	"pacu/lab/browser"
)

func TestBrowserVirtuals(t *testing.T) {
	s, _ := newConsole(t, true)
	// What the fake pulse runs besides http_server, and some that it does not.
	more := `virtual mail {
     active = 1
     address = 10.10.1.40 eth0:2
     port = 25
     scheduler = wrr
     server mx-1 {
         address = 10.8.8.41
         active = 1
         weight = 8
     }
     server mx-2 {
         address = 10.8.8.42
         active = 1
         weight = 8
     }
     server mx-3 {
         address = 10.8.8.43
         weight = 4
     }
     probe imaps {
         check = imap
         check_port = 993
         check_tls = 1
     }
}
virtual "a name with a full 2001:db8::/32 of letters" {
     address = 2001:db8::30 bond0.117:12
     ports = 80,443,8000-8100
     protocol = tcp+udp
     scheduler = mh
     max_connections = 7
}
`
	if err := os.WriteFile(s.ConfigPath, []byte(readFile(t, s.ConfigPath)+more), 0o640); err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t, s)
	b.LogIn("/virtuals", "piranha", password)
	looks := func(name string) {
		t.Helper()
		b.Check(name + "-light")
		b.Window(1440, 900, "dark")
		b.Check(name + "-dark")
		b.Window(390, 844, "light")
		b.Check(name + "-narrow")
		b.Window(1440, 900, "light")
	}
	looks("virtuals")

	// The search finds as one types, and keeps the keyboard where it is.
	browser.Eval[bool](b, `document.getElementById('q').focus(), window.untouched = true`)
	browser.Eval[bool](b, `(q => { q.value = 'MX-2'; q.dispatchEvent(new Event('input', {bubbles: true})); return true; })(document.getElementById('q'))`)
	b.Until(`document.querySelectorAll('#found tbody tr').length === 1 && document.activeElement.id === 'q' && window.untouched`)
	b.Until(`!document.getElementById('all').hidden`)

	// One box ticks all, and the buttons act on what is ticked.
	b.Open("/virtuals")
	browser.Eval[bool](b, `document.getElementById('all').click() || true`)
	b.Until(`document.querySelectorAll('input[name=t]:checked').length === 3`)
	b.Press(`#many button[value=off]`)
	b.Until(`document.querySelector('.flash').innerText.includes('Deactivated in your draft: http_server, mail') && document.querySelectorAll('tr.idle').length === 3`)
	b.Check("virtuals-draft")
	b.Press(`button[name=on][value="1:mail"]`)
	b.Until(`document.querySelectorAll('tr.idle').length === 2`)

	b.Open("/virtuals/delete?t=1%3Ahttp_server&t=1%3Amail")
	looks("virtuals-delete")
	b.Open("/virtual/duplicate?v=mail")
	b.Check("virtual-duplicate")

	b.Open("/virtual?v=mail")
	looks("virtual")
	b.Open("/virtual/new")
	b.Check("virtual-new")
	b.Open("/virtual/servers?v=mail")
	looks("servers")
	browser.Eval[bool](b, `(w => { w.value = 'x'; return true; })(document.querySelector('input[name="weight:1:mx-2"]'))`)
	b.Press(`#weights button`)
	b.Until(`document.querySelector('input[name="weight:1:mx-2"]').getAttribute('aria-invalid') === 'true'`)
	b.Check("servers-wrong-weight")
	b.Open("/virtual/server?v=mail&s=mx-2")
	b.Check("server")
	b.Open("/virtual/monitoring?v=mail")
	looks("scripts")
	b.Open("/virtual/probe?v=mail&p=imaps")
	b.Check("probe")

	// A wrong value is told as it is typed, without leaving the page.
	b.Open("/virtual?v=mail")
	browser.Eval[bool](b, `(w => { w.value = '99999'; w.dispatchEvent(new Event('change', {bubbles: true})); return true; })(document.querySelector('input[name=port]'))`)
	b.Until(`document.getElementById('p-port').innerText.includes('99999')`)
	b.Press(`form.block button.primary`)
	b.Until(`document.querySelector('.note.bad') !== null && document.querySelector('input[name=port]').value === '99999'`)
	b.Check("virtual-wrong")

	b.Open("/virtuals")
	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh'`)
	b.Check("virtuals-zh")
	for path, name := range map[string]string{
		"/virtual?v=mail": "virtual-zh", "/virtual/servers?v=mail": "servers-zh", "/virtual/monitoring?v=mail": "scripts-zh",
		"/virtuals/delete?t=1%3Ahttp_server&t=1%3Amail": "virtuals-delete-zh",
	} {
		b.Open(path)
		b.Check(name)
	}
	if text := draftText(t, s); !strings.Contains(text, "virtual mail {\n     active = 1\n") {
		t.Errorf("the draft is\n%s", text)
	}
}
