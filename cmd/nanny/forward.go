package main

import "pacu/ipvs"

// forwards are control.Watch's words for the forwarding methods. What fullnat
// has besides nat is not the destination's.
var forwards = map[string]ipvs.Forward{
	"nat": ipvs.Masquerade, "fullnat": ipvs.Masquerade, "direct": ipvs.Direct, "tunnel": ipvs.Tunnel,
}
