package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"pacu/lvscf"
)

const (
	certificateLife = 825 * 24 * time.Hour // browsers distrust longer ones
	renewBefore     = 30 * 24 * time.Hour
	// madeBy marks the certificates that are ours to renew.
	madeBy = "Pacu console (self-signed)"
)

// A Certificate is the console's TLS certificate with its key, kept in one
// PEM file of mode 0600. One that the console made itself (ECDSA P-256,
// signed by itself, for the host's name and addresses) is renewed in time;
// one that an operator put there is left alone, and read again when they put
// the next one there.
type Certificate struct {
	path string
	now  func() time.Time

	mu     sync.Mutex
	tls    *tls.Certificate
	looked time.Time   // at the file
	file   fs.FileInfo // as it was read
}

// A CertificateState is how a certificate stands with the time.
type CertificateState string

// The states.
const (
	CertificateWell   CertificateState = "well"
	CertificateEarly  CertificateState = "not valid yet"
	CertificateEnding CertificateState = "about to end"
	CertificateEnded  CertificateState = "ended"
)

const (
	// warnBefore is how long before its end a certificate is told of.
	warnBefore = 21 * 24 * time.Hour
	// reloadEvery is the least between two looks at whether somebody has put
	// another certificate there.
	reloadEvery = 10 * time.Second
)

// Validity is from when and until when the certificate is valid.
func (c *Certificate) Validity() (from, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tls.Leaf.NotBefore, c.tls.Leaf.NotAfter
}

// NotAfter is until when the certificate is valid.
func (c *Certificate) NotAfter() time.Time {
	_, until := c.Validity()
	return until
}

// Own tells whether the console made the certificate, and renews it.
func (c *Certificate) Own() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.own()
}

func (c *Certificate) own() bool { return slices.Contains(c.tls.Leaf.Subject.Organization, madeBy) }

// State is how the certificate stands with the time of now.
func (c *Certificate) State() CertificateState {
	from, until := c.Validity()
	switch now := c.now(); {
	case now.After(until):
		return CertificateEnded
	case now.Before(from):
		return CertificateEarly
	case now.After(until.Add(-warnBefore)):
		return CertificateEnding
	}
	return CertificateWell
}

// CertificatePath is where the certificate is in the state directory.
func CertificatePath(state string) string { return filepath.Join(state, "console.pem") }

// LoadCertificate reads the certificate at path, or makes it where there is
// none. Errors name the file.
func LoadCertificate(path string) (*Certificate, error) {
	c := &Certificate{path: path, now: time.Now}
	b, file, err := readSmall(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = c.make()
	case err == nil:
		c.file = file
		err = c.use(b)
	}
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", path, err)
	}
	if _, err := c.Get(nil); err != nil {
		return nil, err
	}
	return c, nil
}

// Get returns the certificate, after renewing it if it is ours and near its
// end. It is a tls.Config's GetCertificate.
func (c *Certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reload()
	if leaf := c.tls.Leaf; c.own() && c.now().After(leaf.NotAfter.Add(-renewBefore)) {
		// Until it ends the old one is better than no console: a full disk is
		// no reason to shut out who could clear it.
		if err := c.make(); err != nil && c.now().After(leaf.NotAfter) {
			return nil, fmt.Errorf("renew certificate %s: %w", c.path, err)
		}
	}
	return c.tls, nil
}

// reload reads the file again where somebody has put another one there. One
// that cannot be used is left for the next start to complain of.
func (c *Certificate) reload() {
	now := c.now()
	if age := now.Sub(c.looked); age >= 0 && age < reloadEvery {
		return
	}
	c.looked = now
	stat, err := os.Stat(c.path)
	if err != nil || c.file != nil && os.SameFile(stat, c.file) && stat.Size() == c.file.Size() && stat.ModTime().Equal(c.file.ModTime()) {
		return
	}
	if b, file, err := readSmall(c.path); err == nil && c.use(b) == nil {
		c.file = file
	}
}

// maxCertificate bounds what is read as a certificate with its chain and key.
const maxCertificate = 1 << 20

// readSmall reads the file at path, and what it was as it was read.
func readSmall(path string) ([]byte, fs.FileInfo, error) {
	b, err := lvscf.ReadFile(path, maxCertificate)
	if err != nil {
		return nil, nil, err
	}
	file, err := os.Stat(path)
	return b, file, err
}

func (c *Certificate) use(b []byte) error {
	pair, err := tls.X509KeyPair(b, b)
	if err != nil {
		return fmt.Errorf("%w (remove the file to have a new one made)", err)
	}
	c.tls = &pair
	return nil
}

func (c *Certificate) make() error {
	b, err := selfSigned(c.now())
	if err != nil {
		return err
	}
	// A file beside it, then its name: nobody reads half a certificate.
	f, err := os.CreateTemp(filepath.Dir(c.path), ".console.pem.") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), c.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if c.file, err = os.Stat(c.path); err != nil {
		return err
	}
	return c.use(b)
}

// selfSigned returns a new certificate and its key as PEM.
func selfSigned(now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	names, addrs, err := ownNames(host)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: host, Organization: []string{madeBy}},
		NotBefore:    now.Add(-time.Hour), // routers' clocks differ
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     names,
		IPAddresses:  addrs,

		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return append(
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...), nil
}

// ownNames are what browsers may call this host.
func ownNames(host string) ([]string, []net.IP, error) {
	names := []string{"localhost"}
	if host != "" && host != "localhost" {
		names = append(names, host)
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, nil, err
	}
	addrs := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.IsLoopback() || n.IP.IsLinkLocalUnicast() {
			continue
		}
		addrs = append(addrs, n.IP)
	}
	return names, addrs, nil
}
