package web

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"testing"

	"pacu/lab/browser"
	"pacu/store"
)

// TestBrowserClosed looks at the page of a console that cannot use its
// database.
func TestBrowserClosed(t *testing.T) {
	state := t.TempDir()
	database := DatabasePath(state)
	if err := os.WriteFile(database+store.CopySuffix, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	cert, err := LoadCertificate(CertificatePath(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	h := Closed(Options{State: state, Hostname: "lvs-01", Log: log, Secure: true}, fmt.Errorf("open: %w", store.ErrDamaged))
	go func() { done <- Serve(ctx, l, h, cert, log) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	b := browser.Open(t, "https://"+l.Addr().String())
	for _, lang := range []string{"en", "zh"} {
		b.Open("/monitoring?lang=" + lang)
		b.Check("closed-" + lang)
		b.Window(1440, 900, "dark")
		b.Check("closed-" + lang + "-dark")
		b.Window(390, 844, "light")
		b.Check("closed-" + lang + "-narrow")
		b.Window(1440, 900, "light")
	}
}

// TestBrowserBars looks at the bars that say what is wrong with the console.
func TestBrowserBars(t *testing.T) {
	s, _ := newConsole(t, true)
	s.Version = "9.9.9"
	b := openBrowser(t, s)
	b.LogIn("/monitoring", "piranha", password)
	b.Until(`!document.getElementById('live').hidden`)
	b.Open("/account") // pulse has answered by now
	b.Until(`document.querySelector('.waits.pending')?.innerText.includes('9.9.9')`)
	views(b, "bars")
}
