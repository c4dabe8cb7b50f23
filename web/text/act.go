package text

// ActWords are the words of what one can do to real servers, and their help.
type ActWords struct {
	Title string
}

var actEnglish = ActWords{
	Title: "Real server help",
}

var actChinese = ActWords{
	Title: "真实服务器帮助",
}
