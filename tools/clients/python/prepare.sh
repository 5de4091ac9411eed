#!/usr/bin/env bash
# Prepares a Python that has InfluxData's client, keeps it in the user's cache folder, and prints its path on standard output.
# Needs Python 3 with its venv module; takes some seconds once, and nothing afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/fluxauth/client-python
place=$cache/$({ python3 --version && cat requirements.txt prepare.sh; } | sha256sum | cut -c 1-12)
mkdir -p "$cache"

# One at a time: the next one finds what the first one made.
exec 9>"$cache/lock"
flock 9
if [ ! -e "$place/ready" ]; then
  rm -rf "$place"
  python3 -m venv "$place" >&2
  "$place/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r requirements.txt >&2
  touch "$place/ready"
fi
echo "$place/bin/python"
