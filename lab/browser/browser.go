// Package browser drives a headless Chromium for tests of the console, and
// holds every page against what every page must keep: its security policy,
// contrast, labels, axe-core's rules for WCAG 2.2 AA, and no scrolling sideways.
package browser

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// program is Debian's Chromium.
const program = "/usr/bin/chromium"

// contrastJS returns the texts of a page whose contrast is below WCAG's AA.
//
//go:embed contrast.js
var contrastJS string

// A Browser is a Chromium on a console. Its methods fail the test, with a
// picture of what was to be seen, when something does not work.
type Browser struct {
	t    *testing.T
	ctx  context.Context
	base string
	dir  string // for pictures
}

// patience bounds a test's life and Until's waiting; an emulated cluster on a
// busy machine needs a part of it.
const (
	life     = 40 * time.Minute
	patience = 3 * time.Minute
)

// Open starts a browser for the console at base, "https://127.0.0.1:3636". It
// skips the test in short runs and where there is no Chromium. Pictures go to the folder SHOTS
// names, else nowhere that lasts.
func Open(t *testing.T, base string) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("browser tests are for make e2e")
	}
	if _, err := os.Stat(program); err != nil {
		t.Skipf("no browser to test with: %v", err)
	}
	b := &Browser{t: t, base: base, dir: os.Getenv("SHOTS")}
	if b.dir == "" {
		b.dir = t.TempDir()
	} else if err := os.MkdirAll(b.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	// Its folder is chromedp's own, which is removed again and again until no
	// child of the browser writes there any more.
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.IgnoreCertErrors,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-GB"),
	)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	tab, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	tab, stop = context.WithTimeout(tab, life)
	t.Cleanup(stop)
	b.ctx = tab
	b.command("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": `
		window.complaints = [];
		addEventListener('securitypolicyviolation', e => complaints.push('policy: ' + e.violatedDirective + ' ' + e.blockedURI));
		addEventListener('error', e => complaints.push('error: ' + e.message));`})
	b.Window(1440, 900, "light")
	return b
}

// At makes further Opens go to another console.
func (b *Browser) At(base string) { b.base = base }

// Do carries actions out.
func (b *Browser) Do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.Picture("failed")
		b.t.Fatal(err)
	}
}

func (b *Browser) command(method string, params map[string]any) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		return chromedp.Void{}, t.Call(ctx, method, params, nil)
	})
	if err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

// Window sets the window's size, and the colour scheme: "light" or "dark".
func (b *Browser) Window(width, height int64, scheme string) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(width, height))
	b.command("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{
		{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"},
	}})
}

// Open goes to a page of the console.
func (b *Browser) Open(path string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(b.base + path))
}

// Eval evaluates a JavaScript expression of type T.
func Eval[T any](b *Browser, js string, opts ...chromedp.EvaluateOption) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, opts...))
	if err != nil {
		b.Picture("failed")
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// Until waits for a JavaScript condition, of this page or of the one that takes
// its place.
func (b *Browser) Until(condition string) {
	b.t.Helper()
	end := time.Now().Add(patience)
	for {
		js := fmt.Sprintf(`new Promise(done => {
			const end = Date.now() + %d;
			const look = () => { if (%s) done(true); else if (Date.now() > end) done(false); else setTimeout(look, 20); };
			look();
		})`, time.Until(end).Milliseconds(), condition)
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](js, chromedp.EvalAwaitPromise))
		if ok {
			return
		}
		// A page that goes takes its promises along: its successor is asked.
		if err != nil && b.ctx.Err() == nil && time.Now().Before(end) {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		b.Picture("failed")
		b.t.Fatalf("never came true: %s (%v)\n%s", condition, err, Eval[string](b, `document.body.innerText`))
	}
}

// pressJS clicks what can be seen of a selector and is not disabled, in one step:
// a page that lives may move between a look and a click.
const pressJS = `(() => {
	const e = document.querySelector(%q);
	if (!e || e.disabled) return false;
	e.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
	const [r] = e.getClientRects();
	if (!r || !e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2))) return false;
	e.click();
	return true;
})()`

// Press clicks what a CSS selector selects, as soon as a hand could, and waits
// for the page it leads to.
func (b *Browser) Press(sel string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	look := chromedp.Evaluate[bool](fmt.Sprintf(pressJS, sel))
	press := func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for {
			if pressed, err := look(ctx, t); pressed || err != nil {
				return chromedp.Void{}, err
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				return chromedp.Void{}, fmt.Errorf("not there, disabled or covered: %w", ctx.Err())
			}
		}
	}
	if _, err := chromedp.RunResponse(ctx, press); err != nil {
		b.Picture("failed")
		b.t.Fatalf("press %s: %v", sel, err)
	}
}

// Keys types, and waits for the page that this leads to.
func (b *Browser) Keys(keys string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(keys)); err != nil {
		b.Picture("failed")
		b.t.Fatalf("keys: %v", err)
	}
}

// LogIn opens the console and logs in by keyboard alone.
func (b *Browser) LogIn(path, user, password string) {
	b.t.Helper()
	b.Open(path)
	b.Until(`document.activeElement.id === 'user'`)
	b.Keys(user + "\t" + password + "\r")
	b.Until(fmt.Sprintf(`location.pathname !== '/login' && location.pathname.startsWith(%q)`, path))
}

// Edit replaces text in the editor of lvs.cf.
func (b *Browser) Edit(from, to string) {
	b.t.Helper()
	if !Eval[bool](b, fmt.Sprintf(`(() => {
		const a = document.getElementById('text'), was = a.value;
		a.value = was.replace(%q, %q);
		a.dispatchEvent(new Event('input'));
		return a.value !== was;
	})()`, from, to)) {
		b.t.Fatalf("the editor has no %q", from)
	}
}

// Picture saves what the browser shows, all of the page.
func (b *Browser) Picture(name string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Errorf("picture of %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(b.dir, name+".png"), png, 0o644); err != nil {
		b.t.Error(err)
	}
}

// Check holds the page against what every page must keep, and saves a picture.
func (b *Browser) Check(name string) {
	b.t.Helper()
	for _, c := range Eval[[]string](b, `window.complaints`) {
		b.t.Errorf("%s: %s", name, c)
	}
	for _, c := range Eval[[]string](b, contrastJS) {
		b.t.Errorf("%s: contrast: %s", name, c)
	}
	for _, c := range Eval[[]string](b, `[...document.querySelectorAll('input:not([type=hidden]), textarea, select')].filter(e => !e.labels.length && !e.ariaLabel).map(e => e.outerHTML)`) {
		b.t.Errorf("%s: no label: %s", name, c)
	}
	for _, c := range b.axe() {
		b.t.Errorf("%s: %s", name, c)
	}
	if wide := Eval[int](b, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		b.t.Errorf("%s: %d px too wide", name, wide)
	}
	b.Picture(name)
}
