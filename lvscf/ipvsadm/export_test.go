package ipvsadm

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
	"pacu/lvscf/internal/importtest"
)

// TestRoundTrip exports, imports and exports again.
func TestRoundTrip(t *testing.T) { importtest.RoundTrip(t, Import, Export, nil, nil) }

// sorted returns the lines of rules in order: the kernel has its own.
func sorted(rules string) []string {
	return slices.Sorted(strings.Lines(rules))
}

// TestMark merges virtuals of one mark, which are one service to the kernel.
func TestMark(t *testing.T) {
	const file = `network = direct
virtual http {
     active = 1
     address = 10.0.0.1 eth0
     fwmark = 5
     port = 80
     server a {
         address = 10.0.0.9
         active = 1
     }
}
virtual https {
     active = 1
     address = 10.0.0.1 eth0
     fwmark = 5
     port = 443
     server a {
         address = 10.0.0.9
         active = 1
     }
}
virtual resting {
     address = 10.0.0.2 eth0
}
`
	cfg, problems := lvscf.Read("lvs.cf", []byte(file))
	if cfg == nil {
		t.Fatal(problems.Err())
	}
	rules, lost := Export(cfg)
	want := "-A -f 5 -s wlc\n-a -f 5 -r 10.0.0.9:80 -g -w 1\n-a -f 5 -r 10.0.0.9:443 -g -w 1\n"
	if diff := cmp.Diff(want, string(rules)); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	wantLost := []string{
		"virtual https: virtual http has its mark: they are one service",
		"virtual resting: it does not run",
	}
	if diff := cmp.Diff(wantLost, lost); diff != "" {
		t.Errorf("lost (-want +got):\n%s", diff)
	}
}

// TestErrors are texts that are no rules.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "f: no rule of ipvsadm in it"},
		{"another language", "virtual_server 10.0.0.1 80 {\n}\n", "f: no rule of ipvsadm in it"},
		{"no text", "-A -t \xff", "f: it is no UTF-8 text"},
		{"a quote", "-A -t '10.0.0.1:80\n", "f:1: a ' that is not closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := Import("f", []byte(c.text))
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestOptions are spellings of one rule.
func TestOptions(t *testing.T) {
	var want []byte
	for _, rule := range []string{
		"-A -t 10.0.0.3:80 -s wrr -p 300 -M 255.255.255.0",
		"-At 10.0.0.3:80 -swrr -p -M 255.255.255.0",
		"--add-service --tcp-service=10.0.0.3:80 --scheduler wrr --persistent=300 --netmask=255.255.255.0",
		"/sbin/ipvsadm -A -t '10.0.0.3:80' -s \"wrr\" -p 300 -M 255.255.255.0 # a comment",
		"TCP  10.0.0.3:80 wrr persistent 300 mask 255.255.255.0",
	} {
		got, _, err := Import("f", []byte(rule+"\n"))
		if err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", rule, diff)
		}
	}
}
