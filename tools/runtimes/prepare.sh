#!/usr/bin/env bash
# Gets the runtimes that are named beside this file, keeps them in the user's cache folder, and prints the folder of their programs (bun,
# deno, workerd, node22, node24, node26) on standard output. Needs Node with npx, on Linux; takes half a minute once, and nothing afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/fluxauth/runtimes
files=(package.json pnpm-lock.yaml pnpm-workspace.yaml prepare.sh)
place=$cache/$(cat "${files[@]}" | sha256sum | cut -c 1-12)
mkdir -p "$cache"

# One at a time: the next one finds what the first one made.
exec 9>"$cache/lock"
flock 9
if [ ! -e "$place/ready" ]; then
  rm -rf "$place"
  mkdir -p "$place/bin"
  cp "${files[@]}" "$place"
  (cd "$place" && npx -y pnpm@10 install --frozen-lockfile --ignore-scripts) >&2
  # For each program the package of this machine's processor alone was installed.
  for package in "$place"/node_modules/{@cloudflare,@deno,@oven}/* "$place"/node_modules/node*; do
    name=$(basename "$package")
    case $package in
      */@cloudflare/*) program=bin/workerd name=workerd ;;
      */@deno/*) program=deno name=deno ;;
      */@oven/*) program=bin/bun name=bun ;;
      *) program=bin/node name=${name%-*} ;;
    esac
    chmod +x "$package/$program"
    ln -s "$package/$program" "$place/bin/$name"
  done
  touch "$place/ready"
fi
echo "$place/bin"
