package main

import (
	"strings"
	"testing"
)

func TestRunRefuses(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no name", nil, "name a bench"},
		{"unknown name", []string{"tables"}, `there is no bench "tables"`},
		{"unknown names list those there are", []string{"tables"}, "failover "},
		{"unknown flag", []string{"--loops", "3", "failover"}, "-loops"},
		{"no rounds", []string{"--rounds", "-1", "failover"}, "-1 rounds"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			if code := run(tt.args, &stdout, &stderr); code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
			if !strings.Contains(stderr.String(), tt.want) {
				t.Errorf("said %q, want %q in it", stderr.String(), tt.want)
			}
			if stdout.Len() > 0 {
				t.Errorf("printed %q", stdout.String())
			}
		})
	}
}
