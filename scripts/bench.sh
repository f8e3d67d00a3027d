#!/usr/bin/env bash
# Runs every benchmark, test/bench/*.ts, or those named (tokens video …), one after the other. Each
# prints a table and leaves its numbers in build/bench. What linkrd is measured beside comes from
# Debian's packages, and kvmd from the checkout that KVMD names, if it does.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/packages.sh
. scripts/packages.sh
export PATH="$PWD/node_modules/.bin:$PATH"

say() { printf 'bench: %s\n' "$*"; }

packages=(ustreamer libjpeg-turbo-progs wrk chromium fonts-dejavu-core)
if [ -n "${KVMD:-}" ]; then
	# What the server of kvmd imports.
	packages+=(python3-aiofiles python3-aiohttp python3-bcrypt python3-dbus-next python3-passlib)
	packages+=(python3-pil python3-psutil python3-pygments python3-pyotp python3-setproctitle)
	packages+=(python3-systemd python3-xlib python3-yaml python3-zstandard)
fi
install_missing "${packages[@]}"

run() {
	printf '\n== %s\n' "$1"
	bun "test/bench/$1.ts"
}

if [ $# -gt 0 ]; then
	for name in "$@"; do run "$name"; done
	exit
fi
for file in test/bench/*.ts; do run "$(basename "$file" .ts)"; done
