package main

import (
	"fmt"
	"strconv"
	"strings"

	"pacu/ipvs"
)

// forwards are control.Watch's words for the forwarding methods. What fullnat
// has besides nat is not the destination's.
var forwards = map[string]ipvs.Forward{
	"nat": ipvs.Masquerade, "fullnat": ipvs.Masquerade, "direct": ipvs.Direct, "tunnel": ipvs.Tunnel,
}

// checksums are control.Watch's words for those of a tunnel.
var checksums = map[string]ipvs.EncapFlags{"csum": ipvs.Checksum, "remcsum": ipvs.RemoteChecksum}

// parseEncap reads control.Watch.Encap: "", "ipip", "gre" or "gue PORT", and
// the checksum, if any.
func parseEncap(text string) (ipvs.Encap, error) {
	var e ipvs.Encap
	bad := fmt.Errorf("unknown encapsulation %q", text)
	words := strings.Fields(text)
	if len(words) == 0 {
		return e, nil
	}
	switch words[0] {
	case "ipip":
	case "gre":
		e.Type = ipvs.GRE
	case "gue":
		if len(words) < 2 {
			return e, fmt.Errorf("encapsulation %q: gue needs a port", text)
		}
		port, err := strconv.ParseUint(words[1], 10, 16)
		if err != nil || port == 0 {
			return e, fmt.Errorf("encapsulation %q: %q is not a port", text, words[1])
		}
		e.Type, e.Port = ipvs.GUE, uint16(port)
		words = words[1:]
	default:
		return e, bad
	}
	switch len(words) {
	case 1:
		return e, nil
	case 2:
		if flag, ok := checksums[words[1]]; ok {
			e.Flags = flag
			return e, nil
		}
	}
	return e, bad
}
