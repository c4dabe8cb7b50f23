package lvscf

import (
	"fmt"
	"strconv"
	"strings"
)

// pairText is text for the words of the pair of routers that Piranha does not
// have.
func (c *Config) pairText(row string) string {
	switch row {
	case "heartbeat_path":
		parts := make([]string, len(c.HeartbeatPaths))
		for i, p := range c.HeartbeatPaths {
			parts[i] = fmt.Sprintf("%s %s", p.Primary, p.Backup)
		}
		return strings.Join(parts, ", ")
	case "preempt":
		return digit(c.Preempt)
	case "preempt_delay":
		return seconds(c.PreemptDelay)
	case "announce_refresh":
		return seconds(c.AnnounceRefresh)
	case "witness":
		parts := make([]string, len(c.Witnesses))
		for i, a := range c.Witnesses {
			parts[i] = a.String()
		}
		return strings.Join(parts, ",")
	case "witness_quorum":
		return strconv.Itoa(c.WitnessQuorum)
	case "witness_check":
		return c.WitnessCheck
	case "min_servers":
		return strconv.Itoa(c.MinServers)
	case "nanny_limit":
		return strconv.Itoa(c.NannyLimit)
	}
	return ""
}

// text is the value of a directive of t, as Config.text.
func (t *TrackScript) text(row string) string {
	switch row {
	case "active":
		return digit(t.Active)
	case "command":
		return command(t.Command)
	case "interval":
		return seconds(t.Interval)
	case "timeout":
		return seconds(t.Timeout)
	case "rise":
		return strconv.Itoa(t.Rise)
	case "fall":
		return strconv.Itoa(t.Fall)
	}
	return ""
}

// summary tells what t is, in a few words.
func (t *TrackScript) summary() string {
	text := fmt.Sprintf("%s every %s", given(command(t.Command)), seconds(t.Interval))
	if !t.Active {
		text += ", not active"
	}
	return text
}
