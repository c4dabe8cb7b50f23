package text

// GlobalWords are the words of GLOBAL SETTINGS.
type GlobalWords struct {
	Title string
}

var globalEnglish = GlobalWords{
	Title: "GLOBAL SETTINGS",
}

var globalChinese = GlobalWords{
	Title: "全局设置",
}
