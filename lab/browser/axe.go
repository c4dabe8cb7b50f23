package browser

import (
	_ "embed"

	"github.com/chromedp/chromedp"
)

// axeCore is axe-core 4.14.1 (https://github.com/dequelabs/axe-core) as
// published, under the Mozilla Public License 2.0 in axe/LICENSE; parts of
// others are under those in axe/LICENSE-3RD-PARTY.txt. Tests alone use it.
//
//go:embed axe/axe.min.js
var axeCore string

// axeJS returns what axe-core finds on a page by the rules of WCAG 2.0 to 2.2,
// levels A and AA, and by those that its makers add: rule, element, why.
//
//go:embed axe.js
var axeJS string

// axe returns what is wrong with the page for those who use it with other
// senses or other hands. The debugger brings axe-core in, so the page's policy
// does not see it.
func (b *Browser) axe() []string {
	b.t.Helper()
	if !Eval[bool](b, `typeof axe === 'object'`) {
		Eval[bool](b, axeCore+";\ntrue")
	}
	return Eval[[]string](b, axeJS, chromedp.EvalAwaitPromise)
}
