package lvscf

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is checked is compared by meaning, defaults filled in, and secrets are
// not shown.
func TestDiffChecks(t *testing.T) {
	const head = "virtual v {\naddress = 10.0.0.10 eth0:1\n"
	for _, test := range []struct {
		name, a, b string
		want       []Change
	}{
		{"defaults written out", "check = http\n", "check = http\ncheck_method = get\ncheck_path = /\ncheck_status = 300-399,200-299\nfall = 1\nload_path = /\ncheck_mark = 0\n", nil},
		{"dns by default", "check = dns\n", "check = dns\ncheck_query = .\ncheck_rcode = noerror\n", nil},
		{"order of probes", "probe a {\ncheck = tcp\n}\nprobe b {\ncheck = ping\n}\n", "probe b {\ncheck = ping\n}\nprobe a {\ncheck = tcp\n}\n", nil},
		{"kind", "send = \"x\"\n", "check = http\n", []Change{{"virtual v", "send", `"x"`, ""}, {"virtual v", "check", "auto", "http"}}},
		{"values", "check = http\n", "check = http\ncheck_method = HEAD\ncheck_status = 200\nrise = 2\nretry = 0.5\n", []Change{
			{"virtual v", "check_method", "GET", "HEAD"}, {"virtual v", "check_status", "200-399", "200"},
			{"virtual v", "rise", "", "2"}, {"virtual v", "retry", "", "0.5"},
		}},
		{"secrets", "check = radius\ncheck_secret = one\n", "check = radius\ncheck_secret = two\n", []Change{{"virtual v", "check_secret", "***", "***"}}},
		{"probes", "probe a {\ncheck = tcp\n}\nprobe b {\ncheck = tcp\ncheck_port = 81\n}\nprobe c {\nsend_program = /bin/c\n}\n",
			"probe a {\ncheck = ping\n}\nprobe bb {\ncheck = tcp\ncheck_port = 81\n}\nprobe d {\nsend = \"x\"\n}\n", []Change{
				{"virtual v: probe a", "check", "tcp", "ping"},
				{"virtual v: probe b", "name", `"b"`, `"bb"`},
				{"virtual v: probe c", "removed", `"/bin/c"`, ""},
				{"virtual v: probe d", "added", "", "send and expect"},
			}},
		{"not active", "probe a {\ncheck = tcp\n}\n", "probe a {\nactive = 0\ncheck = tcp\n}\n", []Change{{"virtual v: probe a", "removed", "check tcp", ""}}},
		{"not checked", "check = tcp\ncheck_port = 81\n", "check = none\n", []Change{{"virtual v", "check", "tcp", "none"}, {"virtual v", "check_port", "81", ""}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Diff(config(t, head+test.a+"}\n"), config(t, head+test.b+"}\n"))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
