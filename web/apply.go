package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"pacu/lvscf"
	"pacu/store"
	machine "pacu/web/change"
	"pacu/web/templates"
	"pacu/web/text"
)

// run watches over changes until ctx ends, and then until the step is done
// that is under way.
func (c *changer) run(ctx context.Context) {
	defer c.under.Wait()
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for n := 0; ; n++ {
		c.beat(ctx, n%noticeEvery == 0)
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
	}
}

// noticeEvery is how many seconds a hand edit may go unseen where nobody looks
// at a page.
const noticeEvery = 10

// beat is what run does every second.
func (c *changer) beat(ctx context.Context, notice bool) {
	if err := c.resume(ctx); err != nil {
		c.log.Error("look for a change that waits", "error", err)
		return
	}
	m, _, _ := c.state()
	if m.State == machine.Waiting {
		c.tell(ctx, c.watch(ctx))
	}
	if m.State != machine.Idle {
		c.tell(ctx, machine.Tick{})
		return
	}
	if notice {
		if err := c.noticeDisk(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("compare lvs.cf with its history", "error", err)
		}
	}
}

// Why a change is not applied at all.
var (
	errBusy    = errors.New("another change is under way")
	errNothing = errors.New("nothing differs from lvs.cf")
	errErrors  = errors.New("the draft has errors")
)

// A wish is what to apply.
type wish struct {
	user, note string
	draft      *draft
	origin     store.Origin
	hold       time.Duration // to confirm in; 0: at once
	written    func(context.Context)
}

// apply puts a draft into effect, and returns its new serial_no when all is
// done that does not wait for people, or ctx is. The error is one of errBusy,
// errNothing, errErrors, errFileMoved, or says why serial_no cannot be raised;
// what goes wrong later the machine tells.
func (c *changer) apply(ctx context.Context, o wish) (serial int, err error) {
	if err := c.resume(ctx); err != nil {
		return 0, err
	}
	was, base, err := c.diskText()
	switch {
	case err != nil:
		return 0, err
	case base != o.draft.Base:
		return 0, errFileMoved
	case o.draft.Problems.Err() != nil:
		return 0, errErrors
	case base != noFile && string(was) == string(o.draft.Text):
		return 0, errNothing
	}
	b, serial, err := c.raise(ctx, o.draft.Text, was)
	if err != nil {
		return 0, err
	}
	now := c.now()
	ch := machine.Change{Who: o.user, Note: o.note, After: hash(b), Began: now.Truncate(time.Second)}
	if base != noFile {
		ch.Before = base
	}
	ch.Deadline = ch.Began
	if o.hold > 0 && base != noFile {
		// Of now, and not of Began, which has no monotonic clock: the time to
		// confirm in is the same when somebody sets the clock.
		ch.Deadline = now.Add(o.hold)
	}
	v := c.before(ctx)
	if !c.begin(ctx, machine.Apply{Change: ch}, func() {
		c.vigil, c.job = v, job{text: b, origin: o.origin, serial: serial, written: o.written}
	}) {
		return 0, errBusy
	}
	return serial, nil
}

// holds are the times to confirm in that REVIEW offers.
var holds = []time.Duration{30 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 0}

// applyPatience is how long the one who applies waits for the outcome; then
// the page of the change goes on telling.
const applyPatience = 5 * time.Second

// apply puts the user's draft into effect.
func (s *Server) apply(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	t := s.page(r, "").T()
	user := s.user(r)
	d, err := s.desk.open(r.Context(), user)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	form := templates.ApplyForm{Note: strings.TrimSpace(r.PostForm.Get("note")), Hold: r.PostForm.Get("hold")}
	seconds, err := strconv.Atoi(form.Hold)
	hold := time.Duration(seconds) * time.Second
	switch {
	case err != nil || !slices.Contains(holds, hold):
		form.Error = t.Review.HoldUnknown
	case len([]rune(form.Note)) > templates.MaxNote:
		form.NoteError = fmt.Sprintf(t.Review.NoteLong, templates.MaxNote)
	case d.Version == 0:
		form.Error = t.Review.NoDraft
	case strconv.FormatInt(d.Version, 10) != r.PostForm.Get("version"):
		form.Error = t.Review.Moved
	}
	if form.Error != "" || form.NoteError != "" {
		s.reviewPage(w, r, http.StatusUnprocessableEntity, form, nil)
		return
	}
	origin := s.draftOrigin(r.Context(), user, d.Version)
	ctx, cancel := context.WithTimeout(r.Context(), applyPatience)
	defer cancel()
	was, _ := s.desk.onDisk() // only for the audit
	serial, err := s.changer.apply(ctx, wish{
		user: user, note: form.Note, draft: d, origin: origin, hold: hold,
		written: func(ctx context.Context) { s.dropApplied(ctx, user, d.Version) },
	})
	if err != nil {
		form.Error = notApplied(t, err)
		s.reviewPage(w, r, http.StatusConflict, form, nil)
		return
	}
	s.recordEntry(r, store.Entry{
		What: "apply", Object: s.ConfigPath, Note: strings.TrimSuffix(fmt.Sprintf("serial %d, %s", serial, form.Note), ", "),
		After: changesText(was, d),
	})
	http.Redirect(w, r, "/change", http.StatusSeeOther)
}

// notApplied says why a draft was not applied.
func notApplied(t *text.Words, err error) string {
	switch {
	case errors.Is(err, errBusy):
		return t.Review.Busy
	case errors.Is(err, errNothing):
		return t.Review.Same
	case errors.Is(err, errErrors):
		return t.Review.HasErrors
	case errors.Is(err, errFileMoved):
		return t.Review.FileMoved
	}
	return fmt.Sprintf(t.Review.NotApplied, err)
}

// changesText is what d changes, by meaning, one change a line, for the audit.
func changesText(was, d *draft) string {
	if was == nil || was.Conf == nil || d.Conf == nil {
		return ""
	}
	var b strings.Builder
	for _, c := range lvscf.Diff(was.Conf, d.Conf) {
		fmt.Fprintln(&b, c)
	}
	return b.String()
}

// dropApplied forgets a draft that lvs.cf now holds; one that was edited
// meanwhile stays, with the copy put by.
func (s *Server) dropApplied(ctx context.Context, user string, version int64) {
	err := s.Store.DropDraft(ctx, user, version)
	if err == nil {
		err = s.forgetDraft(ctx, user)
	}
	if err != nil && !errors.Is(err, store.ErrDraftMoved) {
		s.Log.Error("drop a draft that is applied", "user", user, "error", err)
	}
}
