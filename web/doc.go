// Package web is the console that Piranha's users know on port 3636: pages to
// watch a router pair and to change its lvs.cf.
//
// It has no privileges and touches no kernel. What it shows it asks of pulse
// over package control's socket; what it changes is lvs.cf, which pulse then
// reloads. It works while pulse is down, and says so.
//
// Pages are rendered on the server and work without JavaScript, but for live
// updates: those are server-sent events (HTML, 9.2) put in place by htmx.
// Every page but the login, and the static files, needs a session; see
// security.go for the rest.
package web
