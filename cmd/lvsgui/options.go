package main

import (
	"flag"
	"fmt"
	"io"
)

// options are what lvsgui serves by, as its command line has it.
type options struct {
	config, listen, state, socket string
	plain, verbose, syslog, ask   bool
	allowed                       networks
	scrapes                       scraping
}

func parseOptions(args []string, stderr io.Writer) (*options, error) {
	f := flag.NewFlagSet("lvsgui", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, `Usage: lvsgui [FLAGS]             serve the console
       lvsgui setup               print a token for the first user
       lvsgui passwd [USER]       set a password, make a user
       lvsgui users               list who can log in
       lvsgui backup FILE         save all that the console remembers
       lvsgui restore FILE        bring that back
Each says more with --help. FLAGS are:
`)
		f.PrintDefaults()
	}
	o := &options{}
	f.StringVar(&o.config, "config", "/etc/sysconfig/ha/lvs.cf", "the `file` to show and edit")
	f.StringVar(&o.listen, "listen", "", "the `address` to serve on (default :3636, with --http 127.0.0.1:3636)")
	f.StringVar(&o.state, "state", defaultState, "the `directory` of the database and the certificate")
	f.StringVar(&o.socket, "control", "/run/pulse/control.sock", "pulse's `socket`")
	f.BoolVar(&o.plain, "http", false, "serve http without TLS, for the end of a tunnel")
	f.BoolVar(&o.verbose, "verbose", false, "log more")
	f.BoolVar(&o.syslog, "syslog", false, "log to the syslog, for init scripts")
	f.BoolVar(&o.ask, "version", false, "print the version and exit")
	f.Var(&o.allowed, "allow-from", "serve only clients in these `networks`, as 192.0.2.0/24,2001:db8::/32 (default all)")
	o.scrapes.flags(f)
	if err := parse(f, args, 0); err != nil {
		return nil, err
	}
	if err := o.scrapes.check(); err != nil && !o.ask {
		return nil, err
	}
	if o.listen == "" {
		o.listen = ":3636"
		if o.plain {
			o.listen = "127.0.0.1:3636"
		}
	}
	return o, nil
}

// scheme is that of the console's address.
func (o *options) scheme() string {
	if o.plain {
		return "http"
	}
	return "https"
}
