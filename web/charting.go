package web

import (
	"net/netip"

	"pacu/control"
	"pacu/web/series"
	"pacu/web/templates"
)

// chart takes m into the series, if it is time for a step of theirs, and
// reports whether it was.
func (h *hub) chart(m *templates.Monitor) bool {
	h.mu.Lock()
	watched := make(map[string]bool, len(h.watched))
	for key := range h.watched {
		watched[key] = true
	}
	h.mu.Unlock()
	h.charting.Lock()
	defer h.charting.Unlock()
	if !h.series.Due(m.Taken) {
		return false
	}
	if !m.Known {
		h.series.Miss(m.Taken)
		return true
	}
	h.series.Begin(m.Taken)
	defer h.series.End()
	// Services first, then the servers in the order of what they are worth, so
	// that a full table is not shuffled within one look.
	for i := range m.Snapshot.Services {
		s := &m.Snapshot.Services[i]
		if !s.InKernel {
			continue
		}
		n := sample(s.Stats)
		for j := range s.Servers {
			if s.Servers[j].InKernel {
				n.Active += uint64(s.Servers[j].Active)
			}
		}
		h.series.Put(series.Key{Service: s.Key()}, m.Taken, series.Service, n)
	}
	for _, want := range []series.Rank{series.Watched, series.Trouble, series.Calm} {
		for i := range m.Snapshot.Services {
			s := &m.Snapshot.Services[i]
			key := ""
			for j := range s.Servers {
				r := &s.Servers[j]
				if !r.InKernel {
					continue
				}
				if key == "" {
					key = s.Key()
				}
				if rankOf(r, watched[key]) != want {
					continue
				}
				n := sample(r.Stats)
				n.Active = uint64(r.Active)
				h.series.Put(serverKey(key, r), m.Taken, want, n)
			}
		}
	}
	return true
}

func rankOf(r *control.Server, watched bool) series.Rank {
	switch {
	case watched:
		return series.Watched
	case !templates.Calm(r):
		return series.Trouble
	default:
		return series.Calm
	}
}

func serverKey(service string, r *control.Server) series.Key {
	return series.Key{Service: service, Server: netip.AddrPortFrom(r.Address, r.Port)}
}

func sample(s control.Stats) series.Sample {
	return series.Sample{Connections: s.Connections, BytesIn: s.InBytes, BytesOut: s.OutBytes}
}

// points are those of an object's chart; none where nothing is known of it.
func (h *hub) points(k series.Key, kind series.Kind) []float32 {
	h.charting.RLock()
	defer h.charting.RUnlock()
	p, ok := h.series.Points(k, kind)
	if !ok {
		return nil
	}
	return p
}
