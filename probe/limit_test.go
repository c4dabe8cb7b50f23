package probe

import (
	"context"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// expired is what a check says whose limit was reached.
var expired = regexp.MustCompile(`(no answer|not refused|no result) in |deadline exceeded`)

// within probes with a limit, which it doubles, up to long, as long as it was
// reached and the result is another than is wanted: a busy machine, or one that
// stands still for a moment, reaches it earlier than the test means it to. LIMIT
// in why is the limit. It returns the last result, and the why of its limit.
func within(limit time.Duration, up bool, why string, probe func(limit time.Duration) Result) (r Result, want string) {
	for ; ; limit *= 2 {
		r, want = probe(limit), strings.ReplaceAll(why, "LIMIT", span(limit))
		if limit >= long || matches(r, up, want) || !expired.MatchString(r.Why) {
			return r, want
		}
	}
}

// matches holds Why against a regular expression over all of it.
func matches(r Result, up bool, why string) bool {
	return r.Up == up && regexp.MustCompile("^(?:"+why+")$").MatchString(r.Why)
}

// wantProbe probes as within says, from the check's own limit on.
func wantProbe(t *testing.T, c Check, to Target, up bool, why string) {
	t.Helper()
	r, want := probeWithin(t.Context(), c, to, up, why)
	wantResult(t, r, up, want)
}

func probeWithin(ctx context.Context, c Check, to Target, up bool, why string) (Result, string) {
	return within(timeout(c), up, why, func(limit time.Duration) Result { return limited(c, limit).Probe(ctx, to) })
}

// wantAsk asks a monitor, and matches what wantAdvice does, as within says.
func wantAsk(t *testing.T, m LoadMonitor, to Target, want string) {
	t.Helper()
	var got Advice
	var err error
	_, want = within(timeout(m), true, want, func(limit time.Duration) Result {
		got, err = limited(m, limit).Ask(t.Context(), to)
		return Result{Up: true, Why: advised(got, err)}
	})
	wantAdvice(t, got, err, want)
}

// timeout is the field of that name of a check or a monitor.
func timeout[T any](c T) time.Duration {
	return time.Duration(reflect.ValueOf(c).FieldByName("Timeout").Int())
}

// limited is c with another timeout.
func limited[T any](c T, limit time.Duration) T {
	v := reflect.New(reflect.TypeOf(c)).Elem()
	v.Set(reflect.ValueOf(c))
	v.FieldByName("Timeout").SetInt(int64(limit))
	return v.Interface().(T)
}
