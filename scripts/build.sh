#!/usr/bin/env bash
# Builds dist/linkrd-ARCH for each architecture named (x64, arm64), and dist/linkrd for this
# machine.
#
# One file each: Bun, the program and its two kinds of threads, parsed already, and inside it the
# page, bundled here, and the native library, compiled here. The last architecture built is this
# machine's, so that build/sys.so, which tests and the dev tools load, fits it.
set -euo pipefail
cd "$(dirname "$0")/.."

case $(uname -m) in
x86_64) host=x64 ;;
aarch64) host=arm64 ;;
*)
	echo "build: Bun runs on x86_64 and aarch64 alone, not on $(uname -m)" >&2
	exit 1
	;;
esac

# What stands for the time of the build is the time of the commit, so that two builds are the same.
built_at=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
commit=$(git describe --always --dirty --abbrev=10 2>/dev/null || echo unknown)

compiler_for() {
	case $1 in
	"$host") echo gcc ;;
	arm64) echo aarch64-linux-gnu-gcc ;;
	x64) echo x86_64-linux-gnu-gcc ;;
	esac
}

build() {
	mkdir -p build dist
	"$(compiler_for "$1")" -std=c17 -O3 -Wall -Wextra -Werror -Wconversion -fvisibility=hidden \
		-fPIC -shared -Wl,-z,relro,-z,now -o build/sys.so \
		native/sys.c native/changes.c native/standstill.c native/range.c native/deliver.c
	[ "${2:-}" != native ] || return 0
	node_modules/.bin/bun build --compile --target="bun-linux-$1" --outfile "dist/linkrd-$1" \
		--no-compile-autoload-dotenv --no-compile-autoload-bunfig --bytecode --format=esm \
		--define LINKRD_BUILT_AT="$built_at" --define LINKRD_COMMIT="\"$commit\"" \
		src/main.ts src/video/worker.ts src/simulated/worker.ts src/hid/worker.ts >/dev/null
	echo "build: dist/linkrd-$1, $(($(stat -c %s "dist/linkrd-$1") / 1000000)) MB"
}

node_modules/.bin/bun scripts/web.ts
if [ "${1:-}" = native ]; then
	build "$host" native
	exit
fi
wanted=" ${*:-x64 arm64} "
for arch in x64 arm64; do
	[ "$arch" = "$host" ] || [[ $wanted != *" $arch "* ]] || build "$arch"
done
build "$host"
ln -f "dist/linkrd-$host" dist/linkrd
