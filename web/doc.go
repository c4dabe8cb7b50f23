// Package web is the console that Piranha's users know on port 3636: pages to
// watch a router pair and to change its lvs.cf.
//
// It has no privileges and touches no kernel. What it shows it asks of pulse
// over package control's socket; what it changes is lvs.cf, which pulse then
// reloads. It works while pulse is down, and says so.
//
// Pages are rendered on the server and work without JavaScript, but for live
// updates: those are server-sent events (HTML, 9.2) put in place by htmx.
//
// # Security
//
// The list is OWASP's ASVS, level 2. What holds it, and the test that says so:
//
//   - Nobody is in from the start. The first user is made with a token of the
//     router's own terminal: setup.go, TestSetup.
//   - A login is a password, and a one-time code (RFC 6238) where the user has
//     set one up. Until the code nothing is open: login.go,
//     TestLoginInTwoSteps. Guesses are slowed down by name, up to 15 minutes,
//     and by address; unknown names take as long: TestGuessingIsSlowedDown,
//     TestGuessingCodesIsSlowedDown.
//   - A session begins with a new token at the login and ends on the server:
//     by logout, an hour without use, 12 hours, a new password, the user's end,
//     or by hand. Its cookie is __Host-, Secure, HttpOnly, SameSite=Strict:
//     TestLogin, TestLoginRenewsTheToken, TestOwnSessions,
//     TestHeadersEverywhere.
//   - Every route, by every method, needs a session, but those listed: what
//     refuses stands before the router. Every route has a least role, looked up
//     for each request: TestEveryRouteNeedsALogin, TestEveryRoleHasItsLimits,
//     TestRoleCountsAtOnce. Viewers see no secret: TestViewersSeeNoSecrets.
//   - No other site has a browser do anything: TestCrossSiteIsRefused. Nor
//     does a login lead to one: TestOwnPage.
//   - The policy of content allows our own files alone and nothing inline, and
//     all that comes from outside is text on every page:
//     TestHeadersEverywhere, TestHostileText, which finds new forms by itself.
//   - Names go into queries and never into paths of files; no command is built
//     of anything; bodies are bounded: TestPathsLeadNowhereElse,
//     TestBodiesAreBounded.
//   - No secret is in the log or the audit: TestNoSecretsAnywhere. Who did
//     what is in the audit, before and after: TestAudit, TestUsers.
//   - Only some networks are served where Options.AllowFrom says so:
//     TestAllowFrom.
package web
