package lvscf

import "fmt"

var (
	rowSyncDaemon = lookup(Global, "syncdaemon")
	rowSyncMaxLen = lookup(Global, "syncd_maxlen")
	rowSyncGroup  = lookup(Global, "syncd_group")

	// syncRows are what the sync daemon is told, but for the words that
	// Piranha's console writes with syncdaemon or without.
	syncRows = []*Directive{rowSyncMaxLen, lookup(Global, "syncd_port"), rowSyncGroup, lookup(Global, "syncd_ttl")}
)

// sync judges what stands there of the sync daemon.
func (c *checker) sync() {
	cfg := &c.cfg
	if !cfg.SyncDaemon {
		for _, d := range syncRows {
			c.idle(d, "without syncdaemon = 1", "write 'syncdaemon = 1', or delete it")
		}
		return
	}
	if cfg.Service == "fos" {
		c.idle(rowSyncDaemon, "with service = fos", "write 'syncdaemon = 0', or delete it")
	}
	if cfg.SyncGroup.Is6() && cfg.SyncMaxLen > maxSyncLen6 {
		c.blame(&c.global, rowSyncMaxLen, Pos{1, 1}, Error, "range", fmt.Sprintf("syncd_maxlen %d is too much for a syncd_group of IPv6", cfg.SyncMaxLen), fmt.Sprintf("write %d or less", maxSyncLen6))
	}
}
