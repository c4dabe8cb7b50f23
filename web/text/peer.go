package text

// PeerWords are the words of the other router's lvs.cf and key.
type PeerWords struct {
	Title string
	Intro string

	// Both routers side by side.
	Here        string
	There       string
	OnDisk      string
	PulseRuns   string
	HeartKey    string
	Program     string
	Serial      string
	NoSerial    string
	Changed     string
	LookedAt    string
	NotLooked   string
	NoFile      string
	Unreadable  string
	NotRunning  string
	SameAsHere  string
	OtherHere   string
	NotTold     string
	KeyHere     string
	KeyNone     string
	KeyLocked   string
	KeyProblems string
	AsFar       string

	// The verdict, on this page and in brief on others.
	Same        string
	SameOnDisk  string
	Differs     string
	DiffersLong string
	NoneThere   string
	Unknown     string
	UnknownLong string
	Compare     string
	PushOrFetch string
	Brief       string

	// What can be done.
	Look         string
	LookAgain    string
	LookNote     string
	Push         string
	PushNote     string
	PushSame     string
	Fetch        string
	FetchNote    string
	FetchDraft   string
	Fetched      string
	FetchedBin   string
	OursBroken   string
	TheirsBroken string
	PendingFirst string
	Unrun        string
	DraftApart   string
	Moved        string
	Busy         string
	SetUpFirst   string
	AskAdmin     string
	Before       string

	// The difference.
	DiffTitle  string
	DiffIntro  string
	DiffText   string
	DiffNone   string
	DiffMore   string
	DiffObject string
	DiffWhat   string
	DiffThere  string
	DiffHere   string
	DiffFile   string

	// The steps of what was done last.
	JobLook    string
	JobPush    string
	JobKey     string
	Running    string
	EndedWell  string
	EndedBad   string
	EndedMixed string
	Remedy     string
	Began      string
	Refresh    string
	StepWait   string
	StepOK     string
	StepBad    string
	ReloadHere string
	HereFailed string

	// The connection.
	Connection    string
	SettingsTitle string
	Host          string
	HostHint      string
	Port          string
	Account       string
	AccountHint   string
	ConfigPath    string
	PulsePath     string
	PathHint      string
	Save          string
	Saved         string
	BadHost       string
	BadPort       string
	BadUser       string
	BadPath       string

	IdentityTitle string
	IdentityIntro string
	IdentityHow   string
	IdentityNeeds string
	IdentityBad   string
	IdentityNew   string
	IdentityTick  string
	IdentityMade  string

	HostKeyTitle   string
	HostKeyKnown   string
	HostKeyNone    string
	HostKeyShown   string
	HostKeyHow     string
	HostKeyTick    string
	HostKeyTrust   string
	HostKeyTrusted string
	HostKeyChanged string
	HostKeyWas     string
	HostKeyIs      string
	HostKeyTickOff string
	HostKeyForget  string
	HostKeyGone    string
	HostKeyMoved   string

	KeyTitle  string
	KeyIntro  string
	KeyTick   string
	KeyPush   string
	KeyCopy   string
	KeySysd   string
	KeyMake   string
	TickFirst string
}

var peerEnglish = PeerWords{
	Title: "Other router",
	Intro: "lvs.cf and the heartbeat key must be the same on both routers. Here they are put there, or fetched from there, over ssh.",

	Here:        "This router",
	There:       "Other router",
	OnDisk:      "lvs.cf on disk",
	PulseRuns:   "lvs.cf that pulse runs",
	HeartKey:    "Heartbeat key",
	Program:     "Pacu",
	Serial:      "serial %s",
	NoSerial:    "without serial",
	Changed:     "changed",
	LookedAt:    "Looked at over ssh",
	NotLooked:   "not looked at yet",
	NoFile:      "no lvs.cf",
	Unreadable:  "cannot be read: %s",
	NotRunning:  "pulse is not running",
	SameAsHere:  "the same as here",
	OtherHere:   "another than here",
	NotTold:     "its heartbeats do not tell",
	KeyHere:     "there is one",
	KeyNone:     "there is none",
	KeyLocked:   "the console may not read it",
	KeyProblems: "see below",
	AsFar:       "as its heartbeats tell",

	Same:        "Both routers run the same lvs.cf, serial %d.",
	SameOnDisk:  "Both routers have the same lvs.cf.",
	Differs:     "lvs.cf differs: serial %d here, %d there.",
	DiffersLong: "The routers have different lvs.cf files: after a takeover, the other one serves by its own.",
	NoneThere:   "The other router has no lvs.cf yet.",
	Unknown:     "Whether the other router has the same lvs.cf is not known: heartbeats without a key do not tell.",
	UnknownLong: "Whether the other router has the same lvs.cf is not known until it is looked at.",
	Compare:     "Compare",
	PushOrFetch: "PUSH or FETCH",
	Brief:       "lvs.cf of both routers",

	Look:         "LOOK THERE",
	LookAgain:    "LOOK AGAIN",
	LookNote:     "asks over ssh what is there, and changes nothing.",
	Push:         "PUSH",
	PushNote:     "puts this router's lvs.cf there: it is checked there first, takes its place in one step, and is loaded.",
	PushSame:     "There is nothing to push or fetch: the files are the same.",
	Fetch:        "FETCH",
	FetchNote:    "puts the other router's lvs.cf into your draft, which you review before anything changes here.",
	FetchDraft:   "My draft is replaced by it",
	Fetched:      "The other router's lvs.cf is your draft now.",
	FetchedBin:   "The other router's lvs.cf is not UTF-8 text: it cannot become a draft.",
	OursBroken:   "This router's lvs.cf has errors, so it is not pushed: correct it first.",
	TheirsBroken: "The other router's lvs.cf has errors, so only the texts can be compared.",
	PendingFirst: "A change of lvs.cf waits to be confirmed, and may yet be taken back: confirm it before pushing.",
	Unrun:        "pulse here does not run the lvs.cf that is on disk; PUSH sends the one on disk.",
	DraftApart:   "Your draft is not part of it: PUSH sends the lvs.cf on disk.",
	Moved:        "A file has changed since it was compared, so nothing was done. Look again.",
	Busy:         "Something is under way with the other router already: wait for its end.",
	SetUpFirst:   "The connection is not set up yet: enter and confirm it below.",
	AskAdmin:     "The connection is not set up yet: an administrator does that on this page.",
	Before:       "Download what the last push replaced",

	DiffTitle:  "What differs",
	DiffIntro:  "By meaning, %d in all. PUSH makes the other router as this one; FETCH does the reverse to your draft.",
	DiffText:   "They mean the same: only comments, layout or the serial differ.",
	DiffNone:   "nothing",
	DiffMore:   "and %d more",
	DiffObject: "Object",
	DiffWhat:   "What",
	DiffThere:  "There",
	DiffHere:   "Here",
	DiffFile:   "whole file",

	JobLook:    "Looking at the other router",
	JobPush:    "Pushing lvs.cf",
	JobKey:     "Pushing the heartbeat key",
	Running:    "under way",
	EndedWell:  "done",
	EndedBad:   "failed",
	EndedMixed: "not all is well",
	Remedy:     "Go there",
	Began:      "begun by %s",
	Refresh:    "Refresh",
	StepWait:   "under way",
	StepOK:     "OK",
	StepBad:    "failed",
	ReloadHere: "reload pulse here",
	HereFailed: "pulse here did not reload: do it on CONTROL/MONITORING",

	Connection:    "Connection",
	SettingsTitle: "1. Where it is",
	Host:          "Address or host name",
	HostHint:      "of the other router, as reached from this one; the private network is best",
	Port:          "Port of ssh",
	Account:       "Account",
	AccountHint:   "root; another account needs write access to the folder of lvs.cf, and cannot take the heartbeat key",
	ConfigPath:    "lvs.cf there",
	PulsePath:     "pulse there",
	PathHint:      "an absolute path of letters, digits, . _ - and /",
	Save:          "SAVE",
	Saved:         "The connection is saved.",
	BadHost:       "This is neither an address nor a host name.",
	BadPort:       "A port is a number from 1 to 65535.",
	BadUser:       "An account has letters, digits, . _ and -, and begins with a letter or _.",
	BadPath:       "A path begins with / and has only letters, digits, . _ - and /, without .. in it.",

	IdentityTitle: "2. Let this console in",
	IdentityIntro: "The console logs in with a key of its own. Add this line to ~/.ssh/authorized_keys of the account there:",
	IdentityHow:   "or run this there, in that account:",
	IdentityNeeds: "\"restrict\" leaves the key sftp and commands and takes terminals and forwarding away. sshd there must allow root keys: PermitRootLogin prohibit-password, its default.",
	IdentityBad:   "The console's key cannot be used: %s",
	IdentityNew:   "MAKE A NEW KEY",
	IdentityTick:  "The old key lets nobody in any more; I add the new line there",
	IdentityMade:  "The console has a new key. Add its line on the other router, and remove the old one.",

	HostKeyTitle:   "3. Know the other router",
	HostKeyKnown:   "Its host key is confirmed:",
	HostKeyNone:    "Its host key has not been confirmed yet: SAVE and LOOK THERE ask for it.",
	HostKeyShown:   "It shows this host key, which nobody has confirmed yet:",
	HostKeyHow:     "Compare it with what this prints on the other router itself:",
	HostKeyTick:    "The fingerprints are the same",
	HostKeyTrust:   "CONFIRM",
	HostKeyTrusted: "The host key is confirmed.",
	HostKeyChanged: "The other router shows another host key than the one confirmed. Somebody may be in between: nothing was sent.",
	HostKeyWas:     "Confirmed",
	HostKeyIs:      "Shown now",
	HostKeyTickOff: "The other router was set up anew, so its key is another",
	HostKeyForget:  "FORGET THE CONFIRMED KEY",
	HostKeyGone:    "The confirmed host key is forgotten.",
	HostKeyMoved:   "The other router no longer shows this key: look again.",

	KeyTitle:  "Heartbeat key",
	KeyIntro:  "With a key beside lvs.cf, the same on both routers, heartbeats are authenticated. It is never shown. PUSH KEY replaces the one there, then reloads pulse there and here.",
	KeyTick:   "Replace the key there, and reload both pulses",
	KeyPush:   "PUSH KEY",
	KeyCopy:   "The console may not read the key (%s), as it belongs to root alone. Copy it as root on this router:",
	KeySysd:   "Or let systemd hand it to the console: in \"systemctl edit lvsgui\" write the line below under [Service], then restart lvsgui.",
	KeyMake:   "This router has no key. As root, make one here, then push it:",
	TickFirst: "Tick the box first: nothing was done.",
}

var peerChinese = PeerWords{
	Title: "对端路由器",
	Intro: "两台路由器上的 lvs.cf 和心跳密钥必须一致。在这里可以通过 ssh 把它们推送到对端，或从对端取回。",

	Here:        "本机",
	There:       "对端",
	OnDisk:      "磁盘上的 lvs.cf",
	PulseRuns:   "pulse 运行中的 lvs.cf",
	HeartKey:    "心跳密钥",
	Program:     "Pacu 版本",
	Serial:      "版本号 %s",
	NoSerial:    "无版本号",
	Changed:     "修改于",
	LookedAt:    "通过 ssh 查看于",
	NotLooked:   "尚未查看",
	NoFile:      "没有 lvs.cf",
	Unreadable:  "无法读取：%s",
	NotRunning:  "pulse 未运行",
	SameAsHere:  "与本机相同",
	OtherHere:   "与本机不同",
	NotTold:     "心跳中未包含此信息",
	KeyHere:     "已有",
	KeyNone:     "没有",
	KeyLocked:   "控制台无权读取",
	KeyProblems: "见下文",
	AsFar:       "来自对端心跳",

	Same:        "两台路由器运行相同的 lvs.cf，版本号 %d。",
	SameOnDisk:  "两台路由器的 lvs.cf 相同。",
	Differs:     "lvs.cf 不一致：本机版本号 %d，对端 %d。",
	DiffersLong: "两台路由器的 lvs.cf 不一致：切换之后，对端将按它自己的文件提供服务。",
	NoneThere:   "对端还没有 lvs.cf。",
	Unknown:     "不知道对端的 lvs.cf 是否相同：没有密钥的心跳不包含此信息。",
	UnknownLong: "查看对端之前，不知道对端的 lvs.cf 是否相同。",
	Compare:     "比较",
	PushOrFetch: "推送或取回",
	Brief:       "两台路由器的 lvs.cf",

	Look:         "查看对端",
	LookAgain:    "重新查看",
	LookNote:     "通过 ssh 查看对端现状，不作任何改动。",
	Push:         "推送",
	PushNote:     "把本机的 lvs.cf 放到对端：先在对端检查，再一步替换，然后加载。",
	PushSame:     "两边文件相同，无需推送或取回。",
	Fetch:        "取回",
	FetchNote:    "把对端的 lvs.cf 放入您的草稿；审核并应用之前，本机不会有任何改变。",
	FetchDraft:   "用它替换我现有的草稿",
	Fetched:      "对端的 lvs.cf 已成为您的草稿。",
	FetchedBin:   "对端的 lvs.cf 不是 UTF-8 文本，不能作为草稿。",
	OursBroken:   "本机的 lvs.cf 有错误，不能推送：请先更正。",
	TheirsBroken: "对端的 lvs.cf 有错误，只能比较文本。",
	PendingFirst: "有一项 lvs.cf 变更等待确认，可能会被回退：请先确认，再推送。",
	Unrun:        "本机 pulse 运行的不是磁盘上的 lvs.cf；推送的是磁盘上的文件。",
	DraftApart:   "您的草稿不包括在内：推送的是磁盘上的 lvs.cf。",
	Moved:        "比较之后文件又有改动，因此没有执行任何操作。请重新查看。",
	Busy:         "与对端的操作正在进行：请等它结束。",
	SetUpFirst:   "连接尚未设置好：请在下面填写并确认。",
	AskAdmin:     "连接尚未设置好：请管理员在本页设置。",
	Before:       "下载上次推送所替换的文件",

	DiffTitle:  "差异",
	DiffIntro:  "按含义比较，共 %d 项。“推送”使对端与本机一致；“取回”则使您的草稿与对端一致。",
	DiffText:   "含义相同：只有注释、排版或版本号不同。",
	DiffNone:   "无",
	DiffMore:   "另有 %d 项",
	DiffObject: "对象",
	DiffWhat:   "项目",
	DiffThere:  "对端",
	DiffHere:   "本机",
	DiffFile:   "整个文件",

	JobLook:    "查看对端",
	JobPush:    "推送 lvs.cf",
	JobKey:     "推送心跳密钥",
	Running:    "进行中",
	EndedWell:  "完成",
	EndedBad:   "失败",
	EndedMixed: "有待处理",
	Remedy:     "前往处理",
	Began:      "由 %s 发起",
	Refresh:    "刷新",
	StepWait:   "进行中",
	StepOK:     "正常",
	StepBad:    "失败",
	ReloadHere: "本机 pulse 重新加载",
	HereFailed: "本机 pulse 未能重新加载：请在“控制 / 监控”页执行",

	Connection:    "连接",
	SettingsTitle: "1. 对端在哪里",
	Host:          "地址或主机名",
	HostHint:      "从本机访问对端所用的地址；最好走内网",
	Port:          "ssh 端口",
	Account:       "账号",
	AccountHint:   "root；其他账号需要对 lvs.cf 所在目录有写权限，且不能接收心跳密钥",
	ConfigPath:    "对端的 lvs.cf",
	PulsePath:     "对端的 pulse",
	PathHint:      "绝对路径，只含字母、数字、. _ - 和 /",
	Save:          "保存",
	Saved:         "连接设置已保存。",
	BadHost:       "既不是地址，也不是主机名。",
	BadPort:       "端口是 1 到 65535 的数字。",
	BadUser:       "账号只含字母、数字、. _ 和 -，并以字母或 _ 开头。",
	BadPath:       "路径以 / 开头，只含字母、数字、. _ - 和 /，且不含 ..。",

	IdentityTitle: "2. 允许本控制台登录",
	IdentityIntro: "控制台用自己的密钥登录。请把这一行加入对端账号的 ~/.ssh/authorized_keys：",
	IdentityHow:   "或以该账号在对端运行：",
	IdentityNeeds: "“restrict”只保留 sftp 和命令，禁止终端与转发。对端的 sshd 必须允许 root 用密钥登录：PermitRootLogin prohibit-password（默认值）。",
	IdentityBad:   "控制台的密钥无法使用：%s",
	IdentityNew:   "生成新密钥",
	IdentityTick:  "旧密钥从此失效；我会在对端加入新的公钥行",
	IdentityMade:  "控制台有了新密钥。请在对端加入新的公钥行，并删除旧的。",

	HostKeyTitle:   "3. 确认对端身份",
	HostKeyKnown:   "对端的主机密钥已确认：",
	HostKeyNone:    "对端的主机密钥尚未确认：“保存”或“查看对端”会获取它。",
	HostKeyShown:   "对端出示了以下主机密钥，尚未有人确认：",
	HostKeyHow:     "请与在对端本机上运行以下命令的结果核对：",
	HostKeyTick:    "指纹一致",
	HostKeyTrust:   "确认",
	HostKeyTrusted: "主机密钥已确认。",
	HostKeyChanged: "对端出示的主机密钥与已确认的不同。可能有人冒充对端：没有发送任何内容。",
	HostKeyWas:     "已确认的",
	HostKeyIs:      "现在出示的",
	HostKeyTickOff: "对端已重装，所以密钥不同",
	HostKeyForget:  "忘记已确认的密钥",
	HostKeyGone:    "已忘记确认过的主机密钥。",
	HostKeyMoved:   "对端出示的已不是这个密钥：请重新查看。",

	KeyTitle:  "心跳密钥",
	KeyIntro:  "lvs.cf 旁边有密钥，且两台路由器相同时，心跳经过认证。密钥从不显示。“推送密钥”会替换对端的密钥，然后让双方的 pulse 重新加载。",
	KeyTick:   "替换对端的密钥，并让双方 pulse 重新加载",
	KeyPush:   "推送密钥",
	KeyCopy:   "控制台无权读取密钥（%s），因为它只属于 root。请在本机以 root 复制：",
	KeySysd:   "或让 systemd 把它交给控制台：运行 systemctl edit lvsgui，在 [Service] 下写入下面这一行，然后重启 lvsgui。",
	KeyMake:   "本机没有密钥。请以 root 在本机生成，然后推送：",
	TickFirst: "请先勾选：没有执行任何操作。",
}
