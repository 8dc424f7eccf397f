//go:build tools

// Package kn pins Knative's client, as the tests drive it: the newest release that is one Go module.
package kn

import _ "knative.dev/client/cmd/kn"
