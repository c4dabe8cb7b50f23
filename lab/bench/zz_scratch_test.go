package bench

import "testing"

func TestScratch(t *testing.T) {
	s := Defaults
	o, err := s.play(t.Context(), keepalived{s.Advert}, t.Logf)
	t.Log(o, err)
}
