#!/usr/bin/env bash
# Builds a Telegraf with the few plugins that its snippets are tried with, and prints its path.
# Needs Go 1.24 or newer; takes a minute or two once, and nothing afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
version=$(sed -n 's|^require github.com/influxdata/telegraf v\([^ ]*\)$|\1|p' go.mod)
plugins=custom,inputs.file,outputs.influxdb,outputs.influxdb_v2,parsers.influx
exec ../go-program.sh telegraf github.com/influxdata/telegraf/cmd/telegraf -tags "$plugins" \
  -ldflags "-s -w -X github.com/influxdata/telegraf/internal.Version=$version"
