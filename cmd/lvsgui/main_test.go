package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"pacu/store"
	"pacu/web"
)

// output is a Writer that tells when something has been written.
type output struct {
	mu      sync.Mutex
	b       bytes.Buffer
	written chan struct{}
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.written <- struct{}{}:
	default:
	}
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// file is a file for standard input.
func file(t *testing.T, text string) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stdin")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestPasswd(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	for _, tt := range []struct {
		args  string
		stdin string
		code  int
		out   string // part of stdout
		err   string // part of stderr
	}{
		{"passwd --state STATE", "correct horse\n", 0, "The password of piranha is set. The role is admin.", ""},
		{"passwd --state STATE", "correct horse", 0, "The password of piranha is set.", ""},
		{"passwd --state STATE ops", "battery staple\r\n", 0, "The password of ops is set.", ""},
		{"passwd --state STATE", "short\n", 1, "", "password has fewer than 8 characters"},
		{"passwd --state STATE", "", 1, "", "password has fewer than 8 characters"},
		{"passwd --state STATE", "piranha1\n", 1, "", "too easy to guess"},
		{"passwd --state STATE", strings.Repeat("x1y2", 1000), 1, "", "more than 256 bytes"},
		{"passwd --state STATE Root!", "correct horse\n", 1, "", `user "Root!"`},
		{"passwd --state STATE piranha secret", "", 2, "", `"secret" is one word too many`},
		{"passwd --password secret", "", 2, "", "not defined: -password"},
		{"passwd --state STATE --role viewer eyes", "correct horse\n", 0, "The password of eyes is set. The role is viewer.", ""},
		{"passwd --state STATE eyes", "horse correct\n", 0, "The role is viewer.", ""},
		{"passwd --state STATE --role operator eyes", "correct horse\n", 0, "The role is operator.", ""},
		{"passwd --state STATE --role viewer eyes", "short\n", 1, "", "password has fewer than 8 characters"},
		{"passwd --state STATE --role root eyes", "correct horse\n", 2, "", "write viewer, operator or admin"},
		{"passwd --state STATE --role viewer --reset-totp eyes", "", 2, "", "leave --role out"},
		{"passwd --state STATE --reset-totp nobody", "", 1, "", "no such user: see lvsgui users"},
		{"passwd --state STATE --reset-totp eyes", "", 0, "eyes has no one-time code; nothing is changed.", ""},
		{"passwd --help", "", 0, "", "Usage: lvsgui passwd"},
		{"passwd --state /dev/null/x", "correct horse\n", 1, "", "--state"},
	} {
		args := strings.Fields(strings.ReplaceAll(tt.args, "STATE", state))
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), args, file(t, tt.stdin), &stdout, &stderr); code != tt.code {
			t.Errorf("%s: exit code %d, want %d", tt.args, code, tt.code)
		}
		if !strings.Contains(stdout.String(), tt.out) || !strings.Contains(stderr.String(), tt.err) {
			t.Errorf("%s: said %q and %q", tt.args, &stdout, &stderr)
		}
		if strings.Contains(stdout.String()+stderr.String(), "horse") {
			t.Errorf("%s: the password is shown", tt.args)
		}
	}
	st, err := store.Open(t.Context(), web.DatabasePath(state))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	for user, password := range map[string]string{"piranha": "correct horse", "ops": "battery staple"} {
		if ok, err := st.Verify(t.Context(), user, password); !ok || err != nil {
			t.Errorf("%s cannot log in: %v", user, err)
		}
	}
}

func TestServe(t *testing.T) {
	for _, scheme := range []string{"https", "http"} {
		t.Run(scheme, func(t *testing.T) {
			dir := t.TempDir()
			args := []string{"--state", dir, "--listen", "127.0.0.1:0", "--config", filepath.Join(dir, "lvs.cf"), "--control", filepath.Join(dir, "sock")}
			if scheme == "http" {
				args = append(args, "--http")
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stderr := &output{written: make(chan struct{}, 1)}
			done := make(chan int)
			go func() { done <- run(ctx, args, nil, io.Discard, stderr) }()
			address := regexp.MustCompile(scheme + `://(127\.0\.0\.1:\d+)/`)
			for address.FindString(stderr.String()) == "" {
				select {
				case <-stderr.written:
				case code := <-done:
					t.Fatalf("ended with %d: %s", code, stderr)
				}
			}
			if !strings.Contains(stderr.String(), "run lvsgui setup or lvsgui passwd") {
				t.Errorf("says nothing of the missing password: %s", stderr)
			}
			c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
			resp, err := c.Get(address.FindString(stderr.String()))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || !strings.Contains(string(body), "lvsgui passwd") {
				t.Errorf("%v: %s", err, body)
			}
			cancel()
			if code := <-done; code != 0 {
				t.Errorf("ended with %d: %s", code, stderr)
			}
		})
	}
}

func TestServeErrors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	badcert := t.TempDir()
	if err := os.WriteFile(web.CertificatePath(badcert), []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args string
		code int
		want []string
	}{
		{"--listen 127.0.0.1:" + port, 1, []string{"port " + port + " is taken", "ss -ltnp", "--listen"}},
		{"--listen 192.0.2.1:3636", 1, []string{"does not have the address", "192.0.2.1"}},
		{"--listen 3636", 1, []string{"--listen 3636", ":port"}},
		{"--state " + badcert, 1, []string{badcert, "remove the file"}},
		{"--state /dev/null", 1, []string{"/dev/null", "--state"}},
		{"extra", 2, []string{`"extra"`}},
		{"--nonsense", 2, []string{"not defined: -nonsense"}},
		{"--help", 0, []string{"-config", "-listen", "-state", "-control", "-http", "-allow-from", "lvsgui restore FILE"}},
		{"--allow-from 192.0.2.1/24", 2, []string{"192.0.2.0/24"}},
	} {
		args := strings.Fields(tt.args)
		if !strings.Contains(tt.args, "--state") && tt.code == 1 {
			args = append(args, "--state", t.TempDir())
		}
		var stderr bytes.Buffer
		if code := run(t.Context(), args, nil, io.Discard, &stderr); code != tt.code {
			t.Errorf("%s: exit code %d, want %d", tt.args, code, tt.code)
		}
		for _, w := range tt.want {
			if !strings.Contains(stderr.String(), w) {
				t.Errorf("%s: said %q, which lacks %q", tt.args, &stderr, w)
			}
		}
	}
	var stdout bytes.Buffer
	if code := run(t.Context(), []string{"--version"}, nil, &stdout, io.Discard); code != 0 || !strings.HasPrefix(stdout.String(), "lvsgui (Pacu) ") {
		t.Errorf("--version: %d, %q", code, &stdout)
	}
}
