package metrics

import (
	"net/netip"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"

	"pacu/control"
)

// services tells of the services and their servers, each once: what pulse told
// twice would spoil the scrape.
func services(e emitter, s *control.Snapshot, groups map[Group]bool) {
	told := make(map[string]bool, len(s.Services))
	for i := range s.Services {
		svc := &s.Services[i]
		key := svc.Key()
		if told[key] {
			continue
		}
		told[key] = true
		labels := pairs(serviceLabels, key, svc.Name)
		if groups[Services] {
			service(e, svc, labels)
		}
		if groups[Servers] {
			servers := make(map[netip.AddrPort]bool, len(svc.Servers))
			for j := range svc.Servers {
				rs := &svc.Servers[j]
				at := netip.AddrPortFrom(rs.Address, rs.Port)
				if !servers[at] {
					servers[at] = true
					server(e, rs, at.String(), labels[0], labels[1])
				}
			}
		}
	}
}

func service(e emitter, svc *control.Service, labels []*dto.LabelPair) {
	var all, down, untried, drained, active, inactive int
	for i := range svc.Servers {
		rs := &svc.Servers[i]
		active, inactive = active+int(rs.Active), inactive+int(rs.Inactive)
		if !rs.Listed() || rs.Health == control.Inactive {
			continue
		}
		all++
		switch rs.Health {
		case control.Down:
			down++
		case control.Untried:
			untried++
		}
		if rs.Drain != nil {
			drained++
		}
	}
	put := func(f *family, n int) { e.share(f, float64(n), labels) }
	yes := func(f *family, is bool) { e.share(f, truth(is), labels) }
	put(serviceUp, svc.Up)
	put(serviceServers, all)
	put(serviceDown, down)
	put(serviceUntried, untried)
	put(serviceDrained, drained)
	if svc.Quorum > 0 {
		put(serviceQuorum, svc.Quorum)
	}
	yes(serviceSorry, svc.Sorry)
	yes(serviceKernel, svc.InKernel)
	yes(serviceForeign, svc.Foreign)
	put(serviceActive, active)
	put(serviceInactive, inactive)
	if svc.InKernel {
		e.share(serviceConns, float64(svc.Stats.Connections), labels)
		traffic(e, servicePackets, serviceBytes, svc.Stats, labels)
	}
}

// The values of labels that are of few.
var (
	directionIn, directionOut             = pair("direction", "in"), pair("direction", "out")
	resultPassed, resultFailed, resultCut = pair("result", "passed"), pair("result", "failed"), pair("result", "cut")
)

// server tells of a real server. Its series share their labels, for there may
// be a million of them.
func server(e emitter, rs *control.Server, at string, service, virtual *dto.LabelPair) {
	name, server := pair("name", rs.Name), pair("server", at)
	labels := []*dto.LabelPair{name, server, service, virtual}
	put := func(f *family, v float64) { e.share(f, v, labels) }
	if rs.Health == control.Up || rs.Health == control.Down {
		put(serverUp, truth(rs.Health == control.Up))
	}
	if rs.Listed() {
		put(serverWeight, float64(rs.Weight))
		put(serverDrained, truth(rs.Drain != nil))
	}
	if rs.Forced != nil {
		e.share(serverForced, 1, []*dto.LabelPair{name, server, service, pair("to", string(rs.Forced.To)), virtual})
	}
	if rs.InKernel {
		put(serverKernel, float64(rs.KernelWeight))
		put(serverActive, float64(rs.Active))
		put(serverInactive, float64(rs.Inactive))
		put(serverConns, float64(rs.Stats.Connections))
		traffic(e, serverPackets, serverBytes, rs.Stats, labels)
	}
	if rs.Probed.IsZero() {
		return
	}
	put(probeLast, time.Duration(rs.Took).Seconds())
	put(probeSeconds, time.Duration(rs.Probes.Took).Seconds())
	of := func(result *dto.LabelPair, n uint64) {
		e.share(probes, float64(n), []*dto.LabelPair{name, result, server, service, virtual})
	}
	of(resultPassed, rs.Probes.Passed)
	of(resultFailed, rs.Probes.Failed)
	of(resultCut, rs.Probes.Cut)
}

// traffic tells packets and bytes in each direction.
func traffic(e emitter, packets, bytes *family, s control.Stats, labels []*dto.LabelPair) {
	in := slices.Concat([]*dto.LabelPair{directionIn}, labels)
	out := slices.Concat([]*dto.LabelPair{directionOut}, labels)
	e.share(packets, float64(s.InPackets), in)
	e.share(packets, float64(s.OutPackets), out)
	e.share(bytes, float64(s.InBytes), in)
	e.share(bytes, float64(s.OutBytes), out)
}
