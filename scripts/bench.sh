#!/usr/bin/env bash
# Runs every benchmark, test/bench/*.ts, or those named (tokens video …), one after the other. Each
# prints a table and leaves its numbers in build/bench. What linkrd is measured beside comes from
# Debian's packages.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/packages.sh
. scripts/packages.sh
export PATH="$PWD/node_modules/.bin:$PATH"

say() { printf 'bench: %s\n' "$*"; }

install_missing ustreamer libjpeg-turbo-progs wrk chromium fonts-dejavu-core

run() {
	printf '\n== %s\n' "$1"
	bun "test/bench/$1.ts"
}

if [ $# -gt 0 ]; then
	for name in "$@"; do run "$name"; done
	exit
fi
for file in test/bench/*.ts; do run "$(basename "$file" .ts)"; done
