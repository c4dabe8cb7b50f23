// Package peer reaches the other router of a pair over ssh: it looks at what is
// there, and puts this router's lvs.cf and heartbeat key in their places.
//
// It logs in with a key of the console's own (Identity) to a host whose key an
// administrator has confirmed (KnownHosts), moves files by sftp
// (draft-ietf-secsh-filexfer-02, with OpenSSH's extensions) and runs nothing
// there but pulse, by command lines made of checked words alone. What is put
// there is staged in a folder that only the account there may enter, checked
// there by "pulse check", and takes its name in one step (posix-rename).
//
// Every step has a time limit, everything that is read has a bound, and every
// failure is an *Error: the host, the step, a Fault that says what to do.
package peer
