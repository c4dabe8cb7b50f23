package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"pacu/control"
	"pacu/store"
)

// aCommand is one of a document, with what it prints there.
type aCommand struct {
	line    string // with its heredoc
	printed []string
}

// apiCommands are those of docs/api.md, in their order.
func apiCommands(t *testing.T) (out []aCommand) {
	t.Helper()
	text, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?sm)^```console title=\"client\"\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		heredoc := false
		for line := range strings.Lines(block[1]) {
			command, is := strings.CutPrefix(line, "# ")
			switch {
			case heredoc:
				out[len(out)-1].line += line
				heredoc = line != "END\n"
			case is:
				out = append(out, aCommand{line: command})
				heredoc = strings.HasSuffix(command, "<<END\n")
			default:
				out[len(out)-1].printed = append(out[len(out)-1].printed, strings.TrimSuffix(line, "\n"))
			}
		}
	}
	return out
}

// certificateFor is a self-signed certificate for host, as the console of a
// machine of that name makes one.
func certificateFor(t *testing.T, host string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestAPIDocument runs every command of docs/api.md, word for word and in one
// shell, against a console on lvs-01:3636, and each operation is among them.
func TestAPIDocument(t *testing.T) {
	for _, name := range []string{"sh", "curl", "jq", "sed"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("the commands need %s", name)
		}
	}
	if out, _ := exec.Command("curl", "--help", "all").Output(); !strings.Contains(string(out), "--json") {
		t.Skip("this curl is older than 7.88")
	}
	s, p := newConsole(t, true)
	close(p.over)
	p.probed = []control.Probed{{Service: "fwmark 80", Health: control.Up, Why: "HTTP answered"}}
	asked, routes, handler := map[string]bool{}, s.programs(), s.Handler()
	var mu sync.Mutex
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		if r.URL.RawPath != "" {
			path = r.URL.RawPath
		}
		if found := chi.NewRouteContext(); routes.Match(found, r.Method, path) {
			mu.Lock()
			asked[r.Method+" "+found.RoutePattern()] = true
			mu.Unlock()
		}
		handler.ServeHTTP(w, r)
	}))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{certificateFor(t, "lvs-01")}}
	srv.StartTLS()
	defer srv.Close()
	at, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	for name, text := range map[string]string{
		"token": tokenFor(t, s, "anna", store.Operator, time.Time{}) + "\n",
		// The name and port of the document lead to the server here.
		".curlrc": "connect-to = \"lvs-01:3636:127.0.0.1:" + at.Port() + "\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	commands := apiCommands(t)
	const mark = "\x1e"
	var script strings.Builder
	for _, c := range commands {
		script.WriteString(c.line + "printf '" + `\036` + "'\n")
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-s")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(script.String())
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CURL_HOME=" + dir}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got := strings.Split(string(out), mark)
	if len(got) != len(commands)+1 {
		t.Fatalf("%d of %d commands ended:\n%s", len(got)-1, len(commands), out)
	}
	for i, c := range commands {
		said := strings.Split(strings.TrimSuffix(got[i], "\n"), "\n")
		problem := strings.Contains(got[i], `"title":`) || strings.Contains(got[i], "curl: (")
		switch {
		case len(c.printed) == 0 || c.printed[0] == "...":
			if problem {
				t.Errorf("%s%s", c.line, got[i])
			}
		case strings.HasSuffix(c.printed[0], "..."):
			if !strings.HasPrefix(said[0], strings.TrimSuffix(c.printed[0], "...")) {
				t.Errorf("%sprints %q, not %q", c.line, said, c.printed)
			}
		default:
			said = slices.DeleteFunc(said, func(l string) bool {
				return l == "curl: (22) The requested URL returned error: 422" || l == "curl: (22) The requested URL returned error: 400"
			})
			if !slices.Equal(said, c.printed) {
				t.Errorf("%sprints %q, not %q", c.line, said, c.printed)
			}
		}
	}
	for _, o := range operations {
		if !asked[o.method+" "+apiPath+o.path] {
			t.Errorf("no command of docs/api.md asks for %s %s", o.method, o.path)
		}
	}
}
