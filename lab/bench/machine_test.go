package bench

import "testing"

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
