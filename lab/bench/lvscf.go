package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"pacu/lvscf"
)

// servers is how many real servers each virtual of a measured file has.
const servers = 10

// sizes are the virtuals of the files by which the growth of the cost is
// measured: 1,000 to 400,000 servers.
var sizes = []int{100, 1000, 10000, 40000}

// large is the size whose cost is bounded.
const large = 4000

// Language measures the reading and editing of lvs.cf: what parse and check
// cost beside reading the same bytes line by line, how that grows with the
// file, and what one edit of a large file does. All is processor time, of all
// threads, the best of several. The peer only looks for line ends: 20 times its
// time is our bound.
func Language(ctx context.Context, _ Settings, say Say) ([]Figure, error) {
	text := lvsFile(large)
	say("a file of %d x %d, %d bytes", large, servers, len(text))
	scan, err := cost(ctx, func() error { return scanLines(text) })
	if err != nil {
		return nil, err
	}
	read, err := cost(ctx, func() error { return readFile(text) })
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("lvscf/read-%dx%d-ms", large, servers)
	figures := []Figure{{Name: name, Ours: milliseconds(read), Peer: "bufio.Scanner", PeerValue: milliseconds(scan), Fractional: true}}
	edits, err := measureEdit(ctx, text, scan)
	if err != nil {
		return nil, err
	}
	growth, err := measureGrowth(ctx, say)
	return append(append(figures, edits...), growth...), err
}

// measureGrowth returns the cost per server of files of all sizes, beside that
// of the smallest.
func measureGrowth(ctx context.Context, say Say) ([]Figure, error) {
	var figures []Figure
	var first float64
	for _, virtuals := range sizes {
		text, n := lvsFile(virtuals), virtuals*servers
		say("a file of %d x %d, %d bytes", virtuals, servers, len(text))
		read, err := cost(ctx, func() error { return readFile(text) })
		if err != nil {
			return nil, err
		}
		each := float64(read.Nanoseconds()) / float64(n)
		if first == 0 {
			first = each
		}
		figures = append(figures, Figure{
			Name: fmt.Sprintf("lvscf/read-ns-per-server-of-%d", n), Ours: each,
			Peer: fmt.Sprintf("per-server-of-%d", sizes[0]*servers), PeerValue: first, Fractional: true,
		})
	}
	return figures, nil
}

// measureEdit changes one weight in the middle of text: the bytes of the lines
// it replaces beside those of the file, and the time from the word to the bytes
// to be saved beside that of reading the file line by line.
func measureEdit(ctx context.Context, text []byte, scan time.Duration) ([]Figure, error) {
	f := lvscf.Parse("lvs.cf", text)
	weight := 1
	edit := func() ([]byte, error) {
		weight = 3 - weight // 2, 1, 2 ...
		v := f.Global().Block("virtual", virtualName(large/2))
		if v == nil {
			return nil, fmt.Errorf("the file lost its virtual %s", virtualName(large/2))
		}
		if err := v.Block("server", serverName(servers/2)).Set("weight", fmt.Sprint(weight)); err != nil {
			return nil, err
		}
		return f.Bytes(), nil
	}
	edited, err := edit()
	if err != nil {
		return nil, err
	}
	took, err := cost(ctx, func() error { _, err := edit(); return err })
	if err != nil {
		return nil, err
	}
	return []Figure{
		{Name: "lvscf/edit-bytes", Ours: float64(rewritten(text, edited)), Peer: "whole-file", PeerValue: float64(len(text))},
		{Name: "lvscf/edit-ms", Ours: milliseconds(took), Peer: "bufio.Scanner", PeerValue: milliseconds(scan), Fractional: true},
	}, nil
}

// lvsFile is an lvs.cf of so many virtuals, as Piranha's console writes it.
func lvsFile(virtuals int) []byte {
	var b bytes.Buffer
	b.WriteString("serial_no = 1\nprimary = 10.0.0.2\nservice = lvs\nbackup_active = 1\nbackup = 10.0.0.3\n" +
		"heartbeat = 1\nheartbeat_port = 539\nkeepalive = 6\ndeadtime = 18\nnetwork = direct\n")
	for v := range virtuals {
		fmt.Fprintf(&b, "virtual %s {\n     active = 1\n     address = 10.%d.%d.%d eth0:1\n     vip_nmask = 255.255.255.255\n     port = 80\n",
			virtualName(v), 100+v>>16, v>>8&255, v&255)
		b.WriteString("     send = \"GET / HTTP/1.0\\r\\n\\r\\n\"\n     expect = \"HTTP\"\n     use_regex = 0\n     load_monitor = none\n" +
			"     scheduler = wlc\n     protocol = tcp\n     timeout = 6\n     reentry = 15\n     quiesce_server = 0\n")
		for s := range servers {
			fmt.Fprintf(&b, "     server %s {\n         address = 172.16.%d.%d\n         active = 1\n         weight = 1\n     }\n", serverName(s), v&255, s+1)
		}
		b.WriteString("}\n")
	}
	return b.Bytes()
}

func virtualName(v int) string { return fmt.Sprintf("web-%05d", v) }

func serverName(s int) string { return fmt.Sprintf("lvs-%02d", s) }

// readFile parses and checks text.
func readFile(text []byte) error {
	_, problems := lvscf.Read("lvs.cf", text)
	return problems.Err()
}

// scanLines reads text line by line.
func scanLines(text []byte) error {
	s := bufio.NewScanner(bytes.NewReader(text))
	n := 0
	for s.Scan() {
		n += len(s.Bytes()) + 1
	}
	if n != len(text) {
		return fmt.Errorf("read %d bytes of %d line by line", n, len(text))
	}
	return s.Err()
}

// rewritten counts the bytes of the lines of b that are not those of a, both
// being alike before and after one run of lines.
func rewritten(a, b []byte) int {
	x, y := bytes.SplitAfter(a, []byte("\n")), bytes.SplitAfter(b, []byte("\n"))
	for len(x) > 0 && len(y) > 0 && bytes.Equal(x[0], y[0]) {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && bytes.Equal(x[len(x)-1], y[len(y)-1]) {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return len(bytes.Join(y, nil))
}

// A sample is long enough to mean something and repeated until the rest of the
// machine has once been quiet.
const (
	sampleLeast = 100 * time.Millisecond
	samples     = 7
)

// cost is the processor time of one call of work, the best of several samples.
func cost(ctx context.Context, work func() error) (time.Duration, error) {
	calls, best := 1, time.Duration(-1)
	for n := 0; n < samples; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		runtime.GC()
		start, err := processorTime()
		if err != nil {
			return 0, err
		}
		for range calls {
			if err := work(); err != nil {
				return 0, err
			}
		}
		end, err := processorTime()
		if err != nil {
			return 0, err
		}
		took := end - start
		if took < sampleLeast && calls < 1<<20 {
			calls *= 2
			continue
		}
		n++
		if each := took / time.Duration(calls); best < 0 || each < best {
			best = each
		}
	}
	return best, nil
}

// processorTime is what this process has used so far, its garbage collection
// included.
func processorTime() (time.Duration, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		return 0, fmt.Errorf("processor time: %w", err)
	}
	return time.Duration(t.Nano()), nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
