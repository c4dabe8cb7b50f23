package probe

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// usualStatuses are the good ones when none are named: keepalived takes 200 to
// 299, ldirectord 200 alone; a redirection shows a living server too.
var usualStatuses = statusRange{200, 399}

// Statuses are the HTTP status codes (RFC 9110, section 15) that are good. The
// zero value is 200-399. Make one with ParseStatuses.
type Statuses struct{ ranges []statusRange }

// statusRange is from first to last, both of them good.
type statusRange struct{ first, last int }

// ParseStatuses reads "200-299,301": codes and ranges of them with commas
// between, spaces around them allowed. Nothing at all is 200-399. The error
// names the part that is wrong.
func ParseStatuses(text string) (Statuses, error) {
	var s Statuses
	if strings.TrimSpace(text) == "" {
		return s, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		from, to, isRange := strings.Cut(part, "-")
		r := statusRange{}
		var err error
		if r.first, err = parseStatus(strings.TrimSpace(from)); err == nil {
			r.last = r.first
			if isRange {
				r.last, err = parseStatus(strings.TrimSpace(to))
			}
		}
		if err == nil && r.first > r.last {
			err = errors.New("the range runs backwards")
		}
		if err != nil {
			return Statuses{}, fmt.Errorf("status %q: %w", part, err)
		}
		s.ranges = append(s.ranges, r)
	}
	s.ranges = mergeStatuses(s.ranges)
	return s, nil
}

// parseStatus reads three digits. Codes from 600 mean nothing, and are sent.
func parseStatus(text string) (int, error) {
	n := 0
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' || i == 3 {
			return 0, errors.New("not a code of three digits")
		}
		n = n*10 + int(text[i]-'0')
	}
	if n < 100 {
		return 0, errors.New("not a code from 100 to 999")
	}
	return n, nil
}

// mergeStatuses sorts ranges and joins those that touch.
func mergeStatuses(ranges []statusRange) []statusRange {
	slices.SortFunc(ranges, func(a, b statusRange) int { return cmp.Compare(a.first, b.first) })
	merged := ranges[:1]
	for _, r := range ranges[1:] {
		if end := &merged[len(merged)-1].last; r.first <= *end+1 {
			*end = max(*end, r.last)
		} else {
			merged = append(merged, r)
		}
	}
	return merged
}

// Has says whether a status is good.
func (s Statuses) Has(code int) bool {
	if len(s.ranges) == 0 {
		return usualStatuses.has(code)
	}
	for _, r := range s.ranges {
		if r.has(code) {
			return true
		}
	}
	return false
}

// String is as ParseStatuses reads it, in order.
func (s Statuses) String() string {
	if len(s.ranges) == 0 {
		return usualStatuses.String()
	}
	words := make([]string, len(s.ranges))
	for i, r := range s.ranges {
		words[i] = r.String()
	}
	return strings.Join(words, ",")
}

func (r statusRange) has(code int) bool { return r.first <= code && code <= r.last }

func (r statusRange) String() string {
	if r.first == r.last {
		return strconv.Itoa(r.first)
	}
	return strconv.Itoa(r.first) + "-" + strconv.Itoa(r.last)
}
