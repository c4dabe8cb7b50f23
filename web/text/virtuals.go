package text

// VirtualsWords are the words of VIRTUAL SERVERS.
type VirtualsWords struct {
	Title   string
	Intro   string
	Fos     string
	FosLink string
	NoName  string
	Nth     string

	// The list.
	Search        string
	SearchHint    string
	Show          string
	ShowAll       string
	ShowOn        string
	ShowOff       string
	ShowTrouble   string
	Find          string
	Clear         string
	Add           string
	Found         string
	FoundOf       string
	NoneYet       string
	NoneFound     string
	NameColumn    string
	StatusColumn  string
	VIPColumn     string
	DeviceColumn  string
	PortColumn    string
	Protocol      string
	Scheduler     string
	Servers       string
	Actions       string
	Mark          string
	On            string
	Off           string
	Errors        string
	Warnings      string
	ServersUp     string
	NoLive        string
	NotInKernel   string
	SorryServes   string
	Tick          string
	TickAll       string
	Ticked        string
	NothingTicked string
	Duplicate     string
	Delete        string
	Activate      string
	Deactivate    string
	OfWhat        string
	Comma         string
	NamesMore     string
	Pages         string
	Page          string
	Previous      string
	Next          string

	// What was done.
	SwitchedOn  string
	SwitchedOff string
	Deleted     string
	Copied      string
	Made        string
	Refused     string

	// Deleting.
	DeleteTitle    string
	DeleteOne      string
	DeleteVirtuals string
	DeleteServers  string
	DeleteProbes   string
	DeleteNote     string
	DeleteButton   string
	WithServers    string
	AndMore        string
	Connections    string
	NoConnections  string
	ConnsUnknown   string

	// Copying, naming.
	CopyTitle  string
	CopyIntro  string
	CopyButton string

	// One virtual server.
	NewVirtual  string
	Tabs        string
	TabVirtual  string
	TabServers  string
	TabScripts  string
	AllVirtuals string
	LiveState   string
	LiveMore    string
	LiveUnknown string
	DraftOff    string

	// Its real servers.
	NewServer     string
	EditServer    string
	NoServers     string
	ServersIntro  string
	AddressColumn string
	WeightColumn  string
	StateColumn   string
	ConnsColumn   string
	SaveWeights   string
	WeightOf      string
	WeightWrong   string
	WeightsSaved  string
	KernelWeight  string
	PortOfVirtual string

	// Its checks.
	OwnCheck     string
	OwnCheckHint string
	Probes       string
	ProbesIntro  string
	NoProbes     string
	NewProbe     string
	EditProbe    string
	KindColumn   string
}

var virtualsEnglish = VirtualsWords{
	Title:   "VIRTUAL SERVERS",
	Intro:   "Changes go to your draft; nothing happens on the routers until you apply it.",
	Fos:     "With service = fos none of these runs: the routers themselves do the work.",
	FosLink: "Failover services",
	NoName:  "(no name)",
	Nth:     "%s (no. %d of this name)",

	Search:        "Search",
	SearchHint:    "name, address, mark, real server",
	Show:          "Show",
	ShowAll:       "all",
	ShowOn:        "active",
	ShowOff:       "inactive",
	ShowTrouble:   "with trouble",
	Find:          "Find",
	Clear:         "Show all",
	Add:           "Add",
	Found:         "%d virtual servers",
	FoundOf:       "%d of %d virtual servers",
	NoneYet:       "There is no virtual server yet. Add the first: it needs a name, a virtual address with its interface, and a port; then its real servers.",
	NoneFound:     "No virtual server fits this search.",
	NameColumn:    "Name",
	StatusColumn:  "Status",
	VIPColumn:     "Virtual IP",
	DeviceColumn:  "Interface",
	PortColumn:    "Port",
	Protocol:      "Protocol",
	Scheduler:     "Scheduling",
	Servers:       "Real servers",
	Actions:       "Actions",
	Mark:          "mark %s",
	On:            "active",
	Off:           "inactive",
	Errors:        "errors: %d",
	Warnings:      "warnings: %d",
	ServersUp:     "%d of %d up",
	NoLive:        "pulse has not answered: what it knows of these services is not shown.",
	NotInKernel:   "not in the kernel",
	SorryServes:   "sorry server serves",
	Tick:          "Select %s",
	TickAll:       "Select all on this page",
	Ticked:        "With the selected ones:",
	NothingTicked: "Nothing is selected. Tick the boxes of those that are meant first.",
	Duplicate:     "Duplicate",
	Delete:        "Delete",
	Activate:      "Activate",
	Deactivate:    "Deactivate",
	OfWhat:        "%s: %s",
	Comma:         ", ",
	NamesMore:     "and %d more",
	Pages:         "Pages",
	Page:          "Page %d of %d",
	Previous:      "Previous",
	Next:          "Next",

	SwitchedOn:  "Activated in your draft: %s.",
	SwitchedOff: "Deactivated in your draft: %s.",
	Deleted:     "Deleted from your draft: %s.",
	Copied:      "%s is a copy of %s, and inactive: give it what must be its own, then activate it.",
	Made:        "%s is in your draft.",
	Refused:     "The draft stays as it was: %s",

	DeleteTitle:    "Delete",
	DeleteOne:      "Delete %s?",
	DeleteVirtuals: "Delete these virtual servers?",
	DeleteServers:  "Delete these real servers of %s?",
	DeleteProbes:   "Delete these checks of %s?",
	DeleteNote:     "This deletes from your draft alone. The routers go on as they are until you apply it; REVIEW shows once more what would end.",
	DeleteButton:   "Delete",
	WithServers:    "with its real servers %s",
	AndMore:        "and %d more",
	Connections:    "%s connections now",
	NoConnections:  "no connection now",
	ConnsUnknown:   "its connections are not known",

	CopyTitle:  "Duplicate %s",
	CopyIntro:  "The copy has everything that the original has, and is inactive until you activate it.",
	CopyButton: "Duplicate",

	NewVirtual:  "Add a virtual server",
	Tabs:        "Parts of the virtual server",
	TabVirtual:  "VIRTUAL SERVER",
	TabServers:  "REAL SERVER",
	TabScripts:  "MONITORING SCRIPTS",
	AllVirtuals: "All virtual servers",
	LiveState:   "Now",
	LiveMore:    "Watch it live",
	LiveUnknown: "pulse does not run it.",
	DraftOff:    "inactive in this draft",

	NewServer:     "Add a real server",
	EditServer:    "Real server %s",
	NoServers:     "It has no real server yet: nobody would answer the clients.",
	ServersIntro:  "A new weight counts for new connections.",
	AddressColumn: "Address",
	WeightColumn:  "Weight",
	StateColumn:   "Now",
	ConnsColumn:   "Connections",
	SaveWeights:   "Save the weights",
	WeightOf:      "Weight of %s",
	WeightWrong:   "A weight is a number from 0 to 65535.",
	WeightsSaved:  "Weights changed in your draft: %s.",
	KernelWeight:  "kernel: %d",
	PortOfVirtual: "%s, the virtual's",

	OwnCheck:     "The check of the virtual server",
	OwnCheckHint: "Without any of these, port 80 is asked by HTTP and any other TCP port must accept a connection.",
	Probes:       "Further checks",
	ProbesIntro:  "A real server is used only while these pass too.",
	NoProbes:     "There is none.",
	NewProbe:     "Add a check",
	EditProbe:    "Check %s",
	KindColumn:   "Kind",
}

var virtualsChinese = VirtualsWords{
	Title:   "虚拟服务器",
	Intro:   "更改先进入您的草稿；应用之前，路由器上不会有任何变化。",
	Fos:     "service = fos 时它们都不运行，由路由器自身提供服务。",
	FosLink: "故障切换服务",
	NoName:  "（无名称）",
	Nth:     "%s（同名的第 %d 个）",

	Search:        "搜索",
	SearchHint:    "名称、地址、标记或真实服务器",
	Show:          "显示",
	ShowAll:       "全部",
	ShowOn:        "已启用",
	ShowOff:       "已停用",
	ShowTrouble:   "有问题",
	Find:          "查找",
	Clear:         "显示全部",
	Add:           "添加",
	Found:         "共 %d 个虚拟服务器",
	FoundOf:       "找到 %d 个，共 %d 个虚拟服务器",
	NoneYet:       "还没有虚拟服务器。请添加第一个：需要名称、虚拟 IP 及其网卡和端口，然后添加真实服务器。",
	NoneFound:     "没有符合条件的虚拟服务器。",
	NameColumn:    "名称",
	StatusColumn:  "状态",
	VIPColumn:     "虚拟 IP",
	DeviceColumn:  "网卡",
	PortColumn:    "端口",
	Protocol:      "协议",
	Scheduler:     "调度算法",
	Servers:       "真实服务器",
	Actions:       "操作",
	Mark:          "标记 %s",
	On:            "已启用",
	Off:           "已停用",
	Errors:        "错误：%d",
	Warnings:      "警告：%d",
	ServersUp:     "%d / %d 正常",
	NoLive:        "pulse 没有应答，因此不显示服务的当前状态。",
	NotInKernel:   "不在内核中",
	SorryServes:   "由致歉服务器提供服务",
	Tick:          "选择 %s",
	TickAll:       "选择本页全部",
	Ticked:        "对所选项：",
	NothingTicked: "没有选择任何项。请先勾选要操作的项。",
	Duplicate:     "复制",
	Delete:        "删除",
	Activate:      "启用",
	Deactivate:    "停用",
	OfWhat:        "%s：%s",
	Comma:         "、",
	NamesMore:     "等（另有 %d 个）",
	Pages:         "分页",
	Page:          "第 %d 页，共 %d 页",
	Previous:      "上一页",
	Next:          "下一页",

	SwitchedOn:  "已在草稿中启用：%s。",
	SwitchedOff: "已在草稿中停用：%s。",
	Deleted:     "已从草稿中删除：%s。",
	Copied:      "%s 是 %s 的副本，处于停用状态：请先改好它独有的设置，再启用。",
	Made:        "%s 已加入草稿。",
	Refused:     "草稿未改动：%s",

	DeleteTitle:    "删除",
	DeleteOne:      "要删除 %s 吗？",
	DeleteVirtuals: "要删除这些虚拟服务器吗？",
	DeleteServers:  "要删除 %s 的这些真实服务器吗？",
	DeleteProbes:   "要删除 %s 的这些检查吗？",
	DeleteNote:     "它们将从您的草稿中删除。应用之前路由器保持不变；审核页会再次列出将要终止的内容。",
	DeleteButton:   "删除",
	WithServers:    "及其真实服务器 %s",
	AndMore:        "以及另外 %d 台",
	Connections:    "当前有 %s 个连接",
	NoConnections:  "当前没有连接",
	ConnsUnknown:   "连接数未知",

	CopyTitle:  "复制 %s",
	CopyIntro:  "副本包含原件的全部内容，在您启用之前处于停用状态。",
	CopyButton: "复制",

	NewVirtual:  "添加虚拟服务器",
	Tabs:        "虚拟服务器的各部分",
	TabVirtual:  "虚拟服务器",
	TabServers:  "真实服务器",
	TabScripts:  "监控脚本",
	AllVirtuals: "所有虚拟服务器",
	LiveState:   "当前",
	LiveMore:    "实时查看",
	LiveUnknown: "pulse 没有运行它。",
	DraftOff:    "在此草稿中已停用",

	NewServer:     "添加真实服务器",
	EditServer:    "真实服务器 %s",
	NoServers:     "还没有真实服务器：客户端将得不到应答。",
	ServersIntro:  "新的权重对新连接生效。",
	AddressColumn: "地址",
	WeightColumn:  "权重",
	StateColumn:   "当前",
	ConnsColumn:   "连接数",
	SaveWeights:   "保存权重",
	WeightOf:      "%s 的权重",
	WeightWrong:   "权重是 0 到 65535 之间的整数。",
	WeightsSaved:  "已在草稿中修改权重：%s。",
	KernelWeight:  "内核：%d",
	PortOfVirtual: "%s（同虚拟服务器）",

	OwnCheck:     "虚拟服务器自身的检查",
	OwnCheckHint: "如果都不填写，80 端口用 HTTP 询问，其他 TCP 端口只需接受连接。",
	Probes:       "附加检查",
	ProbesIntro:  "这些检查也通过时才使用真实服务器。",
	NoProbes:     "没有附加检查。",
	NewProbe:     "添加检查",
	EditProbe:    "检查 %s",
	KindColumn:   "类型",
}
