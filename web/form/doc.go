// Package form makes forms of lvs.cf's directives, and edits of what the forms
// send back. It knows no HTML and no language: web/templates shows its Fields,
// web/text has their labels.
//
//   - Groups says which directives stand together on a page, in order.
//   - Fields makes the fields of a block, or of one that is yet to be made.
//   - Check says what is wrong with values that were typed; nothing changes.
//   - Look says what is wrong with the values that a block has.
//   - Apply checks them and writes what differs: comments, spelling and order
//     of all the rest stay. It returns ErrRefused, having changed nothing, when
//     one of its Problems is an error.
//   - Refill puts what was typed, and what is wrong with it, back into Fields.
//
// A control is named as its directive; the interface of an address has a control
// of its own, and so has the removal of a secret, see DeviceName and RemoveName.
// A name that the values lack is left alone, one with an empty value is unset.
// Names outside of the groups are never looked at.
//
// A handler's use:
//
//	groups := form.Groups(form.Virtual)
//	sections := form.Fields(block, groups...)          // GET
//	problems, err := form.Apply(file, nil, block, r.PostForm, groups...) // in desk.edit
//	if errors.Is(err, form.ErrRefused) {               // 422
//		sections = form.Refill(form.Fields(block, groups...), r.PostForm, problems)
//	}
package form
