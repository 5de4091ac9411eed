#!/usr/bin/env bash
# Builds the program that uses InfluxData's Go client, and prints its path.
# Needs Go 1.19 or newer; takes some seconds once, and nothing afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec ../../go-program.sh client-go .
