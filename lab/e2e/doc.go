// Package e2e tests the whole product as an operator uses it: a browser on the
// console of a running cluster.
package e2e
