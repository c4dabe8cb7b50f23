package web

import (
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCertificate(t *testing.T) {
	path := CertificatePath(t.TempDir())
	c, err := LoadCertificate(path)
	if err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", fi.Mode(), err)
	}
	get := func() *x509.Certificate {
		t.Helper()
		p, err := c.Get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return p.Leaf
	}
	leaf := get()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "[::1]", host} {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if k, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok || k.Curve.Params().Name != "P-256" {
		t.Errorf("key is %T", leaf.PublicKey)
	}
	if leaf.IsCA {
		t.Error("it could sign for others")
	}

	again, err := LoadCertificate(path)
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := again.Get(nil); !p.Leaf.Equal(leaf) {
		t.Error("a restart made a new certificate")
	}

	end := leaf.NotAfter
	c.now = func() time.Time { return end.Add(-renewBefore - time.Hour) }
	if !get().Equal(leaf) {
		t.Error("renewed too early")
	}
	c.now = func() time.Time { return end.Add(-renewBefore + time.Hour) }
	renewed := get()
	if renewed.Equal(leaf) || !renewed.NotAfter.After(end) {
		t.Error("not renewed before its end")
	}
	if again, err = LoadCertificate(path); err != nil {
		t.Fatal(err)
	}
	if p, _ := again.Get(nil); !p.Leaf.Equal(renewed) {
		t.Error("the renewed certificate is not kept")
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); err != nil || len(left) != 1 {
		t.Errorf("files left: %v, %v", left, err)
	}

	if err := os.WriteFile(path, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadCertificate(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("broken file: %v", err)
	}
	if _, err := LoadCertificate(filepath.Join(t.TempDir(), "missing", "console.pem")); err == nil {
		t.Error("a directory that is missing is no error")
	}
}

// serveOn serves h on a new port until the test ends.
func serveOn(t *testing.T, h http.Handler, c *Certificate) (address string, stop func() error, l net.Listener) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, h, c, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(cancel)
	return l.Addr().String(), func() error {
		cancel()
		return <-done
	}, l
}

func TestServeOnOnePort(t *testing.T) {
	c, err := LoadCertificate(CertificatePath(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	streaming := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stream" {
			w.WriteHeader(http.StatusOK)
			http.NewResponseController(w).Flush()
			close(streaming)
			<-r.Context().Done()
			return
		}
		io.WriteString(w, r.Proto+" "+r.URL.Path)
	})
	address, stop, l := serveOn(t, h, c)

	pair, err := c.Get(nil)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(pair.Leaf)
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	defer tr.CloseIdleConnections()
	cl := &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(u string) (*http.Response, string) {
		t.Helper()
		resp, err := cl.Get(u)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(b)
	}
	if resp, body := get("https://" + address + "/x"); body != "HTTP/2.0 /x" || resp.TLS.Version < tls.VersionTLS12 {
		t.Errorf("https: %q", body)
	}
	resp, _ := get("http://" + address + "/a%20b?c=d&e")
	if to := resp.Header.Get("Location"); resp.StatusCode != http.StatusTemporaryRedirect || to != "https://"+address+"/a%20b?c=d&e" {
		t.Errorf("http: %s to %q", resp.Status, to)
	}
	if _, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}); err == nil {
		t.Error("TLS 1.1 is taken")
	}
	// One that says nothing keeps nobody else out.
	silent, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if _, body := get("https://" + address + "/y"); body != "HTTP/2.0 /y" {
		t.Errorf("beside a silent client: %q", body)
	}

	// A stream does not keep the console from ending.
	go func() {
		if resp, err := cl.Get("https://" + address + "/stream"); err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}()
	<-streaming
	if err := stop(); err != nil {
		t.Error(err)
	}
	// Its number may be somebody else's by now.
	if err := l.(*net.TCPListener).SetDeadline(time.Now()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the port is still open: %v", err)
	}
}

func TestServePlain(t *testing.T) {
	s, _ := newConsole(t, false)
	address, stop, _ := serveOn(t, s.Handler(), nil)
	v := visit(t, s.Handler()) // for its jar
	v.base = "http://" + address
	v.login()
	u, _ := url.Parse(v.base)
	if cookies := v.Jar.Cookies(u); len(cookies) != 1 || cookies[0].Name != "pacu" {
		t.Errorf("cookies = %v", cookies)
	}
	resp, _ := v.get("/monitoring")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%s, %v", resp.Status, resp.Header)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestServeSaysWhyItEnded(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := Serve(t.Context(), brokenListener{l}, http.NotFoundHandler(), nil, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("no error")
	}
}

type brokenListener struct{ net.Listener }

func (brokenListener) Accept() (net.Conn, error) { return nil, os.ErrPermission }

// TestCertificateThatCannotBeRenewed holds that the console stays reachable
// while the old one lasts.
func TestCertificateThatCannotBeRenewed(t *testing.T) {
	c, err := LoadCertificate(CertificatePath(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	end := c.tls.Leaf.NotAfter
	c.path = filepath.Join(t.TempDir(), "gone", "console.pem")
	c.now = func() time.Time { return end.Add(-time.Hour) }
	if _, err := c.Get(nil); err != nil {
		t.Errorf("an hour before its end: %v", err)
	}
	c.now = func() time.Time { return end.Add(time.Hour) }
	if _, err := c.Get(nil); err == nil {
		t.Error("a certificate that has ended is used")
	}
}
