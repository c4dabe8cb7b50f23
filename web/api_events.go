package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"pacu/control"
)

// An apiEvent is something that happened.
type apiEvent struct {
	// The event's name here, for after and Last-Event-ID: it holds across
	// restarts of pulse.
	ID string `json:"id"`
	// How many events before this one are lost.
	Lost uint64 `json:"lost,omitempty"`
	control.Event
}

// An eventPage is a page of the events, oldest first.
type eventPage struct {
	Events []apiEvent `json:"events"`
	// The after that brings what follows.
	After string `json:"after"`
	// There are more that are kept already.
	More bool `json:"more"`
}

// apiEventQuery reads what events are asked for.
func apiEventQuery(w http.ResponseWriter, q url.Values) (e eventQuery, ok bool) {
	if v := q.Get("level"); q.Has("level") && !slices.Contains([]string{"info", "warning", "error"}, v) {
		badParameter(w, "level", "info, warning or error: that level and above")
		return e, false
	}
	for _, name := range []string{"kind", "q"} {
		if len(q.Get(name)) > maxQuery {
			badParameter(w, name, fmt.Sprintf("at most %d bytes", maxQuery))
			return e, false
		}
	}
	return readEventQuery(q), true
}

// apiEvents sends the events that the console keeps, after one of them; as they
// come where the client takes a stream.
func (s *Server) apiEvents(w http.ResponseWriter, r *http.Request) {
	q, ok := query(w, r, "after", "limit", "level", "kind", "q")
	if !ok {
		return
	}
	choice, ok := apiEventQuery(w, q)
	if !ok {
		return
	}
	limit, ok := number(w, q, "limit", apiPage, 1, maxAPIPage)
	if !ok {
		return
	}
	after := q.Get("after")
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		after = id
	}
	if _, _, is := parseIncident(after); after != "" && !is {
		badParameter(w, "after", "the id of an event")
		return
	}
	if accepts(r, jsonForm, streamForm) == streamForm {
		s.followEvents(w, r, choice, after)
		return
	}
	m, ok := s.momentOr(w, r)
	if !ok {
		return
	}
	page := eventPage{Events: []apiEvent{}, After: after}
	list := m.events
	for i := afterID(list, after); i < len(list); i++ {
		if choice.matches(&list[i]) {
			if len(page.Events) == int(limit) {
				page.More = true
				break
			}
			page.Events = append(page.Events, eventItem(&list[i]))
		}
		page.After = list[i].ID()
	}
	s.reply(w, r, http.StatusOK, page)
}

func eventItem(i *incident) apiEvent { return apiEvent{i.ID(), i.Lost, i.Event} }

// afterID is the place after the incident of that ID; the first, where it is
// not kept.
func afterID(list []incident, id string) int { return place(list, id) + 1 }

// followEvents sends the events later than after as they come, as server-sent
// events (HTML, 9.2). Without after it begins with those that come now.
func (s *Server) followEvents(w http.ResponseWriter, r *http.Request, choice eventQuery, after string) {
	c := callerOf(r)
	if !s.streams.enter(c.user) {
		problem{Status: http.StatusTooManyRequests, Code: "too-many", Detail: "the user has too many streams open", retry: 10}.send(w)
		return
	}
	defer s.streams.leave(c.user)
	m, ok := s.momentOr(w, r)
	if !ok {
		return
	}
	defer s.hub.join("")()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // for a proxy before us
	ctl := http.NewResponseController(w)
	if after == "" {
		after = lastID(m.events)
	}
	checked := time.Now()
	for {
		if time.Since(checked) >= s.check {
			if !s.stillIn(r) {
				return
			}
			checked = time.Now()
		}
		// A comment keeps the line alive where there is nothing to tell.
		message := []byte(": " + m.Taken.UTC().Format(time.RFC3339) + "\n\n")
		for i := afterID(m.events, after); i < len(m.events); i++ {
			one := &m.events[i]
			after = one.ID()
			if !choice.matches(one) {
				continue
			}
			data, err := json.Marshal(eventItem(one))
			if err != nil {
				s.Log.Error("events for a program", "error", err)
				return
			}
			message = fmt.Appendf(message, "id: %s\ndata: %s\n\n", after, data)
		}
		if err := ctl.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
			s.Log.Error("events for a program", "error", err)
			return
		}
		if _, err := w.Write(message); err != nil {
			return
		}
		if err := ctl.Flush(); err != nil {
			return
		}
		next, err := s.hub.after(r.Context(), m.version)
		if err != nil {
			return // the program left
		}
		m = next
	}
}

// stillIn reports whether the token of r still lets in.
func (s *Server) stillIn(r *http.Request) bool {
	_, err := s.holder(r.Context(), secretOf(r))
	return err == nil
}
