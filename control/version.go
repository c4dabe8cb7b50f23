package control

// releaseSize is how much of a version a heartbeat carries, in bytes; see
// heartbeat.Release.
const releaseSize = 24

// OtherVersion tells whether the partner is known to run another version of
// Pacu than own, which is Snapshot.Version. Of a long one only the beginning is
// known. A partner with a key that says none has one of the time before
// heartbeats said it, and so another.
func (p *Partner) OtherVersion(own string) bool {
	return p.Keyed && p.Version != own[:min(len(own), releaseSize)]
}
