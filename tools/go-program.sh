#!/usr/bin/env bash
# Builds a program of the Go module in the working folder, keeps it in the user's cache folder, and prints its path on standard output.
# Usage: go-program.sh NAME PACKAGE [FLAG...]
set -euo pipefail
name=$1 package=$2
shift 2

shopt -s nullglob # a module of requirements alone has no file of Go
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fluxauth/$name
program=$cache/$(cat go.mod go.sum ./*.go build.sh | sha256sum | cut -c 1-12)/$name
mkdir -p "$cache"

# One at a time: the next one finds what the first one made.
exec 9>"$cache/lock"
flock 9
if [ ! -x "$program" ]; then
  echo "building $name" >&2
  mkdir -p "$(dirname "$program")"
  GOTOOLCHAIN=local GOFLAGS='-mod=readonly -buildvcs=false' CGO_ENABLED=0 go build "$@" -o "$program.new" "$package" >&2
  mv "$program.new" "$program"
fi
echo "$program"
