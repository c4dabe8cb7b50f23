package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pacu/store"
	"pacu/web"
)

const secret = "scrape-me-0123456789"

// metricsFiles are a folder with tokens and an authority, and a certificate
// that the authority has signed.
func metricsFiles(t *testing.T) (dir string, client tls.Certificate) {
	t.Helper()
	dir = t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"token":  {secret + "\n", 0o440},
		"open":   {secret, 0o644},
		"short":  {"abc\n", 0o600},
		"words":  {secret + " " + secret, 0o600},
		"long":   {strings.Repeat("x", maxSecret+3), 0o600},
		"ca.pem": {string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), 0o644},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(f.text), f.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, f.mode); err != nil { // whatever umask says
			t.Fatal(err)
		}
	}
	return dir, tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key}
}

// TestMetricsRefused: what would tell everybody, or makes no sense, does not
// start.
func TestMetricsRefused(t *testing.T) {
	dir, _ := metricsFiles(t)
	for _, tt := range []struct {
		args string
		code int
		err  string
	}{
		{"--metrics-token-file DIR/token", 2, "say where to listen"},
		{"--metrics-client-ca DIR/ca.pem", 2, "say where to listen"},
		{"--metrics :0", 2, "would tell everybody on the network"},
		{"--metrics 0.0.0.0:0", 2, "would tell everybody on the network"},
		{"--metrics [::]:0", 2, "would tell everybody on the network"},
		{"--metrics nonsense", 1, "--metrics nonsense: "},
		{"--metrics 192.0.2.1:0 --metrics-token-file DIR/token", 1, "--metrics 192.0.2.1:0: "},
		{"--metrics :0 --metrics-token-file DIR/none", 1, "no such file"},
		{"--metrics :0 --metrics-token-file DIR/open", 1, "mode 0644"},
		{"--metrics :0 --metrics-token-file DIR/short", 1, "a token of 3 letters: want 16 to 1024"},
		{"--metrics :0 --metrics-token-file DIR/words", 1, "more than one word"},
		{"--metrics :0 --metrics-token-file DIR/long", 1, "more than 1026 bytes"},
		{"--metrics :0 --metrics-token-file DIR", 1, "no regular file"},
		{"--metrics :0 --metrics-client-ca DIR/token", 1, "no certificate in it"},
	} {
		args := append([]string{"--state", filepath.Join(dir, "state"), "--listen", "127.0.0.1:0", "--config", filepath.Join(dir, "lvs.cf")},
			strings.Fields(strings.ReplaceAll(tt.args, "DIR", dir))...)
		var stderr bytes.Buffer
		if code := run(t.Context(), args, nil, io.Discard, &stderr); code != tt.code || !strings.Contains(stderr.String(), tt.err) {
			t.Errorf("%s: exit code %d, want %d with %q: %s", tt.args, code, tt.code, tt.err, &stderr)
		}
	}
}

// TestMetricsOnConsole scrapes the console with a token of a viewer, from lvsgui
// without a pulse.
func TestMetricsOnConsole(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(t.Context(), web.DatabasePath(dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := st.AddUser(t.Context(), "prometheus", store.Viewer, "correct horse"); err != nil {
		t.Fatal(err)
	}
	token, _, err := st.NewToken(t.Context(), "prometheus", "scrapes", store.Viewer, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stderr := &output{written: make(chan struct{}, 1)}
	done := make(chan int)
	args := []string{"--state", dir, "--listen", "127.0.0.1:0", "--config", filepath.Join(dir, "lvs.cf"), "--control", filepath.Join(dir, "sock")}
	go func() { done <- run(ctx, args, nil, io.Discard, stderr) }()
	address := regexp.MustCompile(`https://127\.0\.0\.1:\d+/`)
	for address.FindString(stderr.String()) == "" {
		select {
		case <-stderr.written:
		case code := <-done:
			t.Fatalf("ended with %d: %s", code, stderr)
		}
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}, Timeout: 30 * time.Second}
	for header, status := range map[string]int{"": 401, "Bearer pacu_x": 401, "Bearer " + token: 200} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address.FindString(stderr.String())+"metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", header)
		resp, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		told := bytes.Contains(text, []byte("\npacu_up 0\n")) && bytes.Contains(text, []byte("\npacu_console_certificate_end_timestamp_seconds "))
		if err != nil || resp.StatusCode != status || told != (status == http.StatusOK) {
			t.Errorf("%.12q: %s, %v\n%.200s", header, resp.Status, err, text)
		}
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("ended with %d: %s", code, stderr)
	}
}

// TestMetrics scrapes a running lvsgui without a pulse.
func TestMetrics(t *testing.T) {
	dir, client := metricsFiles(t)
	const bearer = "Bearer " + secret
	for _, tt := range []struct {
		args, scheme string
		header       string
		certificate  bool
		status       int // 0: the handshake fails
	}{
		{"--metrics 127.0.0.1:0", "http", "", false, 200},
		{"--metrics 127.0.0.1:0 --http", "http", "", false, 200},
		{"--metrics 127.0.0.1:0 --allow-from 192.0.2.0/24", "http", "", false, 403},
		{"--metrics 127.0.0.1:0 --metrics-token-file DIR/token", "http", "", false, 401},
		{"--metrics 127.0.0.1:0 --metrics-token-file DIR/token", "http", "Basic " + secret, false, 401},
		{"--metrics 127.0.0.1:0 --metrics-token-file DIR/token", "http", bearer + "x", false, 401},
		{"--metrics 127.0.0.1:0 --metrics-token-file DIR/token", "http", bearer, false, 200},
		{"--metrics 0.0.0.0:0 --metrics-token-file DIR/token --http", "https", bearer, false, 200},
		{"--metrics :0 --metrics-token-file DIR/token --allow-from 127.0.0.0/8", "https", bearer, false, 200},
		{"--metrics 127.0.0.1:0 --metrics-client-ca DIR/ca.pem", "https", "", false, 0},
		{"--metrics 127.0.0.1:0 --metrics-client-ca DIR/ca.pem", "https", "", true, 200},
		{"--metrics :0 --metrics-client-ca DIR/ca.pem --metrics-token-file DIR/token", "https", "", true, 401},
	} {
		args := append([]string{"--state", filepath.Join(dir, "state"), "--listen", "127.0.0.1:0", "--config", filepath.Join(dir, "lvs.cf"), "--control", filepath.Join(dir, "sock")},
			strings.Fields(strings.ReplaceAll(tt.args, "DIR", dir))...)
		ctx, cancel := context.WithCancel(t.Context())
		stderr := &output{written: make(chan struct{}, 1)}
		done := make(chan int)
		go func() { done <- run(ctx, args, nil, io.Discard, stderr) }()
		ready := regexp.MustCompile(`metrics are ready.*:(\d+)\b.*\n`)
		for ready.FindString(stderr.String()) == "" {
			select {
			case <-stderr.written:
			case code := <-done:
				t.Fatalf("%s: ended with %d: %s", tt.args, code, stderr)
			}
		}
		config := &tls.Config{InsecureSkipVerify: true}
		if tt.certificate {
			config.Certificates = []tls.Certificate{client}
		}
		c := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}, Timeout: 30 * time.Second}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, tt.scheme+"://127.0.0.1:"+ready.FindStringSubmatch(stderr.String())[1]+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", tt.header)
		resp, err := c.Do(r)
		if (err != nil) != (tt.status == 0) {
			t.Errorf("%s: %v", tt.args, err)
		}
		if err == nil {
			text, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			told := bytes.Contains(text, []byte("\npacu_up 0\n"))
			if err != nil || resp.StatusCode != tt.status || told != (tt.status == http.StatusOK) {
				t.Errorf("%s: %s, %v\n%.200s", tt.args, resp.Status, err, text)
			}
		}
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("%s: ended with %d: %s", tt.args, code, stderr)
		}
		if strings.Contains(stderr.String(), secret) {
			t.Errorf("%s: the token is logged: %s", tt.args, stderr)
		}
	}
}
