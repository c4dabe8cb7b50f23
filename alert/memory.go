package alert

import "time"

// A Condition is what a Machine knows of an object that is, or was lately, in
// trouble.
type Condition struct {
	Kind    Kind        `json:"kind"`
	Service string      `json:"service,omitempty"`
	Object  string      `json:"object"`
	Raised  bool        `json:"raised,omitempty"` // it is in trouble now
	Edge    bool        `json:"edge,omitempty"`   // it is none: what happens is over at once
	Why     string      `json:"why,omitempty"`
	At      time.Time   `json:"at"`               // of the last change, as pulse's clock has it
	Wait    time.Time   `json:"wait,omitzero"`    // in trouble since then, which is not news yet
	Told    bool        `json:"told,omitempty"`   // what was told last is that it is in trouble
	Untold  int         `json:"untold,omitempty"` // changes to be told
	First   time.Time   `json:"first,omitzero"`   // of them, by our clock
	Held    bool        `json:"held,omitempty"`   // they are for a digest
	Recent  []time.Time `json:"recent,omitempty"` // when it was told of
}

type name struct {
	kind            Kind
	service, object string
}

// A Memory is what a Machine must not forget when lvsgui is restarted.
type Memory struct {
	Seed       string      `json:"seed"`              // of IDs; unique to this run
	Number     uint64      `json:"number"`            // of the last alert
	Run        time.Time   `json:"run,omitzero"`      // pulse's start
	Seq        uint64      `json:"seq"`               // of the last event of that run
	Taken      time.Time   `json:"taken,omitzero"`    // of the last snapshot
	Takeover   time.Time   `json:"takeover,omitzero"` // the last told
	Repairs    uint64      `json:"repairs"`           // told, of that run
	Active     bool        `json:"active"`
	Conditions []Condition `json:"conditions,omitempty"`
	Sent       []time.Time `json:"sent,omitempty"` // alerts of the last minute
}
