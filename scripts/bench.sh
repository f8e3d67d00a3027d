#!/usr/bin/env bash
# Runs every benchmark, test/bench/*.ts, or those named (tokens …), one after the other. Each prints
# a table and leaves its numbers in build/bench.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"

run() {
	printf '\n== %s\n' "$1"
	bun "test/bench/$1.ts"
}

if [ $# -gt 0 ]; then
	for name in "$@"; do run "$name"; done
	exit
fi
for file in test/bench/*.ts; do run "$(basename "$file" .ts)"; done
