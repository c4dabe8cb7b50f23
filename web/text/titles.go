package text

import "net/http"

// TitleWords are the headings of pages that say one thing.
type TitleWords struct {
	NotFound string
	Refused  string
	Moved    string
	TooLarge string
	TooMany  string
	Failed   string
	Notice   string
}

// Of is the heading of a page with that HTTP status.
func (w TitleWords) Of(status int) string {
	switch {
	case status == http.StatusNotFound:
		return w.NotFound
	case status == http.StatusConflict:
		return w.Moved
	case status == http.StatusRequestEntityTooLarge:
		return w.TooLarge
	case status == http.StatusTooManyRequests:
		return w.TooMany
	case status >= 500:
		return w.Failed
	case status >= 400:
		return w.Refused
	}
	return w.Notice
}

var titlesEnglish = TitleWords{
	NotFound: "Not found",
	Refused:  "Refused",
	Moved:    "Changed meanwhile",
	TooLarge: "Too large",
	TooMany:  "Too many attempts",
	Failed:   "It failed",
	Notice:   "Please note",
}

var titlesChinese = TitleWords{
	NotFound: "未找到",
	Refused:  "已拒绝",
	Moved:    "内容已变动",
	TooLarge: "内容过大",
	TooMany:  "尝试过多",
	Failed:   "操作失败",
	Notice:   "请注意",
}
