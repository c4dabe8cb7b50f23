package web

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"pacu/web/templates"
)

const (
	pageServices = 50  // on one page of the table
	pageServers  = 100 // with more of them on a page, only those that want a look are listed
	compactRows  = 3   // of those, of one service
	maxQuery     = 100 // bytes of a search
)

// A listQuery says which services one viewer sees, as the page's URL has it.
type listQuery struct {
	q    string
	show templates.Show
	sort templates.Sort
	page int // from 1
}

// readListQuery takes a listQuery out of a URL; what makes no sense there is
// left out.
func readListQuery(v url.Values) listQuery {
	l := listQuery{q: strings.TrimSpace(v.Get("q")), page: 1}
	if len(l.q) > maxQuery {
		l.q = strings.ToValidUTF8(l.q[:maxQuery], "")
	}
	if s := templates.Show(v.Get("show")); slices.Contains(templates.Shows, s) {
		l.show = s
	}
	if s := templates.Sort(v.Get("sort")); slices.Contains(templates.Sorts, s) {
		l.sort = s
	}
	if n, err := strconv.Atoi(v.Get("page")); err == nil && n > 1 && n <= 1e6 {
		l.page = n
	}
	return l
}

// A list is the page of the table of services that a listQuery asks for.
type list struct {
	bar    templates.ServicesBar
	tracks []*track
	bodies []templates.Body // of tracks
	marks  []uint64         // of tracks: the same as long as the body has the same rows
	mark   uint64           // of all of them, in their order
}

// list is what q asks for. All that ask the same share it.
func (m *moment) list(q listQuery) *list {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.lists[q]; l != nil {
		return l
	}
	l := m.newList(q)
	m.lists[q] = l
	return l
}

func (m *moment) newList(q listQuery) *list {
	bar := templates.ServicesBar{Query: q.q, Show: q.show, Sort: q.sort, Counts: map[templates.Show]int{}}
	var found []*track
	words := strings.Fields(strings.ToLower(q.q))
	for i := range m.tracks {
		t := &m.tracks[i]
		if !t.matches(words) {
			continue
		}
		for _, s := range templates.Shows {
			if t.shown(s) {
				bar.Counts[s]++
			}
		}
		if t.shown(q.show) {
			found = append(found, t)
		}
	}
	slices.SortStableFunc(found, order(q.sort))

	bar.Found = len(found)
	bar.Pages = max(1, (len(found)+pageServices-1)/pageServices)
	bar.Page = min(q.page, bar.Pages)
	first := (bar.Page - 1) * pageServices
	l := &list{tracks: found[first:min(first+pageServices, len(found))]}
	bar.First, bar.Last = min(first+1, len(found)), first+len(l.tracks)
	servers := 0
	for _, t := range l.tracks {
		servers += len(t.Service.Servers)
	}
	bar.Compact = servers > pageServers
	l.bar = bar
	l.layOut()
	return l
}

// layOut chooses the rows of each body.
func (l *list) layOut() {
	whole := fnv.New64a()
	for _, t := range l.tracks {
		b := templates.Body{ID: t.id}
		one := fnv.New64a()
		hashNumber(one, t.rowsAt)
		for i := range t.Service.Servers {
			if l.bar.Compact && (len(b.Rows) == compactRows || templates.Calm(&t.Service.Servers[i])) {
				continue
			}
			b.Rows = append(b.Rows, i)
			hashNumber(one, uint64(i))
		}
		l.bodies = append(l.bodies, b)
		l.marks = append(l.marks, one.Sum64())
		whole.Write([]byte(t.id))
		hashNumber(whole, one.Sum64())
	}
	l.mark = whole.Sum64()
}

func hashNumber(w interface{ Write([]byte) (int, error) }, n uint64) {
	var b [8]byte
	w.Write(binary.BigEndian.AppendUint64(b[:0], n)) // a hash takes everything
}

// matches reports whether every word is found in what t is searched by.
func (t *track) matches(words []string) bool {
	for _, w := range words {
		if !strings.Contains(t.words, w) {
			return false
		}
	}
	return true
}

func (t *track) shown(s templates.Show) bool {
	switch s {
	case templates.ShowTrouble:
		return t.Condition() > templates.Fine
	case templates.ShowDown:
		return t.Sum.Down > 0 && !t.Off
	case templates.ShowDraining:
		return t.Sum.Draining > 0
	case templates.ShowOff:
		return t.Off || t.Sum.Off > 0
	default:
		return true
	}
}

// order compares services for a Sort; equal ones stay as lvs.cf has them.
func order(s templates.Sort) func(a, b *track) int {
	switch s {
	case templates.SortName:
		return func(a, b *track) int {
			return cmp.Or(strings.Compare(a.Service.Name, b.Service.Name), strings.Compare(a.key, b.key))
		}
	case templates.SortActive:
		return func(a, b *track) int { return cmp.Compare(b.busy.active, a.busy.active) }
	case templates.SortRate:
		return func(a, b *track) int { return cmp.Compare(b.busy.rate, a.busy.rate) }
	default:
		return func(a, b *track) int { return cmp.Compare(b.Condition(), a.Condition()) }
	}
}
