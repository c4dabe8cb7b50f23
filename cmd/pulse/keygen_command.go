package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"pacu/heartbeat"
)

// keygenCommand makes the key that authenticates heartbeats, and changes it.
// Exit 0: done; 1: it could not be; 2: wrong usage.
func keygenCommand(args []string, stdout, stderr io.Writer) int {
	c := newFileCommand("keygen", `[--renew | --drop-old] [--configfile FILE]

Makes the key that authenticates the heartbeats of this pair of routers, in the
file lvs.key beside lvs.cf. The same file, mode 0600, must be on both.

To change it without an outage: --renew on one router, copy the file to the
other, 'pulse reload' on both. Who has both keys signs with both, and accepts
either. Then --drop-old, copy and reload again.
`, 0, 0, stderr)
	config := c.String("configfile", theFile, "the lvs.cf beside which the key is")
	renew := c.Bool("renew", false, "put a new key before the one that is there")
	dropOld := c.Bool("drop-old", false, "keep only the newest key")
	if _, code, ok := c.files(args); !ok {
		return code
	}
	path := keyFile(*config)
	var err error
	switch {
	case *renew && *dropOld:
		fmt.Fprintf(stderr, "%s: --renew and --drop-old are two steps: pulse keygen --help\n", c.Name())
		return 2
	case *renew:
		err = renewKey(path)
	case *dropOld:
		err = dropOldKey(path)
	default:
		err = heartbeat.CreateKeys(path, []heartbeat.Key{heartbeat.NewKey()})
		if errors.Is(err, os.ErrExist) {
			err = fmt.Errorf("%s: there is a key already: --renew changes it", path)
		}
	}
	if err != nil {
		return c.fail(err)
	}
	keys, err := heartbeat.ReadKeys(path)
	if err != nil {
		return c.fail(err)
	}
	fmt.Fprintf(stdout, "%s: %s\n", path, keys[0])
	if len(keys) > 1 {
		fmt.Fprintf(stdout, "The one before, %s, is accepted too.\n", keys[1])
	}
	fmt.Fprintf(stdout, "Now copy it to the other router, and keep its mode:\n"+
		"  scp -p %s root@OTHER-ROUTER:%s\n"+
		"Then run 'pulse reload' on both.\n", path, path)
	if !*renew && !*dropOld {
		fmt.Fprintf(stdout, "Reload the second soon: while one router has the key and the other has not,\n"+
			"each refuses the other's heartbeats and takes it for dead after deadtime.\n"+
			"'pulse hold on' on the standby router until both have it prevents that it takes over.\n")
	}
	return 0
}

// renewKey puts a new key before the newest of those at path.
func renewKey(path string) error {
	keys, err := heartbeat.ReadKeys(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: 'pulse keygen' without --renew makes the first", err)
	}
	if err != nil {
		return err
	}
	return heartbeat.ReplaceKeys(path, []heartbeat.Key{heartbeat.NewKey(), keys[0]})
}

// dropOldKey leaves only the newest key at path.
func dropOldKey(path string) error {
	keys, err := heartbeat.ReadKeys(path)
	if err != nil {
		return err
	}
	if len(keys) == 1 {
		return fmt.Errorf("%s: there is only one key", path)
	}
	return heartbeat.ReplaceKeys(path, keys[:1])
}
