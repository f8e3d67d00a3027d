#!/usr/bin/env bash
# Runs every benchmark, test/bench/*.ts, or those named (tokens video …), one after the other. Each
# prints a table and leaves its numbers in build/bench. What linkrd is measured beside comes from
# Debian's packages.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

missing=()
for package in ustreamer libjpeg-turbo-progs wrk chromium fonts-dejavu-core; do
	status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
	[ "$status" = "ii " ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
	printf 'bench: installing Debian packages: %s\n' "${missing[*]}"
	as_root apt-get -qq update
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
fi

run() {
	printf '\n== %s\n' "$1"
	bun "test/bench/$1.ts"
}

if [ $# -gt 0 ]; then
	for name in "$@"; do run "$name"; done
	exit
fi
for file in test/bench/*.ts; do run "$(basename "$file" .ts)"; done
