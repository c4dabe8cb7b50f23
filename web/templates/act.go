package templates

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pacu/control"
	"pacu/web/text"
)

// An ActPage asks an operator whether to do something to a real server, and
// names what will happen. Without a Deed it shows what can be done.
type ActPage struct {
	Do      Deed
	Host    string
	Router  control.Router
	Partner bool // there is a backup router
	Place
	Places   []Place // all of the server, in all services
	Back     string  // the page to return to
	All      bool    // all services are chosen
	Timeout  time.Duration
	Mistaken bool   // no such timeout was offered
	Refused  string // why pulse does not tell; then there is nothing else
}

// placesShown bounds the services listed of a server.
const placesShown = 20

// Target is how pulse is told of what the deed is done to.
func (a *ActPage) Target() string {
	switch {
	case a.Do == DoUndrain && a.Server.Drain != nil && a.Server.Drain.As != "":
		return a.Server.Drain.As
	case a.Do == DoAuto && a.Server.Forced != nil && a.Server.Forced.As != "":
		return a.Server.Forced.As
	case a.All:
		return a.Server.Address.String()
	}
	return a.Named()
}

// possible reports whether there is something to end, for a deed that ends.
func (a *ActPage) possible() bool {
	switch a.Do {
	case DoUndrain:
		return a.Server.Drain != nil
	case DoAuto:
		return a.Server.Forced != nil
	}
	return true
}

// takesAway reports whether the deed takes connections away.
func (a *ActPage) takesAway() bool { return a.Do == DoDrain || a.Do == DoDown }

// begins reports whether the deed begins something, which is then for the
// operator to choose where.
func (a *ActPage) begins() bool { return a.takesAway() || a.Do == DoUp }

// A Consequence is one sentence of what a deed does.
type Consequence struct {
	Tone string // wait or bad, for what is to be minded; empty: as it should be
	Text string
}

// consequences are what the deed does, worst last.
func (a *ActPage) consequences(t *text.Words) []Consequence {
	w, rs := t.Act, a.Server
	connections := number(a.connections())
	var list []Consequence
	add := func(tone, text string) { list = append(list, Consequence{tone, text}) }
	switch a.Do {
	case DoDrain:
		add("", fmt.Sprintf(w.DrainHappens, connections))
	case DoUndrain:
		add("", w.UndrainHappens)
		a.now(t, add)
	case DoAuto:
		add("", w.AutoHappens)
		a.now(t, add)
	case DoUp:
		add("", fmt.Sprintf(w.UpHappens, rs.Weight))
		switch rs.Health {
		case control.Down:
			add("bad", fmt.Sprintf(w.UpDanger, rs.Why))
		case control.Up:
			add("", w.UpUp)
		default:
			add("wait", w.UpUntried)
		}
	case DoDown:
		add("", w.DownHappens)
		if rs.Quiesce {
			add("", fmt.Sprintf(w.DownKeeps, connections))
		} else {
			add("wait", fmt.Sprintf(w.DownCuts, connections))
		}
	}
	if a.begins() {
		add("", w.Lasts)
		if a.Partner {
			add("", fmt.Sprintf(w.Here, a.Host))
		}
	}
	if a.Router.State == control.Standby {
		add("", w.OnStandby)
	}
	if rs.Drain != nil && (a.Do == DoUp || a.Do == DoDown || a.Do == DoAuto) {
		add("wait", w.IsDrained)
	}
	if a.takesAway() && inUse(rs) {
		if _, tone := a.then(t); tone == "bad" {
			add("bad", fmt.Sprintf(w.LastOne, rs.Name, a.Service.Name))
		}
	}
	grave := map[string]int{"wait": 1, "bad": 2}
	slices.SortStableFunc(list, func(a, b Consequence) int { return cmp.Compare(grave[a.Tone], grave[b.Tone]) })
	return list
}

// now adds what the probes say now, for a deed after which they count.
func (a *ActPage) now(t *text.Words, add func(tone, text string)) {
	if a.Do == DoUndrain && a.Server.Forced != nil {
		return
	}
	switch a.Server.Health {
	case control.Up:
		add("", t.Act.NowUp)
	case control.Down:
		add("wait", fmt.Sprintf(t.Act.NowDown, a.Server.Why))
	default:
		add("", t.Act.NowUntried)
	}
}

// title is the deed with the server's name.
func (a *ActPage) title(t *text.Words) string { return ActTitle(t, a.Do, a.Server.Name) }

// command is the deed as pulse's own command, and where it is done.
func (a *ActPage) command() string {
	switch a.Do {
	case DoDrain, DoUndrain:
		return "pulse " + string(a.Do) + " " + a.Target()
	}
	return "pulse force " + a.Target() + " " + string(a.Do)
}

// buttonClass makes the button look like what it does.
func (a *ActPage) buttonClass(t *text.Words) string {
	if slices.ContainsFunc(a.consequences(t), func(c Consequence) bool { return c.Tone == "bad" }) {
		return "danger"
	}
	return "primary"
}

// shown are the services to list: those of the server, this one first.
func (a *ActPage) shown() []Place {
	list := []Place{a.Place}
	for _, at := range a.Places {
		if at.Service.Key() != a.Service.Key() && len(list) < placesShown {
			list = append(list, at)
		}
	}
	return list
}

// forcedTone is a force's, for the worst there is: one that is used though it
// is down.
func forcedTone(s *control.Server) string {
	if s.Forced.To == control.ForceUp && s.Health == control.Down {
		return "bad"
	}
	return "wait"
}

func forcedWord(t *text.Words, f *control.Forced) string {
	if f.To == control.ForceUp {
		return t.Act.ForcedUp
	}
	return t.Act.ForcedDown
}
