package browser

import "fmt"

// Fill types text into the field that a CSS selector selects, in place of what
// it holds, as a person would: it gets the focus and real input events.
func (b *Browser) Fill(sel, text string) {
	b.t.Helper()
	b.field(sel, `e.focus(); e.select()`)
	if text == "" {
		b.field(sel, `document.execCommand('delete')`)
		return
	}
	b.command("Input.insertText", map[string]any{"text": text})
}

// Choose takes an option, by its value, of the list that a CSS selector
// selects.
func (b *Browser) Choose(sel, value string) {
	b.t.Helper()
	b.field(sel, fmt.Sprintf(`e.value = %q;
		if (e.value !== %[1]q) throw new Error('no option ' + %[1]q);
		e.dispatchEvent(new Event('change', {bubbles: true}))`, value))
}

// Tick sets or clears the box that a CSS selector selects, by a click.
func (b *Browser) Tick(sel string, on bool) {
	b.t.Helper()
	b.field(sel, fmt.Sprintf(`if (e.checked !== %t) e.click()`, on))
}

// Text is what can be read in the first element that a CSS selector selects.
func (b *Browser) Text(sel string) string {
	b.t.Helper()
	return b.field(sel, `return e.innerText`)
}

// field has a script work on the element e, which a CSS selector selects.
func (b *Browser) field(sel, script string) string {
	b.t.Helper()
	return Eval[string](b, fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		if (!e) throw new Error('the page has no ' + %[1]q);
		e.scrollIntoView({block: 'center'});
		const said = (() => { %s })();
		return said === undefined ? '' : said;
	})()`, sel, script))
}

// Fail ends the test, with a picture of what was to be seen.
func (b *Browser) Fail(format string, args ...any) {
	b.t.Helper()
	b.Picture("failed")
	b.t.Fatalf(format, args...)
}
