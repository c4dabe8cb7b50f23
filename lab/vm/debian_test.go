package vm

import (
	"maps"
	"slices"
	"testing"
)

func TestDebianKeysAreSteady(t *testing.T) {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(debianRoots)) {
		key := debianKey(name)
		if key != debianKey(name) || len(key) != 12 || seen[key] != "" {
			t.Errorf("%s has the key %q, as %q has", name, key, seen[key])
		}
		seen[key] = name
	}
}
