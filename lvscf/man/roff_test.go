package man

import "testing"

func TestInline(t *testing.T) {
	tests := []struct{ text, want string }{
		{"plain", "plain"},
		{"set `a-b` to <value>.", `set \fBa\-b\fR to \fIvalue\fR.`},
		{"`<a>`", `\fB<a>\fR`},
		{"a < b", "a < b"},
		{"one ` alone", `one \(ga alone`},
		{`"\n" is '\n'`, `\(dq\en\(dq is \(aq\en\(aq`},
		{"~^", `\(ti\(ha`},
		{"\u5730\u3002\u5730\u3002\u201d\uff1b`x`\uff0c<y>\u3002", "\u5730\u3002\\:\u5730\u3002\u201d\uff1b\\:\\fBx\\fR\uff0c\\:\\fIy\\fR\u3002"},
		{"\u5730,\u5730, a:b", "\u5730,\\:\u5730, a:b"},
		{"地址-网卡", `地址\-网卡`},
	}
	for _, tt := range tests {
		if got := inline(tt.text); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestProtect(t *testing.T) {
	var r roff
	r.text(".so begins it. 'tis in quotes. `.` is bold")
	const want = "\\&.so begins it.\n\\(aqtis in quotes.\n\\fB.\\fR is bold\n"
	if got := r.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExample(t *testing.T) {
	var r roff
	r.example("a = 1\n    .b = \"c\"\n.d\n")
	const want = ".PP\n.RS 4\n.nf\na = 1\n    .b = \\(dqc\\(dq\n\\&.d\n.fi\n.RE\n"
	if got := r.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
