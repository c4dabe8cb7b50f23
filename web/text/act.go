package text

// ActWords are the words of what one can do to real servers.
type ActWords struct {
	Act            string
	ActTitle       string
	Actions        string
	Drain          string
	Undrain        string
	ForceUp        string
	ForceDown      string
	Auto           string
	Probe          string
	DrainIs        string
	UndrainIs      string
	UpIs           string
	DownIs         string
	AutoIs         string
	ProbeIs        string
	DrainTitle     string
	UndrainTitle   string
	UpTitle        string
	DownTitle      string
	AutoTitle      string
	DrainButton    string
	UndrainButton  string
	UpButton       string
	DownButton     string
	AutoButton     string
	ProbeButton    string
	Cancel         string
	ForcedUp       string
	ForcedDown     string
	ProbesSay      string
	Happens        string
	DrainHappens   string
	UndrainHappens string
	UpHappens      string
	UpDanger       string
	UpUntried      string
	UpUp           string
	DownHappens    string
	DownCuts       string
	DownKeeps      string
	AutoHappens    string
	NowUp          string
	NowDown        string
	NowUntried     string
	IsDrained      string
	NotDrained     string
	NotForced      string
	EndsFor        string
	Lasts          string
	Here           string
	OnStandby      string
	Where          string
	ScopeHere      string
	ScopeAll       string
	ServiceColumn  string
	ConnsColumn    string
	OthersColumn   string
	IfAll          string
	Nobody         string
	SorryThen      string
	SorryBelow     string
	AndMore        string
	LastOne        string
	Timeout        string
	TimeoutNever   string
	Minutes        string
	Hours          string
	TimeoutWrong   string
	ByCommand      string
	NoServer       string
	NotActable     string

	// The result of a probe.
	ProbedTitle   string
	ProbedUp      string
	ProbedOne     string
	ProbedDownOne string
	ProbedDown    string
	ProbedBy      string
	ProbedCheck   string
	ProbedAfter   string
	ProbedStep    string
	ProbedNote    string
	ProbeAgain    string
	ProbeAll      string
	ProbedNone    string

	// Switchover and hold.
	Moves         string
	MovesHere     string
	SwitchSynced  string
	SwitchCut     string
	SwitchCutHere string
	HoldAddresses string
	HoldServing   string
	HoldEnds      string

	Help HelpWords
}

var actEnglish = ActWords{

	Act:            "Act",
	ActTitle:       "Act on %s",
	Actions:        "Actions for %s",
	Drain:          "Drain",
	Undrain:        "End the drain",
	ForceUp:        "Force up",
	ForceDown:      "Force down",
	Auto:           "End the force",
	Probe:          "Probe now",
	DrainIs:        "No new connections, and those it has go on to their end: for work on the server.",
	UndrainIs:      "It is used again, as its probes say.",
	UpIs:           "It is used with its weight, whatever its probes say: for a probe that is wrong.",
	DownIs:         "It is treated as a server that fails its probes: for one that answers them and serves badly.",
	AutoIs:         "Its probes count again.",
	ProbeIs:        "All its checks once, step by step. It changes nothing.",
	DrainTitle:     "Drain %s",
	UndrainTitle:   "End the drain of %s",
	UpTitle:        "Force %s up",
	DownTitle:      "Force %s down",
	AutoTitle:      "End the force of %s",
	DrainButton:    "DRAIN",
	UndrainButton:  "END THE DRAIN",
	UpButton:       "FORCE UP",
	DownButton:     "FORCE DOWN",
	AutoButton:     "END THE FORCE",
	ProbeButton:    "PROBE NOW",
	Cancel:         "Cancel",
	ForcedUp:       "forced up",
	ForcedDown:     "forced down",
	ProbesSay:      "Its probes say:",
	Happens:        "What will happen",
	DrainHappens:   "It gets no new connections. Those it has, %s now, go on until they end; then it leaves the kernel's table.",
	UndrainHappens: "It gets new connections again, as its probes say.",
	UpHappens:      "It gets connections by its weight, %d, also while its probes say that it is down.",
	UpDanger:       "Its probes say that it is down: %s. Clients that are sent to it may get no answer.",
	UpUntried:      "No probe has said anything of it yet. Clients that are sent to it may get no answer.",
	UpUp:           "Its probes say that it is up: nothing changes now, and it stays in use when they fail.",
	DownHappens:    "It gets no new connections, as if its probes failed.",
	DownCuts:       "It leaves the kernel's table at once: the connections it has, %s now, are cut.",
	DownKeeps:      "It stays in the kernel's table with weight 0 (quiesce_server): the connections it has, %s now, go on.",
	AutoHappens:    "Its probes count again.",
	NowUp:          "They say that it is up, so it is used.",
	NowDown:        "They say that it is down: %s. So it is not used until they say otherwise.",
	NowUntried:     "They have not said anything yet.",
	IsDrained:      "It is drained, which counts for more: it gets no connections until the drain ends.",
	NotDrained:     "It is not drained.",
	NotForced:      "It is not forced: its probes count.",
	EndsFor:        "This ends what was asked for %s.",
	Lasts:          "It lasts, over reloads and restarts of pulse, until somebody ends it or this router boots.",
	Here:           "It holds on this router, %s, alone. Where the other router is to do the same, do it there too.",
	OnStandby:      "This router is on standby: clients notice nothing of it before it serves.",
	Where:          "Where",
	ScopeHere:      "only in %s",
	ScopeAll:       "in all %d services of %s",
	ServiceColumn:  "Virtual server",
	ConnsColumn:    "Its connections",
	OthersColumn:   "Then served by",
	IfAll:          "if in all",
	Nobody:         "nobody: its clients are refused",
	SorryThen:      "the sorry server",
	SorryBelow:     "the sorry server: %d of a quorum of %d are left",
	AndMore:        "%s and %d more",
	LastOne:        "%s is the last server that serves %s: after this, nobody does.",
	Timeout:        "Cut the connections that are left after",
	TimeoutNever:   "never: wait until they end",
	Minutes:        "%d min",
	Hours:          "%d h",
	TimeoutWrong:   "Choose one of these times.",
	ByCommand:      "The same by command",
	NoServer:       "There is no real server %s in %s any more.",
	NotActable:     "It is not an active real server of lvs.cf: there is nothing to be done to it here.",

	ProbedTitle:   "Probe of %s",
	ProbedUp:      "Up in all %d services probed.",
	ProbedOne:     "It is up.",
	ProbedDownOne: "It is down.",
	ProbedDown:    "Up in %d of the %d services probed.",
	ProbedBy:      "by %s",
	ProbedCheck:   "Check",
	ProbedAfter:   "After",
	ProbedStep:    "What happened",
	ProbedNote:    "One probe changes nothing: what counts is what the nanny finds that watches the server, with rise and fall.",
	ProbeAgain:    "PROBE AGAIN",
	ProbeAll:      "PROBE ALL ITS SERVICES",
	ProbedNone:    "Nothing was probed here lately.",

	Moves:         "These addresses move to %s:",
	MovesHere:     "These addresses move here:",
	SwitchSynced:  "Connections under way, %s now, go on: the other router knows of them by the sync daemon.",
	SwitchCut:     "Connections under way, %s now, break: without syncdaemon = 1 the other router does not know of them. Clients must connect again.",
	SwitchCutHere: "Connections under way break: without syncdaemon = 1 this router does not know of them. Clients must connect again.",
	HoldAddresses: "If %s fails while the hold lasts, nobody serves these addresses:",
	HoldServing:   "It keeps these addresses, and their connections, %s now. Should it fail, the other router takes over as ever; then this one does not take them back.",
	HoldEnds:      "From then on it takes these over again when it must:",

	Help: helpEnglish,
}

var actChinese = ActWords{

	Act:            "操作",
	ActTitle:       "对 %s 的操作",
	Actions:        "对 %s 的操作",
	Drain:          "排空",
	Undrain:        "结束排空",
	ForceUp:        "强制启用",
	ForceDown:      "强制停用",
	Auto:           "取消强制",
	Probe:          "立即探测",
	DrainIs:        "不再接受新连接，现有连接继续到结束。适合维护服务器时使用。",
	UndrainIs:      "按探测结果重新启用。",
	UpIs:           "无论探测结果如何，都按其权重使用。适合探测本身有误时使用。",
	DownIs:         "按探测失败处理。适合探测正常但服务不良的服务器。",
	AutoIs:         "重新以探测结果为准。",
	ProbeIs:        "把所有检查执行一遍，逐步显示。不改变任何状态。",
	DrainTitle:     "排空 %s",
	UndrainTitle:   "结束排空 %s",
	UpTitle:        "强制启用 %s",
	DownTitle:      "强制停用 %s",
	AutoTitle:      "取消对 %s 的强制",
	DrainButton:    "排空",
	UndrainButton:  "结束排空",
	UpButton:       "强制启用",
	DownButton:     "强制停用",
	AutoButton:     "取消强制",
	ProbeButton:    "立即探测",
	Cancel:         "取消",
	ForcedUp:       "强制启用",
	ForcedDown:     "强制停用",
	ProbesSay:      "探测结果：",
	Happens:        "将会发生什么",
	DrainHappens:   "它不再得到新连接。现有的 %s 个连接继续到结束，之后它退出内核的表。",
	UndrainHappens: "它按探测结果重新得到新连接。",
	UpHappens:      "它按权重 %d 得到连接，探测显示故障时也一样。",
	UpDanger:       "探测显示它有故障：%s。转给它的客户端可能得不到应答。",
	UpUntried:      "还没有任何探测结果。转给它的客户端可能得不到应答。",
	UpUp:           "探测显示它正常：目前没有变化，以后探测失败时它仍被使用。",
	DownHappens:    "它不再得到新连接，与探测失败时一样。",
	DownCuts:       "它立即退出内核的表：现有的 %s 个连接会被切断。",
	DownKeeps:      "它以权重 0 留在内核的表中（quiesce_server）：现有的 %s 个连接继续。",
	AutoHappens:    "重新以探测结果为准。",
	NowUp:          "探测显示正常，因此它被使用。",
	NowDown:        "探测显示故障：%s。因此在探测恢复之前它不被使用。",
	NowUntried:     "目前还没有探测结果。",
	IsDrained:      "它正在排空，而排空优先：在排空结束之前它得不到连接。",
	NotDrained:     "它没有被排空。",
	NotForced:      "它没有被强制：以探测结果为准。",
	EndsFor:        "这会结束对 %s 的操作。",
	Lasts:          "它在 pulse 重新加载和重启之后仍然有效，直到有人结束它，或本路由器重启。",
	Here:           "它只对本路由器 %s 有效。若另一台路由器也要如此，请在那里同样操作。",
	OnStandby:      "本路由器处于待命状态：在它提供服务之前，客户端不会有任何感觉。",
	Where:          "范围",
	ScopeHere:      "只在 %s 中",
	ScopeAll:       "在全部 %d 个服务中（%s）",
	ServiceColumn:  "虚拟服务器",
	ConnsColumn:    "它的连接",
	OthersColumn:   "之后由谁服务",
	IfAll:          "若在全部服务中",
	Nobody:         "没有服务器：客户端会被拒绝",
	SorryThen:      "致歉服务器",
	SorryBelow:     "致歉服务器：只剩 %d 台，少于所需的 %d 台",
	AndMore:        "%s 以及另外 %d 个",
	LastOne:        "%s 是为 %s 提供服务的最后一台服务器：此后将无人服务。",
	Timeout:        "多久后切断剩余的连接",
	TimeoutNever:   "不切断：等它们结束",
	Minutes:        "%d 分钟",
	Hours:          "%d 小时",
	TimeoutWrong:   "请从这些时间中选择。",
	ByCommand:      "用命令完成同样的操作",
	NoServer:       "%s 已不在 %s 中。",
	NotActable:     "它不是 lvs.cf 中启用的真实服务器：在这里无法操作它。",

	ProbedTitle:   "对 %s 的探测",
	ProbedUp:      "所探测的 %d 个服务全部正常。",
	ProbedOne:     "它正常。",
	ProbedDownOne: "它有故障。",
	ProbedDown:    "正常 %d 个，共探测 %d 个服务。",
	ProbedBy:      "由 %s 发起",
	ProbedCheck:   "检查",
	ProbedAfter:   "时间",
	ProbedStep:    "经过",
	ProbedNote:    "单次探测不改变任何状态：起作用的是监视该服务器的 nanny 的结果，以及 rise 和 fall。",
	ProbeAgain:    "再次探测",
	ProbeAll:      "探测它的全部服务",
	ProbedNone:    "最近没有在这里探测过。",

	Moves:         "这些地址移到 %s：",
	MovesHere:     "这些地址移到本路由器：",
	SwitchSynced:  "现有的 %s 个连接继续：另一台路由器通过同步守护进程得知它们。",
	SwitchCut:     "现有的 %s 个连接会中断：没有 syncdaemon = 1，另一台路由器不知道它们。客户端必须重新连接。",
	SwitchCutHere: "现有的连接会中断：没有 syncdaemon = 1，本路由器不知道它们。客户端必须重新连接。",
	HoldAddresses: "在禁止接管期间，如果 %s 失效，就没有路由器为这些地址提供服务：",
	HoldServing:   "它保留这些地址和现有的 %s 个连接。如果它失效，另一台路由器照常接管；之后本路由器不会把它们接回来。",
	HoldEnds:      "此后需要时它会重新接管这些地址：",

	Help: helpChinese,
}
