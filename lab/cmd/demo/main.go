// Command demo runs the router pair of article 004 on the kernel it finds,
// with clients sending steady traffic and the console on ports 3636 (lvs-01)
// and 3637 (lvs-02), and lets the one at the terminal break things. With
// --tour it plays the article's story by itself; with --blank nothing is set up
// yet, and the one at the consoles does all of it.
//
// `make demo` runs it inside the lab's machine.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"pacu/lab"
	"pacu/lab/article004"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	fs.SetOutput(stderr)
	tour := fs.Bool("tour", false, "play the story of article 004 and end")
	bare := fs.Bool("blank", false, "nothing is set up: no lvs.cf, no pulse, no users")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	out := &screen{w: stdout}
	var err error
	switch {
	case *tour:
		err = playTour(ctx, out)
	case *bare:
		err = blank(ctx, out, typed(stdin))
	default:
		err = live(ctx, out, typed(stdin))
	}
	if err != nil {
		fmt.Fprintf(stderr, "demo: %v\n", err)
		return 1
	}
	return 0
}

// A screen is the terminal; several goroutines write whole lines to it.
type screen struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *screen) printf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.w, format+"\n", args...)
}

// line shows what a daemon logged, without the time of its own.
func (s *screen) line(l lab.Line) {
	text := l.Text
	if _, rest, ok := strings.Cut(text, " "); ok && strings.HasPrefix(text, "20") {
		text = rest
	}
	s.printf("%s  %-8s %s", l.At.Format("15:04:05.000"), l.Host, text)
}

func playTour(ctx context.Context, out *screen) error {
	p, err := article004.New(nil)
	if err != nil {
		return err
	}
	defer p.Close()
	out.printf("%-66s %8s %6s %9s", "step", "seconds", "lost", "longest gap")
	err = article004.Tour(ctx, p, func(r article004.Result) {
		verdict := "ok"
		if r.Err != nil {
			verdict = "FAILED"
		} else if len(r.Unjudged) > 0 {
			verdict = "ok, but for what a busy machine explains"
		}
		out.printf("%-66s %8.1f %6d %7.1f s  %s", r.Name, r.Took.Seconds(), r.Lost, r.Gap.Seconds(), verdict)
	})
	if err != nil {
		for _, l := range p.Lines() {
			out.line(l)
		}
		return err
	}
	t := p.Steady.Tally(time.Time{})
	out.printf("\n%d requests answered, %d lost in all. Every step held.", t.OK, t.Failed)
	return nil
}

const menu = `
  1  cut lvs-01: power and links at once
  2  stop the web server of lvs-04
  3  heal everything
  4  kill -9 pulse on the active router
  s  status: what the active router's pulse knows, and ipvsadm -ln
  q  quit
`

func live(ctx context.Context, out *screen, words <-chan string) error {
	out.printf("building the cluster of article 004 ...")
	p, err := article004.New(out.line)
	if err != nil {
		return err
	}
	defer p.Close()
	d := &demo{pair: p, out: out}
	if err := d.start(ctx); err != nil {
		return err
	}
	var tasks sync.WaitGroup
	defer tasks.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	tasks.Go(func() { p.Steady.Run(ctx) })
	tasks.Go(func() {
		if err := p.Watch(ctx); err != nil {
			out.printf("watching the addresses: %v", err)
		}
	})
	tasks.Go(func() { d.tellLosses(ctx) })

	out.printf("\nconsole of lvs-01: https://127.0.0.1:3636/   of lvs-02: https://127.0.0.1:3637/\nuser piranha, password %s\n%s", d.password, menu)
	return serveMenu(ctx, out, words, func(word string) error { return d.do(ctx, word) })
}

// typed are the lines that come from the terminal.
func typed(stdin io.Reader) <-chan string {
	words := make(chan string)
	go func() {
		defer close(words)
		in := bufio.NewScanner(stdin)
		for in.Scan() {
			words <- strings.TrimSpace(in.Text())
		}
	}()
	return words
}

// serveMenu does what is typed until that is q, or ends, or ctx does.
func serveMenu(ctx context.Context, out *screen, words <-chan string, do func(word string) error) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case w, ok := <-words:
			if !ok || w == "q" {
				return nil
			}
			if err := do(w); err != nil {
				out.printf("!! %v", err)
			}
		}
	}
}

// A demo is the live cluster.
type demo struct {
	pair     *article004.Pair
	out      *screen
	password string
}

func (d *demo) start(ctx context.Context) error {
	d.password = rand.Text()[:12]
	for i, r := range d.pair.Routers {
		if err := r.Write(article004.File); err != nil {
			return err
		}
		if err := r.StartConsole(ctx, d.password); err != nil {
			return err
		}
		if err := r.Expose(fmt.Sprintf(":%d", 3636+i), "127.0.0.1:3636"); err != nil {
			return err
		}
		if err := r.Start(); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) do(ctx context.Context, word string) error {
	p := d.pair
	switch word {
	case "1":
		r := p.Routers[0]
		if !r.On() {
			return fmt.Errorf("%s is off already; 3 heals", r.Name())
		}
		d.out.printf("-- cutting %s", r.Name())
		r.Pulse = nil
		return r.PowerOff()
	case "2":
		d.out.printf("-- stopping the web server of lvs-04; a probe comes by every 6 s")
		return p.Servers[1].Stop()
	case "3":
		return d.heal()
	case "4":
		active, _, err := p.Active()
		if err != nil {
			return err
		}
		d.out.printf("-- kill -9 of pulse on %s", active.Name())
		err = active.Crash()
		active.Pulse = nil
		return err
	case "s":
		active, _, err := p.Active()
		if err != nil {
			return err
		}
		// Its exit code says whether there is trouble, which the text says too.
		status, _ := active.Output(ctx, "pulse", "status")
		table, err := active.Ipvsadm(ctx, "-ln")
		d.out.printf("%s\n%s", status, table)
		return err
	default:
		d.out.printf("%s", menu)
		return nil
	}
}

func (d *demo) heal() error {
	d.out.printf("-- healing: power, pulse and web servers as in the beginning")
	for _, r := range d.pair.Routers {
		if !r.On() {
			if err := r.PowerOn(); err != nil {
				return err
			}
			if err := r.RestartConsole(); err != nil {
				return err
			}
		}
		if r.Pulse == nil {
			if err := r.Start(); err != nil {
				return err
			}
		}
	}
	return d.pair.Servers[1].Start()
}

// tellLosses says when clients begin to lose requests, and when they are
// served again.
func (d *demo) tellLosses(ctx context.Context) {
	const look = 250 * time.Millisecond
	t := time.NewTicker(look)
	defer t.Stop()
	var since time.Time // of the trouble; zero in good times
	told := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		now := time.Now()
		recent := d.pair.Steady.Tally(now.Add(-2 * time.Second))
		switch {
		case since.IsZero() && recent.Failed > 0:
			since = now.Add(-2 * time.Second)
			d.out.printf("%s  clients  requests are being lost", now.Format("15:04:05.000"))
		case !since.IsZero() && recent.Failed == 0 && recent.OK > 0:
			t := d.pair.Steady.Tally(since)
			d.out.printf("%s  clients  served again: %d requests lost, longest gap %.1f s", now.Format("15:04:05.000"), t.Failed, t.Gap.Seconds())
			since = time.Time{}
		}
		if n := d.pair.Steady.Tally(time.Time{}).OK / 1000; n > told {
			told = n
			d.out.printf("%s  clients  %d requests answered so far; in the last 2 s by %v", now.Format("15:04:05.000"), n*1000, recent.By)
		}
	}
}
