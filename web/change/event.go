package change

// An Event is something that has happened.
type Event interface{ event() }

// The events.
type (
	// Apply begins a change; only Idle takes it.
	Apply struct{ Change Change }
	// Written says that lvs.cf is written, as Write or Return asked.
	Written struct{}
	// Failed says that what Write, Return or Note asked cannot be done.
	Failed struct{ Why string }
	// Overtaken says that Return found that lvs.cf is not what was applied.
	Overtaken struct{}
	// Reloaded says that pulse has read lvs.cf.
	Reloaded struct{ Said string }
	// Refusal says that pulse has not taken lvs.cf.
	Refusal struct{ Why string }
	// NoPulse says that there is no pulse to read it.
	NoPulse struct{}
	// Noted says that what Note asked is done.
	Noted struct{}
	// Seen is how pulse and lvs.cf are while a change waits.
	Seen struct {
		Fault   string   // a reason to take the change back; empty: none
		Trouble []string // that was not there before the change
		Another bool     // lvs.cf is not what was applied
	}
	// Confirm says that somebody wants to keep the change.
	Confirm struct{ Who string }
	// RollBack says that somebody wants it back as it was.
	RollBack struct{ Who string }
	// Tick says that time has passed.
	Tick struct{}
	// Restart says that the console has begun anew and found that Change waits.
	Restart struct {
		Change Change
		File   File // lvs.cf now
	}
)

// A File is what lvs.cf is to a change.
type File int

// What lvs.cf may be.
const (
	AsBefore File = iota
	AsApplied
	Another // neither, or it cannot be read
)

func (Apply) event()     {}
func (Written) event()   {}
func (Failed) event()    {}
func (Overtaken) event() {}
func (Reloaded) event()  {}
func (Refusal) event()   {}
func (NoPulse) event()   {}
func (Noted) event()     {}
func (Seen) event()      {}
func (Confirm) event()   {}
func (RollBack) event()  {}
func (Tick) event()      {}
func (Restart) event()   {}
