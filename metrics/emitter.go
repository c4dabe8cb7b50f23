package metrics

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// An emitter gathers what a scrape tells.
type emitter map[*family]*dto.MetricFamily

// put tells one series. The labels' values are in the order of f.labels.
func (e emitter) put(f *family, value float64, values ...string) {
	e.share(f, value, pairs(f.labels, values...))
}

// share is put with labels that are made already, and may be other series' too:
// that is what makes thousands of servers affordable.
func (e emitter) share(f *family, value float64, labels []*dto.LabelPair) {
	told := e[f]
	if told == nil {
		told = &dto.MetricFamily{Name: &f.name, Help: &f.help, Type: &f.kind}
		e[f] = told
	}
	m := &dto.Metric{Label: labels}
	if f.kind == dto.MetricType_COUNTER {
		m.Counter = &dto.Counter{Value: &value}
	} else {
		m.Gauge = &dto.Gauge{Value: &value}
	}
	told.Metric = append(told.Metric, m)
}

// told is all, by name.
func (e emitter) told() []*dto.MetricFamily {
	byName := func(a, b *dto.MetricFamily) int { return cmp.Compare(a.GetName(), b.GetName()) }
	return slices.SortedFunc(maps.Values(e), byName)
}

// yes tells whether something is so.
func (e emitter) yes(f *family, is bool, values ...string) { e.put(f, truth(is), values...) }

// oneOf tells which of all the words, the only label of f, is the case.
func (e emitter) oneOf(f *family, is string, all ...string) {
	for _, word := range all {
		e.yes(f, word == is, word)
	}
}

// at tells a moment, unless it never was.
func (e emitter) at(f *family, t time.Time, values ...string) {
	if !t.IsZero() {
		e.put(f, float64(t.UnixMilli())/1000, values...)
	}
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// pairs are labels; the names are sorted, as the text formats want it.
func pairs(names []string, values ...string) []*dto.LabelPair {
	labels := make([]*dto.LabelPair, len(names))
	for i, name := range names {
		labels[i] = pair(name, values[i])
	}
	return labels
}

// pair is a label. A value that is no UTF-8, as lvs.cf may have it, is made so.
func pair(name, value string) *dto.LabelPair {
	value = strings.ToValidUTF8(value, "\uFFFD")
	return &dto.LabelPair{Name: &name, Value: &value}
}
