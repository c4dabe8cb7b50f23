package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/httprate"

	"pacu/store"
)

// wrongTokens bounds the wrong tokens per client address and minute. One with
// the right token is served all the same: behind one address there are many.
const wrongTokens = 20

// maxToken bounds what is taken for a token; ours have 48 letters.
const maxToken = 100

// A caller is a program that has shown a token.
type caller struct {
	user  string // whose token it is
	token string // its name
	role  store.Role
}

// String is the caller as the audit and the history have it. No user is called
// so, as their names have no spaces.
func (c caller) String() string { return "token " + c.token + " of " + c.user }

// callerKey is the context's value with the caller.
type callerKey struct{}

// callerOf returns the program that asks; the zero caller where none has shown
// a token.
func callerOf(r *http.Request) caller {
	c, _ := r.Context().Value(callerKey{}).(caller)
	return c
}

// newWrongTokens counts wrong tokens by client address.
func newWrongTokens() *httprate.RateLimiter {
	return httprate.NewRateLimiter(wrongTokens, time.Minute, httprate.WithLimitHandler(func(w http.ResponseWriter, _ *http.Request) {
		problem{Status: http.StatusTooManyRequests, Code: "too-many", Detail: "too many wrong tokens came from this address: wait a minute"}.send(w)
	}))
}

// bearer lets only programs through that show a token (RFC 6750) whose role
// allows what want does, and is then what callerOf and role return. A token
// never does more than its user may now.
func (s *Server) bearer(want store.Role) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c := callerOf(r)
			if c.user == "" {
				var ok bool
				if c, ok = s.identify(w, r); !ok {
					return
				}
				ctx := context.WithValue(r.Context(), callerKey{}, c)
				r = r.WithContext(context.WithValue(ctx, roleKey{}, c.role))
			}
			if !c.role.Allows(want) {
				s.Log.Warn("refused for the role", "user", c.user, "token", c.token, "role", c.role, "method", r.Method, "path", r.URL.Path)
				w.Header().Set("WWW-Authenticate", `Bearer realm="pacu", error="insufficient_scope", scope="`+string(want)+`"`)
				problem{Status: http.StatusForbidden, Code: "role", Detail: fmt.Sprintf("the token's role is %s, this wants %s", c.role, want)}.send(w)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// identify finds out who shows the token, or answers that nobody is known.
func (s *Server) identify(w http.ResponseWriter, r *http.Request) (c caller, ok bool) {
	for _, values := range r.URL.Query() {
		for _, v := range values {
			if strings.HasPrefix(v, store.TokenPrefix) {
				problem{Status: http.StatusBadRequest, Code: "token-in-query",
					Detail: `a token in an address ends up in logs: send "Authorization: Bearer TOKEN", and revoke this one`}.send(w)
				return caller{}, false
			}
		}
	}
	secret := secretOf(r)
	if secret == "" {
		w.Header().Set("WWW-Authenticate", `Bearer realm="pacu"`)
		problem{Status: http.StatusUnauthorized, Code: "no-token",
			Detail: `send "Authorization: Bearer TOKEN"; tokens are made on the page of one's own account`}.send(w)
		return caller{}, false
	}
	c, err := s.holder(r.Context(), secret)
	switch {
	case err == nil:
		return c, true
	case !errors.Is(err, store.ErrNoToken):
		s.broken(w, r, err)
		return caller{}, false
	}
	if s.wrong.RespondOnLimit(w, r, httprate.CanonicalizeIP(client(r))) {
		return caller{}, false
	}
	s.Log.Warn("refused: a wrong token", "client", client(r), "method", r.Method, "path", r.URL.Path)
	w.Header().Set("WWW-Authenticate", `Bearer realm="pacu", error="invalid_token"`)
	problem{Status: http.StatusUnauthorized, Code: "bad-token", Detail: "the token is wrong, has expired, or was revoked"}.send(w)
	return caller{}, false
}

// secretOf is the token that r shows; "" where it shows none.
func secretOf(r *http.Request) string {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

// holder finds out whose token secret is, and what they may do now. The error is
// store.ErrNoToken where it is nobody's.
func (s *Server) holder(ctx context.Context, secret string) (caller, error) {
	if len(secret) > maxToken || !strings.HasPrefix(secret, store.TokenPrefix) {
		return caller{}, store.ErrNoToken
	}
	t, err := s.Store.UseToken(ctx, secret)
	if err != nil {
		return caller{}, err
	}
	u, err := s.Store.User(ctx, t.User)
	if errors.Is(err, store.ErrNoUser) {
		return caller{}, store.ErrNoToken // deleted since
	}
	if err != nil {
		return caller{}, err
	}
	c := caller{user: t.User, token: t.Name, role: t.Role}
	if !u.Role.Allows(c.role) {
		c.role = u.Role
	}
	return c, nil
}
