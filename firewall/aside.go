package firewall

import "fmt"

// aside puts a table that is apart from the one of Replace in place of what was
// there under its name.
func (c *Conn) aside(table string, made []message) error {
	gone, err := removal(table)
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	batch := append(gone, made...)
	if err := c.converse(func() error {
		// Without nftables the kernel's answer to a batch says less.
		if _, err := c.gen(); err != nil {
			return err
		}
		return c.commit(batch)
	}); err != nil {
		return fmt.Errorf("make nftables table inet %s: %w", table, err)
	}
	return nil
}

// dismiss removes such a table, if it is there.
func (c *Conn) dismiss(table string) error {
	gone, err := removal(table)
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	err = c.converse(func() error {
		there, err := c.there(table)
		if err != nil || !there {
			return err
		}
		return c.commit(gone)
	})
	if err != nil {
		return fmt.Errorf("remove nftables table inet %s: %w", table, err)
	}
	return nil
}
