#!/usr/bin/env bash
# Builds the influx CLI that shares profiles with ours, keeps it in the user's cache folder, and prints its path on standard output.
# Needs Go 1.21 or newer; takes half a minute once, and nothing afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

version=$(sed -n 's|^require github.com/influxdata/influx-cli/v2 \(v[^ ]*\)$|\1|p' go.mod)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fluxauth/influx
program=$cache/$(cat go.mod go.sum build.sh | sha256sum | cut -c 1-12)/influx
mkdir -p "$cache"

# One at a time: the next one finds what the first one made.
exec 9>"$cache/lock"
flock 9
if [ ! -x "$program" ]; then
  mkdir -p "$(dirname "$program")"
  GOTOOLCHAIN=local GOFLAGS='-mod=readonly -buildvcs=false' CGO_ENABLED=0 \
    go build -ldflags "-s -w -X main.version=$version" -o "$program.new" github.com/influxdata/influx-cli/v2/cmd/influx >&2
  mv "$program.new" "$program"
fi
echo "$program"
