package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"pacu/alert"
	"pacu/control"
	"pacu/store"
	"pacu/web/templates"
)

// An Alerter sends alerts; *alert.Engine is one.
type Alerter interface {
	// Changed has it read its settings again.
	Changed()
	// Test sends a test over every channel that is on, and returns what became
	// of it.
	Test(ctx context.Context, id string) []control.AlertOutcome
}

const (
	alertTestLimit = 40 * time.Second // each channel has 30 s
	testedKept     = time.Minute      // until the page that shows it is asked for
)

// alertRoutes are those of ALERTS.
func (s *Server) alertRoutes(r chi.Router) {
	r.Get(templates.AlertsPath, s.alertsPage)
	r.Post(templates.AlertsPath, s.saveAlerts)
	r.Post(templates.AlertsPath+"/test", s.testAlerts)
}

func (s *Server) alertsPage(w http.ResponseWriter, r *http.Request) {
	now, err := AlertSettings(s.Store)(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.showAlerts(w, r, http.StatusOK, templates.AlertsOf(now), nil)
}

// showAlerts shows f, and how the channels fare.
func (s *Server) showAlerts(w http.ResponseWriter, r *http.Request, status int, f templates.AlertForm, wrong templates.Complaints) {
	v := templates.AlertsPage{Form: f, Wrong: wrong, CanTest: s.Alerts != nil}
	for _, channel := range alert.Channels {
		c, err := s.Store.AlertChannel(r.Context(), channel)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		v.Channels = append(v.Channels, c)
	}
	if tested, ok := s.tested.take(s.sessionID(r)); ok {
		v.Tested, v.Outcomes = true, tested
	}
	p := s.userPage(r, templates.Users)
	p.Title, p.Path = p.T().Alerts.Title, templates.AlertsPath
	s.render(w, r, status, templates.AlertsView(p, v))
}

// saveAlerts takes the form, where nothing in it is wrong.
func (s *Server) saveAlerts(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t := r.Context(), s.page(r, "").T()
	was, err := AlertSettings(s.Store)(ctx)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f := templates.AlertFormOf(r.PostForm)
	is, wrong := f.Settings(t, was)
	if len(wrong) > 0 {
		f.HasPassword, f.HasSecret = was.Mail.Password != "", was.Webhook.Secret != ""
		s.showAlerts(w, r, http.StatusUnprocessableEntity, f, wrong)
		return
	}
	if err := s.Store.SetSetting(ctx, alertSettings, is); err != nil {
		s.fail(w, r, err)
		return
	}
	if s.Alerts != nil {
		s.Alerts.Changed()
	}
	s.recordEntry(r, store.Entry{What: "alerts", Object: "settings", Before: templates.AlertsInWords(was), After: templates.AlertsInWords(is)})
	s.sessions.Put(ctx, flashKey, t.Alerts.Saved)
	http.Redirect(w, r, templates.AlertsPath, http.StatusSeeOther)
}

// testAlerts sends a test, and then shows what became of it.
func (s *Server) testAlerts(w http.ResponseWriter, r *http.Request) {
	if s.Alerts == nil {
		http.Redirect(w, r, templates.AlertsPath, http.StatusSeeOther)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), alertTestLimit)
	defer cancel()
	s.recordEntry(r, store.Entry{What: "alerts", Object: "test"})
	s.tested.put(s.sessionID(r), s.Alerts.Test(ctx, rand.Text()[:10]))
	http.Redirect(w, r, templates.AlertsPath, http.StatusSeeOther)
}
