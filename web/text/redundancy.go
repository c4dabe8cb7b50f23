package text

// RedundancyWords are the words of REDUNDANCY.
type RedundancyWords struct {
	Title string
}

var redundancyEnglish = RedundancyWords{
	Title: "REDUNDANCY",
}

var redundancyChinese = RedundancyWords{
	Title: "冗余",
}
