package text

// HistoryWords are the words of HISTORY.
type HistoryWords struct {
	Title string
}

var historyEnglish = HistoryWords{
	Title: "HISTORY",
}

var historyChinese = HistoryWords{
	Title: "历史",
}
