package text

// Words is the catalogue of one language. Fields with verbs are formats for
// package fmt; their verbs are alike in every language.
type Words struct {
	// Everywhere.
	LanguageName     string
	Product          string
	Tagline          string
	SkipToContent    string
	Navigation       string
	Language         string
	TabMonitoring    string
	TabConfiguration string
	ChangePassword   string
	Logout           string
	None             string
	Unknown          string
	Never            string
	NotFound         string
	NotAllowed       string
	CrossSite        string
	TooLarge         string
	TooMany          string
	Failure          string
	Back             string

	// Before the first password.
	SetupTitle string
	SetupIntro string
	SetupAfter string
	SetupAgain string

	// Logging in.
	LoginTitle     string
	User           string
	Password       string
	LoginButton    string
	LoginWrong     string
	LoginWait      string
	LoginForgotHow string
	LoginForgot    string
	SessionEnded   string

	// Changing the password.
	PasswordTitle   string
	PasswordNow     string
	PasswordNew     string
	PasswordAgain   string
	PasswordRule    string
	PasswordButton  string
	PasswordWrong   string
	PasswordDiffer  string
	PasswordShort   string
	PasswordLong    string
	PasswordTrivial string
	PasswordChanged string

	// Monitoring: the head of the page.
	AllWell        string
	TroubleTitle   string
	AsOf           string
	Refresh        string
	Live           string
	NoLiveSince    string
	NoScript       string
	PulseDown      string
	PulseDownHint  string
	FileBroken     string
	FileUnreadable string
	FileRefused    string
	FileChanged    string
	ReloadButton   string
	Reloaded       string
	ReloadFailed   string
	ReloadNoPulse  string
	FixIt          string

	// Monitoring: routers and addresses.
	RoutersTitle    string
	ThisRouter      string
	PartnerRouter   string
	NoPartner       string
	RolePrimary     string
	RoleBackup      string
	StateActive     string
	StateStandby    string
	StateSilent     string
	Since           string
	Why             string
	Heartbeats      string
	HeartbeatTiming string
	PathColumn      string
	LastHeard       string
	SentColumn      string
	HeardColumn     string
	DroppedColumn   string
	PathSilent      string
	PathOK          string
	Links           string
	LinkUp          string
	LinkDown        string
	AddressesTitle  string
	AddressColumn   string
	DeviceColumn    string
	ForColumn       string
	HolderColumn    string
	AddressHeld     string
	AddressNotHeld  string
	AddressMissing  string
	AddressExtra    string
	NATRouter       string

	// Monitoring: services and real servers.
	ServicesTitle  string
	NoServices     string
	ServerColumn   string
	ProbeColumn    string
	WhyColumn      string
	SinceColumn    string
	WeightWanted   string
	WeightKernel   string
	ActiveConns    string
	InactiveConns  string
	ConnRate       string
	InRate         string
	OutRate        string
	HealthUp       string
	HealthDown     string
	HealthUntried  string
	HealthInactive string
	Draining       string
	Drained        string
	Leaving        string
	SorryServer    string
	SorryServes    string
	NotInKernel    string
	ServiceForeign string
	ServiceMissing string
	ServiceOff     string
	NoServers      string
	Persistent     string
	ServersUp      string
	Took           string

	// Monitoring: nannies and events.
	NanniesTitle    string
	NoNannies       string
	PidColumn       string
	WatchesColumn   string
	RestartsColumn  string
	StartedColumn   string
	NannyNotRunning string
	EventsTitle     string
	NoEvents        string
	TimeColumn      string
	WhatColumn      string
	LevelInfo       string
	LevelWarning    string
	LevelError      string
	Pulse           string
	Serial          string
	Loaded          string

	// Configuration.
	ConfigTitle      string
	ConfigLabel      string
	ConfigSave       string
	ConfigCheck      string
	ConfigDiscard    string
	ConfigHelp       string
	ConfigNew        string
	ConfigUnreadable string
	ConfigBinary     string
	ConfigRefused    string
	ConfigErrors     string
	ConfigErrorOne   string
	ConfigWarnings   string
	ConfigWarningOne string
	ConfigFine       string
	ConfigChecked    string
	ConfigSaved      string
	ConfigSame       string
	ConfigNotWritten string
	ConfigBadText    string
	ConflictTitle    string
	ConflictIntro    string
	ConflictTheirs   string
	ConflictMine     string
	ConflictSave     string
	ConflictTake     string
	LineColumn       string
	SeverityError    string
	SeverityWarning  string
	Problems         string
}
