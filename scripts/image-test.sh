#!/usr/bin/env bash
# Boots the image in an emulated board (test/image/boot), and uses it as its owner would.
#
#   [VARIANT=rk3588] scripts/image-test.sh [GROUP…]    first cards pi update cuts power, or all
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n 's/.*"version": "\(.*\)".*/\1/p' package.json)
packed=dist/linkrd-$version-arm64${VARIANT:+-$VARIANT}.img.xz
work=build/image-test
if [ ! -e "$packed" ]; then
	echo "image-test: $packed is missing: run make image" >&2
	exit 1
fi

# As it is flashed.
mkdir -p "$work"
(cd dist && sha256sum --quiet --check "${packed##*/}.sha256")
xzcat "$packed" | dd of="$work/flashed.img" bs=1M conv=sparse status=none
exec node_modules/.bin/bun test/image/boot/main.ts "$PWD/$work/flashed.img" "$@"
