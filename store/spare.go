package store

import (
	"sync"
	"time"
)

// maxSpare bounds the sessions that are kept in memory.
const maxSpare = 1000

// A spare holds in memory what the disk does not take, so that people can still
// log in and look: sessions, failed logins, one-time codes that are used up. It
// ends with the process. Its methods may be called at the same time.
type spare struct {
	mu       sync.Mutex
	sessions map[string]spareSession // by the token
	failures map[string]failures     // by what tried returns
	steps    map[string]int64        // the last TOTP step of a user
}

// A spareSession is one that could not be written. It is ended where data is
// nil: nothing brings it back then, as nothing does a row without data.
type spareSession struct {
	Session
	data []byte
	told bool // the table knows that it is ended
}

// failures are failed logins in a row.
type failures struct {
	count int
	last  time.Time
}

func newSpare() *spare {
	return &spare{sessions: map[string]spareSession{}, failures: map[string]failures{}, steps: map[string]int64{}}
}

// find returns a session that is kept here; ok is false where the table knows.
func (p *spare) find(token string, now time.Time) (v spareSession, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok = p.sessions[token]
	if ok && !v.Expires.After(now) {
		v.data = nil
	}
	return v, ok
}

// put keeps a session, unless it was ended; ok is false where there are too
// many.
func (p *spare) put(token string, v spareSession, now time.Time) (ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, had := p.sessions[token]
	if had && old.data == nil {
		return true
	}
	if had {
		v.Began = old.Began
	}
	if !had && len(p.sessions) >= maxSpare {
		p.sweep(now)
		if len(p.sessions) >= maxSpare {
			return false
		}
	}
	p.sessions[token] = v
	return true
}

// sweep forgets what has expired.
func (p *spare) sweep(now time.Time) {
	for token, v := range p.sessions {
		if !v.Expires.After(now) {
			delete(p.sessions, token)
		}
	}
}

// end ends a session until expires; told where the table knows that too.
func (p *spare) end(token string, expires time.Time, told bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, had := p.sessions[token]
	if told && !had {
		return
	}
	v.data, v.told = nil, told
	if v.Expires.Before(expires) {
		v.Expires = expires
	}
	p.sessions[token] = v
}

// endUser ends the sessions of a user that are kept here.
func (p *spare) endUser(user string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for token, v := range p.sessions {
		if v.User == user {
			v.data = nil
			p.sessions[token] = v
		}
	}
}

// written forgets a session that its row tells all of, unless it was ended.
func (p *spare) written(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v, ok := p.sessions[token]; ok && v.data != nil {
		delete(p.sessions, token)
	}
}

// list returns the sessions kept here that go on, and those whose end the table
// does not know of.
func (p *spare) list(now time.Time) (live []spareSession, ended []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(now)
	for token, v := range p.sessions {
		switch {
		case v.data != nil:
			live = append(live, v)
		case !v.told:
			ended = append(ended, token)
		}
	}
	return live, ended
}

// failed counts a failed login.
func (p *spare) failed(key string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.failures) >= maxSpare {
		for k, f := range p.failures {
			if now.Sub(f.last) > maxWait {
				delete(p.failures, k)
			}
		}
	}
	if _, had := p.failures[key]; had || len(p.failures) < maxSpare {
		p.failures[key] = failures{p.failures[key].count + 1, now}
	}
}

// tried returns what failed was told of.
func (p *spare) tried(key string) failures {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failures[key]
}

// succeeded forgets the failed logins.
func (p *spare) succeeded(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.failures, key)
}

// step returns the last step that user has used up.
func (p *spare) step(user string) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.steps[user]
}

// use uses up a step, which nobody else has.
func (p *spare) use(user string, step int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if usedUp(step, p.steps[user]) {
		return false
	}
	p.steps[user] = step
	return true
}
