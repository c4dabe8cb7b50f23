package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/mdlayher/genetlink"
)

// Check tells whether clusters can be built here; the error says what is
// missing.
func Check() error {
	if os.Geteuid() != 0 {
		return errors.New("network namespaces need root")
	}
	for _, p := range []string{"ip", "bridge", "tc", "nsenter"} {
		if _, err := exec.LookPath(p); err != nil {
			return err
		}
	}
	ns, err := newNamespace("check", false)
	if err != nil {
		return err
	}
	return ns.close()
}

// CheckIPVS tells whether this kernel has IPVS. Asking makes the kernel load
// the module where there is one. If there is none, the error matches
// os.ErrNotExist.
func CheckIPVS() error {
	c, err := genetlink.Dial(nil)
	if err != nil {
		return fmt.Errorf("ask for IPVS: %w", err)
	}
	defer c.Close()
	if _, err := c.GetFamily("IPVS"); err != nil {
		return fmt.Errorf("kernel without IPVS (modprobe ip_vs): %w", err)
	}
	return nil
}
