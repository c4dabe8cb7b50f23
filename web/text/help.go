package text

// HelpWords are the words of the help for setting real servers up.
type HelpWords struct {
	Title         string
	Intro         string
	Formats       string
	Source        string
	Search        string
	Find          string
	Pages         string
	All           string
	Found         string
	None          string
	NoServers     string
	Nothing       string
	Notes         string
	Router        string
	Copy          string
	CopyName      string
	Copied        string
	NotCopied     string
	Down          string
	StepARP       string
	StepAccept    string
	StepGUE       string
	StepUnwrap    string
	StepUnwrapFor string
	StepGateway   string
}

var helpEnglish = HelpWords{
	Title:         "Real server help",
	Intro:         "What each real server must be set up with, so that the packets that routers send it are answered. Run the commands on the real server as root. They last until its next boot.",
	Formats:       "As files for sysctl.d, ifcfg, netplan or networkd, which last longer, on a router:",
	Source:        "As of the lvs.cf that pulse runs by, not of your draft.",
	Search:        "Server, virtual server or address",
	Find:          "FIND",
	Pages:         "Pages of real servers",
	All:           "%d real servers",
	Found:         "%d of %d real servers",
	None:          "No real server matches.",
	NoServers:     "The active virtual servers of lvs.cf have no real servers.",
	Nothing:       "Nothing is to be set up.",
	Notes:         "Mind this",
	Router:        "also the %s router",
	Copy:          "COPY",
	CopyName:      "Copy the commands for %s",
	Copied:        "Copied.",
	NotCopied:     "This browser does not let the page copy. The commands are selected: press Ctrl+C.",
	Down:          "pulse makes this list, and could not: %s",
	StepARP:       "Answer ARP only on the interface that has the address, and ask with that interface's addresses",
	StepAccept:    "Accept packets to %s",
	StepGUE:       "Take generic UDP encapsulation",
	StepUnwrap:    "Unwrap what the routers send",
	StepUnwrapFor: "Unwrap what the routers send for %s",
	StepGateway:   "Send answers back through the active router",
}

var helpChinese = HelpWords{
	Title:         "真实服务器帮助",
	Intro:         "每台真实服务器要怎样设置，才能应答路由器转来的数据包。请在真实服务器上以 root 身份执行这些命令。它们在下次重启之前有效。",
	Formats:       "长期有效的配置文件（sysctl.d、ifcfg、netplan、networkd）可在路由器上用命令生成：",
	Source:        "以 pulse 正在使用的 lvs.cf 为准，不包括您的草稿。",
	Search:        "服务器、虚拟服务器或地址",
	Find:          "查找",
	Pages:         "真实服务器分页",
	All:           "%d 台真实服务器",
	Found:         "%d 台，共 %d 台真实服务器",
	None:          "没有匹配的真实服务器。",
	NoServers:     "lvs.cf 中启用的虚拟服务器没有真实服务器。",
	Nothing:       "无需任何设置。",
	Notes:         "请注意",
	Router:        "同时是%s路由器",
	Copy:          "复制",
	CopyName:      "复制 %s 的命令",
	Copied:        "已复制。",
	NotCopied:     "此浏览器不允许页面复制。命令已选中：请按 Ctrl+C。",
	Down:          "此列表由 pulse 生成，但未能生成：%s",
	StepARP:       "只在拥有该地址的网卡上应答 ARP，并用该网卡的地址发问",
	StepAccept:    "接收发往 %s 的数据包",
	StepGUE:       "接收通用 UDP 封装（GUE）",
	StepUnwrap:    "解开路由器发来的隧道数据包",
	StepUnwrapFor: "解开路由器发来的、目的地为 %s 的隧道数据包",
	StepGateway:   "应答经由活动路由器返回",
}
