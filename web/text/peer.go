package text

// PeerWords are the words of the other router's lvs.cf and key.
type PeerWords struct {
	Title string
}

var peerEnglish = PeerWords{
	Title: "Other router",
}

var peerChinese = PeerWords{
	Title: "另一台路由器",
}
