package lab

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/ssh"
)

// Where a host's sshd has its files, among the host's own.
const (
	sshHostKey    = "/ssh/host_key"
	sshAuthorized = "/ssh/authorized_keys"
	sshConfig     = "/ssh/sshd_config"
)

// sshdProgram is OpenSSH's server; it wants to be called by its whole path.
const sshdProgram = "/usr/sbin/sshd"

// sshdLimit is how long sshd may take to begin.
const sshdLimit = 2 * time.Minute

// CheckSSH says why no sshd can be started here, nil if one can.
func CheckSSH() error {
	if _, err := os.Stat(sshdProgram); err != nil {
		return fmt.Errorf("no OpenSSH server (Debian's openssh-server): %w", err)
	}
	return nil
}

// StartSSH starts OpenSSH's sshd on port 22 of the host and waits until it
// listens. Root may log in with the keys given to Authorize, before or later,
// and finds the host's own folders. The host keeps its host key when it loses
// its power.
func (h *Host) StartSSH(ctx context.Context) error {
	if err := h.writeSSH(); err != nil {
		return fmt.Errorf("%s: sshd: %w", h.name, err)
	}
	p, err := h.Start(sshdProgram, "-D", "-e", "-f", h.Path(sshConfig))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sshdLimit)
	defer cancel()
	_, err = p.WaitLine(ctx, time.Time{}, "Server listening on")
	return err
}

// writeSSH writes sshd's files, but leaves the host key that is there.
func (h *Host) writeSSH() error {
	// sshd's unprivileged part is locked up in this empty folder.
	if err := os.MkdirAll(h.Path("/run/sshd"), 0o755); err != nil {
		return err
	}
	if _, err := os.Stat(h.Path(sshHostKey)); errors.Is(err, fs.ErrNotExist) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return err
		}
		block, err := ssh.MarshalPrivateKey(key, h.name)
		if err != nil {
			return err
		}
		if err := h.WriteFile(sshHostKey, pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	return h.WriteFile(sshConfig, fmt.Appendf(nil, "Port 22\nHostKey %s\nAuthorizedKeysFile %s\n"+
		"UsePAM no\nStrictModes no\nUseDNS no\nPidFile none\nPasswordAuthentication no\n"+
		"PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n",
		h.Path(sshHostKey), h.Path(sshAuthorized)), 0o600)
}

// Authorize lets root log in to the host with a key: a line as authorized_keys
// has it.
func (h *Host) Authorize(line string) error {
	if err := os.MkdirAll(filepath.Dir(h.Path(sshAuthorized)), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(h.Path(sshAuthorized), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, line)
	return errors.Join(err, f.Close())
}
