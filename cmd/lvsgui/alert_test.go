package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pacu/alert"
	"pacu/web"
)

func TestAlertFacts(t *testing.T) {
	dir := t.TempDir()
	cert, err := web.LoadCertificate(web.CertificatePath(dir))
	if err != nil {
		t.Fatal(err)
	}
	why := func(facts []alert.Fact, k alert.Kind) string {
		for _, f := range facts {
			if f.Kind == k {
				return f.Why
			}
		}
		return "no such fact"
	}
	end := cert.NotAfter()
	if got := why(alertFacts(dir, cert, end.Add(-15*24*time.Hour)), alert.Certificate); got != "" {
		t.Errorf("15 days before its end: %s", got)
	}
	if got := why(alertFacts(dir, cert, end.Add(-13*24*time.Hour)), alert.Certificate); got != "it is valid until "+end.Format(time.RFC3339) {
		t.Errorf("13 days before its end: %s", got)
	}
	if got := why(alertFacts(dir, nil, end), alert.Certificate); got != "no such fact" {
		t.Errorf("without TLS: %s", got)
	}
	if got := why(alertFacts(filepath.Join(dir, "gone"), nil, end), alert.Disk); !strings.Contains(got, "no such file") {
		t.Errorf("a disk that is gone: %s", got)
	}
}
