package web

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"

	"pacu/store"
	"pacu/web/templates"
)

// totpLimit is how long a new secret waits for its first code.
const totpLimit = 10 * time.Minute

// changeTOTP begins to turn one's one-time codes on, or turns them off. It
// wants the password, as a session that was left open could do it else.
func (s *Server) changeTOTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t, user := r.Context(), s.page(r, "").T(), s.user(r)
	switch problem, err := s.isOwner(r, r.PostForm.Get("now")); {
	case err != nil:
		s.fail(w, r, err)
		return
	case problem != "":
		s.account(w, r, http.StatusUnprocessableEntity, templates.AccountPage{Wrong: templates.Complaints{"totp": problem}})
		return
	}
	if r.PostForm.Get("do") != "stop" {
		s.secrets.put(s.sessionID(r), store.NewTOTPSecret())
		http.Redirect(w, r, "/account/totp", http.StatusSeeOther)
		return
	}
	if err := s.Store.SetTOTP(ctx, user, ""); err != nil {
		s.fail(w, r, err)
		return
	}
	s.recordEntry(r, store.Entry{What: "one-time codes", Object: user, Before: "on", After: "off"})
	s.sessions.Put(ctx, flashKey, t.People.TOTPStopped)
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

// totpPage shows the secret that waits for its first code.
func (s *Server) totpPage(w http.ResponseWriter, r *http.Request) {
	secret, ok := s.secrets.look(s.sessionID(r))
	if !ok {
		s.sessions.Put(r.Context(), flashKey, s.page(r, "").T().People.TOTPGone)
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return
	}
	s.totpForm(w, r, http.StatusOK, secret, "")
}

func (s *Server) totpForm(w http.ResponseWriter, r *http.Request, status int, secret, problem string) {
	picture, err := totpPicture(s.user(r), s.Hostname, secret)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, "")
	p.Title, p.Path = p.T().People.TOTP, "/account/totp"
	s.render(w, r, status, templates.TOTP(p, templates.TOTPPage{Picture: picture, Secret: inGroups(secret), Wrong: problem}))
}

// confirmTOTP turns one-time codes on, by the first code of the new secret.
func (s *Server) confirmTOTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t, user, code := r.Context(), s.page(r, "").T(), s.user(r), r.PostForm.Get("code")
	secret, ok := s.secrets.look(s.sessionID(r))
	if !ok {
		s.totpPage(w, r)
		return
	}
	if !store.TOTPMatches(secret, code, time.Now()) {
		s.totpForm(w, r, http.StatusUnprocessableEntity, secret, t.People.TOTPNotMatched)
		return
	}
	s.secrets.take(s.sessionID(r))
	err := s.Store.SetTOTP(ctx, user, secret)
	if err == nil {
		_, err = s.Store.UseTOTP(ctx, user, code) // whoever has seen it must not log in with it
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.recordEntry(r, store.Entry{What: "one-time codes", Object: user, After: "on"})
	s.sessions.Put(ctx, flashKey, t.People.TOTPConfirmed)
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

// totpPicture is the QR code that apps read a secret from
// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format), as the
// data URL of a PNG.
func totpPicture(user, host, secret string) (string, error) {
	const side = 232 // pixels
	address := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/Pacu:" + user + "@" + host,
		RawQuery: url.Values{"secret": {secret}, "issuer": {"Pacu"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}.Encode(),
	}
	key, err := otp.NewKeyFromURL(address.String())
	if err != nil {
		return "", fmt.Errorf("picture of a secret of %s: %w", user, err)
	}
	img, err := key.Image(side, side)
	if err != nil {
		return "", fmt.Errorf("picture of a secret of %s: %w", user, err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return "", fmt.Errorf("picture of a secret of %s: %w", user, err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// inGroups puts a space after every fourth letter, for people who type it.
func inGroups(secret string) string {
	var out []string
	for len(secret) > 4 {
		out, secret = append(out, secret[:4]), secret[4:]
	}
	return strings.Join(append(out, secret), " ")
}
