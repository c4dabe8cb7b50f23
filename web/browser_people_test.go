package web

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"pacu/lab/browser"
	"pacu/store"
)

// views takes pictures of the page that is open, and checks it: light, dark,
// narrow, and in Chinese.
func views(b *browser.Browser, name string) {
	b.Check(name + "-light")
	b.Window(1440, 900, "dark")
	b.Check(name + "-dark")
	b.Window(390, 844, "light")
	b.Check(name + "-narrow")
	b.Window(1440, 900, "light")
	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh'`)
	b.Check(name + "-zh")
	b.Window(1440, 900, "dark")
	b.Check(name + "-zh-dark")
	b.Window(1440, 900, "light")
	b.Press(`.languages a[lang=en]`)
	b.Until(`document.documentElement.lang === 'en'`)
}

func says(words string) string {
	return fmt.Sprintf(`document.querySelector('.flash')?.innerText.includes(%q)`, words)
}

func TestBrowserFirstSetup(t *testing.T) {
	s, _ := newConsoleWithoutUsers(t, true)
	b := openBrowser(t, s)
	b.Open("/")
	b.Until(`location.pathname === '/setup'`)
	views(b, "setup")
	b.Fill("#token", "1234-1234-1234-1234")
	b.Fill("#new", password)
	b.Fill("#again", password)
	b.Press(`form[action="/setup"] button`)
	b.Until(`document.getElementById('token-wrong')?.innerText.includes('This token is not right')`)
	b.Check("setup-wrong")
	token, err := s.Store.NewSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.Fill("#token", token)
	b.Fill("#new", password)
	b.Fill("#again", password)
	b.Press(`form[action="/setup"] button`)
	b.Until(`location.pathname === '/monitoring' && ` + says("You are the first administrator"))
}

func TestBrowserPeople(t *testing.T) {
	s, _ := newConsole(t, true)
	ctx := t.Context()
	b := openBrowser(t, s)
	b.LogIn("/users", "piranha", password)

	// A mistake, and then not.
	b.Fill("#user", "li.wei")
	b.Fill("#new", "password1")
	b.Fill("#again", "password1")
	b.Press(`form[action="/users"] button`)
	b.Until(`document.getElementById('new-wrong')?.innerText.includes('too easy to guess')`)
	b.Check("users-wrong")
	b.Fill("#new", "seven blue lamps")
	b.Fill("#again", "seven blue lamps")
	b.Press(`form[action="/users"] button`)
	b.Until(says("User li.wei is added."))
	for _, name := range []string{"anna", "jürgen", "sofia"} {
		name = strings.ReplaceAll(name, "ü", "ue")
		if err := s.Store.AddUser(ctx, name, store.Operator, "seven blue lamps"); err != nil {
			t.Fatal(err)
		}
	}
	for range 7 {
		if err := s.Store.Failed(ctx, "sofia"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Store.SetTOTP(ctx, "anna", store.NewTOTPSecret()); err != nil {
		t.Fatal(err)
	}
	b.Open("/users")
	views(b, "users")
	b.Press(`a[href="/user?u=anna"]`)
	b.Until(`location.search === '?u=anna'`)
	views(b, "user")
	b.Open("/user?u=piranha")
	b.Check("user-self")

	// Every way of using other people's accounts.
	b.Open("/user?u=li.wei")
	b.Choose("#role", "operator")
	b.Press(`form[action="/user/role"] button`)
	b.Until(says("li.wei now has the role of operator."))
	b.Tick(`input[name=sure]`, true)
	b.Press(`form[action="/user/delete"] button`)
	b.Until(`location.pathname === '/users' && ` + says("User li.wei is deleted."))

	// One's own account: one-time codes, and a token that is shown once.
	b.Open("/account")
	b.Fill("#totp-now", password)
	b.Press(`form[action="/account/totp"] button`)
	b.Until(`location.pathname === '/account/totp' && document.querySelector('.qr').naturalWidth > 0`)
	views(b, "totp")
	secret := strings.ReplaceAll(browser.Eval[string](b, `document.querySelector('.command').innerText`), " ", "")
	b.Fill("#code", "000000")
	b.Press(`form[action="/account/totp/confirm"] button`)
	b.Until(`document.getElementById('code-wrong')?.innerText.includes('not the code')`)
	b.Check("totp-wrong")
	b.Fill("#code", code(t, secret, 0))
	b.Press(`form[action="/account/totp/confirm"] button`)
	b.Until(says("One-time codes are on."))
	b.Fill("#name", "nightly backup")
	b.Press(`form[action="/account/tokens"] button`)
	b.Until(`document.querySelector('.note .command')?.innerText.startsWith('pacu_')`)
	b.Check("token-made")
	b.Open("/account")
	if browser.Eval[bool](b, `document.body.innerText.includes('pacu_')`) {
		t.Error("the token is shown twice")
	}
	if _, _, err := s.Store.NewToken(ctx, "anna", "dashboard of the NOC", store.Viewer, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	other := visit(t, s.Handler())
	if err := s.Store.Succeeded(ctx, "sofia"); err != nil {
		t.Fatal(err)
	}
	other.loginAs("sofia", "seven blue lamps")
	views(b, "account")
	b.Open("/sessions")
	views(b, "sessions")
	b.Open("/tokens")
	views(b, "tokens")

	s.Store.Record(context.Background(), store.Entry{
		Who: "anna", What: "save", Object: "lvs.cf", Note: "serial 4: one server more", Client: "10.8.8.7",
		Before: "server lvs-03 {\n    address = 10.8.8.33\n    active = 1\n}\n", After: "server lvs-03 {\n    address = 10.8.8.33\n    active = 1\n    weight = 2\n}\n",
	})
	b.Open("/audit")
	b.Do(chromedp.Click(chromedp.CSS(`.audit summary`)))
	b.Check("audit-open")
	views(b, "audit")
	b.Fill("#text", "nothing like it")
	b.Press(`form[action="/audit"] button`)
	b.Until(`document.querySelector('.note')?.innerText.includes('Nothing here matches.')`)
	b.Check("audit-none")

	// Out, and in again by two steps.
	b.Press(`form[action="/logout"] button`)
	b.Open("/login?next=/audit%3Fwho%3Danna")
	b.Until(`document.activeElement.id === 'user'`)
	b.Keys("piranha\t" + password + "\r")
	b.Until(`location.pathname === '/login/code'`)
	views(b, "code")
	b.Fill("#code", "123")
	b.Press(`form[action="/login/code"] button`)
	b.Until(`document.getElementById('code-wrong')?.innerText.includes('This code is not right')`)
	b.Check("code-wrong")
	b.Fill("#code", code(t, secret, 1))
	b.Press(`form[action="/login/code"] button`)
	b.Until(`location.pathname === '/audit' && location.search === '?who=anna'`)
}

// code is the one-time code of secret, so many steps of 30 s from now.
func code(t *testing.T, secret string, steps int) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
