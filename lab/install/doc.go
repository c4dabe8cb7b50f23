// Package install proves our packages and the guides to them: its tests install
// the built .deb on fresh Debian systems, the routers of a lab's network, and do
// word for word what docs/quick-start.md says.
//
// A guide is Markdown. What is typed stands in blocks like
//
//	```console title="lvs-01"
//	# pulse status
//	lvs-01 is ACTIVE (primary), ...
//	...
//	```
//
// The title is the machine, several with "and" between them, or "both" for the
// two routers. Lines that begin with "# " are typed, here-documents to their
// end. Below them is what is printed, if that matters: "..." alone stands for
// any lines, within a line for any text. Nothing else of a guide is looked at.
package install
