package text

// FormWords are the words of fields and forms of lvs.cf's directives.
type FormWords struct {
	Accept       string
	AcceptNote   string
	Cancel       string
	Kept         string
	KeptErrors   string
	Same         string
	HasErrors    string
	Refused      string
	ReadOnly     string
	Unreadable   string
	Gone         string
	Moved        string
	Name         string
	NameHelp     string
	NameMissing  string
	NameTaken    string
	NameBad      string
	Default      string
	NotSet       string
	On           string
	Off          string
	Range        string
	Seconds      string
	WholeSeconds string
	SecondsShort string
	Several      string
	Device       string
	SecretSet    string
	SecretNone   string
	SecretKeep   string
	SecretRemove string
	Extension    string
	ExtensionWhy string
	Unwritable   string
	TooLong      string
	HalfDevice   string
	HalfPair     string
	Headings     FormHeadings
}

// FormHeadings are the headings of form.Groups, by their ids.
type FormHeadings struct {
	Routers, Network, Timeouts, Sync, Commands, Table, Legacy     string
	Backup, Heartbeat, Roles, Fitness                             string
	Service, Scheduling, Persistence, Forwarding, Failing, Load   string
	Server, Limits, Pace, Script, Check, HTTP, TLS, DNS, Login    string
	Failover, TrackScript, LegacyGlobal, LegacyVirtual, LegacyFos string
}

// Of returns the heading of a group on a page, and "" when there is none.
func (h FormHeadings) Of(page, id string) string {
	if id == "legacy" {
		switch page {
		case "global":
			return h.LegacyGlobal
		case "virtual":
			return h.LegacyVirtual
		case "failover":
			return h.LegacyFos
		}
		return h.Legacy
	}
	return map[string]string{
		"routers": h.Routers, "network": h.Network, "timeouts": h.Timeouts, "sync": h.Sync, "commands": h.Commands,
		"table": h.Table, "backup": h.Backup, "heartbeat": h.Heartbeat, "roles": h.Roles, "fitness": h.Fitness,
		"service": h.Service, "scheduling": h.Scheduling, "persistence": h.Persistence, "forwarding": h.Forwarding,
		"failing": h.Failing, "load": h.Load, "server": h.Server, "limits": h.Limits, "pace": h.Pace, "script": h.Script,
		"check": h.Check, "http": h.HTTP, "tls": h.TLS, "dns": h.DNS, "login": h.Login, "failover": h.Failover,
		"track_script": h.TrackScript,
	}[id]
}

var formEnglish = FormWords{
	Accept:       "ACCEPT",
	AcceptNote:   "Goes into your draft. Nothing runs by it until you APPLY it in REVIEW.",
	Cancel:       "Cancel",
	Kept:         "Accepted into your draft.",
	KeptErrors:   "Accepted into your draft, which has errors elsewhere now: %d. REVIEW shows them.",
	HasErrors:    "This lvs.cf has errors, and cannot be applied as it is: %d.",
	Same:         "Nothing was different: your draft is as it was.",
	Refused:      "Not accepted yet. What you typed is still here; mend these:",
	ReadOnly:     "Your role shows these settings and does not change them.",
	Unreadable:   "lvs.cf cannot be read: %v. Mend that on this router and load the page again; nothing is lost.",
	Gone:         "%s is no longer in lvs.cf: somebody took it out, or gave it another name.",
	Moved:        "lvs.cf has changed, and has several of the name %s: look again which one you mean.",
	Name:         "Name",
	NameHelp:     "How you call it. Pages, logs and events show it.",
	NameMissing:  "Give it a name.",
	NameTaken:    "There is one of this name already.",
	NameBad:      "lvs.cf cannot hold this name. Letters, digits, dots, dashes and blanks are fine; at most 200 bytes.",
	Default:      "default %s",
	NotSet:       "not set",
	On:           "1 – on",
	Off:          "0 – off",
	Range:        "range %s",
	Seconds:      "seconds, also 250ms",
	WholeSeconds: "whole seconds",
	SecondsShort: "s",
	Several:      "one on a line",
	Device:       "Interface for %s",
	SecretSet:    "set; empty keeps it",
	SecretNone:   "not set",
	SecretKeep:   "Never shown. What you typed here is not sent back either.",
	SecretRemove: "Remove it",
	Extension:    "Pacu",
	ExtensionWhy: "Piranha does not have it",
	Unwritable:   "A line of lvs.cf cannot hold this: it has a line end or another control character, or quotes that cannot be told apart.",
	TooLong:      "This is too long.",
	HalfDevice:   "An address needs its interface, such as eth0:1, and an interface its address.",
	HalfPair:     "Write two addresses on a line: the primary router's, a blank, and the backup's.",
	Headings: FormHeadings{
		Routers: "Primary router", Network: "Network", Timeouts: "Connection timeouts", Sync: "Sync daemon",
		Commands: "Commands", Table: "Kernel table and nannies", Legacy: "Kept for Piranha, without effect",
		Backup: "Backup router", Heartbeat: "Heartbeats", Roles: "Roles", Fitness: "Fitness to serve",
		Service: "Service", Scheduling: "Scheduling", Persistence: "Persistence", Forwarding: "Forwarding",
		Failing: "When real servers fail", Load: "Load monitoring", Server: "Real server", Limits: "Limits",
		Pace: "Timing", Script: "Send and expect", Check: "Check", HTTP: "HTTP and files", TLS: "TLS",
		DNS: "DNS", Login: "Login and other protocols", Failover: "Failover service", TrackScript: "Script",
		LegacyGlobal: "Edition, and words kept for Piranha", LegacyVirtual: "Without effect in a virtual server",
		LegacyFos: "Without effect in a failover service",
	},
}

var formChinese = FormWords{
	Accept:       "接受",
	AcceptNote:   "改动先存入您的草稿，在“审核”中“应用”之前不影响运行。",
	Cancel:       "取消",
	Kept:         "已存入您的草稿。",
	KeptErrors:   "已存入您的草稿；草稿的其他位置有 %d 处错误，请在“审核”中查看。",
	HasErrors:    "此 lvs.cf 有 %d 处错误，无法直接应用。",
	Same:         "没有任何改动，草稿保持原样。",
	Refused:      "尚未接受。您填写的内容仍在此处，请先改正：",
	ReadOnly:     "您的角色只能查看这些设置，不能修改。",
	Unreadable:   "无法读取 lvs.cf：%v。请在本路由器上排除故障后重新加载页面，不会丢失任何内容。",
	Gone:         "lvs.cf 中已没有 %s：它已被删除或改名。",
	Moved:        "lvs.cf 已被修改，且其中有多个名为 %s 的条目：请重新确认所指的是哪一个。",
	Name:         "名称",
	NameHelp:     "显示在页面、日志与事件中的名称。",
	NameMissing:  "请填写名称。",
	NameTaken:    "此名称已被使用。",
	NameBad:      "lvs.cf 无法写入此名称。可使用字母、数字、点、短横线和空格，最多 200 字节。",
	Default:      "默认 %s",
	NotSet:       "未设置",
	On:           "1 – 开",
	Off:          "0 – 关",
	Range:        "范围 %s",
	Seconds:      "秒，也可写 250ms",
	WholeSeconds: "整秒",
	SecondsShort: "秒",
	Several:      "每行一个",
	Device:       "%s 的网卡",
	SecretSet:    "已设置；留空则保持不变",
	SecretNone:   "未设置",
	SecretKeep:   "从不显示；您在此输入的内容也不会发回页面。",
	SecretRemove: "删除",
	Extension:    "Pacu",
	ExtensionWhy: "Piranha 没有此指令",
	Unwritable:   "lvs.cf 的一行无法写入此内容：其中有换行或其他控制字符，或无法区分的引号。",
	TooLong:      "内容过长。",
	HalfDevice:   "地址须有网卡（如 eth0:1），网卡须有地址。",
	HalfPair:     "每行写两个地址：主路由器的地址、空格、备用路由器的地址。",
	Headings: FormHeadings{
		Routers: "主路由器", Network: "网络", Timeouts: "连接超时", Sync: "同步守护进程",
		Commands: "命令", Table: "内核表与 nanny", Legacy: "为兼容 Piranha 保留，不起作用",
		Backup: "备用路由器", Heartbeat: "心跳", Roles: "角色", Fitness: "能否提供服务",
		Service: "服务", Scheduling: "调度", Persistence: "会话保持", Forwarding: "转发",
		Failing: "真实服务器失效时", Load: "负载监控", Server: "真实服务器", Limits: "限制",
		Pace: "时间", Script: "发送与期望", Check: "检查", HTTP: "HTTP 与文件", TLS: "TLS",
		DNS: "DNS", Login: "登录与其他协议", Failover: "故障切换服务", TrackScript: "脚本",
		LegacyGlobal: "版本号，以及为兼容 Piranha 保留的指令", LegacyVirtual: "在虚拟服务器中不起作用",
		LegacyFos: "在故障切换服务中不起作用",
	},
}
