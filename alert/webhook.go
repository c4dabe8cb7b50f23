package alert

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// The headers of a webhook's request.
const (
	IDHeader        = "Pacu-Alert"     // Alert.ID
	TimestampHeader = "Pacu-Timestamp" // seconds since 1970, of this sending
	SignatureHeader = "Pacu-Signature" // see Sign
)

// Sign is the signature of a webhook's body sent at timestamp: "sha256=" and,
// in hexadecimal, the HMAC-SHA256 (RFC 2104) under secret of the timestamp, a
// ".", and the body.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, timestamp+".") // a hash never fails
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

const (
	maxAnswer = 512 // bytes of a refusal that are read
	maxHeader = 64 << 10
)

// A poster posts JSON. It follows no redirect, uses no proxy, and keeps no
// connection.
type poster struct {
	Webhook
	roots *x509.CertPool // nil: the system's
}

// send is done when the answer is 2xx.
func (p poster) send(ctx context.Context, a Alert) error {
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("webhook: its URL is not valid") // err would have it, and what is secret in it
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Pacu")
	req.Header.Set(IDHeader, identifier(a.ID))
	req.Header.Set(TimestampHeader, stamp)
	req.Header.Set(SignatureHeader, Sign(p.Secret, stamp, body))
	resp, err := p.client().Do(req)
	if err != nil {
		var of *url.Error
		if errors.As(err, &of) {
			err = of.Err // without the URL, which may hold a token
		}
		return fmt.Errorf("webhook %s: %w", req.URL.Host, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 == 2 {
		return nil
	}
	said, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		said = nil // the status is enough
	}
	if resp.StatusCode/100 == 3 {
		return fmt.Errorf("webhook %s: it answers %d, and redirects are not followed", req.URL.Host, resp.StatusCode)
	}
	err = fmt.Errorf("webhook %s: it answers %d: %s", req.URL.Host, resp.StatusCode, oneLine(string(said), 200))
	switch resp.StatusCode {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return refusedError{err}
	}
	return err
}

func (p poster) client() *http.Client {
	return &http.Client{
		Timeout:       sendLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            (&net.Dialer{Timeout: sendLimit}).DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: p.roots, MinVersion: tls.VersionTLS12},
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: maxHeader,
		},
	}
}
