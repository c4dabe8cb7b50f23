package store

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSettings(t *testing.T) {
	type partner struct {
		Address string
		Port    int
	}
	s := testStore(t)
	got := partner{Address: "as it was"}
	if ok, err := s.Setting(t.Context(), "partner", &got); ok || err != nil || got.Address != "as it was" {
		t.Errorf("Setting of none = %v, %v, %v", got, ok, err)
	}
	for _, v := range []partner{{"192.0.2.1", 22}, {`"', 中文`, 0}} {
		want(t, "set", s.SetSetting(t.Context(), "partner", v), nil)
		want(t, "set another", s.SetSetting(t.Context(), "other", 7), nil)
		var got partner
		if ok, err := s.Setting(t.Context(), "partner", &got); !ok || err != nil {
			t.Errorf("Setting = %v, %v", ok, err)
		}
		if diff := cmp.Diff(v, got); diff != "" {
			t.Error(diff)
		}
	}
	var wrong []string
	for _, err := range []error{
		s.SetSetting(t.Context(), "partner", math.NaN()),
		func() error { _, err := s.Setting(t.Context(), "partner", &wrong); return err }(),
	} {
		if err == nil || !strings.Contains(err.Error(), "partner") {
			t.Errorf("error = %v, want one that names the setting", err)
		}
	}
}
