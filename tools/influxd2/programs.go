//go:build tools

// Package influxd2 names the programs that are built from this module, so that `go mod tidy` keeps what they need.
package influxd2

import (
	_ "github.com/influxdata/influxdb/v2/cmd/influxd"
	_ "github.com/influxdata/pkg-config"
)
