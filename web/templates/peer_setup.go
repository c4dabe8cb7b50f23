package templates

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"pacu/peer"
	"pacu/web/text"
)

// authorizedLine is the line for authorized_keys, which holds the key to what
// it is for. From is this router's address, where it is known.
func (v PeerPage) authorizedLine(host string) string {
	options := "restrict"
	if v.Snapshot != nil && v.Snapshot.Router.Address.IsValid() && v.Snapshot.Partner != nil && v.Settings.Host == v.Snapshot.Partner.Address.String() {
		options += `,from="` + v.Snapshot.Router.Address.String() + `"`
	}
	return strings.TrimSpace(options + " " + v.Identity + " " + comment(host))
}

// comment is what tells the keys in a file apart: words that mean nothing to
// a shell.
func comment(host string) string {
	if host == "" || peer.CheckHost(host) != nil {
		return "pacu"
	}
	return "pacu@" + host
}

func (v PeerPage) authorizeCommand(host string) string {
	return "mkdir -p -m 700 ~/.ssh && echo '" + v.authorizedLine(host) + "' >> ~/.ssh/authorized_keys && chmod 600 ~/.ssh/authorized_keys"
}

// copyCommand copies the key by hand.
func (v PeerPage) copyCommand() string {
	port := ""
	if v.Settings.Port != "" && v.Settings.Port != strconv.Itoa(peer.DefaultPort) {
		port = "-P " + v.Settings.Port + " "
	}
	host := v.Settings.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if host == "" {
		host = "OTHER-ROUTER"
	}
	return "scp -p " + port + "/etc/sysconfig/ha/lvs.key root@" + host + ":/etc/sysconfig/ha/lvs.key"
}

// fields are those of the form.
func (s PeerSettings) fields(t *text.Words) []field {
	plain := templ.Attributes{"autocapitalize": "none", "spellcheck": "false"}
	return []field{
		{ID: "host", Name: "host", Label: t.Peer.Host, Value: s.Host, Type: "text", Fill: "off", Max: 253, Hint: t.Peer.HostHint, Wrong: s.Wrong["host"], More: plain},
		{ID: "port", Name: "port", Label: t.Peer.Port, Value: s.Port, Type: "text", Fill: "off", Max: 5, Wrong: s.Wrong["port"], More: templ.Attributes{"inputmode": "numeric"}},
		{ID: "account", Name: "user", Label: t.Peer.Account, Value: s.User, Type: "text", Fill: "off", Max: 32, Hint: t.Peer.AccountHint, Wrong: s.Wrong["user"], More: plain},
		{ID: "config", Name: "config", Label: t.Peer.ConfigPath, Value: s.Config, Type: "text", Fill: "off", Max: 1024, Hint: t.Peer.PathHint, Wrong: s.Wrong["config"], More: plain},
		{ID: "pulse", Name: "pulse", Label: t.Peer.PulsePath, Value: s.Pulse, Type: "text", Fill: "off", Max: 1024, Hint: t.Peer.PathHint, Wrong: s.Wrong["pulse"], More: plain},
	}
}
