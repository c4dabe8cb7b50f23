package text

// AlertsWords are the words of ALERTS.
type AlertsWords struct {
	Title, Intro, Wrong, Saved, Save                                             string
	On, IsOn, IsOff                                                              string
	Channel, Waiting, LastSent, LastError, NextTry, Dropped                      string
	TestButton, TestNote, TestNone, TestSent, TestFailed                         string
	Mail, Host, Port, PortHint, User, UserHint, From, To, ToHint                 string
	TLSStart, TLSImplicit, TLSMaybe, TLSNone                                     string
	Kept, PasswordAgain                                                          string
	Webhook, URLHint, Secret, SecretHint                                         string
	Syslog, Network, UnixSocket, Address, AddressHint                            string
	What, When, QuietIntro, QuietFrom, QuietTo, QuietHint, Through               string
	PerMinute, PerMinuteHint                                                     string
	KindPulse, KindSplitBrain, KindNoServer, KindRole, KindPartner, KindFitness  string
	KindServer, KindConfig, KindDrift, KindNanny, KindCertificate, KindDisk      string
	Missing, BadClock, BadRange, BadHost, BadMail, TooMany, PlainMail, PlainAuth string
	BadURL, BadSecret, BadAddress, BadPath, BadChoice                            string
}

var alertsEnglish = AlertsWords{
	Title: "Alerts",
	Intro: "This console tells people what happens to this router, each router for itself. What cannot be sent waits, up to 7 days, and is sent in order.",
	Wrong: "Nothing is saved: some fields are not right.",
	Saved: "The settings of alerts are saved.",
	Save:  "SAVE",
	On:    "Send alerts this way",
	IsOn:  "on",
	IsOff: "off",

	Channel:   "Channel",
	Waiting:   "Waiting",
	LastSent:  "Last sent",
	LastError: "Last error",
	NextTry:   "Next try",
	Dropped:   "%d dropped",

	TestButton: "SEND A TEST",
	TestNote:   "Goes at once over every channel that is saved as on. On the router: pulse alert test",
	TestNone:   "No channel is on: nothing was sent.",
	TestSent:   "sent",
	TestFailed: "failed",

	Mail:        "Mail",
	Host:        "Mail server",
	Port:        "Port",
	PortHint:    "587 with STARTTLS, 465 with TLS from the first byte, 25 between servers.",
	User:        "User",
	UserHint:    "Leave empty where the server asks for no login.",
	From:        "From",
	To:          "To",
	ToHint:      "One address in a line, at most 20.",
	TLSStart:    "STARTTLS, always",
	TLSImplicit: "TLS from the first byte",
	TLSMaybe:    "STARTTLS where the server offers it",
	TLSNone:     "none: only to this router itself",

	Kept:          "One is kept, and not shown. Leave this empty to keep it.",
	PasswordAgain: "Type the password again: the server, the user or TLS is another one now.",

	Webhook:     "Webhook",
	URLHint:     "This router posts JSON there, from its own network. Redirects are not followed.",
	Secret:      "Secret",
	SecretHint:  "Signs each request, HMAC-SHA256. 16 to 200 characters.",
	Syslog:      "Syslog",
	Network:     "Way",
	UnixSocket:  "a socket of this router",
	Address:     "Address",
	AddressHint: "As 192.0.2.7:514 or logs.example.com:6514; of a socket its path, as /dev/log.",

	What:          "What is told",
	When:          "When",
	QuietIntro:    "In quiet hours alerts wait; after them comes one summary. The clock is this router's: %s.",
	QuietFrom:     "Quiet from",
	QuietTo:       "Quiet to",
	QuietHint:     "As 22:00. Leave both empty for none.",
	Through:       "Send severe ones in quiet hours too: pulse does not run, both routers are active, a service has no real server",
	PerMinute:     "Alerts a minute, at most",
	PerMinuteHint: "What is more waits, and comes as one summary.",

	KindPulse:       "pulse does not run (severe)",
	KindSplitBrain:  "Both routers are active (severe)",
	KindNoServer:    "A service has no real server left (severe)",
	KindRole:        "This router becomes active or standby",
	KindPartner:     "The other router is silent",
	KindFitness:     "This router is not fit to serve",
	KindServer:      "Real servers go down and come up",
	KindConfig:      "lvs.cf differs between the routers, or was refused",
	KindDrift:       "Others changed the kernel's table, and pulse put it right",
	KindNanny:       "A nanny has trouble",
	KindCertificate: "A certificate is about to expire",
	KindDisk:        "This console's disk is nearly full",

	Missing:    "This is needed.",
	BadClock:   "Write a time of day, as 22:00.",
	BadRange:   "This number is out of range.",
	BadHost:    "This is no name or address of a host.",
	BadMail:    "Write mail addresses alone, as ops@example.com.",
	TooMany:    "At most 20 addresses.",
	PlainMail:  "Only mail to this router itself (localhost) goes without TLS.",
	PlainAuth:  "A password is sent over TLS only: choose STARTTLS or TLS.",
	BadURL:     "Write an address, as https://hooks.example.com/pacu.",
	BadSecret:  "The secret has 16 to 200 characters.",
	BadAddress: "Write host:port, as logs.example.com:514.",
	BadPath:    "Write the path of a socket, as /dev/log.",
	BadChoice:  "Choose one of these.",
}

var alertsChinese = AlertsWords{
	Title: "告警",
	Intro: "本控制台将本路由器上发生的事件通知相关人员；两台路由器各自通知。暂时发不出的告警最长保留 7 天，之后按顺序补发。",
	Wrong: "未保存：部分字段有误。",
	Saved: "告警设置已保存。",
	Save:  "保存",
	On:    "通过此方式发送告警",
	IsOn:  "已启用",
	IsOff: "未启用",

	Channel:   "方式",
	Waiting:   "待发送",
	LastSent:  "最近发送",
	LastError: "最近错误",
	NextTry:   "下次重试",
	Dropped:   "已丢弃 %d 条",

	TestButton: "发送测试",
	TestNote:   "立即通过所有已保存并启用的方式发送。在路由器上也可执行：pulse alert test",
	TestNone:   "没有启用任何方式：未发送。",
	TestSent:   "已发送",
	TestFailed: "失败",

	Mail:        "邮件",
	Host:        "邮件服务器",
	Port:        "端口",
	PortHint:    "STARTTLS 用 587，全程 TLS 用 465，服务器之间用 25。",
	User:        "用户",
	UserHint:    "若服务器不要求登录，请留空。",
	From:        "发件人",
	To:          "收件人",
	ToHint:      "每行一个地址，最多 20 个。",
	TLSStart:    "必须使用 STARTTLS",
	TLSImplicit: "全程 TLS",
	TLSMaybe:    "服务器支持时使用 STARTTLS",
	TLSNone:     "不加密：仅限本路由器自身",

	Kept:          "已保存一个，不会显示。留空则保持不变。",
	PasswordAgain: "服务器、用户或 TLS 方式已改变，请重新输入密码。",

	Webhook:     "Webhook",
	URLHint:     "本路由器会从自身所在网络向该地址 POST JSON。不跟随重定向。",
	Secret:      "密钥",
	SecretHint:  "用于对每个请求签名（HMAC-SHA256），16 到 200 个字符。",
	Syslog:      "Syslog",
	Network:     "传输方式",
	UnixSocket:  "本路由器的套接字",
	Address:     "地址",
	AddressHint: "例如 192.0.2.7:514 或 logs.example.com:6514；套接字填写路径，例如 /dev/log。",

	What:          "通知哪些事件",
	When:          "何时通知",
	QuietIntro:    "免打扰时段内告警暂缓，结束后发送一份汇总。以本路由器的时钟为准：%s。",
	QuietFrom:     "免打扰开始",
	QuietTo:       "免打扰结束",
	QuietHint:     "例如 22:00。两项都留空表示不设免打扰。",
	Through:       "严重告警在免打扰时段仍然发送：pulse 未运行、两台路由器同时活动、服务没有可用的真实服务器",
	PerMinute:     "每分钟告警数上限",
	PerMinuteHint: "超出部分暂缓，合并为一份汇总。",

	KindPulse:       "pulse 未运行（严重）",
	KindSplitBrain:  "两台路由器同时活动（严重）",
	KindNoServer:    "服务没有可用的真实服务器（严重）",
	KindRole:        "本路由器变为活动或待命",
	KindPartner:     "对端路由器没有心跳",
	KindFitness:     "本路由器不宜提供服务",
	KindServer:      "真实服务器下线和上线",
	KindConfig:      "两台路由器的 lvs.cf 不一致，或 lvs.cf 被拒绝",
	KindDrift:       "内核中的表被他人改动并已由 pulse 修复",
	KindNanny:       "nanny 出现故障",
	KindCertificate: "证书即将到期",
	KindDisk:        "控制台所在磁盘空间即将用尽",

	Missing:    "此项必填。",
	BadClock:   "请填写时间，例如 22:00。",
	BadRange:   "数值超出范围。",
	BadHost:    "这不是主机名或地址。",
	BadMail:    "请只填写邮件地址，例如 ops@example.com。",
	TooMany:    "最多 20 个地址。",
	PlainMail:  "只有发给本路由器自身（localhost）的邮件可以不加密。",
	PlainAuth:  "密码只能通过 TLS 发送：请选择 STARTTLS 或 TLS。",
	BadURL:     "请填写地址，例如 https://hooks.example.com/pacu。",
	BadSecret:  "密钥应为 16 到 200 个字符。",
	BadAddress: "请填写 主机:端口，例如 logs.example.com:514。",
	BadPath:    "请填写套接字路径，例如 /dev/log。",
	BadChoice:  "请从列表中选择。",
}
