package store

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// rfcSecret is the "12345678901234567890" of RFC 6238, appendix B.
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func TestTOTPVectors(t *testing.T) {
	for _, tt := range []struct {
		at   int64
		code string // the last six of the eight digits
	}{
		{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"},
		{1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
	} {
		if !TOTPMatches(rfcSecret, tt.code, time.Unix(tt.at, 0)) {
			t.Errorf("%d: %s does not match", tt.at, tt.code)
		}
	}
}

func TestUseTOTP(t *testing.T) {
	// The codes of the steps around 1111111110, which is where a step begins.
	const before, code, after = "081804", "050471", "266759"
	const other = "005924"
	for _, tt := range []struct {
		name string
		at   int64
		code []string
		want []bool
	}{
		{"once", 1111111111, []string{code, code}, []bool{true, false}},
		{"as apps show it", 1111111111, []string{" 050 471 "}, []bool{true}},
		{"a step late", 1111111111, []string{before, code}, []bool{true, true}},
		{"a step early", 1111111111, []string{after, code, before}, []bool{true, false, false}},
		{"two steps late", 1111111111 + 60, []string{code}, []bool{false}},
		{"two steps early", 1111111111 - 60, []string{code}, []bool{false}},
		{"wrong", 1111111111, []string{other, "", "0", "05047", "0504711", "٠٥٠٤٧١", "050471\x00", strings.Repeat("0", 1<<16)},
			[]bool{false, false, false, false, false, false, false, false}},
	} {
		s := testStore(t)
		addUsers(t, s)
		now := at2023(s)
		*now = time.Unix(tt.at, 0)
		want(t, "set", s.SetTOTP(t.Context(), "admin", rfcSecret), nil)
		for i, code := range tt.code {
			got, err := s.UseTOTP(t.Context(), "admin", code)
			if err != nil || got != tt.want[i] {
				t.Errorf("%s: code %d, %.20q: %v, %v", tt.name, i, code, got, err)
			}
		}
	}
}

func TestSetTOTP(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	now := at2023(s)
	*now = time.Unix(59, 0)
	for _, tt := range []struct {
		user, secret string
		want         error
	}{
		{"admin", rfcSecret, nil},
		{"admin", strings.ToLower(rfcSecret), nil},
		{"admin", "GEZDGNBVGY3TQOJQGEZDGNBVGY======", nil}, // 16 bytes
		{"admin", "GEZDGNBVGY3TQOJQ", ErrTOTPSecret},       // 10 bytes
		{"admin", strings.Repeat("A", 200), ErrTOTPSecret},
		{"admin", "11111111111111111111111111111111", ErrTOTPSecret},
		{"admin", rfcSecret[:8] + "\n" + rfcSecret[8:], nil}, // pasted over two lines
		{"admin", "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", ErrTOTPSecret},
		{"nobody", rfcSecret, ErrNoUser},
		{"nobody", "", ErrNoUser},
	} {
		want(t, tt.user+" "+tt.secret, s.SetTOTP(t.Context(), tt.user, tt.secret), tt.want)
	}
	for range 2 { // a new secret begins anew
		want(t, "set", s.SetTOTP(t.Context(), "admin", rfcSecret), nil)
		if ok, err := s.UseTOTP(t.Context(), "admin", "287082"); !ok || err != nil {
			t.Errorf("UseTOTP = %v, %v", ok, err)
		}
	}
	if got, err := s.TOTPSecret(t.Context(), "admin"); got != rfcSecret || err != nil {
		t.Errorf("TOTPSecret = %q, %v", got, err)
	}
	want(t, "off", s.SetTOTP(t.Context(), "admin", ""), nil)
	if got, err := s.TOTPSecret(t.Context(), "admin"); got != "" || err != nil {
		t.Errorf("TOTPSecret = %q, %v after it was turned off", got, err)
	}
	for _, user := range []string{"admin", "viewer", "nobody"} {
		if ok, err := s.UseTOTP(t.Context(), user, "287082"); ok || err != nil {
			t.Errorf("UseTOTP of %s, who has none, = %v, %v", user, ok, err)
		}
	}
	_, err := s.TOTPSecret(t.Context(), "nobody")
	want(t, "secret of nobody", err, ErrNoUser)
	if a, b := NewTOTPSecret(), NewTOTPSecret(); a == b || len(a) != 32 {
		t.Errorf("new secrets %q and %q", a, b)
	}
}

// TestUseTOTPOnce uses one code from many sides at once.
func TestUseTOTPOnce(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	s.now = func() time.Time { return time.Unix(59, 0) }
	want(t, "set", s.SetTOTP(t.Context(), "admin", rfcSecret), nil)
	type result struct {
		ok  bool
		err error
	}
	results := make(chan result)
	const sides = 8
	for range sides {
		go func() {
			ok, err := s.UseTOTP(t.Context(), "admin", "287082")
			results <- result{ok, err}
		}()
	}
	var n int
	var errs error
	for range sides {
		r := <-results
		errs = errors.Join(errs, r.err)
		if r.ok {
			n++
		}
	}
	if n != 1 || errs != nil {
		t.Errorf("the code was taken %d times (%v), want once", n, errs)
	}
}

func FuzzTOTPMatches(f *testing.F) {
	f.Add(rfcSecret, "287082", int64(59))
	f.Add("", "", int64(0))
	f.Add("====", "000000", int64(-1))
	f.Fuzz(func(t *testing.T, secret, code string, at int64) {
		if TOTPMatches(secret, code, time.Unix(at, 0)) && len(strings.ReplaceAll(strings.TrimSpace(code), " ", "")) != 6 {
			t.Errorf("%q matches", code)
		}
	})
}
