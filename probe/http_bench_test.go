package probe

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// benchServe makes TestBenchServer a server; its value is http or https.
const benchServe = "PROBE_BENCH_SERVE"

// TestBenchServer is the benchmarks' server, in a process of its own so that
// its costs are not counted with the probe's. It tells its address, and ends
// with its standard input.
func TestBenchServer(t *testing.T) {
	kind := os.Getenv(benchServe)
	if kind == "" {
		t.Skip("only a benchmark starts it")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if kind == "https" {
		s := newSeal(t, nil, 24*time.Hour, "www.example.com")
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{s.cert}})
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = l.Close()
	}()
	fmt.Println("listening", l.Addr())
	answer := []byte("HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Sat, 21 Nov 2026 17:00:00 GMT\r\nContent-Type: text/html\r\n" +
		"Content-Length: 1000\r\nConnection: close\r\n\r\n" + strings.Repeat("hello you\n", 99) + "and ready\n")
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			if _, err := c.Read(make([]byte, 4096)); err == nil {
				_, _ = c.Write(answer)
			}
		}()
	}
}

// benchServer starts one.
func benchServer(b *testing.B, kind string) Target {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestBenchServer$")
	cmd.Env = append(os.Environ(), benchServe+"="+kind)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = stdin.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	addr, err := net.ResolveTCPAddr("tcp", strings.TrimSpace(strings.TrimPrefix(line, "listening ")))
	if err != nil {
		b.Fatal(err)
	}
	return target(addr)
}

// cpuTime is what this process has used of the processors.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkHTTP is one probe after the other, with the processor's time of our
// side apart. tcp is there to compare: what connecting alone costs.
func BenchmarkHTTP(b *testing.B) {
	plain, secure := benchServer(b, "http"), benchServer(b, "https")
	way := Way{Timeout: long}
	body, re := Contains("ready"), Body{}
	re, err := ContainsPattern("ready|up")
	if err != nil {
		b.Fatal(err)
	}
	for _, bb := range []struct {
		name  string
		check Check
		to    Target
	}{
		{"tcp", TCP{way}, plain},
		{"status", HTTP{Way: way}, plain},
		{"body", HTTP{Way: way, Body: &body}, plain},
		{"expression", HTTP{Way: way, Body: &re}, plain},
		{"tls", TLS{Way: way}, secure},
		{"https", HTTP{Way: way, TLS: &Secure{}}, secure},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			was := cpuTime(b)
			for b.Loop() {
				if r := bb.check.Probe(b.Context(), bb.to); !r.Up {
					b.Fatal(r.Why)
				}
			}
			b.ReportMetric(float64(cpuTime(b)-was)/float64(b.N), "cpu-ns/op")
		})
	}
}
