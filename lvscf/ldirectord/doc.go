// Package ldirectord turns ldirectord.cf into lvs.cf.
//
// It reads the file as ldirectord(8) of ClusterLabs' resource-agents 4.x
// describes it: virtual and virtual6 with their real servers, fallbacks and
// checks. What lvs.cf has no word for is returned as a Note of its line;
// nothing is dropped in silence.
package ldirectord
