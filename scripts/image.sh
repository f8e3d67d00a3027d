#!/usr/bin/env bash
# Builds the SD image from Debian packages and linkrd's own: dist/linkrd-VERSION-arm64.img.xz, with
# its SHA-256, the list of its packages and an SBOM beside it, and the same as an update for devices
# that have one, dist/linkrd-VERSION-arm64.raucb. The same commit with the same Debian packages and
# the same certificate gives the same bytes of the image.
#
#   KEY=update.key CERT=update.pem scripts/image.sh    signed by a key of yours (image-key.sh)
#
# VARIANT=rk3588 makes the one for RK3588 boards with an HDMI input, which has a newer kernel:
# dist/linkrd-VERSION-arm64-rk3588.img.xz.
#
# The Debian below it and the capture drivers are kept (scripts/image-base.sh, image-kernel.sh,
# image-drivers.sh). Needs dist/linkrd_VERSION_arm64.deb.
set -euo pipefail
cd "$(dirname "$0")/.."
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
export VARIANT=${VARIANT:-}
case $VARIANT in
'' | rk3588) ;;
*)
	echo "image: unknown variant '$VARIANT': rk3588, or none" >&2
	exit 2
	;;
esac
out=$PWD/build/image${VARIANT:+/$VARIANT}
version=$(sed -n 's/.*"version": "\(.*\)".*/\1/p' package.json)
name=linkrd-$version-arm64${VARIANT:+-$VARIANT}
image=$out/$name.img

say() { printf 'image: [%4d s] %s\n' "$SECONDS" "$*"; }

scripts/image-base.sh
[ -z "$VARIANT" ] || scripts/image-kernel.sh
scripts/image-drivers.sh
{ read -r _key && read -r cert; } < <(scripts/image-key.sh)
say "the root: Debian's base, linkrd's package, image/overlay"
scripts/image-namespace.sh scripts/image-root.sh "$out/work" \
	"$PWD/dist/linkrd_${version}_arm64.deb" "$cert"
say "the boot partition"
scripts/image-boot.sh "$out/boot" "$version"
scripts/image-disk.sh "$out/boot" "$image"
say "image: $(($(stat -c %s "$image") >> 20)) MiB, of which $(($(stat -c %b "$image") >> 11)) used"

say "packing it for the way: about a minute"
mkdir -p dist
compatible=$(sed -n 's/^compatible=//p' image/overlay/usr/lib/rauc/system.conf)${VARIANT:+-$VARIANT}
scripts/image-bundle.sh "$out/boot/a" "$out/root.sqfs" "$version" "$compatible" "dist/$name.raucb"
rm -rf "${out:?}/boot" "${out:?}/work"
# Two threads whatever the machine has: the number of blocks is part of the bytes.
xz --threads=2 -3 --keep --force --stdout "$image" >"dist/$name.img.xz"
cut -f 1-3 "$out/packages.tsv" >"dist/$name.packages.tsv"
node_modules/.bin/bun scripts/image-sbom.ts "$out/packages.tsv" "$name" "$SOURCE_DATE_EPOCH" \
	>"dist/$name.cdx.json"
for file in "$name.img.xz" "$name.raucb"; do
	(cd dist && sha256sum "$file" >"$file.sha256")
done
for file in "dist/$name.img.xz" "dist/$name.raucb"; do
	say "$file: $(($(stat -c %s "$file") / 1000000)) MB"
done
