package templates

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"pacu/control"
	"pacu/web/text"
)

// HelpPath is where the real server help is.
const HelpPath = "/servers/help"

// HelpShown are the real servers on a page of the help.
const HelpShown = 20

// A HelpPage tells what real servers must be set up with.
type HelpPage struct {
	Query   HelpQuery
	Setup   control.Setup
	Refused string // why pulse does not tell; then there is nothing else
}

// A HelpQuery chooses them.
type HelpQuery struct {
	Text string
	Page int // from 1
}

// URL is the page of q.
func (q HelpQuery) URL() string {
	v := url.Values{}
	if q.Text != "" {
		v.Set("q", q.Text)
	}
	if q.Page > 1 {
		v.Set("page", strconv.Itoa(q.Page))
	}
	if len(v) == 0 {
		return HelpPath
	}
	return HelpPath + "?" + v.Encode()
}

func (q HelpQuery) at(page int) HelpQuery { return HelpQuery{q.Text, page} }

// pages are those of what matches.
func (v *HelpPage) pages() int { return (v.Setup.Matched + HelpShown - 1) / HelpShown }

// found tells how many there are.
func (v *HelpPage) found(t *text.Words) string {
	if v.Setup.Matched == v.Setup.All {
		return fmt.Sprintf(t.Act.Help.All, v.Setup.All)
	}
	return fmt.Sprintf(t.Act.Help.Found, v.Setup.Matched, v.Setup.All)
}

// setupName is what lvs.cf calls the server.
func setupName(t *text.Words, s control.ServerSetup) string {
	names := make([]string, len(s.Names))
	for i, n := range s.Names {
		if names[i] = n; n == "sorry_server" {
			names[i] = t.SorryServer
		}
	}
	return strings.Join(names, ", ")
}

// setupWhy is a step in words; pulse's own where there are none here.
func setupWhy(t *text.Words, s control.SetupStep) string {
	h := t.Act.Help
	switch s.For {
	case "arp":
		return h.StepARP
	case "accept":
		return fmt.Sprintf(h.StepAccept, addresses(s.Addresses))
	case "gue":
		return h.StepGUE
	case "unwrap":
		if len(s.Addresses) > 0 {
			return fmt.Sprintf(h.StepUnwrapFor, addresses(s.Addresses))
		}
		return h.StepUnwrap
	case "gateway":
		return h.StepGateway
	}
	return s.Why
}

func addresses(list []netip.Addr) string {
	words := make([]string, len(list))
	for i, a := range list {
		words[i] = a.String()
	}
	return strings.Join(words, ", ")
}

// setupID is where on the page the server's commands are.
func setupID(s control.ServerSetup) string {
	return "setup-" + strings.NewReplacer(".", "-", ":", "-").Replace(s.Address.String())
}
