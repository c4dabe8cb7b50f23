package alert

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestWebhook(t *testing.T) {
	var got *http.Request
	var body []byte
	answer := http.StatusNoContent
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(answer)
		if answer != http.StatusNoContent {
			io.WriteString(w, "no\x1b[31m room"+strings.Repeat("x", 1000))
		}
	}))
	defer s.Close()
	p := poster{Webhook{URL: s.URL + "/hook?key=TOPSECRET", Secret: "0123456789abcdef"}, nil}
	if err := p.send(t.Context(), sample); err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.URL.Path != "/hook" || got.Header.Get("Content-Type") != "application/json" || got.Header.Get(IDHeader) != "abc-7" {
		t.Errorf("request %+v", got)
	}
	if want := Sign("0123456789abcdef", got.Header.Get(TimestampHeader), body); got.Header.Get(SignatureHeader) != want {
		t.Errorf("signature %s, want %s", got.Header.Get(SignatureHeader), want)
	}
	var a Alert
	if err := json.Unmarshal(body, &a); err != nil || a.Title != sample.Title || len(a.Changes) != 2 {
		t.Errorf("body %s, %v", body, err)
	}
	for status, want := range map[int]string{
		500: "answers 500: no [31m room", 404: "answers 404", 302: "it answers 302, and redirects are not followed",
	} {
		answer = status
		err := p.send(t.Context(), sample)
		if err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 400 || strings.ContainsRune(err.Error(), '\x1b') {
			t.Errorf("%d: %v", status, err)
		}
		if got.URL.Path != "/hook" {
			t.Errorf("%d: it went to %s", status, got.URL.Path)
		}
	}
	s.Close()
	if err := p.send(t.Context(), sample); err == nil || strings.Contains(err.Error(), "TOPSECRET") {
		t.Errorf("nobody there: %v", err)
	}
}

// TestSign holds the signature against one that openssl made:
// printf '1795316400.{"id":"x"}' | openssl dgst -sha256 -hmac 0123456789abcdef.
func TestSign(t *testing.T) {
	const want = "sha256=a8676de98b5ddb04f85d87e695ae905b7f4f81211840fa26d4f568c17c5d6755"
	if got := Sign("0123456789abcdef", "1795316400", []byte(`{"id":"x"}`)); got != want {
		t.Errorf("signature %s", got)
	}
}

func TestWebhookVerifiesTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	if err := (poster{Webhook{URL: s.URL}, nil}).send(t.Context(), sample); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody is taken: %v", err)
	}
}

func TestWebhookHangs(t *testing.T) {
	stop := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stop }))
	defer s.Close()
	defer close(stop)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := (poster{Webhook{URL: s.URL}, nil}).send(ctx, sample); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("send: %v", err)
	}
}
