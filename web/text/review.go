package text

// ReviewWords are the words of REVIEW, the apply and its confirmation.
type ReviewWords struct {
	Title string
}

var reviewEnglish = ReviewWords{
	Title: "REVIEW",
}

var reviewChinese = ReviewWords{
	Title: "审核变更",
}
