package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"pacu/doctor"
)

// TestKernelReport packs a report on a running router, and finds no secret in
// it.
func TestKernelReport(t *testing.T) {
	s := newDoctorSite(t)
	s.start()
	const inside = "/var/lib/pacu/report.tar.gz"
	mustRun(t, s.one, "pulse", "report", inside)
	if err := s.one.Run("pulse", "report", inside); err == nil {
		t.Error("a second report overwrote the first")
	}
	key, err := os.ReadFile(s.one.Path("/etc/sysconfig/ha/lvs.key"))
	if err != nil {
		t.Fatal(err)
	}
	secrets := append(doctor.Secrets(nil, key), doctorPassword)
	if len(secrets) != 2 {
		t.Fatalf("%d secrets", len(secrets))
	}
	files := unpack(t, s.one.Path(inside))
	for _, name := range []string{"MANIFEST.txt", "lvs.cf", "doctor.json", "doctor.txt", "snapshot.json", "explain.json", "nannies.json", "files/proc/net/ip_vs"} {
		if len(files[name]) == 0 {
			t.Errorf("there is no %s", name)
		}
	}
	for name, text := range files {
		for _, secret := range secrets {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s has a secret", name)
			}
		}
	}
	if !bytes.Contains(files["lvs.cf"], []byte("check_password = (left out)")) {
		t.Errorf("lvs.cf:\n%s", files["lvs.cf"])
	}
}

// unpack reads an archive, which only its owner may read.
func unpack(t *testing.T, path string) map[string][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	r := tar.NewReader(z)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel("pulse-report", h.Name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = text
	}
}
