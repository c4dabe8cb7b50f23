package text

// HistoryWords are the words of HISTORY.
type HistoryWords struct {
	Title           string
	Intro           string
	Empty           string
	Revision        string
	Number          string
	RevisionTitle   string
	Time            string
	Who             string
	Origin          string
	Note            string
	Serial          string
	Size            string
	Text            string
	Current         string
	Saved           string
	ByHand          string
	Fetched         string
	Restored        string
	RolledBack      string
	WhyRefused      string
	WhyFault        string
	Compare         string
	CompareHelp     string
	CompareTitle    string
	ComparePrevious string
	ComparePick     string
	PickA           string
	PickB           string
	Swap            string
	Newest          string
	Older           string
	Download        string
	Restore         string
	RestoreHelp     string
	RestoredDraft   string
	NotText         string
	NoRevision      string
	Cut             string
	Masked          string
}

var historyEnglish = HistoryWords{
	Title:           "HISTORY",
	Intro:           "Every lvs.cf there was, with who made it and why.",
	Empty:           "There is no revision yet: the first one comes with the first lvs.cf.",
	Revision:        "Revision",
	Number:          "no. %d",
	RevisionTitle:   "Revision %d",
	Time:            "Time",
	Who:             "By",
	Origin:          "How",
	Note:            "Note",
	Serial:          "Serial",
	Size:            "Bytes",
	Text:            "Text",
	Current:         "lvs.cf now",
	Saved:           "applied",
	ByHand:          "by hand",
	Fetched:         "fetched",
	Restored:        "restored",
	RolledBack:      "rolled back",
	WhyRefused:      "pulse did not take the change.",
	WhyFault:        "pulse got into trouble with the change.",
	Compare:         "COMPARE",
	CompareHelp:     "Mark A and B to see how B differs from A.",
	CompareTitle:    "Revisions %d and %d",
	ComparePrevious: "What it changed",
	ComparePick:     "Mark two revisions to compare.",
	PickA:           "revision %d as A",
	PickB:           "revision %d as B",
	Swap:            "The other way round",
	Newest:          "Newest",
	Older:           "Older",
	Download:        "Download as lvs.cf",
	Restore:         "RESTORE INTO A DRAFT",
	RestoreHelp:     "The text becomes your draft, to be reviewed and applied. A draft that you have is put by.",
	RestoredDraft:   "Revision %d is now your draft.",
	NotText:         "Revision %d is not UTF-8 text, so it cannot be a draft. Download it instead.",
	NoRevision:      "There is no such revision, or no longer.",
	Cut:             "%s more lines are not shown: download the file to see them.",
	Masked:          "Passwords and secrets are not shown to viewers.",
}

var historyChinese = HistoryWords{
	Title:           "历史",
	Intro:           "每一份 lvs.cf，以及由谁、为何而改。",
	Empty:           "尚无修订版本：第一份 lvs.cf 出现时即产生。",
	Revision:        "修订版本",
	Number:          "第 %d 号",
	RevisionTitle:   "修订版本 %d",
	Time:            "时间",
	Who:             "作者",
	Origin:          "来源",
	Note:            "备注",
	Serial:          "版本号",
	Size:            "字节",
	Text:            "文本",
	Current:         "当前 lvs.cf",
	Saved:           "应用",
	ByHand:          "手工修改",
	Fetched:         "取自对端",
	Restored:        "恢复",
	RolledBack:      "回滚",
	WhyRefused:      "pulse 未接受该变更。",
	WhyFault:        "该变更使 pulse 出现问题。",
	Compare:         "比较",
	CompareHelp:     "标记 A 和 B，查看 B 相对于 A 的差异。",
	CompareTitle:    "修订版本 %d 与 %d",
	ComparePrevious: "它改变了什么",
	ComparePick:     "请标记两个要比较的修订版本。",
	PickA:           "将修订版本 %d 作为 A",
	PickB:           "将修订版本 %d 作为 B",
	Swap:            "交换方向",
	Newest:          "最新",
	Older:           "更早",
	Download:        "下载为 lvs.cf",
	Restore:         "恢复到草稿",
	RestoreHelp:     "该文本将成为您的草稿，供审核和应用。您现有的草稿会被保留一份副本。",
	RestoredDraft:   "修订版本 %d 现已成为您的草稿。",
	NotText:         "修订版本 %d 不是 UTF-8 文本，无法作为草稿。请改为下载。",
	NoRevision:      "没有该修订版本，或已被清除。",
	Cut:             "另有 %s 行未显示：请下载文件查看。",
	Masked:          "密码和密钥不向查看者显示。",
}
