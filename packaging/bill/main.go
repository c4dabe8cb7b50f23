// Command bill says what others wrote of the programs that we deliver.
//
//	bill check ./cmd/...           fails where a linked module has no licence of those that we take
//	bill notices BINARY...         prints the licences of all that is linked, in full
//	bill sbom --version V BINARY...  prints a CycloneDX document of it, as JSON
//
// What is linked is read from the binaries themselves (debug/buildinfo), the
// licences from the module cache. The same binaries give the same bytes.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute) // modules may have to be fetched
	defer cancel()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bill:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, w io.Writer) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: bill check|notices|sbom [--version V] and packages or binaries")
	}
	f := flag.NewFlagSet("bill "+args[0], flag.ContinueOnError)
	version := f.String("version", "", "of what is delivered")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "check":
		modules, err := ofPackages(ctx, f.Args())
		if err != nil {
			return err
		}
		_, err = licensed(modules)
		return err
	case "notices":
		modules, err := ofBinaries(ctx, f.Args())
		if err != nil {
			return err
		}
		return notices(w, modules)
	case "sbom":
		modules, err := ofBinaries(ctx, f.Args())
		if err != nil {
			return err
		}
		return sbom(w, *version, modules)
	}
	return fmt.Errorf("%q is no command of bill", args[0])
}
