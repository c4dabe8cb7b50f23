package text

// WatchWords are the words of the live pages: charts, topology, timeline, events.
type WatchWords struct {
	Title string
}

var watchEnglish = WatchWords{
	Title: "Topology",
}

var watchChinese = WatchWords{
	Title: "拓扑",
}
