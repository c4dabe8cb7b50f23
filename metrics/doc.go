// Package metrics tells what pulse knows to Prometheus and other tools that
// scrape OpenMetrics (https://prometheus.io/docs/specs/om/open_metrics_spec/) or
// the older text format, as the client asks.
//
// Each scrape is made of one control.Snapshot, which several scrapes of the same
// second share. Where pulse does not answer in time, pacu_up is 0 and only what
// lvsgui knows by itself comes besides. Counters begin at 0 with each pulse, as
// Prometheus expects of a process that was started anew; pacu_start_time_seconds
// tells when that was. Those of the kernel's IPVS table begin at 0 when the entry
// is made.
package metrics
