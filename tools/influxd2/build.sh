#!/usr/bin/env bash
# Builds the real InfluxDB 2 that tests talk to, keeps it in the user's cache folder, and prints its path on standard output.
# Needs Go 1.24 or newer, a stable Rust from rustup, and a C compiler; takes some minutes once, and nothing afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

version=$(sed -n 's|^\tgithub.com/influxdata/influxdb/v2 \(v[^ ]*\)$|\1|p' go.mod)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fluxauth/influxd2
program=$cache/$version-$(cat go.mod go.sum build.sh | sha256sum | cut -c 1-12)/influxd
mkdir -p "$cache"

# One build at a time: the next one finds what the first one made.
exec 9>"$cache/lock"
flock 9
if [ ! -x "$program" ]; then
  for tool in go rustup cargo cc; do
    command -v "$tool" >/dev/null || { echo "InfluxDB 2 cannot be built: no $tool on this machine" >&2; exit 1; }
  done
  work=$(mktemp -d "$cache/build-XXXXXX")
  trap 'rm -rf "$work"' EXIT

  export GOTOOLCHAIN=local GOFLAGS='-mod=readonly -buildvcs=false'
  # InfluxDB's Rust part is built by this pkg-config, with the stable Rust in place of one that its sources pin.
  go build -o "$work/pkg-config" github.com/influxdata/pkg-config
  export PKG_CONFIG=$work/pkg-config RUSTUP_TOOLCHAIN=stable
  # It denies warnings, which newer compilers have more of; RUSTFLAGS would not reach what its build script uses.
  printf '#!/bin/sh\nexec "$@" --cap-lints warn\n' >"$work/rustc"
  chmod +x "$work/rustc"
  export RUSTC_WRAPPER=$work/rustc

  echo "building InfluxDB $version, which takes some minutes" >&2
  go build -tags 'sqlite_foreign_keys,sqlite_json' -ldflags "-s -w -X main.version=$version" \
    -o "$work/influxd" github.com/influxdata/influxdb/v2/cmd/influxd >&2
  "$work/influxd" version >&2
  mkdir -p "$(dirname "$program")"
  mv "$work/influxd" "$program"
fi
echo "$program"
