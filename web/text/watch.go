package text

// WatchWords are the words of the live pages: charts, topology, timeline, events.
type WatchWords struct {
	Title string // of the topology

	// Staleness.
	Old string

	// The table of services.
	Find, FindHint, FindButton      string
	Sort, SortWorst, SortName       string
	SortActive, SortRate            string
	Shows, ShowAll, ShowTrouble     string
	ShowDown, ShowDraining, ShowOff string
	Pages, Range, Before, After     string
	Compact, NoneFound, ShowEvery   string
	ChartColumn, MoreTrouble        string
	MoreAddresses                   string
	ShowVirtual, EditVirtual, Until string
	AllServices, NoService          string
	ServesWell, Mark, Ports         string
	Scheduler, Forward, Persistence string
	PersistenceOff, Quorum, Total   string
	ServersTitle, LastProbe         string

	// Charts.
	ChartsTitle, ChartActive, ChartRate string
	ChartBytes, ChartEmpty, ChartOld    string
	ChartNow, MinutesAgo, Now           string

	// The topology.
	Clients, HeldByNobody, HeldUnknown   string
	Lacks, MoreGroups, InWords           string
	PictureLabel, MarkDraining           string
	TopologyUnknown, SaysRouter          string
	SaysPath, SaysHeld, SaysLacked       string
	SaysAway, SaysNobody, SaysGroup      string
	SaysMore, AxisLabel                  string
	FileHere, FileThere, FilesCompared   string
	FilesDiffer, FilesSame, FilesUnknown string
	PeerPage                             string

	// The events.
	AllEvents, EventsTitle, FindEvents string
	Level, LevelAll                    string
	LevelWarning, LevelError           string
	Kind, KindAll, KindRole            string
	KindPartner, KindServer, KindNanny string
	KindConfig, KindKernel             string
	KindAddress, Words, FilterButton   string
	Newest, Older, NoneMatch           string
	KeptSince, EventsLost              string
	PulseRestarted                     string
}

var watchEnglish = WatchWords{
	Title: "Topology",
	Old:   "(%d s ago)",

	Find: "Find a virtual server", FindHint: "name, address, real server", FindButton: "FIND",
	Sort: "Order", SortWorst: "trouble first", SortName: "by name", SortActive: "most connections first", SortRate: "most connections/s first",
	Shows: "Which virtual servers", ShowAll: "all", ShowTrouble: "need attention", ShowDown: "with servers down", ShowDraining: "draining", ShowOff: "switched off",
	Pages: "Pages of the table", Range: "%s to %s of %s", Before: "← Previous", After: "Next →",
	Compact:   "There are many real servers here: only those that need attention are listed. A virtual server's own page has all of them.",
	NoneFound: "No virtual server is like that.", ShowEvery: "Show all",
	ChartColumn: "15 min", MoreTrouble: "and %d more.", MoreAddresses: "and %d more. This router holds %d of %d.",
	ShowVirtual: "%s in lvs.cf", EditVirtual: "Edit %s", Until: "until %s",
	AllServices: "All virtual servers", NoService: "There is no such virtual server. It may have been removed or have another address now.",
	ServesWell: "All its real servers are up.", Mark: "Firewall mark", Ports: "Ports",
	Scheduler: "Scheduler", Forward: "Forwarding", Persistence: "Persistence", PersistenceOff: "off", Quorum: "Quorum", Total: "Connections so far",
	ServersTitle: "Real servers", LastProbe: "Last probe",

	ChartsTitle: "The last 15 minutes", ChartActive: "Active connections", ChartRate: "New connections per second",
	ChartBytes: "Bytes per second", ChartEmpty: "nothing known yet", ChartOld: "%s: last known %s, at most %s", ChartNow: "%s: now %s, at most %s",
	MinutesAgo: "%d min ago", Now: "now",

	Clients: "clients", HeldByNobody: "held by nobody that is known", HeldUnknown: "who holds them is unknown",
	Lacks: "lacks %d of its addresses", MoreGroups: "and %d more virtual servers, %d of them well", InWords: "The picture in words",
	PictureLabel: "Clients, routers, addresses and real servers; the same is in words below", MarkDraining: "draining or forced",
	TopologyUnknown: "pulse does not answer: which router serves, and which real servers work, is not known.",
	SaysRouter:      "%s: %s.", SaysPath: "Heartbeats on path %s: %s.",
	SaysHeld: "This router holds %s.", SaysLacked: "This router should hold %d addresses that it does not hold.",
	SaysAway: "The partner holds %s, as far as its heartbeats say that it serves.", SaysNobody: "Nobody that is known holds %s.",
	SaysGroup: "%s: %d of %d real servers up.", SaysMore: "%d more virtual servers, %d of them well: %d of %d real servers up.",
	AxisLabel: "%d steps on an axis of time, the last at %s",
	FileHere:  "Here", FileThere: "Partner", FilesCompared: "Compared", FilesDiffer: "they differ", FilesSame: "the same",
	FilesUnknown: "Heartbeats without a key do not tell which lvs.cf the partner has.", PeerPage: "Compare, push or fetch",

	AllEvents: "All events", EventsTitle: "Events", FindEvents: "Filter the events",
	Level: "Level", LevelAll: "all", LevelWarning: "warnings and errors", LevelError: "errors",
	Kind: "About", KindAll: "everything", KindRole: "role", KindPartner: "partner", KindServer: "real server", KindNanny: "nanny",
	KindConfig: "configuration", KindKernel: "kernel", KindAddress: "address", Words: "Words in it", FilterButton: "FILTER",
	Newest: "Back to the newest", Older: "Older →", NoneMatch: "No event is like that.",
	KeptSince: "Nothing older than %s is kept.", EventsLost: "%s events before this are no longer known.",
	PulseRestarted: "pulse was started here. What came before it is of its earlier run.",
}

var watchChinese = WatchWords{
	Title: "拓扑",
	Old:   "（%d 秒前）",

	Find: "查找虚拟服务器", FindHint: "名称、地址、真实服务器", FindButton: "查找",
	Sort: "排序", SortWorst: "异常优先", SortName: "按名称", SortActive: "连接数从多到少", SortRate: "每秒连接从多到少",
	Shows: "显示哪些虚拟服务器", ShowAll: "全部", ShowTrouble: "需要关注", ShowDown: "有服务器故障", ShowDraining: "正在排空", ShowOff: "已停用",
	Pages: "表格分页", Range: "第 %s 至 %s 个，共 %s 个", Before: "← 上一页", After: "下一页 →",
	Compact:   "此处真实服务器很多：只列出需要关注的。每个虚拟服务器的页面列出全部。",
	NoneFound: "没有符合条件的虚拟服务器。", ShowEvery: "显示全部",
	ChartColumn: "15 分钟", MoreTrouble: "及另外 %d 项。", MoreAddresses: "及另外 %d 个。本路由器持有 %d / %d 个。",
	ShowVirtual: "lvs.cf 中的 %s", EditVirtual: "编辑 %s", Until: "至 %s",
	AllServices: "全部虚拟服务器", NoService: "没有这个虚拟服务器。它可能已被删除，或地址已更改。",
	ServesWell: "其真实服务器全部正常。", Mark: "防火墙标记", Ports: "端口",
	Scheduler: "调度算法", Forward: "转发方式", Persistence: "会话保持", PersistenceOff: "关闭", Quorum: "最少正常数", Total: "累计连接",
	ServersTitle: "真实服务器", LastProbe: "最近探测",

	ChartsTitle: "最近 15 分钟", ChartActive: "活动连接数", ChartRate: "每秒新建连接",
	ChartBytes: "每秒字节", ChartEmpty: "尚无数据", ChartOld: "%s：最近已知 %s，最高 %s", ChartNow: "%s：当前 %s，最高 %s",
	MinutesAgo: "%d 分钟前", Now: "现在",

	Clients: "客户端", HeldByNobody: "未知由谁持有", HeldUnknown: "持有者未知",
	Lacks: "缺少 %d 个应持有的地址", MoreGroups: "及另外 %d 个虚拟服务器，其中 %d 个正常", InWords: "文字说明",
	PictureLabel: "客户端、路由器、地址与真实服务器；下方有相同内容的文字说明", MarkDraining: "排空或强制",
	TopologyUnknown: "pulse 没有应答：由哪台路由器提供服务、哪些真实服务器正常，均未知。",
	SaysRouter:      "%s：%s。", SaysPath: "心跳路径 %s：%s。",
	SaysHeld: "本路由器持有 %s。", SaysLacked: "本路由器应持有但未持有 %d 个地址。",
	SaysAway: "对端持有 %s（依据其心跳所称正在提供服务）。", SaysNobody: "未知由谁持有 %s。",
	SaysGroup: "%s：%d / %d 个真实服务器正常。", SaysMore: "另有 %d 个虚拟服务器，其中 %d 个正常：%d / %d 个真实服务器正常。",
	AxisLabel: "时间轴上的 %d 个步骤，最后一步在 %s",
	FileHere:  "本机", FileThere: "对端", FilesCompared: "比较", FilesDiffer: "不一致", FilesSame: "一致",
	FilesUnknown: "没有密钥的心跳不会说明对端使用哪一份 lvs.cf。", PeerPage: "比较、推送或取回",

	AllEvents: "全部事件", EventsTitle: "事件", FindEvents: "筛选事件",
	Level: "级别", LevelAll: "全部", LevelWarning: "警告和错误", LevelError: "错误",
	Kind: "关于", KindAll: "全部", KindRole: "角色", KindPartner: "对端", KindServer: "真实服务器", KindNanny: "nanny 进程",
	KindConfig: "配置", KindKernel: "内核", KindAddress: "地址", Words: "包含文字", FilterButton: "筛选",
	Newest: "返回最新", Older: "更早 →", NoneMatch: "没有符合条件的事件。",
	KeptSince: "没有保留 %s 之前的事件。", EventsLost: "此前有 %s 个事件已无从得知。",
	PulseRestarted: "pulse 在此启动。更早的事件属于它的上一次运行。",
}
