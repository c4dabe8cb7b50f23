package text

// FormWords are the words of fields and forms of lvs.cf's directives.
type FormWords struct {
	Title string
}

var formEnglish = FormWords{
	Title: "Optional",
}

var formChinese = FormWords{
	Title: "可选",
}
