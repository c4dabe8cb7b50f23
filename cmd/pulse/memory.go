package main

import (
	"os"
	"runtime/debug"
)

// hurry trades memory for time while the first table is loaded: a router that
// starts has nothing to serve with, and collecting garbage would be a good
// part of the work. GOGC in the environment has the last word.
func hurry() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// calm ends the hurry, and gives memory back.
func calm() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(100)
	}
	debug.FreeOSMemory()
}
