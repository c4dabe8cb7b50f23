package peer

// A Step is a part of what is done with the other router.
type Step string

// The steps, in their order.
const (
	Connect  Step = "connect"  // to its port
	Login    Step = "login"    // its host key, and then our account
	Folder   Step = "folder"   // that of lvs.cf, which must be writable
	Config   Step = "config"   // lvs.cf as it is there
	Key      Step = "key"      // the key of the heartbeats as it is there
	Program  Step = "program"  // pulse
	Put      Step = "put"      // the file under another name
	Checking Step = "checking" // of it, by pulse there
	Replace  Step = "replace"  // what was there before
	Verify   Step = "verify"   // that it is what was sent
	Reload   Step = "reload"   // of pulse there
)

// A Fault is a kind of failure.
type Fault string

// The faults.
const (
	Unset       Fault = "unset"        // settings are missing or wrong
	NoIdentity  Fault = "no-identity"  // the console's own key cannot be used
	Unresolved  Fault = "unresolved"   // nobody knows the host name
	Refused     Fault = "refused"      // nobody listens on the port
	Unreachable Fault = "unreachable"  // no way there
	Timeout     Fault = "timeout"      //
	NotSSH      Fault = "not-ssh"      // somebody listens, who does not speak ssh
	HostUnknown Fault = "host-unknown" // nobody has confirmed the host key
	HostChanged Fault = "host-changed" // it is not the one that was confirmed
	Denied      Fault = "denied"       // the account does not take our key
	NoSFTP      Fault = "no-sftp"      // there is no sftp subsystem
	NoFolder    Fault = "no-folder"    //
	NoWrite     Fault = "no-write"     // the folder is not writable
	NoRead      Fault = "no-read"      // the file is not readable
	DiskFull    Fault = "disk-full"    //
	TooLong     Fault = "too-long"     // the file there is no lvs.cf
	OddPath     Fault = "odd-path"     // a link there leads to a path that cannot be used
	NoConfig    Fault = "no-config"    // there is no lvs.cf yet
	NoKey       Fault = "no-key"       // there is none there, and here is one
	KeyDiffers  Fault = "key-differs"  //
	KeyOpen     Fault = "key-open"     // others there may read it
	KeyOwner    Fault = "key-owner"    // pulse takes it from root alone
	NoPulse     Fault = "no-pulse"     // the program is not there
	Unusable    Fault = "unusable"     // the program fails
	BadConfig   Fault = "bad-config"   // pulse there refuses the file
	NoReload    Fault = "no-reload"    // pulse there did not take it
	Moved       Fault = "moved"        // lvs.cf there is not what was looked at
	Mismatch    Fault = "mismatch"     // what is read back is not what was sent
	Lost        Fault = "lost"         // the connection ended halfway
	Failed      Fault = "failed"       // something else; see the note
)

// An Error is why something could not be done with the other router.
type Error struct {
	Host  string // as in Settings
	Step  Step   //
	Fault Fault  //
	Note  string // particulars, as the other side words them; may be empty
	Err   error  // what lies below; may be nil
}

// Error names host and step, and says what is wrong and what to do.
func (e *Error) Error() string {
	s := e.Host + ": " + e.Step.English() + ": " + e.Fault.English()
	if note := e.Particulars(); note != "" {
		s += " (" + note + ")"
	}
	return s
}

// Unwrap returns what lies below.
func (e *Error) Unwrap() error { return e.Err }

// Particulars is Note, or else what lies below; it is in no language of ours.
func (e *Error) Particulars() string {
	if e.Note == "" && e.Err != nil {
		return e.Err.Error()
	}
	return e.Note
}

// An Event tells of a step: that it has begun, or how it ended.
type Event struct {
	Step  Step
	Ended bool
	Error *Error // nil: it went well, or goes on
	Note  string // what was found, in lvs.cf's words and numbers; may be empty
}
