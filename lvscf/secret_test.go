package lvscf

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// marker is the secret that nothing may print.
const marker = "S3sam"

// betrays reports the Problems of text that have the marker.
func betrays(t *testing.T, text string) {
	t.Helper()
	out, err := json.Marshal(Piranha(Parse("lvs.cf", []byte(text)))) // with all that Check says
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), marker) {
		t.Errorf("%q\nprints %s", text, out)
	}
}

// Whatever is wrong with the line of a secret, no Problem has its value.
func TestSecretProblems(t *testing.T) {
	blocks := []string{
		"%s\n",
		"virtual v {\n%s\n}\n",
		"virtual v {\ncheck = imap\ncheck_user = u\n%[1]s\n%[1]s\n}\n",
		"virtual v {\nprobe p {\n%s\n}\n}\n",
		"virtual v {\nserver s {\n%s\n}\n}\n",
		"failover f {\n%s\n}\n",
		"odd o {\n%s\n}\n",
		"virtual v {\nprobe p\n%s",
	}
	lines := []string{ // that lost their ends
		"virtual v { %s }\n",
		"virtual v {\nprobe p { %s }\n}\n",
		"virtual v %s {\n}\n",
		"virtual v{ %s",
		"virtual v {\nactive = 1 # %s\n}\n",
		"virtual v {\n# %s\n}\n",
	}
	if len(secrets) != 2 {
		t.Errorf("secrets are %q", secrets)
	}
	for _, name := range secrets {
		misspelt := []string{strings.Replace(name, "ss", "s", 1), strings.Replace(name, "ec", "ek", 1)}
		for i, key := range append(misspelt, name, strings.ToUpper(name), `"`+name, `"`+name+`"`, name+"\t") {
			places := blocks
			if i >= len(misspelt) {
				places = slices.Concat(blocks, lines)
			}
			for _, equals := range []string{" = ", "=", " =", "= ", " == ", ": ", ":", " : ", " ", "\t", "＝", " ＝ ", "'", `"`} {
				for _, value := range []string{
					"M", "M two", "two M", `"M`, `M"`, `"M" two`, `"one" M`, `"M"M`, `'M "M`, `"M'`, "M # M", "#M", "M\x01", "M\x00M", "M\xff", "Ｍ M",
					"“M”", "M\u00a0M", "M{", "M {", "{ M", "M }", "[ M ]", "M;", "// M", `M\`, "", strings.Repeat("M", 80), `""M`,
				} {
					line := key + equals + strings.ReplaceAll(value, "M", marker)
					for _, b := range places {
						betrays(t, fmt.Sprintf(b, line))
					}
				}
			}
			if t.Failed() {
				return
			}
		}
		for _, glue := range []string{"", "-", ",", ";", "."} {
			betrays(t, "virtual v {\n"+name+glue+marker+"\n}\n")
		}
	}
}

// What differs is told of secrets, and not what they are; an Edit that fails
// does not repeat them either.
func TestSecretEdits(t *testing.T) {
	read := func(secret string) *Config {
		cfg, ps := Read("lvs.cf", []byte("primary = 10.0.0.2\nvirtual v {\nactive = 1\naddress = 10.0.0.9 eth0:1\n"+
			"check = radius\ncheck_user = u\ncheck_password = "+secret+"\ncheck_secret = "+secret+"\n"+
			"probe p {\ncheck = imap\ncheck_user = u\ncheck_password = "+secret+"\n}\n}\n"))
		if cfg == nil {
			t.Fatal(ps)
		}
		return cfg
	}
	var lines []string
	for _, c := range Diff(read(marker), read(marker+"2")) {
		lines = append(lines, c.String())
	}
	want := []string{"virtual v check_password *** -> ***", "virtual v check_secret *** -> ***", "virtual v: probe p check_password *** -> ***"}
	if !slices.Equal(lines, want) {
		t.Errorf("told are %q, want %q", lines, want)
	}
	f := Parse("lvs.cf", []byte("virtual v {\n}\n"))
	for _, name := range secrets {
		for _, value := range []string{marker + "\n", marker + ` " ' ` + marker, `" ` + marker + ` '`} {
			err := f.Global().Block("virtual", "v").Set(name, value)
			if err != nil && strings.Contains(err.Error(), marker) {
				t.Error(err)
			}
		}
	}
}
