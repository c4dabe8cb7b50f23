package main

import (
	"strings"
	"testing"
)

func TestRunRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"no arguments": {"now"},
		"above 0":      {"--long", "0s"},
		"-days":        {"--days", "3"},
		"invalid":      {"--long", "soon"},
	} {
		var stdout, stderr strings.Builder
		if code := run(args, &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), want) {
			t.Errorf("%v: exit code %d, said %q, want %q in it", args, code, &stderr, want)
		}
	}
}
