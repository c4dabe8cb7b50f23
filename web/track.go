package web

import (
	"reflect"
	"strings"
	"sync"

	"pacu/control"
	"pacu/web/templates"
)

// A moment is what one look at pulse brought, and for each part of it the
// version at which that last changed. Nobody changes a moment.
type moment struct {
	*templates.Monitor
	version uint64
	shared  map[string]fact // the parts that all viewers of a page see
	tracks  []track         // of the services, in pulse's order
	byKey   map[string]int  // place in tracks by the service's key
	chartAt uint64          // version at which the charts took a step
	events  []incident      // what the journal keeps, oldest first

	mu    sync.Mutex
	lists map[listQuery]*list // those that somebody sees
}

// A fact is what a part shows, and the version at which it became that.
type fact struct {
	data any
	at   uint64
}

// A track is a service, and the versions at which it changed.
type track struct {
	templates.ServicePart
	key, id string
	headAt  uint64   // of what is said of the service as a whole
	rowsAt  uint64   // at which its servers became others
	rows    []uint64 // of what is said of each server
	words   string   // lower case, for the search
	busy    busy     // as of the last step of the charts
}

// busy is by what services can be sorted; it moves only every few seconds, so
// that a table can be read.
type busy struct{ active, rate uint64 }

// sharedIDs are the parts of the monitoring page that all its viewers see.
var sharedIDs = []string{"status", "topology", "routers", "addresses", "availability", "takeovers", "failovers", "nannies", "events"}

// factOf is what the part shows of m.
func factOf(id string, m *templates.Monitor) any {
	switch id {
	case "status":
		return m.Status()
	case "topology":
		return m.Topology()
	case "routers":
		return m.Routers()
	case "addresses":
		return m.Addresses()
	case "availability":
		return m.Availability()
	case "takeovers":
		return m.Takeovers()
	case "failovers":
		return m.Failovers()
	case "nannies":
		return m.Nannies()
	default:
		return m.Events()
	}
}

// newMoment is the moment after was, which may be nil. With step the charts
// took one.
func newMoment(was *moment, m *templates.Monitor, version uint64, step bool) *moment {
	if was == nil {
		was = &moment{Monitor: &templates.Monitor{}, chartAt: version}
	}
	next := &moment{
		Monitor: m, version: version, chartAt: was.chartAt,
		shared: make(map[string]fact, len(sharedIDs)), lists: map[listQuery]*list{},
		tracks: make([]track, 0, len(m.Snapshot.Services)), byKey: make(map[string]int, len(m.Snapshot.Services)),
	}
	if step {
		next.chartAt = version
	}
	for i := range m.Snapshot.Services {
		part := m.Service(i)
		before := was.find(i, part.Service)
		t := track{ServicePart: part}
		if before != nil {
			t.key, t.id = before.key, before.id
		} else {
			t.key = part.Service.Key()
			t.id = serviceID(t.key)
		}
		if _, twice := next.byKey[t.key]; twice {
			continue // one address and port is one service
		}
		t.follow(before, version, step)
		next.byKey[t.key] = len(next.tracks)
		next.tracks = append(next.tracks, t)
	}
	for _, id := range sharedIDs {
		data := factOf(id, m)
		f := fact{data, version}
		if b, ok := was.shared[id]; ok && reflect.DeepEqual(b.data, data) {
			f = b
		}
		next.shared[id] = f
	}
	return next
}

// find returns the track of s in m, which was at place i if nothing moved, or
// nil.
func (m *moment) find(i int, s *control.Service) *track {
	if i < len(m.tracks) {
		if b := m.tracks[i].Service; b.FWMark == s.FWMark && b.Port == s.Port && b.Protocol == s.Protocol && b.Address == s.Address {
			return &m.tracks[i]
		}
	}
	if i, ok := m.byKey[s.Key()]; ok {
		return &m.tracks[i]
	}
	return nil
}

// service is the track of the service key, or nil.
func (m *moment) service(key string) *track {
	if i, ok := m.byKey[key]; ok {
		return &m.tracks[i]
	}
	return nil
}

// follow sets the versions of t, which was before, or is new where that is nil.
func (t *track) follow(before *track, version uint64, step bool) {
	t.headAt, t.rowsAt = version, version
	servers := t.Service.Servers
	if before == nil || before.Known != t.Known || before.Off != t.Off || !sameServers(before.Service.Servers, servers) {
		t.rows = make([]uint64, len(servers))
		for i := range t.rows {
			t.rows[i] = version
		}
		t.words, t.busy = searchWords(t), busyNow(t)
		return
	}
	t.rowsAt, t.rows, t.words, t.busy = before.rowsAt, before.rows, before.words, before.busy
	if step {
		t.busy = busyNow(t)
	}
	if before.Sum == t.Sum && sameService(before.Service, t.Service) {
		t.headAt = before.headAt
	}
	shared := true // rows is before's still
	for i := range servers {
		if sameServer(&before.Service.Servers[i], &servers[i]) {
			continue
		}
		if shared {
			t.rows, shared = append([]uint64(nil), t.rows...), false
		}
		t.rows[i] = version
	}
}

// sameServers reports whether a and b are the same servers, whatever their
// state.
func sameServers(a, b []control.Server) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Address != b[i].Address || a[i].Port != b[i].Port || a[i].Name != b[i].Name {
			return false
		}
	}
	return true
}

// sameService compares all but the servers.
func sameService(a, b *control.Service) bool {
	x, y := *a, *b
	x.Servers, y.Servers = nil, nil
	return reflect.DeepEqual(&x, &y)
}

// sameServer compares all that is said of two servers. The structs are
// compared as such, so that no word that pulse learns is forgotten here.
func sameServer(a, b *control.Server) bool {
	x, y := *a, *b
	x.Drain, y.Drain, x.Forced, y.Forced = nil, nil, nil, nil
	return x == y && same(a.Drain, b.Drain) && same(a.Forced, b.Forced)
}

func same[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// searchWords are what a service is found by: its names, its addresses, and
// those of its servers.
func searchWords(t *track) string {
	var b strings.Builder
	b.WriteString(t.Service.Name)
	b.WriteByte('\n')
	b.WriteString(t.key)
	for i := range t.Service.Servers {
		r := &t.Service.Servers[i]
		b.WriteByte('\n')
		b.WriteString(r.Name)
		b.WriteByte(' ')
		b.WriteString(r.Address.String())
	}
	return strings.ToLower(b.String())
}

func busyNow(t *track) busy {
	return busy{t.Sum.Active, t.Service.Stats.ConnectionRate}
}
