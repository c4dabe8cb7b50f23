package store

import (
	"strings"
	"testing"
)

func TestMatchPasswordRefusesBadHashes(t *testing.T) {
	good := hashPassword("correct horse")
	if ok, err := matchPassword(good, "correct horse"); !ok || err != nil {
		t.Fatalf("good hash: %v, %v", ok, err)
	}
	for _, bad := range []string{
		"", "x", "$2y$10$abc",
		strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=19456", "m=999999999", 1),
		strings.Replace(good, "t=2", "t=0", 1),
		strings.Replace(good, "t=2", "t=9999", 1),
		strings.Replace(good, "p=1", "p=0", 1),
		good + "!", good[:len(good)-40],
	} {
		if ok, err := matchPassword(bad, "correct horse"); ok || err == nil {
			t.Errorf("%q: %v, %v", bad, ok, err)
		}
	}
	if ok, err := matchPassword(dummyHash, ""); ok || err != nil {
		t.Errorf("dummy hash: %v, %v", ok, err)
	}
}

func FuzzMatchPassword(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add(dummyHash)
	f.Fuzz(func(t *testing.T, hash string) {
		if strings.Contains(hash, "m=") && len(hash) > 60 && !strings.Contains(hash, "m=8,t=1,p=1$") {
			t.Skip("would only spend time")
		}
		matchPassword(hash, "x")
	})
}
