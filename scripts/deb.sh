#!/usr/bin/env bash
# Packs dist/linkrd-ARCH as dist/linkrd_VERSION_ARCH.deb, for each architecture named (x64, arm64).
#
# The same commit packed twice is the same file: times are the commit's, owners are root.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n 's/.*"version": "\(.*\)".*/\1/p' package.json)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH

debian_name() {
	case $1 in
	x64) echo amd64 ;;
	arm64) echo arm64 ;;
	*)
		echo "deb: unknown architecture '$1': x64 or arm64" >&2
		return 2
		;;
	esac
}

# What lies where on the device; the SD image takes the same folder.
tree() {
	local binary=$1 root=$2
	install -Dm755 "$binary" "$root/usr/bin/linkrd"
	install -Dm644 -t "$root/usr/lib/systemd/system" packaging/linkrd.service \
		packaging/linkrd-gadget.service
	install -Dm644 -t "$root/usr/lib/udev/rules.d" packaging/60-linkrd.rules
	install -Dm644 packaging/sysusers.conf "$root/usr/lib/sysusers.d/linkrd.conf"
	install -Dm644 packaging/tmpfiles.conf "$root/usr/lib/tmpfiles.d/linkrd.conf"
	install -Dm644 -t "$root/etc/linkrd" config/linkrd.toml
	install -Dm644 -t "$root/usr/share/doc/linkrd" README.md CHANGELOG.md NOTICE
	install -Dm644 -t "$root/usr/share/doc/linkrd/docs" docs/*.md
	install -Dm644 LICENSE "$root/usr/share/doc/linkrd/copyright"
}

pack() {
	local arch root file
	arch=$(debian_name "$1")
	root=build/deb/$arch
	file=dist/linkrd_${version}_$arch.deb
	rm -rf "$root"
	tree "dist/linkrd-$1" "$root"
	mkdir "$root/DEBIAN"
	install -m755 -t "$root/DEBIAN" packaging/deb/postinst packaging/deb/prerm packaging/deb/postrm
	echo /etc/linkrd/linkrd.toml >"$root/DEBIAN/conffiles"
	sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$arch/" \
		-e "s/@SIZE@/$(du -sk --apparent-size "$root" | cut -f1)/" \
		packaging/deb/control >"$root/DEBIAN/control"
	find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
	dpkg-deb -Zzstd -z12 --root-owner-group --build "$root" "$file" >/dev/null
	echo "deb: $file, $(($(stat -c %s "$file") / 1000000)) MB"
}

[ $# -gt 0 ] || set -- x64 arm64
for arch in "$@"; do pack "$arch"; done
