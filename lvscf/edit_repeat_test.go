package lvscf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetAll(t *testing.T) {
	one, two, three := []string{"10.1.0.1", "10.1.0.2"}, []string{"10.2.0.1", "10.2.0.2"}, []string{"a", "b"}
	const before, after = "primary = 10.0.0.1\n", "keepalive = 1\n"
	tests := []struct {
		name, text string
		lines      [][]string
		want       string
	}{
		{"none yet", before + after, [][]string{one, two}, before + "heartbeat_path = 10.1.0.1 10.1.0.2\nheartbeat_path = 10.2.0.1 10.2.0.2\n" + after},
		{"another", before + "heartbeat_path =  10.1.0.1 10.1.0.2 # wire\n" + after, [][]string{one, three}, before + "heartbeat_path =  10.1.0.1 10.1.0.2 # wire\nheartbeat_path = a b\n" + after},
		{"one less", before + "heartbeat_path = 10.1.0.1 10.1.0.2\nheartbeat_path = a b\n" + after, [][]string{three}, before + "heartbeat_path = a b\n" + after},
		{"twice", before + "heartbeat_path = a b\nheartbeat_path = a b\n" + after, [][]string{three}, before + "heartbeat_path = a b\n" + after},
		{"broken", before + "heartbeat_path a\n" + after, [][]string{three}, before + "heartbeat_path = a b\n" + after},
		{"all", before + "heartbeat_path = a b\n" + after, nil, before + after},
		{"no line end", "heartbeat_path = a b", [][]string{three, one}, "heartbeat_path = a b\nheartbeat_path = 10.1.0.1 10.1.0.2\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := Parse("lvs.cf", []byte(tt.text))
			if err := f.Global().SetAll("heartbeat_path", tt.lines); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(f.Bytes())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.lines, f.Global().GetAll("heartbeat_path")); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSetAllRefused(t *testing.T) {
	const text = "heartbeat_path = a b\n"
	f := Parse("lvs.cf", []byte(text))
	for want, err := range map[string]error{
		"it stands once": f.Global().SetAll("primary", [][]string{{"a"}}),
		"no such word":   f.Global().SetAll("primry", nil),
		"1 values given": f.Global().SetAll("heartbeat_path", [][]string{{"a"}}),
		"line of text":   f.Global().SetAll("heartbeat_path", [][]string{{"c", "d"}, {"a", "b\n"}}),
		"is no text":     Parse("lvs.cf", []byte("\xff\xfea")).Global().SetAll("heartbeat_path", nil),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if got := string(f.Bytes()); got != text {
		t.Errorf("refused, and the file is %q", got)
	}
}
