package text

// GlobalWords are the words of GLOBAL SETTINGS.
type GlobalWords struct {
	Title string
	Intro string
}

var globalEnglish = GlobalWords{
	Title: "GLOBAL SETTINGS",
	Intro: "What counts for both routers and every virtual server.",
}

var globalChinese = GlobalWords{
	Title: "全局设置",
	Intro: "对两台路由器和所有虚拟服务器都有效的设置。",
}
