package web

import (
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pacu/control"
	"pacu/lab/browser"
	"pacu/store"
)

// shown checks a page in every look: light, dark, narrow and in Chinese.
func shown(b *browser.Browser, path, name string) {
	for _, w := range []struct {
		look          string
		width, height int64
		scheme        string
	}{{"light", 1440, 900, "light"}, {"dark", 1440, 900, "dark"}, {"narrow", 390, 844, "light"}} {
		b.Window(w.width, w.height, w.scheme)
		b.Check(name + "-" + w.look)
	}
	b.Window(1440, 900, "light")
	b.Open(path + "?lang=zh")
	b.Until(`document.documentElement.lang === 'zh'`)
	b.Check(name + "-zh")
	b.Open(path + "?lang=en")
	b.Until(`document.documentElement.lang === 'en'`)
}

func TestBrowserReview(t *testing.T) {
	s, p := newConsole(t, true)
	p.plan = &control.Plan{
		Steps: []control.Step{
			{Action: control.Add, Kind: "service", Object: "fwmark 81", Detail: "wlc, nat"},
			{Action: control.Alter, Kind: "server", Object: "10.8.8.33:80", In: "http_server", Detail: "weight 7", Was: "weight 1"},
			{Action: control.Remove, Kind: "server", Object: "10.8.8.34:80", In: "http_server", Connections: 1841},
			{Action: control.Remove, Kind: "check", Object: "10.8.8.34:80", In: "http_server"},
			{Action: control.Add, Kind: "address", Object: "10.10.1.41/32", Detail: "on eth0"},
			{Action: control.Add, Kind: "sysctl", Object: "net.ipv4.vs.conntrack", Detail: "1", Was: "0"},
		},
		Warnings: []string{"virtual http_server: one server is left, so nothing replaces it"},
	}
	// The clock of changes goes on by hand: the browser may take a minute.
	began, passed := time.Now(), atomic.Int64{}
	s.changer.now = func() time.Time { return began.Add(time.Duration(passed.Load())) }
	b := openBrowser(t, s)
	const planned = `document.querySelectorAll('.steps li').length === 6` // when it comes it moves the buttons
	left := func(want string) {
		t.Helper()
		b.Until(`location.pathname === '/change' && document.querySelector('.left')?.innerText === '` + want + `'`)
	}
	b.LogIn("/review", "piranha", password)
	b.Check("review-none")

	// From the text to the review.
	b.Open("/configuration")
	b.Edit("weight = 1", "weight = 7")
	b.Edit("deadtime = 6", "deadtime = 8    # slower links")
	b.Edit("debug_level = NONE\n", "")
	b.Press(`button[value=review]`)
	b.Until(`location.pathname === '/review' && ` + planned)
	shown(b, "/review", "review")

	// The file is changed by hand: both are brought together.
	disk := readFile(t, s.ConfigPath)
	theirs := strings.NewReplacer("deadtime = 6", "deadtime = 18", "lvs-04", "lvs-05", "serial_no = 3", "serial_no = 4").Replace(disk)
	if err := os.WriteFile(s.ConfigPath, []byte(theirs), 0o640); err != nil {
		t.Fatal(err)
	}
	b.Open("/review")
	b.Until(`document.querySelectorAll('.clash').length === 1`)
	shown(b, "/review", "merge")
	browser.Eval[bool](b, `document.querySelector('.clash input[value=theirs]').click() || true`)
	b.Press(`.merge button`)
	b.Until(`document.querySelector('#apply') && document.querySelector('.flash') && ` + planned)
	b.Check("merged")

	// Applied, watched, confirmed.
	browser.Eval[bool](b, `!!(document.getElementById('note').value = 'more for lvs-03')`)
	b.Press(`#apply button`)
	left("1:00")
	passed.Add(int64(20 * time.Second))
	left("0:40")
	p.change(time.Now(), func(s *control.Snapshot) {
		s.Trouble = append(s.Trouble, "http_server: real server lvs-03 (10.8.8.33:80) is down: timeout")
	})
	s.changer.beat(t.Context(), false)
	b.Until(`document.getElementById('progress').innerText.includes('lvs-03')`)
	shown(b, "/change", "change")
	b.Press(`form[action="/change/confirm"] button`)
	b.Until(`document.querySelector('.note.ok')?.innerText.includes('Confirmed by piranha')`)
	b.Check("change-confirmed")

	// The next one is not confirmed in time: the open page shows it by itself.
	edit(t, s, "piranha", "weight = 7", "weight = 9")
	b.Open("/review")
	b.Until(planned)
	b.Press(`#apply button`)
	left("1:00")
	passed.Add(int64(time.Minute))
	left("0:00")
	s.changer.beat(t.Context(), false)
	b.Until(`document.querySelector('.note.wait')?.innerText.includes('Nobody confirmed it in time')`)
	shown(b, "/change", "change-rolled-back")
	if got := readFile(t, s.ConfigPath); !strings.Contains(got, "weight = 7") {
		t.Errorf("lvs.cf is\n%s", got)
	}

	// The history of all this.
	b.Open("/history")
	b.Until(`document.querySelectorAll('.revisions tbody tr').length === 4`)
	shown(b, "/history", "history")
	browser.Eval[bool](b, `document.querySelector('input[name=a][value="1"]').click() || true`)
	b.Press(`.revisions button`)
	b.Until(`location.pathname === '/history/compare'`)
	b.Check("history-compare-light")
	b.Window(390, 844, "dark")
	b.Check("history-compare-narrow")
	b.Window(1440, 900, "light")
	b.Open("/history/revision?id=1")
	b.Check("history-revision")
	b.Press(`form[action="/history/restore"] button`)
	b.Until(`location.pathname === '/review' && ` + planned)
	b.Press(`a[href="/review/discard"]`)
	b.Until(`location.pathname === '/review/discard'`)
	shown(b, "/review/discard", "discard")
}

func TestBrowserViewer(t *testing.T) {
	s, _ := newConsole(t, true)
	withSecret(t, s)
	if err := s.Store.AddUser(t.Context(), "vera", store.Viewer, password); err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t, s)
	b.LogIn("/configuration", "vera", password)
	b.Until(`document.querySelector('.file').innerText.includes('check_password = ***')`)
	b.Check("configuration-viewer")
}
