#!/usr/bin/env bash
# Builds the SD image from Debian packages and linkrd's own: dist/linkrd-VERSION-arm64.img.xz, with
# its SHA-256, the list of its packages and an SBOM beside it. The same commit with the same Debian
# packages gives the same bytes.
#
# The Debian below it and the capture drivers are kept (scripts/image-base.sh, image-drivers.sh).
# Needs dist/linkrd_VERSION_arm64.deb.
set -euo pipefail
cd "$(dirname "$0")/.."
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
out=$PWD/build/image
version=$(sed -n 's/.*"version": "\(.*\)".*/\1/p' package.json)
name=linkrd-$version-arm64
image=$out/$name.img

say() { printf 'image: [%4d s] %s\n' "$SECONDS" "$*"; }

scripts/image-base.sh
scripts/image-drivers.sh
say "the root: Debian's base, linkrd's package, image/overlay"
scripts/image-namespace.sh scripts/image-root.sh "$out/work" "$PWD/dist/linkrd_${version}_arm64.deb"
say "the boot partition"
scripts/image-boot.sh "$out/boot"
scripts/image-disk.sh "$out/boot" "$image"
rm -rf "${out:?}/boot" "${out:?}/work"
say "image: $(($(stat -c %s "$image") >> 20)) MiB, of which $(($(stat -c %b "$image") >> 11)) used"

say "packing it for the way: about a minute"
mkdir -p dist
# Two threads whatever the machine has: the number of blocks is part of the bytes.
xz --threads=2 -3 --keep --force --stdout "$image" >"dist/$name.img.xz"
cut -f 1-3 "$out/packages.tsv" >"dist/$name.packages.tsv"
node_modules/.bin/bun scripts/image-sbom.ts "$out/packages.tsv" "$name" "$SOURCE_DATE_EPOCH" \
	>"dist/$name.cdx.json"
(cd dist && sha256sum "$name.img.xz" >"$name.img.xz.sha256")
say "dist/$name.img.xz: $(($(stat -c %s "dist/$name.img.xz") / 1000000)) MB"
