package e2e

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pacu/lab/browser"
)

// A demo is `make demo`, with the test at its terminal.
type demo struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser

	mu    sync.Mutex
	lines []string
	news  chan struct{}
}

// startDemo starts the cluster of article 004 as `make demo` does, and waits
// until it names the consoles.
func startDemo(t *testing.T, options ...string) *demo {
	t.Helper()
	if testing.Short() {
		t.Skip("browser tests are for make e2e")
	}
	bin, err := filepath.Abs("../../bin")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lab", "demo", "pulse", "nanny", "lvsgui"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			t.Skipf("%v: make e2e builds it", err)
		}
	}
	args := []string{"exec", "--timeout", "40m", "--forward", "3636", "--forward", "3637"}
	for _, name := range []string{"pulse", "nanny", "lvsgui"} {
		args = append(args, "--with", filepath.Join(bin, name))
	}
	d := &demo{t: t, cmd: exec.Command(filepath.Join(bin, "lab"), append(append(args, "--", filepath.Join(bin, "demo")), options...)...), news: make(chan struct{})}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.cmd.Stderr = os.Stderr
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); d.read(out) }()
	t.Cleanup(func() {
		d.say("q")
		select {
		case <-ended:
		case <-time.After(2 * time.Minute):
			d.cmd.Process.Signal(syscall.SIGTERM)
			<-ended
		}
		if err := d.cmd.Wait(); err != nil {
			t.Errorf("demo: %v", err)
		}
		if t.Failed() {
			t.Log(strings.Join(d.lines, "\n"))
		}
	})
	return d
}

func (d *demo) read(r io.Reader) {
	in := bufio.NewScanner(r)
	for in.Scan() {
		d.mu.Lock()
		d.lines = append(d.lines, in.Text())
		close(d.news)
		d.news = make(chan struct{})
		d.mu.Unlock()
	}
}

// say types a line of the menu.
func (d *demo) say(word string) {
	d.t.Helper()
	if _, err := io.WriteString(d.in, word+"\n"); err != nil {
		d.t.Errorf("demo does not listen: %v", err)
	}
}

// until types a word again and again, until what the demo says to it matches.
func (d *demo) until(word string, re *regexp.Regexp) {
	d.t.Helper()
	for range 300 {
		d.mu.Lock()
		from := len(d.lines)
		d.mu.Unlock()
		d.say(word)
		if d.after(from, re) {
			return
		}
	}
	d.t.Fatalf("demo never said %v to %q", re, word)
}

// after waits for the next line, past the first so many, that is an answer to
// the terminal, and reports whether it matches.
func (d *demo) after(from int, re *regexp.Regexp) bool {
	limit := time.After(time.Second)
	for i := from; ; {
		d.mu.Lock()
		lines, news := d.lines, d.news
		d.mu.Unlock()
		for ; i < len(lines); i++ {
			if re.MatchString(lines[i]) {
				return true
			}
		}
		select {
		case <-news:
		case <-limit:
			return false
		}
	}
}

// wait returns the first line that matches, as soon as the demo prints it.
func (d *demo) wait(re *regexp.Regexp) []string {
	d.t.Helper()
	limit := time.After(10 * time.Minute)
	for i := 0; ; {
		d.mu.Lock()
		lines, news := d.lines, d.news
		d.mu.Unlock()
		for ; i < len(lines); i++ {
			if m := re.FindStringSubmatch(lines[i]); m != nil {
				return m
			}
		}
		select {
		case <-news:
		case <-limit:
			d.t.Fatalf("demo never printed %v:\n%s", re, strings.Join(lines, "\n"))
		}
	}
}

const (
	first  = "https://127.0.0.1:3636"
	second = "https://127.0.0.1:3637"
)

// row is the table's row of a real server.
func row(name string) string {
	return `[...document.querySelectorAll('.services tr')].find(r => r.innerText.includes('` + name + `'))`
}

// TestBrowserCluster watches and reconfigures a running cluster from the
// console while things break.
func TestBrowserCluster(t *testing.T) {
	d := startDemo(t)
	password := d.wait(regexp.MustCompile(`user piranha, password (\S+)`))[1]
	b := browser.Open(t, first)
	b.LogIn("/monitoring", "piranha", password)
	b.Until(`!document.getElementById('live').hidden`)
	for _, name := range []string{"lvs-03", "lvs-04"} {
		b.Until(row(name) + `?.className === 'ok'`)
	}
	b.Until(`document.getElementById('status').innerText.includes('All is well')`)
	b.Check("cluster-light")
	b.Window(1440, 900, "dark")
	b.Check("cluster-dark")
	b.Window(1440, 900, "light")

	// A web server stops: the open page shows it down, and why.
	d.say("2")
	b.Until(row("lvs-04") + `?.className === 'bad'`)
	b.Until(row("lvs-04") + `.innerText.includes('refused')`)
	b.Check("cluster-server-down")
	d.say("3")

	// A mistake in lvs.cf is refused at its line; a good file is applied.
	b.Open("/configuration")
	b.Edit("scheduler = wlc", "scheduler = wlcc")
	b.Press(`button[value=keep]`)
	b.Until(`document.getElementById('line-27')?.className === 'bad'`)
	b.Check("cluster-configuration-error")
	b.Edit("scheduler = wlcc", "scheduler = wrr")
	b.Press(`button[value=review]`)
	b.Until(`document.querySelector('#apply')`)
	b.Check("cluster-review")
	b.Choose(`#apply [name=hold]`, "300")
	b.Press(`#apply button`)
	b.Until(`document.querySelector('form[action="/change/confirm"]')`)
	b.Check("cluster-change")
	b.Press(`form[action="/change/confirm"] button`)
	b.Until(`document.querySelector('.change .note.ok')`)
	d.wait(regexp.MustCompile(`lvs-01 .*serial_no 4`))
	b.Open("/monitoring")
	b.Until(`document.getElementById('services').innerText.includes('wrr')`)

	// The active router loses power: the other console shows who serves.
	b.At(second)
	b.LogIn("/monitoring", "piranha", password)
	b.Until(`document.querySelector('.routers').innerText.toLowerCase().includes('standby')`)
	b.Check("cluster-standby")
	d.say("1")
	d.wait(regexp.MustCompile(`lvs-02 .*partner dead: activating lvs`))
	b.Until(`document.getElementById('status').innerText.includes('silent')`)
	b.Check("cluster-takeover")
	b.Window(390, 844, "light")
	b.Check("cluster-takeover-narrow")
}
