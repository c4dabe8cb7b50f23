package keepalived

import (
	"strings"
	"testing"
)

// TestSecretNotes has passwords that are not carried: no note repeats them.
func TestSecretNotes(t *testing.T) {
	for _, lines := range []string{
		"authentication {\nauth_type PASS\nauth_pass S3sam\n}",
		"authentication { auth_type PASS auth_pass S3sam }",
		"authentication { auth_pass \"S3sam S3sam\" }",
		"auth_type AH auth_pass S3sam",
		"auth_pass S3sam {\n}",
	} {
		text := "vrrp_instance a {\nstate MASTER\ninterface eth0\nvirtual_router_id 1\n" + lines + "\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n" +
			"virtual_server 10.0.0.1 80 {\n" + lines + "\nreal_server 10.0.0.9 80 {\n}\n}\n"
		_, notes, err := Import("f", []byte(text))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if len(notes) == 0 {
			t.Errorf("%q has no notes", text)
		}
		for _, n := range notes {
			if strings.Contains(n.String(), "S3sam") {
				t.Errorf("%q: note %s", text, n)
			}
		}
	}
}
