package web

import (
	"pacu/control"
	"pacu/store"
)

// An operation is one of the API, as the document tells of it.
type operation struct {
	method, path string
	role         store.Role // "": for everybody
	tag          string
	summary      string
	more         string // description, beyond the summary
	query        []parameter
	match        string // what If-Match is about; "": it is not wanted
	text         bool   // the body is an lvs.cf, which may be left out where optional
	body         any    // of this type, as JSON
	optional     bool   // the body may be left out
	answer       any    // of 200, as JSON; nil: none
	status       int    // instead of 200
	also         []string
	texts        bool // the answer is a text where the client takes one
	stream       bool // or a stream
	tagged       bool // the answer has an ETag
	problems     []int
}

// A parameter is one of the query.
type parameter struct {
	name, about string
	enum        []string
	number      bool
	least, most int
}

var (
	pages = []parameter{
		{name: "offset", about: "How many to leave out before the first.", number: true, most: 1 << 30},
		{name: "limit", about: "How many at most; 50 unless given.", number: true, least: 1, most: maxAPIPage},
	}
	olderPages = []parameter{
		{name: "before", about: "Only those older than this id.", number: true, least: 1, most: 1 << 62},
		{name: "limit", about: "How many at most; 50 unless given.", number: true, least: 1, most: maxAPIPage},
	}
	search = parameter{name: "q", about: "Words that are in the name, key or servers' names and addresses of a service, in any case of letters."}
)

func with(more []parameter, first ...parameter) []parameter { return append(first, more...) }

// operations are all there are.
var operations = []operation{
	{method: "GET", path: "/openapi.json", tag: "API", summary: "This document", answer: map[string]any{}},

	{method: "GET", path: "/status", role: store.Viewer, tag: "State", summary: "The state of the router pair",
		more:  "The lists that may be long (addresses, services, nannies, events) are counted, and are at addresses of their own; with full=1 they are here, and the answer may have many megabytes.",
		query: []parameter{{name: "full", about: "1: with the long lists.", enum: []string{"0", "1"}}}, answer: apiStatus{}, also: []string{"Snapshot"}, problems: []int{503}},
	{method: "GET", path: "/router", role: store.Viewer, tag: "State", summary: "This router: its role, and what is wrong", answer: apiRouter{}, problems: []int{503}},
	{method: "GET", path: "/partner", role: store.Viewer, tag: "State", summary: "The other router, as its heartbeats show it", answer: control.Partner{}, problems: []int{404, 503}},
	{method: "GET", path: "/explain", role: store.Viewer, tag: "State", summary: "Why this router has its role, and what would change it", answer: control.Explanation{}, problems: []int{409, 503}},
	{method: "GET", path: "/addresses", role: store.Viewer, tag: "State", summary: "The floating addresses", query: pages, answer: addressPage{}, problems: []int{503}},
	{method: "GET", path: "/nannies", role: store.Viewer, tag: "State", summary: "The processes that watch the real servers", query: pages, answer: nannyPage{}, problems: []int{503}},
	{method: "GET", path: "/services", role: store.Viewer, tag: "State", summary: "The services with their real servers, in lvs.cf's order",
		query: with(pages, search, parameter{name: "show", about: "Only those in such a state.", enum: shows()}), answer: servicePage{}, problems: []int{503}},
	{method: "GET", path: "/services/{key}", role: store.Viewer, tag: "State", summary: "One service", answer: apiServiceItem{}, problems: []int{404, 503}},
	{method: "GET", path: "/servers", role: store.Viewer, tag: "State", summary: "The real servers, each once for each of its services",
		query: with(pages, search, parameter{name: "health", about: "Only those of which the probes say so.", enum: []string{"up", "down", "untried", "inactive"}}), answer: serverPage{}, problems: []int{503}},
	{method: "GET", path: "/servers/{name}", role: store.Viewer, tag: "State", summary: "One real server in each of its services", answer: serverPage{}, problems: []int{404, 503}},
	{method: "GET", path: "/setup", role: store.Viewer, tag: "State", summary: "What the real servers must be set up with",
		query: with(pages, parameter{name: "q", about: "A part of a name or an address."}), answer: setupPage{}, problems: []int{409, 503}},
	{method: "GET", path: "/events", role: store.Viewer, tag: "State", summary: "What happened, oldest first; with Accept: text/event-stream as it happens",
		more: "A stream begins with what happens from now on, or after the event named by after or Last-Event-ID. Its events have the JSON of an event as data; comments in between say that it lives.",
		query: []parameter{
			{name: "after", about: "Only events later than the one of this id; one that is not kept any more: all."},
			{name: "limit", about: "How many at most; 50 unless given.", number: true, least: 1, most: maxAPIPage},
			{name: "level", about: "That level and above.", enum: []string{"info", "warning", "error"}},
			{name: "kind", about: "Only that kind: role, partner, server, nanny, config, kernel, address."},
			{name: "q", about: "Words that are in the message or the object, in any case of letters."},
		}, answer: eventPage{}, stream: true, problems: []int{503}},

	{method: "GET", path: "/config", role: store.Viewer, tag: "lvs.cf", summary: "lvs.cf as it is on disk", answer: apiText{}, texts: true, tagged: true, problems: []int{404, 409}},
	{method: "POST", path: "/config/check", role: store.Operator, tag: "lvs.cf", summary: "What is wrong with an lvs.cf", text: true, answer: apiCheck{}},
	{method: "POST", path: "/plan", role: store.Operator, tag: "lvs.cf", summary: "What an lvs.cf would change in the kernel", text: true, answer: control.Plan{}, problems: []int{409, 503}},
	{method: "POST", path: "/apply", role: store.Operator, tag: "lvs.cf", summary: "Put an lvs.cf, or the draft, into effect",
		more:  "The body is the new lvs.cf, or else draft names the user's draft. Its serial_no is raised. Unless confirm is immediate the change must be confirmed in time (POST /change/confirm), or it is taken back.",
		match: "lvs.cf", text: true, optional: true, query: []parameter{
			{name: "draft", about: "The draft's ETag: apply that."},
			{name: "note", about: "Why, for the history; at most 200 characters."},
			{name: "confirm", about: "How long the change waits to be confirmed; 1m unless given.", enum: []string{"30s", "1m", "5m", "15m", "immediate"}},
		}, answer: apiChange{}, also: []string{"202"}, tagged: true, problems: []int{404, 409}},
	{method: "GET", path: "/change", role: store.Viewer, tag: "lvs.cf", summary: "The change of lvs.cf that is under way, or the last one", answer: apiChange{}, tagged: true},
	{method: "POST", path: "/change/confirm", role: store.Operator, tag: "lvs.cf", summary: "Keep the change that waits", match: "the change", answer: apiChange{}, also: []string{"202"}, tagged: true, problems: []int{409}},
	{method: "POST", path: "/change/rollback", role: store.Operator, tag: "lvs.cf", summary: "Take the change back that waits", match: "the change", answer: apiChange{}, also: []string{"202"}, tagged: true, problems: []int{409}},
	{method: "POST", path: "/reload", role: store.Operator, tag: "lvs.cf", summary: "Have pulse read lvs.cf again, as after an edit by hand", answer: apiDone{}, problems: []int{409, 503}},

	{method: "GET", path: "/draft", role: store.Operator, tag: "Draft", summary: "The draft of the token's user, which the console shows them, too", answer: apiText{}, texts: true, tagged: true, problems: []int{404, 409}},
	{method: "PUT", path: "/draft", role: store.Operator, tag: "Draft", summary: "Make the body the draft", more: "If-Match has the ETag of the draft, or of lvs.cf where there is no draft.",
		match: "the draft, or of lvs.cf", text: true, answer: apiCheck{}, tagged: true, problems: []int{409}},
	{method: "DELETE", path: "/draft", role: store.Operator, tag: "Draft", summary: "Throw the draft away", match: "the draft", status: 204, problems: []int{404, 409}},
	{method: "POST", path: "/draft/plan", role: store.Operator, tag: "Draft", summary: "What the draft would change in the kernel", answer: control.Plan{}, problems: []int{404, 409, 422, 503}},

	{method: "POST", path: "/servers/{name}/drain", role: store.Operator, tag: "Real servers", summary: "Give a real server no new connections", body: drainBody{}, optional: true, answer: apiDone{}, problems: []int{404, 409, 503}},
	{method: "POST", path: "/servers/{name}/undrain", role: store.Operator, tag: "Real servers", summary: "End a drain, however far it has come", answer: apiDone{}, problems: []int{404, 409, 503}},
	{method: "POST", path: "/servers/{name}/force", role: store.Operator, tag: "Real servers", summary: "Overrule the probes of a real server, or end that", body: forceBody{}, answer: apiDone{}, problems: []int{404, 409, 503}},
	{method: "POST", path: "/servers/{name}/probe", role: store.Operator, tag: "Real servers", summary: "Probe a real server once, now", answer: apiProbed{}, problems: []int{404, 409, 503}},

	{method: "POST", path: "/switchover", role: store.Operator, tag: "Router pair", summary: "Have the other router serve; the answer comes when it does",
		query: []parameter{{name: "check", about: "1, or without a value: only tell what would go wrong.", enum: []string{"", "0", "1"}}}, body: switchBody{}, optional: true, answer: control.Preflight{}, problems: []int{409, 503}},
	{method: "PUT", path: "/hold", role: store.Operator, tag: "Router pair", summary: "Make this router never take over", answer: apiDone{}, problems: []int{409, 503}},
	{method: "DELETE", path: "/hold", role: store.Operator, tag: "Router pair", summary: "Let it take over again", answer: apiDone{}, problems: []int{409, 503}},

	{method: "GET", path: "/history", role: store.Viewer, tag: "History", summary: "The revisions of lvs.cf, newest first", query: olderPages, answer: revisionPage{}},
	{method: "GET", path: "/history/{id}", role: store.Viewer, tag: "History", summary: "One revision with its text", answer: apiRevision{}, texts: true, tagged: true, problems: []int{404}},
	{method: "GET", path: "/audit", role: store.Operator, tag: "History", summary: "Who did what, newest first",
		query: with(olderPages, parameter{name: "who", about: "Only what they did: a user, or \"token NAME of USER\"."}, parameter{name: "what", about: "Only that."},
			parameter{name: "text", about: "A text somewhere in it."}), answer: auditList{}},
}
