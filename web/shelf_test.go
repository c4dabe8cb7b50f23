package web

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestShelf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf[string](time.Minute)
		s.put("a", "one")
		time.Sleep(59 * time.Second)
		if v, ok := s.look("a"); !ok || v != "one" {
			t.Errorf("look = %q, %v", v, ok)
		}
		s.put("b", "two")
		time.Sleep(time.Second)
		if v, ok := s.look("a"); ok || v != "" {
			t.Errorf("after a minute: %q, %v", v, ok)
		}
		if v, ok := s.take("b"); !ok || v != "two" {
			t.Errorf("take = %q, %v", v, ok)
		}
		if v, ok := s.take("b"); ok || v != "" {
			t.Errorf("taken twice: %q", v)
		}
		for i := range 2 * maxShelf {
			s.put(fmt.Sprint(i), "x")
			time.Sleep(time.Millisecond)
		}
		if n := len(s.things); n != maxShelf {
			t.Errorf("%d things", n)
		}
		if _, ok := s.look(fmt.Sprint(2*maxShelf - 1)); !ok {
			t.Error("the newest is gone")
		}
	})
}
