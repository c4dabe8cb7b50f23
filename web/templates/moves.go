package templates

import (
	"fmt"

	"pacu/control"
	"pacu/web/text"
)

// addressesShown bounds the addresses listed on a page.
const addressesShown = 24

// moves is what a switchover does to addresses and connections, in words; empty
// where it is not clear who serves.
func (s SwitchPage) moves(t *text.Words) (addresses, connections string) {
	snap := s.Snapshot
	if s.plan(t) == "" {
		return "", ""
	}
	synced := snap.Sync != nil && snap.Sync.Running
	if snap.Router.State == control.Active {
		addresses = fmt.Sprintf(t.Act.Moves, snap.Partner.Address)
		connections = fmt.Sprintf(t.Act.SwitchCut, number(snap.Table.Connections))
		if synced {
			connections = fmt.Sprintf(t.Act.SwitchSynced, number(snap.Table.Connections))
		}
		return addresses, connections
	}
	if synced {
		return t.Act.MovesHere, fmt.Sprintf(t.Act.SwitchSynced, number(snap.Sync.Partner))
	}
	return t.Act.MovesHere, t.Act.SwitchCutHere
}

// A HoldPage begins a hold, or ends it.
type HoldPage struct {
	Router   control.Router
	Snapshot *control.Snapshot
	Refused  string // why pulse does not tell; then there is nothing else
}

// means is what the hold, or its end, does to the floating addresses, in words.
func (h HoldPage) means(t *text.Words) string {
	partner := t.PartnerRouter
	if p := h.Snapshot.Partner; p != nil {
		partner = p.Address.String()
	}
	switch {
	case h.Router.Held:
		return t.Act.HoldEnds
	case h.Router.State == control.Active:
		return fmt.Sprintf(t.Act.HoldServing, number(h.Snapshot.Table.Connections))
	}
	return fmt.Sprintf(t.Act.HoldAddresses, partner)
}
