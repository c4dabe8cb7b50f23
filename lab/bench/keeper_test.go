package bench

import (
	"encoding/json"
	"testing"

	"pacu/control"
)

func TestSentIn(t *testing.T) {
	reply, err := json.Marshal(control.Reply{Snapshot: &control.Snapshot{
		Services: []control.Service{{Name: "table"}}, Table: control.Table{Sent: 4711},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := sentIn(reply); got != 4711 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	for _, bad := range []string{"", `{"error":"busy"}`, `{"snapshot":{"table":7}}`} {
		if _, err := sentIn([]byte(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}
