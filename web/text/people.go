package text

// PeopleWords are the words of the first set-up, one-time codes, accounts,
// USERS, sessions, API tokens and the audit.
type PeopleWords struct {
	Title string

	// The first set-up.
	SetupTitle   string
	SetupIntro   string
	SetupHow     string
	SetupLimit   string
	SetupToken   string
	SetupUser    string
	SetupButton  string
	SetupWrong   string
	SetupWait    string
	SetupElse    string
	SetupCommand string
	SetupDone    string

	// The second step of a login.
	CodeTitle  string
	CodeIntro  string
	Code       string
	CodeButton string
	CodeWrong  string
	CodeLate   string
	CodeAgain  string
	CodeLost   string
	CodeHow    string
	WaitHow    string

	// One's own account.
	Account        string
	AccountTitle   string
	AccountAs      string
	OwnPages       string
	TOTP           string
	TOTPIntro      string
	TOTPOn         string
	TOTPOff        string
	TOTPStart      string
	TOTPAnother    string
	TOTPStop       string
	TOTPScan       string
	TOTPPicture    string
	TOTPSecret     string
	TOTPThen       string
	TOTPConfirm    string
	TOTPConfirmed  string
	TOTPStopped    string
	TOTPNotMatched string
	TOTPGone       string
	Cancel         string

	// Sessions.
	Sessions      string
	SessionsIntro string
	SessionsAll   string
	Began         string
	Seen          string
	From          string
	Browser       string
	UnknownAgent  string
	ThisOne       string
	End           string
	EndOf         string
	EndOthers     string
	SessionEnded  string
	SessionGone   string
	SessionsEnded string
	NoOthers      string

	// API tokens.
	Tokens        string
	TokensIntro   string
	TokensAll     string
	NoTokens      string
	TokenNew      string
	TokenName     string
	TokenNameRule string
	TokenRole     string
	TokenExpires  string
	TokenButton   string
	TokenMade     string
	TokenOnce     string
	TokenNameBad  string
	TokenRoleBad  string
	TokenMany     string
	TokenTimeBad  string
	Made          string
	Expires       string
	Expired       string
	Used          string
	Days30        string
	Days90        string
	Days365       string
	Forever       string
	Revoke        string
	RevokeOf      string
	Revoked       string
	TokenGone     string

	// Users.
	Role         string
	LastLogin    string
	PasswordSet  string
	UserMade     string
	Yes          string
	No           string
	You          string
	Waits        string
	AddTitle     string
	Name         string
	NameRule     string
	FirstPass    string
	FirstAgain   string
	FirstNote    string
	AddButton    string
	Added        string
	NameBad      string
	NameTaken    string
	RoleBad      string
	RoleViewer   string
	RoleOperator string
	RoleAdmin    string
	Everyone     string
	Self         string
	RoleTitle    string
	RoleButton   string
	RoleSet      string
	RoleSame     string
	LastAdmin    string
	NotSelf      string
	ResetTitle   string
	ResetIntro   string
	ResetButton  string
	Reset        string
	CodesOn      string
	CodesOff     string
	CodesButton  string
	CodesReset   string
	NSessions    string
	EndAll       string
	DeleteTitle  string
	DeleteIntro  string
	DeleteSure   string
	DeleteTick   string
	DeleteButton string
	Deleted      string
	NoUser       string

	// The audit.
	Audit      string
	AuditIntro string
	NoAudit    string
	Who        string
	What       string
	Object     string
	Note       string
	AuditText  string
	Filter     string
	All        string
	Changed    string
	Before     string
	After      string
	Older      string
	Newest     string
	CSV        string
}

var peopleEnglish = PeopleWords{
	Title: "USERS",

	SetupTitle:   "First set-up",
	SetupIntro:   "Nobody can log in here yet, and there is no default password. Whoever sits at this router makes the first administrator. On its own terminal, as root:",
	SetupHow:     "It prints a one-time token. Type it here.",
	SetupLimit:   "A token is good for an hour and for one set-up; lvsgui setup makes another.",
	SetupToken:   "One-time token",
	SetupUser:    "Name of the first administrator",
	SetupButton:  "SET UP",
	SetupWrong:   "This token is not right, or it has expired. lvsgui setup prints a new one.",
	SetupWait:    "Too many wrong tokens. Try again in %d s, or make a new one with lvsgui setup.",
	SetupElse:    "Or without this page",
	SetupCommand: "On the router, as root, this asks for the first password itself:",
	SetupDone:    "Welcome. You are the first administrator; USERS is where others are added.",

	CodeTitle:  "One-time code",
	CodeIntro:  "The password of %s was right. Now the code that your telephone shows for Pacu:",
	Code:       "Code of 6 digits",
	CodeButton: "LOG IN",
	CodeWrong:  "This code is not right, or has been used already. Wait for the next one.",
	CodeLate:   "That took longer than five minutes. Begin again with your password.",
	CodeAgain:  "Begin again",
	CodeLost:   "Lost the telephone?",
	CodeHow:    "An administrator can turn your codes off in USERS. So can root on this router:",
	WaitHow:    "The wait grows up to 15 minutes. It ends at once when an administrator sets a new password in USERS, or root does on this router with lvsgui passwd.",

	Account:        "Account",
	AccountTitle:   "Your account",
	AccountAs:      "You are %s, in the role of %s.",
	OwnPages:       "People",
	TOTP:           "One-time codes",
	TOTPIntro:      "With them, a login asks for a code from your telephone besides the password: whoever learns the password alone stays outside.",
	TOTPOn:         "on",
	TOTPOff:        "off",
	TOTPStart:      "SET UP A TELEPHONE",
	TOTPAnother:    "SET UP ANOTHER TELEPHONE",
	TOTPStop:       "TURN OFF",
	TOTPScan:       "Scan this with the authenticator app of your telephone (RFC 6238; all of them will do):",
	TOTPPicture:    "QR code of the secret below",
	TOTPSecret:     "Or type this secret into it:",
	TOTPThen:       "Then type the code that it shows. Until then nothing has changed.",
	TOTPConfirm:    "TURN ON",
	TOTPConfirmed:  "One-time codes are on. The next login asks for one.",
	TOTPStopped:    "One-time codes are off.",
	TOTPNotMatched: "This is not the code of this secret now. Is the telephone's clock right?",
	TOTPGone:       "Begin again: that secret is no longer waiting for its code.",
	Cancel:         "Cancel",

	Sessions:      "Sessions",
	SessionsIntro: "Where you are logged in. A session ends after an hour without use, and after 12 hours in any case.",
	SessionsAll:   "Everybody who is logged in. A session ends after an hour without use, and after 12 hours in any case.",
	Began:         "Since",
	Seen:          "Last seen",
	From:          "From",
	Browser:       "Browser",
	UnknownAgent:  "not told",
	ThisOne:       "this one",
	End:           "End",
	EndOf:         "the session of %s from %s",
	EndOthers:     "END ALL OTHERS",
	SessionEnded:  "The session is ended.",
	SessionGone:   "That session had ended already.",
	SessionsEnded: "Sessions ended: %d.",
	NoOthers:      "There are no others.",

	Tokens:        "API tokens",
	TokensIntro:   "A token lets a program in as you, with the role you give it: to the API (/api/v1) and the metrics (/metrics).",
	TokensAll:     "Everybody's tokens for the API (/api/v1) and the metrics (/metrics). They are made in one's own account.",
	NoTokens:      "There are none.",
	TokenNew:      "New token",
	TokenName:     "What it is for",
	TokenNameRule: "1 to 64 characters.",
	TokenRole:     "Role",
	TokenExpires:  "Good for",
	TokenButton:   "MAKE TOKEN",
	TokenMade:     "Token “%s” is made. Copy it now:",
	TokenOnce:     "It is shown only this once. If it is lost, revoke it and make another.",
	TokenNameBad:  "Give it a name of 1 to 64 characters.",
	TokenRoleBad:  "Choose a role that is at most your own.",
	TokenMany:     "You have %d tokens, and there cannot be more: revoke one first.",
	TokenTimeBad:  "Choose how long it is good for.",
	Made:          "Made",
	Expires:       "Expires",
	Expired:       "expired",
	Used:          "Last used",
	Days30:        "30 days",
	Days90:        "90 days",
	Days365:       "a year",
	Forever:       "until it is revoked",
	Revoke:        "Revoke",
	RevokeOf:      "token “%s” of %s",
	Revoked:       "The token is revoked.",
	TokenGone:     "That token was revoked already.",

	Role:         "Role",
	LastLogin:    "Last login",
	PasswordSet:  "Password set",
	UserMade:     "Added",
	Yes:          "yes",
	No:           "no",
	You:          "you",
	Waits:        "waits %d s after failed logins",
	AddTitle:     "Add a user",
	Name:         "Name",
	NameRule:     "1 to 32 small letters, digits, . _ and -, beginning with a letter.",
	FirstPass:    "First password",
	FirstAgain:   "First password again",
	FirstNote:    "Tell it to the user, who changes it in their account.",
	AddButton:    "ADD USER",
	Added:        "User %s is added.",
	NameBad:      "A name is 1 to 32 small letters, digits, . _ and -, and begins with a letter.",
	NameTaken:    "There is such a user already.",
	RoleBad:      "Choose one of the roles.",
	RoleViewer:   "sees everything but secrets",
	RoleOperator: "edits and applies lvs.cf, acts on the routers",
	RoleAdmin:    "manages users, tokens, keys and ssh as well",
	Everyone:     "All users",
	Self:         "This is yourself: your password, codes, sessions and tokens are in your account. Your role and the end of your account are for another administrator to decide.",
	RoleTitle:    "What this user may do",
	RoleButton:   "SET ROLE",
	RoleSet:      "%s now has the role of %s.",
	RoleSame:     "%s had the role of %s already.",
	LastAdmin:    "This is the last administrator: make another one first.",
	NotSelf:      "Not of yourself: ask another administrator.",
	ResetTitle:   "Reset the password",
	ResetIntro:   "It ends all sessions of this user, and the wait after failed logins.",
	ResetButton:  "SET PASSWORD",
	Reset:        "%s has a new password, and is logged out everywhere.",
	CodesOn:      "On. Turn them off if the telephone is lost.",
	CodesOff:     "Off. Only the user can turn them on, in their account.",
	CodesButton:  "TURN OFF",
	CodesReset:   "One-time codes of %s are off.",
	NSessions:    "Logged in now: %d.",
	EndAll:       "END ALL",
	DeleteTitle:  "Delete",
	DeleteIntro:  "Deletes %s with all sessions, tokens and the draft of lvs.cf that is not applied. What %s did stays in the audit and the history.",
	DeleteSure:   "I want to delete %s.",
	DeleteTick:   "Tick the box if you mean it.",
	DeleteButton: "DELETE USER",
	Deleted:      "User %s is deleted.",
	NoUser:       "There is no such user.",

	Audit:      "Audit",
	AuditIntro: "Who did what, the newest first. The last 100,000 entries are kept.",
	NoAudit:    "Nothing here matches.",
	Who:        "Who",
	What:       "What",
	Object:     "To what",
	Note:       "Note",
	AuditText:  "Text",
	Filter:     "FILTER",
	All:        "Show all",
	Changed:    "before and after",
	Before:     "Before",
	After:      "After",
	Older:      "Older",
	Newest:     "Newest",
	CSV:        "Download as CSV",
}

var peopleChinese = PeopleWords{
	Title: "用户",

	SetupTitle:   "首次设置",
	SetupIntro:   "目前还没有人能登录，也没有默认密码。第一个管理员只能由能操作本路由器的人创建。请在路由器自己的终端上以 root 身份执行：",
	SetupHow:     "它会打印一个一次性令牌，请填在下面。",
	SetupLimit:   "令牌一小时内有效，只能用于一次设置；再次运行 lvsgui setup 可生成新的令牌。",
	SetupToken:   "一次性令牌",
	SetupUser:    "第一个管理员的用户名",
	SetupButton:  "完成设置",
	SetupWrong:   "令牌不正确或已过期。请用 lvsgui setup 生成新的令牌。",
	SetupWait:    "错误的令牌过多。请在 %d 秒后重试，或用 lvsgui setup 生成新的令牌。",
	SetupElse:    "不使用此页面",
	SetupCommand: "在路由器上以 root 身份执行，直接设置第一个密码：",
	SetupDone:    "欢迎。您是第一个管理员；可在“用户”页面添加其他人。",

	CodeTitle:  "一次性验证码",
	CodeIntro:  "%s 的密码正确。请输入手机上为 Pacu 显示的验证码：",
	Code:       "6 位验证码",
	CodeButton: "登录",
	CodeWrong:  "验证码不正确，或已经用过。请等待下一个验证码。",
	CodeLate:   "已超过五分钟。请重新输入密码。",
	CodeAgain:  "重新开始",
	CodeLost:   "手机丢失？",
	CodeHow:    "管理员可以在“用户”页面关闭您的验证码，也可以在本路由器上以 root 身份执行：",
	WaitHow:    "等待时间最长会增加到 15 分钟。管理员在“用户”页面设置新密码，或 root 在本路由器上运行 lvsgui passwd，即可立即结束等待。",

	Account:        "账户",
	AccountTitle:   "我的账户",
	AccountAs:      "您是 %s，角色为%s。",
	OwnPages:       "人员",
	TOTP:           "一次性验证码",
	TOTPIntro:      "启用后，登录时除密码外还需输入手机上的验证码：仅知道密码的人无法登录。",
	TOTPOn:         "已启用",
	TOTPOff:        "未启用",
	TOTPStart:      "设置手机",
	TOTPAnother:    "换一部手机",
	TOTPStop:       "关闭",
	TOTPScan:       "请用手机上的验证器应用扫描（RFC 6238，任何一种均可）：",
	TOTPPicture:    "下方密钥的二维码",
	TOTPSecret:     "或者手动输入此密钥：",
	TOTPThen:       "然后输入手机显示的验证码。在此之前不会有任何改变。",
	TOTPConfirm:    "启用",
	TOTPConfirmed:  "一次性验证码已启用，下次登录时需要输入。",
	TOTPStopped:    "一次性验证码已关闭。",
	TOTPNotMatched: "这不是该密钥当前的验证码。手机的时间是否准确？",
	TOTPGone:       "请重新开始：该密钥已不再等待确认。",
	Cancel:         "取消",

	Sessions:      "会话",
	SessionsIntro: "您当前的登录。会话闲置一小时后结束，最长不超过 12 小时。",
	SessionsAll:   "所有人当前的登录。会话闲置一小时后结束，最长不超过 12 小时。",
	Began:         "开始于",
	Seen:          "最近使用",
	From:          "来源地址",
	Browser:       "浏览器",
	UnknownAgent:  "未说明",
	ThisOne:       "当前会话",
	End:           "结束",
	EndOf:         "%s 来自 %s 的会话",
	EndOthers:     "结束其他所有会话",
	SessionEnded:  "会话已结束。",
	SessionGone:   "该会话此前已经结束。",
	SessionsEnded: "已结束会话：%d 个。",
	NoOthers:      "没有其他会话。",

	Tokens:        "API 令牌",
	TokensIntro:   "程序可用令牌以您的身份、按您指定的角色访问 API（/api/v1）和监控指标（/metrics）。",
	TokensAll:     "所有人用于访问 API（/api/v1）和监控指标（/metrics）的令牌。令牌在各自的账户页面生成。",
	NoTokens:      "没有令牌。",
	TokenNew:      "新令牌",
	TokenName:     "用途",
	TokenNameRule: "1 到 64 个字符。",
	TokenRole:     "角色",
	TokenExpires:  "有效期",
	TokenButton:   "生成令牌",
	TokenMade:     "令牌“%s”已生成。请立即复制：",
	TokenOnce:     "它只显示这一次。如果丢失，请撤销后重新生成。",
	TokenNameBad:  "请填写用途，1 到 64 个字符。",
	TokenRoleBad:  "请选择不超过您自己的角色。",
	TokenMany:     "您已有 %d 个令牌，已达上限：请先撤销一个。",
	TokenTimeBad:  "请选择有效期。",
	Made:          "生成于",
	Expires:       "到期",
	Expired:       "已过期",
	Used:          "最近使用",
	Days30:        "30 天",
	Days90:        "90 天",
	Days365:       "一年",
	Forever:       "直到撤销",
	Revoke:        "撤销",
	RevokeOf:      "令牌“%s”（%s）",
	Revoked:       "令牌已撤销。",
	TokenGone:     "该令牌此前已被撤销。",

	Role:         "角色",
	LastLogin:    "最近登录",
	PasswordSet:  "密码设置于",
	UserMade:     "添加于",
	Yes:          "是",
	No:           "否",
	You:          "您",
	Waits:        "登录失败过多，需等待 %d 秒",
	AddTitle:     "添加用户",
	Name:         "用户名",
	NameRule:     "1 到 32 个小写字母、数字、. _ 和 -，以字母开头。",
	FirstPass:    "初始密码",
	FirstAgain:   "再次输入初始密码",
	FirstNote:    "请告知该用户，由其在自己的账户中修改。",
	AddButton:    "添加用户",
	Added:        "用户 %s 已添加。",
	NameBad:      "用户名应为 1 到 32 个小写字母、数字、. _ 和 -，并以字母开头。",
	NameTaken:    "该用户已存在。",
	RoleBad:      "请选择一个角色。",
	RoleViewer:   "可查看除机密外的一切",
	RoleOperator: "可编辑并应用 lvs.cf，操作路由器",
	RoleAdmin:    "还可管理用户、令牌、密钥和 ssh",
	Everyone:     "所有用户",
	Self:         "这是您自己：密码、验证码、会话和令牌请在“账户”中管理。您的角色以及账户的删除须由其他管理员决定。",
	RoleTitle:    "权限",
	RoleButton:   "设置角色",
	RoleSet:      "%s 的角色现在是%s。",
	RoleSame:     "%s 的角色本来就是%s。",
	LastAdmin:    "这是最后一个管理员：请先设置另一个管理员。",
	NotSelf:      "不能对自己操作：请联系其他管理员。",
	ResetTitle:   "重设密码",
	ResetIntro:   "将结束该用户的所有会话，并结束登录失败后的等待。",
	ResetButton:  "设置密码",
	Reset:        "%s 的密码已重设，其所有登录均已退出。",
	CodesOn:      "已启用。手机丢失时可在此关闭。",
	CodesOff:     "未启用。只有用户本人能在账户中启用。",
	CodesButton:  "关闭",
	CodesReset:   "%s 的一次性验证码已关闭。",
	NSessions:    "当前登录：%d 处。",
	EndAll:       "全部结束",
	DeleteTitle:  "删除",
	DeleteIntro:  "将删除 %s 及其所有会话、令牌和尚未应用的 lvs.cf 草稿。%s 的操作仍保留在审计和历史中。",
	DeleteSure:   "我确定要删除 %s。",
	DeleteTick:   "如果确定，请勾选此项。",
	DeleteButton: "删除用户",
	Deleted:      "用户 %s 已删除。",
	NoUser:       "没有这个用户。",

	Audit:      "审计",
	AuditIntro: "谁做了什么，最新的在前。保留最近 100,000 条。",
	NoAudit:    "没有符合条件的记录。",
	Who:        "操作者",
	What:       "操作",
	Object:     "对象",
	Note:       "说明",
	AuditText:  "文字",
	Filter:     "筛选",
	All:        "显示全部",
	Changed:    "之前与之后",
	Before:     "之前",
	After:      "之后",
	Older:      "更早",
	Newest:     "最新",
	CSV:        "下载 CSV",
}
