package firewall

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestKernelListing holds what nft makes of the table against a golden file:
// it must be fit for reading.
func TestKernelListing(t *testing.T) {
	namespaces(t, 1)
	c := testConn(t)
	replace(t, c, sample())
	if v := nft(t, "--version"); !strings.Contains(v, "v1.0.6") {
		t.Skipf("the golden file is of nft 1.0.6, this is %s", v)
	}
	got := inOrder(nft(t, "list", "table", "inet", "pacu"))
	const golden = "testdata/listing.nft"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("listing (-want +got):\n%s", diff)
	}
}

// inOrder sorts the elements of each set: a hash lists them in any order.
func inOrder(listing string) string {
	return regexp.MustCompile(`(?s)elements = \{(.*?)\}`).ReplaceAllStringFunc(listing, func(s string) string {
		elements := strings.Split(strings.TrimSuffix(strings.TrimPrefix(s, "elements = {"), "}"), ",")
		for i, e := range elements {
			elements[i] = "\t\t\t" + strings.TrimSpace(e)
		}
		slices.Sort(elements)
		return "elements = {\n" + strings.Join(elements, "\n") + " }"
	})
}

// TestKernelWords has nft and the kernel take the words as rules.
func TestKernelWords(t *testing.T) {
	namespaces(t, 1)
	lines := sample().Words()
	nft(t, "add table inet words; add chain inet words marks; add chain inet words nats { type nat hook postrouting priority srcnat; }")
	for _, l := range lines {
		chain := "marks"
		if strings.Contains(l, "snat") || strings.Contains(l, "masquerade") {
			chain = "nats"
		}
		nft(t, "add rule inet words "+chain+" "+l)
	}
	if got := nft(t, "list", "table", "inet", "words"); strings.Count(got, "comment") != len(lines) {
		t.Errorf("nft kept something else:\n%s\nof\n%s", got, strings.Join(lines, "\n"))
	}
}

// TestKernelGeneration counts the transactions of a replacement, and shows
// that no other table changes.
func TestKernelGeneration(t *testing.T) {
	namespaces(t, 1)
	c := testConn(t)
	nft(t, "add table inet other; add chain inet other marks; add set inet other ports4 { type inet_service; elements = { 1, 2 }; }; add table ip pacu; add chain ip pacu x")
	others := func() string {
		return nft(t, "list", "table", "inet", "other") + nft(t, "list", "table", "ip", "pacu")
	}
	before := others()
	for _, tt := range []struct {
		r    Ruleset
		want uint32
	}{
		{sample(), 1},
		{sample(), 3}, // a stand-in, the table, no stand-in
		{Ruleset{Marks: sample().Marks}, 3},
		{Ruleset{SourceNATs: sample().SourceNATs}, 3},
		{Ruleset{}, 1},
	} {
		from := generation(t, c)
		replace(t, c, tt.r)
		if to := generation(t, c); to != from+tt.want {
			t.Errorf("%d transactions, want %d", to-from, tt.want)
		}
		intact(t, c, true)
		if diff := cmp.Diff(before, others()); diff != "" {
			t.Errorf("other tables (-before +after):\n%s", diff)
		}
	}
	if all := nft(t, "list", "tables"); strings.Contains(all, "inet pacu") {
		t.Errorf("an empty ruleset left a table:\n%s", all)
	}
	from := generation(t, c)
	if err := c.Remove(); err != nil {
		t.Error(err)
	}
	if to := generation(t, c); to != from {
		t.Error("removing what is not there changed something")
	}
}

func generation(t *testing.T, c *Conn) uint32 {
	t.Helper()
	var gen uint32
	if err := c.converse(func() (err error) { gen, err = c.gen(); return err }); err != nil {
		t.Fatal(err)
	}
	return gen
}

func intact(t *testing.T, c *Conn, want bool) {
	t.Helper()
	if got, err := c.Intact(); err != nil || got != want {
		t.Errorf("Intact: %v, %v, want %v", got, err, want)
	}
}

// TestKernelIntact has somebody else at the table.
func TestKernelIntact(t *testing.T) {
	namespaces(t, 1)
	c := testConn(t)
	intact(t, c, true) // nothing is wanted, nothing is there
	nft(t, "add table inet pacu")
	intact(t, c, false)
	nft(t, "add table inet pacu_stand_in") // as a crash may leave it
	replace(t, c, sample())
	intact(t, c, true)
	nft(t, "add table inet pacu_stand_in")
	intact(t, c, false)
	replace(t, c, Ruleset{})
	intact(t, c, true)
	for _, tt := range []struct {
		change string
		want   bool
	}{
		{"add table inet other", true},
		{"add rule inet other x accept", true},
		{"flush ruleset", false},
		{"delete table inet pacu", false},
		{"flush chain inet pacu marks", false},
		{"add chain inet pacu more", false},
		{"add set inet pacu more { type inet_service; }", false},
		{"add rule inet pacu marks accept", false},
		{"insert rule inet pacu prerouting accept", false},
		{"delete element inet pacu ports4 { 10.0.0.1 . tcp . 80 }", false},
		{"add element inet pacu ports4 { 10.0.0.1 . tcp . 81 : 80 }", false},
		{"add element inet pacu nat_all6 { 2001:db8::9 . udp : goto own_address }", false},
		{"delete element inet pacu ports4 { 10.0.0.1 . tcp . 80 }; add element inet pacu ports4 { 10.0.0.1 . tcp . 80 : 81 }", false},
	} {
		r := sample()
		r.SourceNATs = append(r.SourceNATs, SourceNAT{Addr: addr("2001:db8::7"), Protocol: tcp})
		replace(t, c, r)
		intact(t, c, true)
		nft(t, "add table inet other; add chain inet other x")
		intact(t, c, true)
		nft(t, tt.change)
		intact(t, c, tt.want)
		intact(t, c, tt.want)
	}
	replace(t, c, sample())
	intact(t, c, true)
	if err := c.Remove(); err != nil {
		t.Error(err)
	}
	intact(t, c, true)
}
