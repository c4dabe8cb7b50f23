package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"

	"pacu/store"
	"pacu/web/templates"
	"pacu/web/text"
)

// roleKey is the context's value with the role of who is logged in.
type roleKey struct{}

// role returns the role of who is logged in; "" of nobody, which allows
// nothing.
func role(r *http.Request) store.Role {
	v, _ := r.Context().Value(roleKey{}).(store.Role)
	return v
}

// withRole looks the user's role up for each request, so that a change of it
// counts at once.
func (s *Server) withRole(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := s.user(r); name != "" {
			u, err := s.Store.User(r.Context(), name)
			if errors.Is(err, store.ErrNoUser) {
				// Deleted since the session was loaded.
				if err := s.sessions.Destroy(r.Context()); err != nil {
					s.Log.Error("end session of a deleted user", "user", name, "error", err)
				}
				s.turnAway(w, r)
				return
			}
			if err != nil {
				s.fail(w, r, err)
				return
			}
			r = r.WithContext(context.WithValue(r.Context(), roleKey{}, u.Role))
		}
		next.ServeHTTP(w, r)
	})
}

// need lets only those through whose role allows what want does.
func (s *Server) need(want store.Role) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if have := role(r); !have.Allows(want) {
				t := s.page(r, "").T()
				s.Log.Warn("refused for the role", "user", s.user(r), "role", have, "method", r.Method, "path", r.URL.Path)
				s.message(w, r, http.StatusForbidden, fmt.Sprintf(t.Forbidden, templates.RoleWord(t, have)))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// allowFrom refuses clients outside of Options.AllowFrom; without any, all are
// served.
func (s *Server) allowFrom(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(s.AllowFrom) == 0 || within(client(r), s.AllowFrom) {
			next.ServeHTTP(w, r)
			return
		}
		s.Log.Warn("refused: the client is in none of --allow-from", "client", client(r))
		http.Error(w, fmt.Sprintf(text.Accept(r.Header.Get("Accept-Language")).Words().ForbiddenFrom, client(r)), http.StatusForbidden)
	})
}

func within(address string, networks []netip.Prefix) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}
