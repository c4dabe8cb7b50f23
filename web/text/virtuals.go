package text

// VirtualsWords are the words of VIRTUAL SERVERS.
type VirtualsWords struct {
	Title string
}

var virtualsEnglish = VirtualsWords{
	Title: "VIRTUAL SERVERS",
}

var virtualsChinese = VirtualsWords{
	Title: "虚拟服务器",
}
