package peer

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path"
	"regexp"
	"strconv"
)

// Where things are on a router, unless it was set up otherwise.
const (
	DefaultPort   = 22
	DefaultUser   = "root"
	DefaultConfig = "/etc/sysconfig/ha/lvs.cf"
	DefaultPulse  = "/usr/sbin/pulse"
)

// Settings say how to reach the other router.
type Settings struct {
	Host   string `json:"host"`   // an address, or a name
	Port   int    `json:"port"`   //
	User   string `json:"user"`   // the account there
	Config string `json:"config"` // the path of lvs.cf there; the key is beside it
	Pulse  string `json:"pulse"`  // the path of pulse there
}

// Defaults are the settings for host, as routers are set up.
func Defaults(host string) Settings {
	return Settings{Host: host, Port: DefaultPort, User: DefaultUser, Config: DefaultConfig, Pulse: DefaultPulse}
}

// What is wrong with a setting.
var (
	ErrHost = errors.New("is neither an address nor a host name")
	ErrPort = errors.New("is no port: 1 to 65535")
	ErrUser = errors.New("is no user name: letters, digits, . _ and -")
	ErrPath = errors.New("is no path that can be used: it begins with / and has only letters, digits, . _ - and /, and no .. or empty part")
)

// The words a setting may be. No word can begin with a dash, and none has a
// character that a shell reads otherwise than as it stands.
var (
	hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)
	userName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,31}$`)
	pathName = regexp.MustCompile(`^(/[A-Za-z0-9._-]+)+$`)
)

// CheckHost returns an error that matches ErrHost unless host is an address or
// could be a name.
func CheckHost(host string) error {
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	if len(host) > 253 || !hostName.MatchString(host) {
		return fmt.Errorf("%q %w", host, ErrHost)
	}
	return nil
}

// CheckPort returns an error that matches ErrPort unless port is one.
func CheckPort(port int) error {
	if port < 1 || port > 65535 {
		return fmt.Errorf("%d %w", port, ErrPort)
	}
	return nil
}

// CheckUser returns an error that matches ErrUser unless user could be one.
func CheckUser(user string) error {
	if !userName.MatchString(user) {
		return fmt.Errorf("%q %w", user, ErrUser)
	}
	return nil
}

// CheckPath returns an error that matches ErrPath unless p is an absolute path
// in its shortest form, of characters that mean nothing to a shell.
func CheckPath(p string) error {
	if len(p) > 1024 || !pathName.MatchString(p) || path.Clean(p) != p {
		return fmt.Errorf("%q %w", p, ErrPath)
	}
	return nil
}

// Check returns what is wrong with the settings, nil if nothing is.
func (s Settings) Check() error {
	return errors.Join(CheckHost(s.Host), CheckPort(s.Port), CheckUser(s.User), CheckPath(s.Config), CheckPath(s.Pulse))
}

// Address is host and port, as for net.Dial.
func (s Settings) Address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// keyPath is where the key of the heartbeats is there.
func (s Settings) keyPath() string { return path.Join(path.Dir(s.Config), keyName) }

// keyName is what pulse calls the key of the heartbeats, beside lvs.cf.
const keyName = "lvs.key"
