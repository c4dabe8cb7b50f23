package text

// RedundancyWords are the words of REDUNDANCY, of its scripts and of failover
// services.
type RedundancyWords struct {
	Title      string
	Intro      string
	NowTitle   string
	NowUnknown string
	NowMore    string
	NoBackup   string
	Unfit      string

	ScriptsTitle string
	ScriptsIntro string
	NoScripts    string
	AddScript    string
	NewScript    string
	EditScript   string

	FailoversTitle string
	FailoversIntro string
	FailoversIdle  string
	NoFailovers    string
	AddFailover    string
	NewFailover    string
	EditFailover   string
	FailoversLink  string

	NameColumn   string
	StatusColumn string
	RunsColumn   string
	WhereColumn  string
	Actions      string
	NoName       string
	On           string
	Off          string
	Activate     string
	Deactivate   string
	Edit         string
	Show         string
	OfWhat       string
	Delete       string
	DeleteNote   string
	Deleted      string
	Activated    string
	Deactivated  string
}

var redundancyEnglish = RedundancyWords{
	Title:      "REDUNDANCY",
	Intro:      "The backup router, how the two watch each other, and when one takes over.",
	NowTitle:   "The pair now",
	NowUnknown: "pulse does not answer: nobody knows how the pair is.",
	NowMore:    "Look at it in CONTROL/MONITORING",
	NoBackup:   "pulse runs without a backup router.",
	Unfit:      "Not fit to serve: %s",

	ScriptsTitle: "Scripts that tell whether a router is fit to serve",
	ScriptsIntro: "Each runs again and again on both routers. A router on which one fails gives up the active role and does not take it, unless its partner is worse off.",
	NoScripts:    "There is none: no script decides.",
	AddScript:    "ADD A SCRIPT",
	NewScript:    "New script",
	EditScript:   "Script %s",

	FailoversTitle: "FAILOVER SERVICES",
	FailoversIntro: "Services that run on the routers themselves, on whichever is active.",
	FailoversIdle:  "They rest: the service type in GLOBAL SETTINGS is lvs. With fos they run, and virtual servers do not.",
	NoFailovers:    "There is none yet.",
	AddFailover:    "ADD A FAILOVER SERVICE",
	NewFailover:    "New failover service",
	EditFailover:   "Failover service %s",
	FailoversLink:  "Failover services, for service = fos",

	NameColumn:   "Name",
	StatusColumn: "Status",
	RunsColumn:   "Command",
	WhereColumn:  "Address and port",
	Actions:      "Actions",
	NoName:       "(no name)",
	On:           "active",
	Off:          "off",
	Activate:     "ACTIVATE",
	Deactivate:   "DEACTIVATE",
	Edit:         "EDIT",
	Show:         "SHOW",
	OfWhat:       "%s %s",
	Delete:       "DELETE",
	DeleteNote:   "Takes it out of your draft. Nothing runs by the draft until you APPLY it.",
	Deleted:      "Taken out of your draft: %s.",
	Activated:    "Activated in your draft: %s.",
	Deactivated:  "Deactivated in your draft: %s.",
}

var redundancyChinese = RedundancyWords{
	Title:      "冗余",
	Intro:      "备用路由器、两台路由器如何互相监视，以及何时接管。",
	NowTitle:   "当前状态",
	NowUnknown: "pulse 没有应答：无法得知两台路由器的状态。",
	NowMore:    "在“控制 / 监控”中查看",
	NoBackup:   "pulse 运行时没有备用路由器。",
	Unfit:      "不宜提供服务：%s",

	ScriptsTitle: "判断路由器能否提供服务的脚本",
	ScriptsIntro: "在两台路由器上反复运行。脚本失败的路由器会放弃并不再接管活动角色，除非对端的情况更差。",
	NoScripts:    "没有脚本参与判断。",
	AddScript:    "添加脚本",
	NewScript:    "新脚本",
	EditScript:   "脚本 %s",

	FailoversTitle: "故障切换服务",
	FailoversIntro: "运行在路由器自身上的服务，哪台路由器处于活动状态就在哪台运行。",
	FailoversIdle:  "目前未运行：“全局设置”中的服务类型是 lvs。改为 fos 后它们运行，虚拟服务器则停止。",
	NoFailovers:    "还没有。",
	AddFailover:    "添加故障切换服务",
	NewFailover:    "新故障切换服务",
	EditFailover:   "故障切换服务 %s",
	FailoversLink:  "故障切换服务（service = fos）",

	NameColumn:   "名称",
	StatusColumn: "状态",
	RunsColumn:   "命令",
	WhereColumn:  "地址与端口",
	Actions:      "操作",
	NoName:       "（无名称）",
	On:           "已启用",
	Off:          "已停用",
	Activate:     "启用",
	Deactivate:   "停用",
	Edit:         "编辑",
	Show:         "查看",
	OfWhat:       "%s %s",
	Delete:       "删除",
	DeleteNote:   "从您的草稿中删除。在“应用”之前不影响运行。",
	Deleted:      "已从草稿中删除：%s。",
	Activated:    "已在草稿中启用：%s。",
	Deactivated:  "已在草稿中停用：%s。",
}
