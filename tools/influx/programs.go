//go:build tools

// Package influx names the program that is built from this module, so that `go mod tidy` keeps what it needs.
package influx

import _ "github.com/influxdata/influx-cli/v2/cmd/influx"
