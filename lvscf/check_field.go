package lvscf

import (
	"net/netip"
	"strconv"
	"time"
)

// field points to what the word row says in k, nil for words that say nothing
// there.
func (k *Check) field(row string) any {
	switch row {
	case "check":
		return &k.Kind
	case "check_port":
		return &k.Port
	case "check_address":
		return &k.Address
	case "check_source":
		return &k.Source
	case "check_mark":
		return &k.Mark
	case "check_through_vip":
		return &k.ThroughVIP
	case "check_timeout":
		return &k.Timeout
	case "check_connect_timeout":
		return &k.Connect
	case "send":
		return &k.Send
	case "expect":
		return &k.Expect
	case "use_regex":
		return &k.Regex
	case "send_program":
		return &k.Program
	case "check_tls":
		return &k.TLS
	case "check_name":
		return &k.Name
	case "check_verify":
		return &k.Verify
	case "check_expiry":
		return &k.Expiry
	case "check_method":
		return &k.Method
	case "check_path":
		return &k.Path
	case "check_host":
		return &k.Host
	case "check_status":
		return &k.Status
	case "check_body":
		return &k.Body
	case "check_digest":
		return &k.Digest
	case "check_query":
		return &k.Query
	case "check_type":
		return &k.Type
	case "check_rcode":
		return &k.Rcode
	case "check_answer":
		return &k.Answer
	case "check_user":
		return &k.User
	case "check_password":
		return &k.Password
	case "check_secret":
		return &k.Secret
	case "check_service":
		return &k.Service
	}
	return nil
}

// set gives k the value v of d. What is the default is left out.
func (k *Check) set(d *Directive, v *value) {
	switch p := k.field(d.Name).(type) {
	case *string:
		*p = v.text
		if d.Type == HostName {
			*p = string(v.host)
		}
		if *p == d.Default {
			*p = ""
		}
	case **string:
		*p = new(v.text)
	case *[]string:
		*p = v.cmd
	case *bool:
		*p = v.b
	case *uint16:
		*p = uint16(v.n)
	case *uint32:
		*p = uint32(v.n)
	case *int:
		*p = int(v.n)
	case *time.Duration:
		*p = v.d
	case *netip.Addr:
		*p = v.addr
	}
}

// drop takes the value of row, a word of checkTable, out of k.
func (k *Check) drop(row string) {
	switch p := k.field(row).(type) {
	case *string:
		*p = ""
	case *bool:
		*p = false
	case *uint16:
		*p = 0
	case *uint32:
		*p = 0
	case *int:
		*p = 0
	case *time.Duration:
		*p = 0
	case *netip.Addr:
		*p = netip.Addr{}
	}
}

// text is the value of row in k, as Config.text; empty also for what is left
// out.
func (k *Check) text(row string) string {
	switch row {
	case "active":
		return "1" // others are not in the Config
	case "check":
		return k.word()
	}
	switch p := k.field(row).(type) {
	case *string:
		if row == "check_body" && *p != "" {
			return strconv.Quote(*p)
		}
		return *p
	case **string:
		return literal(*p)
	case *[]string:
		return command(*p)
	case *bool:
		return digit(*p)
	case *uint16:
		return nonzero(int(*p))
	case *uint32:
		return nonzero(int(*p))
	case *int:
		return nonzero(*p)
	case *time.Duration:
		if *p != 0 {
			return seconds(*p)
		}
	case *netip.Addr:
		if p.IsValid() {
			return p.String()
		}
	}
	return ""
}

// word is the kind of k as the word check has it.
func (k *Check) word() string {
	switch k.Kind {
	case "", "text", "program":
		return "auto"
	}
	return k.Kind
}

// summary tells what k is, in a few words.
func (k *Check) summary() string {
	text := "check " + k.word()
	switch k.Kind {
	case "text":
		text = "send and expect"
	case "program":
		text = command(k.Program)
	}
	if k.Port != 0 {
		text += " port " + strconv.Itoa(int(k.Port))
	}
	return text
}
