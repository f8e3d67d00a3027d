#!/usr/bin/env bash
# Installs what this checkout needs and the machine lacks, and says what that is.
#
#   scripts/setup.sh run      to build for this machine and run
#   scripts/setup.sh build    and to build for the other architecture too
#   scripts/setup.sh test     and to run every test
#
# Debian's packages come by apt, everything else by the lock file into node_modules. Nothing else is
# touched, and a second call finds nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/packages.sh
. scripts/packages.sh
level=${1:-run}

say() { printf 'setup: %s\n' "$*"; }

packages=(gcc libc6-dev libturbojpeg0 libyuv0 curl)
case $level in
run) ;;
build | test) packages+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross) ;;&
# The lab and the arm64 checks bring their own (scripts/lab-setup.sh, scripts/arm64-root.sh).
test)
	packages+=(libjpeg-turbo-progs shellcheck libxkbcommon-dev xkb-data libx11-data systemd)
	# What the page is tested in, and a font for what it says.
	packages+=(chromium fonts-dejavu-core)
	# What watches cameras by their URL reads a stream as this does.
	packages+=(ffmpeg)
	# Text recognition, which linkrd has where this is installed.
	packages+=(tesseract-ocr)
	# A card whose power is cut: its file system, and the server that makes a disk of it.
	packages+=(e2fsprogs qemu-system-common qemu-utils)
	# It writes a journal for linkrd to read; nothing of it is started.
	packages+=(systemd-journal-remote)
	;;
build) ;;
*)
	say "unknown level '$level': run, build or test" >&2
	exit 2
	;;
esac

install_missing "${packages[@]}"

# Bun is pinned in package.json. npm brings it when nothing else has; then it installs the rest.
bun_version=$(sed -n 's/.*"bun": "\([0-9.]*\)".*/\1/p' package.json)
bun=node_modules/.bin/bun
if [ ! -x "$bun" ] || [ "$("$bun" --version)" != "$bun_version" ]; then
	if command -v bun >/dev/null; then
		bootstrap=$(command -v bun)
	else
		if ! command -v npm >/dev/null; then
			say "installing npm, which brings Bun"
			as_root apt-get -qq update
			as_root env DEBIAN_FRONTEND=noninteractive \
				apt-get -qq install -y --no-install-recommends npm >/dev/null
		fi
		say "fetching Bun $bun_version"
		npm install --silent --no-fund --no-audit --prefix build/bun "bun@$bun_version" >/dev/null
		bootstrap=build/bun/node_modules/.bin/bun
	fi
	say "installing node_modules by the lock file"
	"$bootstrap" install --frozen-lockfile --silent
fi
"$bun" install --frozen-lockfile --silent

# promtool alone: the package it comes in is large, and starts a service.
promtool=build/promtool/usr/bin/promtool
if [ "$level" = test ] && [ ! -x $promtool ]; then
	say "fetching promtool out of Debian's prometheus into build/; nothing of it is installed"
	rm -rf build/promtool
	mkdir -p build/promtool
	download() { (cd build/promtool && apt-get -qq download prometheus 2>/dev/null); }
	download || { as_root apt-get -qq update && download; }
	dpkg-deb --fsys-tarfile build/promtool/prometheus_*.deb |
		tar -xf - -C build/promtool ./usr/bin/promtool
	rm build/promtool/prometheus_*.deb
fi
