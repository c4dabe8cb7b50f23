package templates

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"pacu/control"
	"pacu/web/text"
)

// A Deed is what an operator may do to a real server.
type Deed string

// The deeds.
const (
	DoDrain   Deed = "drain"
	DoUndrain Deed = "undrain"
	DoUp      Deed = "up"
	DoDown    Deed = "down"
	DoAuto    Deed = "auto"
	DoProbe   Deed = "probe"
)

// Known reports whether d is one of the deeds.
func (d Deed) Known() bool {
	switch d {
	case DoDrain, DoUndrain, DoUp, DoDown, DoAuto, DoProbe:
		return true
	}
	return false
}

// DrainTimeouts are the times after which a drain may cut connections; 0 is
// never.
var DrainTimeouts = []time.Duration{0, time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 4 * time.Hour}

// ActTitle is a deed done to the server of that name, in words.
func ActTitle(t *text.Words, d Deed, name string) string {
	return fmt.Sprintf(map[Deed]string{
		DoDrain: t.Act.DrainTitle, DoUndrain: t.Act.UndrainTitle, DoUp: t.Act.UpTitle, DoDown: t.Act.DownTitle, DoAuto: t.Act.AutoTitle,
		DoProbe: t.Act.ProbedTitle, "": t.Act.ActTitle,
	}[d], name)
}

// button is the deed on its button.
func (d Deed) button(t *text.Words) string {
	return map[Deed]string{
		DoDrain: t.Act.DrainButton, DoUndrain: t.Act.UndrainButton, DoUp: t.Act.UpButton, DoDown: t.Act.DownButton, DoAuto: t.Act.AutoButton,
		DoProbe: t.Act.ProbeButton,
	}[d]
}

// word is the deed on a link.
func (d Deed) word(t *text.Words) string {
	return map[Deed]string{
		DoDrain: t.Act.Drain, DoUndrain: t.Act.Undrain, DoUp: t.Act.ForceUp, DoDown: t.Act.ForceDown, DoAuto: t.Act.Auto,
		DoProbe: t.Act.Probe,
	}[d]
}

// is explains the deed.
func (d Deed) is(t *text.Words) string {
	return map[Deed]string{
		DoDrain: t.Act.DrainIs, DoUndrain: t.Act.UndrainIs, DoUp: t.Act.UpIs, DoDown: t.Act.DownIs, DoAuto: t.Act.AutoIs,
		DoProbe: t.Act.ProbeIs,
	}[d]
}

// deedsFor are those that make sense for a server as it is, probing apart.
func deedsFor(s *control.Server) []Deed {
	var list []Deed
	if s.Drain != nil {
		list = append(list, DoUndrain)
	} else {
		list = append(list, DoDrain)
	}
	if s.Forced == nil || s.Forced.To != control.ForceUp {
		list = append(list, DoUp)
	}
	if s.Forced == nil || s.Forced.To != control.ForceDown {
		list = append(list, DoDown)
	}
	if s.Forced != nil {
		list = append(list, DoAuto)
	}
	return list
}

// ActURL is the page that asks whether to do d to a real server, or without d
// what; back is the page to return to, "" for CONTROL/MONITORING.
func ActURL(service, server string, d Deed, back string) string {
	return actQuery("/act", service, server, d, back)
}

// ProbeURL is the page of what a probe of the server found last.
func ProbeURL(service, server, back string) string {
	return actQuery("/probe", service, server, "", back)
}

func actQuery(path, service, server string, d Deed, back string) string {
	q := url.Values{"service": {service}, "server": {server}}
	if d != "" {
		q.Set("do", string(d))
	}
	if back != "" && back != string(Monitoring) {
		q.Set("back", back)
	}
	return path + "?" + q.Encode()
}

// backTo is the page that a table row on p returns to.
func backTo(p Page, service string) string {
	if strings.HasPrefix(p.Path, "/service") {
		return "/service?key=" + url.QueryEscape(service)
	}
	return ""
}

// span is a timeout in words.
func span(t *text.Words, d time.Duration) string {
	switch {
	case d == 0:
		return t.Act.TimeoutNever
	case d < time.Hour:
		return fmt.Sprintf(t.Act.Minutes, int(d/time.Minute))
	}
	return fmt.Sprintf(t.Act.Hours, int(d/time.Hour))
}
