package probe

import "testing"

func TestParseStatuses(t *testing.T) {
	for _, tt := range []struct{ text, want, err string }{
		{text: "", want: "200-399"},
		{text: " ", want: "200-399"},
		{text: "200", want: "200"},
		{text: "200-299,301", want: "200-299,301"},
		{text: " 301 , 200 - 299 ", want: "200-299,301"},
		{text: "200,201,202,204", want: "200-202,204"},
		{text: "200-400,250-260,399-401", want: "200-401"},
		{text: "100-999", want: "100-999"},
		{text: "999", want: "999"},

		{text: ",", err: `status "": not a code from 100 to 999`},
		{text: "200,", err: `status "": not a code from 100 to 999`},
		{text: "200-", err: `status "200-": not a code from 100 to 999`},
		{text: "-200", err: `status "-200": not a code from 100 to 999`},
		{text: "99", err: `status "99": not a code from 100 to 999`},
		{text: "1000", err: `status "1000": not a code of three digits`},
		{text: "2xx", err: `status "2xx": not a code of three digits`},
		{text: "+20", err: `status "+20": not a code of three digits`},
		{text: "301,299-200", err: `status "299-200": the range runs backwards`},
		{text: "200-250-299", err: `status "200-250-299": not a code of three digits`},
		{text: "٢٠٠", err: `status "٢٠٠": not a code of three digits`},
	} {
		got, err := ParseStatuses(tt.text)
		switch {
		case tt.err != "":
			if err == nil || err.Error() != tt.err {
				t.Errorf("%q: error %v, want %s", tt.text, err, tt.err)
			}
		case err != nil:
			t.Errorf("%q: %v", tt.text, err)
		case got.String() != tt.want:
			t.Errorf("%q: %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestStatusesHas(t *testing.T) {
	s, err := ParseStatuses("200-204,301,500-599")
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[int]bool{
		0: false, 199: false, 200: true, 204: true, 205: false, 300: false, 301: true, 302: false, 500: true, 599: true, 600: false,
	} {
		if s.Has(code) != want {
			t.Errorf("%s has %d: %v", s, code, !want)
		}
	}
	for code, want := range map[int]bool{199: false, 200: true, 399: true, 400: false} {
		if (Statuses{}).Has(code) != want {
			t.Errorf("the usual ones have %d: %v", code, !want)
		}
	}
}

// FuzzParseStatuses holds that what is read is written such that it reads the
// same, and that it has the codes of its parts.
func FuzzParseStatuses(f *testing.F) {
	for _, s := range []string{"", "200", "200-299,301", "301, 200 - 299", "100-999,1", ",", "299-200"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseStatuses(text)
		if err != nil {
			return
		}
		again, err := ParseStatuses(s.String())
		if err != nil || again.String() != s.String() {
			t.Fatalf("%q is %s, again %s, %v", text, s, again, err)
		}
		for code := range 1100 {
			if s.Has(code) != again.Has(code) || s.Has(code) && (code < 100 || code > 999) {
				t.Fatalf("%q and %d", text, code)
			}
		}
	})
}
