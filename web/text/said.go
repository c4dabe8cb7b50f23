package text

import "strings"

// saidWords are the sentences of the console's own that reach a page as the
// reason of something else, as they begin, in English.
type saidWords struct{ begins, chinese string }

var said = []saidWords{
	{"no answer within ", "应答超时，已等待 "},
	{"nobody answers on ", "无人应答 "},
	{"lvs.cf has been changed by somebody else", "lvs.cf 在此期间已被他人修改"},
}

// Said is a reason in words, which the console's own parts make in English; in
// Chinese where it is one of the console's, and else as it is.
func (w *Words) Said(why string) string {
	if w == &english {
		return why
	}
	for _, s := range said {
		if rest, ok := strings.CutPrefix(why, s.begins); ok {
			return s.chinese + rest
		}
	}
	return why
}
