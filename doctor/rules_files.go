package doctor

import (
	"fmt"
	"strings"
)

// configRules judge what lvs.cf says by itself.
func configRules(f *Facts, to *Findings) {
	if f.Config == nil {
		if !f.Root && !f.file(fileConfig).there() || strings.Contains(f.ConfigError, "permission denied") {
			f.unseen("lvs.cf: " + f.ConfigError)
			return
		}
		to.add(Error, f.ConfigPath, "it cannot be used: "+f.ConfigError,
			"pulse does not start, and a running one does not reload", "pulse check "+f.ConfigPath)
		return
	}
	if n := len(f.Warnings); n > 0 {
		to.add(Hint, f.ConfigPath, fmt.Sprintf("%d warnings, the first: %s", n, f.Warnings[0]),
			"something in it may not do what its author means", "pulse check "+f.ConfigPath)
	}
	if f.Config.Primary == "" {
		to.add(Error, f.ConfigPath, "it has no primary", "no router can tell which of the two it is", "lvs.cf: primary = ADDRESS")
	}
	if !f.Config.BackupActive {
		to.add(Hint, f.ConfigPath, "there is no backup router", "when this machine fails nobody takes over",
			"lvs.cf: backup = ADDRESS and backup_active = 1")
	}
	if len(f.services()) == 0 {
		to.add(Error, f.ConfigPath, "no "+f.kind()+" is active", "there is nothing to serve", "lvs.cf: active = 1 in a "+f.kind()+" block")
	}
}

// fileRules judge modes and owners.
func fileRules(f *Facts, to *Findings) {
	key := f.file(fileKey)
	if key.there() {
		if key.Mode.Perm()&0o077 != 0 {
			to.add(Error, key.Path, fmt.Sprintf("others than root may read or write it (mode %04o)", key.Mode.Perm()),
				"who has the key can take the addresses away; pulse refuses such a key", "chmod 600 "+key.Path)
		}
		if key.UID != 0 {
			to.add(Error, key.Path, fmt.Sprintf("it belongs to user %d, not to root", key.UID),
				"its owner can give itself the right to read it; pulse refuses such a key", "chown root "+key.Path)
		}
	} else if f.Config != nil && f.Config.BackupActive && !f.blindIn(fileFolder) {
		to.add(Hint, key.Path, "there is no key", "anybody on the network can forge heartbeats; right for a partner that runs Piranha",
			"pulse keygen, then copy the file to the other router")
	}
	if cf := f.file(fileConfig); cf.there() {
		if cf.Mode.Perm()&0o002 != 0 {
			to.add(Error, cf.Path, fmt.Sprintf("everybody may write it (mode %04o)", cf.Mode.Perm()),
				"it names commands that root runs", "chmod 640 "+cf.Path)
		}
		if f.Secrets && cf.Mode.Perm()&0o004 != 0 {
			to.add(Warning, cf.Path, fmt.Sprintf("it has passwords, and everybody may read it (mode %04o)", cf.Mode.Perm()),
				"every user of this machine knows them", "chmod 640 "+cf.Path)
		}
	}
	for _, what := range []string{fileFolder, fileRun, fileState} {
		dir := f.file(what)
		if dir.there() && dir.Mode.Perm()&0o002 != 0 {
			to.add(Error, dir.Path, fmt.Sprintf("everybody may write into it (mode %04o)", dir.Mode.Perm()),
				"who can replace its files can do as root", "chmod o-w "+dir.Path)
		}
		if dir.there() && dir.Symlink && what != fileRun {
			to.add(Hint, dir.Path, "it is a symbolic link", "whoever can change the link changes what pulse runs by",
				"make it a folder: pulse reads what is there at each reload")
		}
	}
	if s := f.file(fileSocket); s.there() && s.Mode.Perm()&0o006 != 0 {
		to.add(Error, s.Path, fmt.Sprintf("everybody may speak to pulse (mode %04o)", s.Mode.Perm()),
			"any user can take servers out of service", "chmod 660 "+s.Path)
	}
}

// blindIn tells whether a file's folder could not be looked into.
func (f *Facts) blindIn(what string) bool {
	return !f.Root && f.file(what).there() && f.file(what).Mode.Perm()&0o001 == 0
}
