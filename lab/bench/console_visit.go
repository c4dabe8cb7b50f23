package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"pacu/control"
)

// A console is an lvsgui process with its stand-in of pulse.
type console struct {
	dir   string
	base  string // http://127.0.0.1:PORT
	pulse *consolePulse
	cmd   *exec.Cmd
	http  *http.Client
	stop  context.CancelFunc // of the control socket
	done  chan error         // its end
}

// openConsole starts lvsgui, which is looked for beside this program first,
// with an lvs.cf of so many virtuals, and logs in.
func openConsole(ctx context.Context, virtuals int) (_ *console, err error) {
	dir, err := os.MkdirTemp("", "pacu-console")
	if err != nil {
		return nil, err
	}
	c := &console{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	config, socket, state := filepath.Join(dir, "lvs.cf"), filepath.Join(dir, "control.sock"), filepath.Join(dir, "state")
	if err := os.WriteFile(config, lvsFile(virtuals), 0o640); err != nil {
		return nil, err
	}
	if c.pulse, err = newConsolePulse(config); err != nil {
		return nil, err
	}
	l, err := control.Listen(socket, "")
	if err != nil {
		return nil, err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop, c.done = stop, make(chan error, 1)
	go func() { c.done <- control.Serve(serving, l, c.pulse) }()

	program := besides("lvsgui")
	password := rand.Text()
	set := exec.CommandContext(ctx, program, "passwd", "--state", state)
	set.Stdin = strings.NewReader(password + "\n")
	if out, err := set.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("lvsgui passwd: %w: %s", err, out)
	}
	c.cmd = exec.Command(program, "--http", "--listen", "127.0.0.1:0", "--state", state, "--config", config, "--control", socket)
	logged, err := c.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		c.cmd = nil
		return nil, err
	}
	if c.base, err = readURL(logged); err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c.http = &http.Client{Jar: jar, Timeout: time.Minute}
	_, err = c.post(ctx, "/login", url.Values{"user": {"piranha"}, "password": {password}})
	return c, err
}

// readURL returns where lvsgui says that it is, and goes on reading so that it
// is never held up.
func readURL(log io.Reader) (string, error) {
	in := bufio.NewScanner(log)
	at := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	for in.Scan() {
		if u := at.FindString(in.Text()); u != "" {
			go io.Copy(io.Discard, log)
			return u, nil
		}
	}
	return "", errors.Join(errors.New("lvsgui ended"), in.Err())
}

// besides is a program's path beside this one's, or its name where there is
// none.
func besides(name string) string {
	if self, err := os.Executable(); err == nil {
		if path := filepath.Join(filepath.Dir(self), name); exec.Command(path, "--version").Run() == nil {
			return path
		}
	}
	return name
}

func (c *console) pid() int { return c.cmd.Process.Pid }

func (c *console) close() error {
	var err error
	if c.cmd != nil {
		err = c.cmd.Process.Signal(syscall.SIGTERM)
		err = errors.Join(err, c.cmd.Wait())
	}
	if c.stop != nil {
		c.stop()
		err = errors.Join(err, <-c.done)
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

// A visit is one page as it came.
type visit struct {
	first, full time.Duration // to the first byte, and to the last
	size        int           // bytes of the page
	body        []byte
}

func (c *console) visit(ctx context.Context, path string) (visit, error) {
	var first time.Time
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotFirstResponseByte: func() { first = time.Now() }})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return visit{}, err
	}
	return c.do(req, &first)
}

// post sends a form, and returns the page that it leads to.
func (c *console) post(ctx context.Context, path string, form url.Values) (visit, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return visit{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", c.base)
	return c.do(req, new(time.Time))
}

func (c *console) do(req *http.Request, first *time.Time) (visit, error) {
	began := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return visit{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return visit{}, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err)
	}
	if resp.StatusCode != http.StatusOK {
		return visit{}, fmt.Errorf("%s %s: %s: %.300s", req.Method, req.URL.Path, resp.Status, body)
	}
	return visit{first.Sub(began), time.Since(began), len(body), body}, nil
}

// A viewer has a live page open.
type viewer struct {
	body  io.ReadCloser
	news  chan struct{} // something came
	state chan tallied  // of one: what came so far
}

type tallied struct {
	bytes, beats int
	err          error
}

var streamAttr = regexp.MustCompile(`"(/monitoring/stream[^"]*)"`)

// watch opens a page, and its stream as the page would.
func (c *console) watch(ctx context.Context, path string) (*viewer, error) {
	page, err := c.visit(ctx, path)
	if err != nil {
		return nil, err
	}
	m := streamAttr.FindSubmatch(page.body)
	if m == nil {
		return nil, fmt.Errorf("%s has no stream", path)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+strings.ReplaceAll(string(m[1]), "&amp;", "&"), nil)
	if err != nil {
		return nil, err
	}
	forever := &http.Client{Jar: c.http.Jar, Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext}}
	resp, err := forever.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("stream of %s: %s", path, resp.Status)
	}
	v := &viewer{body: resp.Body, news: make(chan struct{}, 1), state: make(chan tallied, 1)}
	v.state <- tallied{}
	go v.read()
	return v, nil
}

func (v *viewer) read() {
	in := bufio.NewReaderSize(v.body, 1<<16)
	for {
		line, err := in.ReadBytes('\n')
		t := <-v.state
		t.err = err
		switch {
		case bytes.HasPrefix(line, []byte("event: beat")):
			t.beats++
		case bytes.HasPrefix(line, []byte("data: <")):
			t.bytes += len(line)
		}
		v.state <- t
		select {
		case v.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// until waits for what has come to be enough, at most a minute.
func (v *viewer) until(ctx context.Context, enough func(tallied) bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		t := <-v.state
		v.state <- t
		switch {
		case enough(t):
			return nil
		case t.err != nil:
			return fmt.Errorf("stream: %w", t.err)
		}
		select {
		case <-v.news:
		case <-ctx.Done():
			return fmt.Errorf("stream: %w", ctx.Err())
		}
	}
}

// beats waits for n more looks at pulse.
func (v *viewer) beats(ctx context.Context, n int) error {
	t := <-v.state
	v.state <- t
	return v.until(ctx, func(now tallied) bool { return now.beats >= t.beats+n })
}

// bytes are those of the parts of the page that came so far.
func (v *viewer) bytes() int {
	t := <-v.state
	v.state <- t
	return t.bytes
}

// changed waits for more parts than those of before, and all that come with
// them.
func (v *viewer) changed(ctx context.Context, before int) error {
	if err := v.until(ctx, func(t tallied) bool { return t.bytes > before }); err != nil {
		return err
	}
	return v.beats(ctx, 1)
}

func (v *viewer) close() { v.body.Close() }
