package bench

import (
	"testing"
)

// The figures are of a table that is really full, and of reloads that do what
// they say.
func TestReload(t *testing.T) {
	figures, err := Reload(t.Context(), Settings{Rounds: 1}, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		t.Log(f)
	}
	if len(figures) != 4 || figures[1].Ours != 0 || figures[3].Ours != 1 {
		t.Errorf("%v", figures)
	}
}
