package bench

import (
	"strings"
	"testing"
)

func TestProcessor(t *testing.T) {
	for text, want := range map[string]string{
		"processor\t: 0\nmodel name\t: QEMU TCG CPU version 2.5+\n": "QEMU TCG CPU version 2.5+",
		"processor\t: 0\nBogoMIPS\t: 243.75\n":                      "unknown",
		"":                                                          "unknown",
	} {
		if got := processor(text); got != want {
			t.Errorf("processor(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestKeepalivedVersion(t *testing.T) {
	for text, want := range map[string]string{
		"Keepalived v2.2.7 (01/16,2022)\n\nCopyright(C) 2001-2022 ...\n": "v2.2.7",
		"odd\n": "odd",
		"":      "",
	} {
		if got := keepalivedVersion(text); got != want {
			t.Errorf("keepalivedVersion(%q) = %q, want %q", text, got, want)
		}
	}
}

// A bench that needs no peer does not ask for one.
func TestMachineAlone(t *testing.T) {
	t.Setenv("PATH", "")
	line, err := Machine(t.Context(), Nothing)
	if err != nil || !strings.HasPrefix(line, "bench kernel=") || strings.Contains(line, "keepalived") {
		t.Errorf("%q, %v", line, err)
	}
	if _, err := Machine(t.Context(), Peers); err == nil {
		t.Error("no error without keepalived")
	}
}
