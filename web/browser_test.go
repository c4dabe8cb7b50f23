package web

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"pacu/control"
)

// contrastJS returns the texts of a page whose contrast is below WCAG's AA.
//
//go:embed testdata/contrast.js
var contrastJS string

// A browser is a Chromium on a console.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string
	dir  string // for pictures
}

// openBrowser serves s as lvsgui does and opens a browser, or skips the test.
func openBrowser(t *testing.T, s *Server) *browser {
	t.Helper()
	const path = "/usr/bin/chromium"
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no browser to test with: %v", err)
	}
	b := &browser{t: t, dir: os.Getenv("SHOTS")}
	if b.dir == "" {
		b.dir = t.TempDir()
	} else if err := os.MkdirAll(b.dir, 0o755); err != nil {
		t.Fatal(err)
	}
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
	b.base = "https://" + l.Addr().String()

	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.IgnoreCertErrors,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-GB"),
	)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	tab, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	tab, stop = context.WithTimeout(tab, 3*time.Minute)
	t.Cleanup(stop)
	b.ctx = tab
	b.command("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": `
		window.complaints = [];
		addEventListener('securitypolicyviolation', e => complaints.push('policy: ' + e.violatedDirective + ' ' + e.blockedURI));
		addEventListener('error', e => complaints.push('error: ' + e.message));`})
	b.window(1440, 900, "light")
	return b
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.picture("failed")
		b.t.Fatal(err)
	}
}

func (b *browser) command(method string, params map[string]any) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		return chromedp.Void{}, t.Call(ctx, method, params, nil)
	})
	if err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

// window sets the window's size, and the colour scheme.
func (b *browser) window(width, height int64, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
	b.command("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{
		{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"},
	}})
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// eval evaluates a JavaScript expression of type T.
func eval[T any](b *browser, js string, opts ...chromedp.EvaluateOption) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, opts...))
	if err != nil {
		b.picture("failed")
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits for a JavaScript condition, frame by frame.
func (b *browser) until(condition string) {
	b.t.Helper()
	ok := eval[bool](b, fmt.Sprintf(`new Promise(done => {
		const end = Date.now() + 20000;
		const look = () => { if (%s) done(true); else if (Date.now() > end) done(false); else setTimeout(look, 20); };
		look();
	})`, condition), chromedp.EvalAwaitPromise)
	if !ok {
		b.picture("failed")
		b.t.Fatalf("never came true: %s\n%s", condition, eval[string](b, `document.body.innerText`))
	}
}

// press clicks what sel selects and waits for the page it leads to.
func (b *browser) press(sel string) {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(sel))); err != nil {
		b.picture("failed")
		b.t.Fatalf("press %s: %v", sel, err)
	}
}

// picture saves what the browser shows, all of the page.
func (b *browser) picture(name string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`(scrollTo(0, 0), true)`)); err != nil {
		b.t.Error(err)
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Errorf("picture of %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(b.dir, name+".png"), png, 0o644); err != nil {
		b.t.Error(err)
	}
}

// check holds the page against what every page must keep: the policy, the
// contrast, names for all fields, and no scrolling sideways.
func (b *browser) check(name string) {
	b.t.Helper()
	for _, c := range eval[[]string](b, `window.complaints`) {
		b.t.Errorf("%s: %s", name, c)
	}
	for _, c := range eval[[]string](b, contrastJS) {
		b.t.Errorf("%s: contrast: %s", name, c)
	}
	for _, c := range eval[[]string](b, `[...document.querySelectorAll('input:not([type=hidden]), textarea, select')].filter(e => !e.labels.length).map(e => e.outerHTML)`) {
		b.t.Errorf("%s: no label: %s", name, c)
	}
	if wide := eval[int](b, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		b.t.Errorf("%s: %d px too wide", name, wide)
	}
	b.picture(name)
}

// logIn logs in by keyboard alone.
func (b *browser) logIn() {
	b.t.Helper()
	b.until(`document.activeElement.id === 'user'`)
	if _, err := chromedp.RunResponse(b.ctx, chromedp.KeyEvent("piranha\t"+password+"\r")); err != nil {
		b.picture("failed")
		b.t.Fatalf("log in: %v", err)
	}
	b.until(`location.pathname === '/monitoring'`)
}

func TestBrowserMonitoring(t *testing.T) {
	s, p := newConsole(t, true)
	b := openBrowser(t, s)
	b.open("/")
	b.check("login-light")
	b.logIn()
	b.until(`!document.getElementById('live').hidden`)
	b.check("monitoring-light")

	// A server goes down: the page shows it by itself, with why.
	row := `[...document.querySelectorAll('.services tr')].find(r => r.innerText.includes('lvs-04'))`
	if up := eval[bool](b, row+`.className === 'ok'`); !up {
		t.Fatal("lvs-04 is not up at first")
	}
	eval[bool](b, `window.untouched = true`)
	p.change(time.Now(), func(s *control.Snapshot) {
		r := &s.Services[0].Servers[1]
		r.Health, r.Why, r.Since, r.InKernel, r.KernelWeight, r.Active, r.Inactive = control.Down, "connect 10.8.8.34:80: timeout <after> 6s", time.Now(), false, 0, 0, 0
		s.Trouble = append(s.Trouble, "http_server: real server lvs-04 (10.8.8.34:80) is down: timeout")
	})
	b.until(row + `.className === 'bad'`)
	b.until(row + `.innerText.includes('timeout <after> 6s')`)
	b.until(`document.getElementById('status').innerText.includes('lvs-04')`)
	if !eval[bool](b, `window.untouched === true`) {
		t.Error("the page was loaded again")
	}
	b.window(1440, 900, "dark")
	b.check("monitoring-dark")
	b.window(390, 844, "light")
	b.check("monitoring-narrow")
	b.window(1440, 900, "light")

	// pulse ends: the page says so and shows what the file wants.
	p.fail(fmt.Errorf("%w: nobody answers on /run/pulse/control.sock", control.ErrNotRunning))
	b.until(`document.getElementById('status').innerText.includes('pulse does not answer')`)
	b.until(`document.getElementById('services').innerText.includes('lvs-03')`)
	b.check("monitoring-pulse-down")
	p.fail(nil)
	b.until(`!document.getElementById('status').innerText.includes('pulse does not answer')`)

	p.change(time.Now(), func(s *control.Snapshot) {
		s.Trouble = nil
		s.Services = s.Services[:1]
	})
	b.until(`document.querySelectorAll('.services tbody').length === 1`)
	b.until(`document.getElementById('status').innerText.includes('All is well')`)
	b.check("monitoring-well")

	// Another language, by the switch.
	b.press(`.languages a[lang=zh]`)
	b.until(`document.documentElement.lang === 'zh' && !document.getElementById('live').hidden`)
	p.change(time.Now(), func(*control.Snapshot) {})
	b.until(`document.querySelectorAll('.services tbody').length === 3`)
	b.check("monitoring-zh")
	b.open("/configuration")
	b.check("configuration-zh")
}

func TestBrowserHonestWhenTheStreamIsLost(t *testing.T) {
	s, _ := newConsole(t, true)
	b := openBrowser(t, s)
	b.open("/")
	b.logIn()
	b.until(`!document.getElementById('live').hidden`)
	s.hub.asking.Lock() // nothing is looked at, and nothing sent
	b.until(`document.getElementById('stale').innerText.startsWith('No live data since') && document.getElementById('live').hidden`)
	b.check("monitoring-stale")
	s.hub.asking.Unlock()
	b.until(`document.getElementById('stale').hidden && !document.getElementById('live').hidden`)
}

func TestBrowserConfiguration(t *testing.T) {
	s, p := newConsole(t, true)
	b := openBrowser(t, s)
	b.open("/configuration")
	b.until(`document.activeElement.id === 'user'`)
	if _, err := chromedp.RunResponse(b.ctx, chromedp.KeyEvent("piranha\t"+password+"\r")); err != nil {
		t.Fatal(err)
	}
	b.until(`location.pathname === '/configuration'`)
	b.check("configuration-light")

	// A mistake is shown at its line and the text is kept.
	edit := func(from, to string) {
		eval[bool](b, fmt.Sprintf(`(() => { const a = document.getElementById('text'); a.value = a.value.replace(%q, %q); a.dispatchEvent(new Event('input')); return true; })()`, from, to))
	}
	edit("scheduler = wlc", "scheduler = wlcc")
	b.press(`button[value=save]`)
	b.until(`document.getElementById('line-27')?.className === 'bad'`)
	b.until(`document.querySelector('.beside').innerText.includes('wlcc')`)
	b.check("configuration-error-light")
	b.do(chromedp.Click(chromedp.CSS(`.problems a[data-line="27"]`)))
	if got := eval[string](b, `(a => a.value.slice(a.selectionStart, a.selectionEnd))(document.getElementById('text'))`); strings.TrimSpace(got) != "scheduler = wlcc" {
		t.Errorf("the link selects %q", got)
	}
	b.window(1440, 900, "dark")
	b.check("configuration-error-dark")
	b.window(390, 844, "light")
	b.check("configuration-error-narrow")
	b.window(1440, 900, "light")

	edit("scheduler = wlcc", "scheduler = wrr")
	b.press(`button[value=save]`)
	b.until(`document.querySelector('.flash')?.innerText.includes('Saved as serial 4.')`)
	b.check("configuration-saved")
	if got := readFile(t, s.ConfigPath); !strings.Contains(got, "scheduler = wrr") || !strings.Contains(got, "serial_no = 4") || strings.Contains(got, "\r") {
		t.Errorf("saved\n%s", got)
	}
	if p.reloads != 1 {
		t.Errorf("pulse reloaded %d times", p.reloads)
	}

	// Somebody else's edit meanwhile.
	edit("debug_level = NONE", "debug_level = MAX")
	theirs := strings.Replace(readFile(t, s.ConfigPath), "deadtime = 6", "deadtime = 18", 1)
	if err := os.WriteFile(s.ConfigPath, []byte(theirs), 0o640); err != nil {
		t.Fatal(err)
	}
	b.press(`button[value=save]`)
	b.until(`document.querySelector('.theirs').innerText.includes('deadtime = 18')`)
	b.check("configuration-conflict")

	b.open("/password")
	b.check("password")
	b.press(`form[action="/logout"] button`)
	b.until(`location.pathname === '/login'`)
}

func TestBrowserSetup(t *testing.T) {
	s, _ := newConsoleWithoutUsers(t, true)
	b := openBrowser(t, s)
	b.open("/")
	b.check("setup")
}
