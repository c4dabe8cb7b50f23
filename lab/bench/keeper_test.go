package bench

import (
	"encoding/json"
	"testing"

	"pacu/control"
)

func TestMessagesIn(t *testing.T) {
	reply, err := json.Marshal(control.Reply{Snapshot: &control.Snapshot{
		Services: []control.Service{{Name: "table"}}, Table: control.Table{Reload: 4711},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := messagesIn(reply); got != 4711 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	for _, bad := range []string{"", `{"error":"busy"}`, `{"snapshot":{"table":7}}`} {
		if _, err := messagesIn([]byte(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}
