package metrics

import dto "github.com/prometheus/client_model/go"

// A Group is a part of the metrics that a scrape may ask for with
// ?collect[]=GROUP, once for each.
type Group string

// The groups. Those of Always come whatever is asked for.
const (
	Always   Group = "always"
	Router   Group = "router"   // this router, its partner, lvs.cf, the kernel's tables
	Services Group = "services" // each service, its servers counted
	Servers  Group = "servers"  // each server of each service
	Nannies  Group = "nannies"  // each nanny
	Process  Group = "process"  // lvsgui's own processor time, memory and runtime
)

// groups are those that can be asked for.
var groups = []Group{Router, Services, Servers, Nannies, Process}

// A family is one metric, which may have many series.
type family struct {
	group  Group
	name   string
	kind   dto.MetricType
	labels []string // sorted
	help   string
}

// families are all there are, but for Process's, in the order of their making.
var families []*family

func gauge(g Group, name, help string, labels ...string) *family {
	return newFamily(g, name, dto.MetricType_GAUGE, help, labels)
}

func counter(g Group, name, help string, labels ...string) *family {
	return newFamily(g, name, dto.MetricType_COUNTER, help, labels)
}

func newFamily(g Group, name string, kind dto.MetricType, help string, labels []string) *family {
	f := &family{group: g, name: name, kind: kind, labels: labels, help: help}
	families = append(families, f)
	return f
}
