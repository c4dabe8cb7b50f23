package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"pacu/lab/article004"
)

const blankMenu = `
  setup N       a one-time token for the first user of the console of lvs-0N
  start N       start pulse on lvs-0N, as its init script does at boot
  keygen N      pulse keygen on lvs-0N: the key of the heartbeats
  authorize KEY let KEY log in to lvs-02 over ssh; the account for lvs.cf
  traffic       clients begin to ask for pages
  tally         how many were answered since, and by whom
  s             status: what the active router's pulse knows, and ipvsadm -ln
  q             quit
`

// blank is the article's cluster with nothing set up: no lvs.cf, no pulse, and
// consoles that nobody has logged in to.
func blank(ctx context.Context, out *screen, words <-chan string) error {
	out.printf("building the cluster of article 004, with nothing set up ...")
	p, err := article004.New(out.line)
	if err != nil {
		return err
	}
	defer p.Close()
	d := &demo{pair: p, out: out}
	for i, r := range p.Routers {
		if err := r.StartSSH(ctx); err != nil {
			return err
		}
		if err := r.RestartConsole(); err != nil {
			return err
		}
		if err := r.Expose(fmt.Sprintf(":%d", 3636+i), "127.0.0.1:3636"); err != nil {
			return err
		}
	}
	var tasks sync.WaitGroup
	defer tasks.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	tasks.Go(func() {
		if err := p.Watch(ctx); err != nil {
			out.printf("watching the addresses: %v", err)
		}
	})
	pulse, err := exec.LookPath("pulse")
	if err != nil {
		return err
	}
	out.printf("\npulse is %s on both routers\nconsole of lvs-01: https://127.0.0.1:3636/   of lvs-02: https://127.0.0.1:3637/\n%s", pulse, blankMenu)
	traffic := sync.OnceFunc(func() { tasks.Go(func() { p.Steady.Run(ctx) }) })
	return serveMenu(ctx, out, words, func(word string) error {
		verb, rest, _ := strings.Cut(word, " ")
		switch verb {
		case "setup":
			r, err := d.router(rest)
			if err != nil {
				return err
			}
			said, err := r.Output(ctx, "lvsgui", "setup")
			out.printf("%s  the set-up token is %s", r.Name(), token(said))
			return err
		case "start":
			r, err := d.router(rest)
			if err != nil {
				return err
			}
			return r.Start()
		case "keygen":
			r, err := d.router(rest)
			if err != nil {
				return err
			}
			said, err := r.Output(ctx, "pulse", "keygen")
			out.printf("%s  %s", r.Name(), strings.TrimSpace(said))
			return err
		case "authorize":
			return p.Routers[1].Authorize(rest)
		case "traffic":
			traffic()
			return nil
		case "tally":
			t := p.Steady.Tally(time.Time{})
			out.printf("clients: %d answered, %d lost, by %v", t.OK, t.Failed, t.By)
			return nil
		case "s":
			return d.do(ctx, verb)
		default:
			out.printf("%s", blankMenu)
			return nil
		}
	})
}

// router is the router of a number, "1" or "2".
func (d *demo) router(number string) (*article004.Router, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(d.pair.Routers) {
		return nil, fmt.Errorf("%q is no router: 1 or 2", number)
	}
	return d.pair.Routers[n-1], nil
}

// token is the word that stands alone on its line in what lvsgui setup says.
func token(said string) string {
	word := ""
	for line := range strings.Lines(said) {
		if f := strings.Fields(line); len(f) == 1 && !strings.Contains(f[0], "://") {
			word = f[0]
		}
	}
	return word
}
