// Command lab runs programs and test binaries on a real kernel with IPVS: in a
// fresh network namespace of this host when it has ip_vs and we are root, else
// in a QEMU machine with Debian's kernel.
//
//	lab exec [flags] -- PROGRAM [ARGUMENTS]
//
// It serves as go test's -exec program:
//
//	go test -exec "bin/lab exec --" -run TestKernel ./ipvs/
package main

import (
	"fmt"
	"io"
	"os"

	"pacu/lab/vm"
)

const usage = `usage: lab exec [flags] -- PROGRAM [ARGUMENTS]

Runs PROGRAM on a kernel with IPVS and exits as it exits: with its code, or 128
and the signal that ended it; 124 when its time was up, 125 when lab itself
failed. PROGRAM is a file of this host, or the name of one of the machine's own
tools (bash, ip, ipvsadm, keepalived, nft, ...). "lab exec -h" lists the flags.
`

func main() {
	vm.Main()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] != "exec" {
		fmt.Fprint(stderr, usage)
		return statusFailed
	}
	o, err := parse(args[1:], stderr)
	if err != nil {
		fmt.Fprintln(stderr, "lab exec:", err)
		return statusFailed
	}
	return execute(o, stdin, stdout, stderr)
}
