package templates

import (
	"strings"
	"testing"

	"pacu/lvscf"
	"pacu/web/form"
	"pacu/web/text"
)

func TestFormsHaveWords(t *testing.T) {
	for _, lang := range text.Langs {
		p := Page{Lang: lang}
		for _, page := range form.Pages {
			labels := map[string]string{}
			for _, s := range form.Fields(nil, form.Groups(page)...) {
				if heading(p, s) == "" {
					t.Errorf("%s: %s has no heading for %s", lang, page, s.ID)
				}
				for _, f := range s.Fields {
					l := label(p, f)
					if l == "" || meaning(p, f.Directive) == "" {
						t.Errorf("%s: %s of %s has no label, or no help", lang, f.Name, page)
					}
					if other := labels[l]; other != "" {
						t.Errorf("%s: %s and %s of %s are both called %q", lang, f.Name, other, page, l)
					}
					labels[l] = f.Name
				}
			}
		}
	}
}

func TestProblemsInWords(t *testing.T) {
	wrong := form.Problem{Field: "scheduler", Severity: lvscf.Error, Code: "value", Message: `scheduler "wlcc" is not known`, Hint: "did you mean wlc?"}
	for _, test := range []struct {
		lang    text.Lang
		problem form.Problem
		want    string
	}{
		{text.English, wrong, `scheduler "wlcc" is not known: did you mean wlc?`},
		{text.Chinese, wrong, "不是允许的值。"},
		{text.English, form.Problem{Field: "nat_router", Code: form.Half}, "An address needs its interface"},
		{text.English, form.Problem{Field: "heartbeat_path", Code: form.Half}, "Write two addresses on a line"},
		{text.Chinese, form.Problem{Code: form.Unwritable}, "lvs.cf 的一行无法写入此内容"},
		{text.Chinese, form.Problem{Code: form.TooLong}, "内容过长"},
	} {
		if got := said(Page{Lang: test.lang}, test.problem); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %q, want %q", test.lang, got, test.want)
		}
	}
}
