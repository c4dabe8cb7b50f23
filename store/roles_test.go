package store

import "testing"

func TestRoleAllows(t *testing.T) {
	for _, tt := range []struct {
		has  Role
		want [3]bool // viewer, operator, admin
	}{
		{Viewer, [3]bool{true, false, false}},
		{Operator, [3]bool{true, true, false}},
		{Admin, [3]bool{true, true, true}},
		{"", [3]bool{}},
		{"root", [3]bool{}},
		{"Admin", [3]bool{}},
	} {
		for i, want := range Roles {
			if got := tt.has.Allows(want); got != tt.want[i] {
				t.Errorf("%q allows %q: %v", tt.has, want, got)
			}
		}
		for _, unknown := range []Role{"", "root"} {
			if tt.has.Allows(unknown) {
				t.Errorf("%q allows %q", tt.has, unknown)
			}
		}
	}
}
