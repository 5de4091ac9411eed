#!/usr/bin/env bash
# Builds the influx CLI that shares profiles with ours, and prints its path.
# Needs Go 1.21 or newer; takes half a minute once, and nothing afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
version=$(sed -n 's|^require github.com/influxdata/influx-cli/v2 \(v[^ ]*\)$|\1|p' go.mod)
exec ../go-program.sh influx github.com/influxdata/influx-cli/v2/cmd/influx -ldflags "-s -w -X main.version=$version"
