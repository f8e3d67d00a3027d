#!/bin/sh
# Builds the modules and overlays, inside the tools that scripts/image-drivers.sh has fetched.
set -eu
kernel=$1
export KBUILD_BUILD_TIMESTAMP="@$2"
cd /build

apt-get download -qq -o APT::Sandbox::User=root "linux-headers-$kernel:arm64"
dpkg --extract "linux-headers-$kernel"_*.deb /

source=$(basename /usr/src/linux-source-*.tar.xz .tar.xz)
sed "s#^#$source/#" modules/files |
	tar -C modules --transform='s#.*/##' -xJf "/usr/src/$source.tar.xz" --files-from=-
mkdir out
make -s -j"$(nproc)" -C "/usr/src/linux-headers-$kernel" M=/build/modules ARCH=arm64 \
	CROSS_COMPILE=aarch64-linux-gnu- CC=aarch64-linux-gnu-gcc-14 modules
aarch64-linux-gnu-strip --strip-debug modules/*.ko
cp modules/*.ko out/

for overlay in overlays/*.dtso; do
	[ -e "$overlay" ] || continue
	name=$(basename "$overlay" .dtso)
	dtc -q -@ -I dts -O dtb -o "out/$name.dtbo" "$overlay"
done

for module in out/*.ko; do
	echo "drivers: $(basename "$module"), $(modinfo --field vermagic "$module")"
done
