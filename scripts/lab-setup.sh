#!/usr/bin/env bash
# Prepares build/lab: Debian's stock kernel, unpacked and never installed, and an initramfs that
# boots it onto this machine's own root, read-only (test/lab/init.sh), with a driver of our own in
# it (test/lab/bridge). Run again, it does only what is missing.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/packages.sh
. scripts/packages.sh
lab=build/lab

say() { echo "lab-setup: $*" >&2; }

# The modules of the guest; vivid makes video0 single-planar and video1 multi-planar, each with one
# HDMI input and nothing else, video2 single-planar with two, so that one is powered when the other
# is not, and video3 a webcam.
modules='virtio_pci virtio_console 9p 9pnet_virtio overlay vivid dummy_hcd libcomposite usb_f_hid
  usbhid hid_generic evdev'
vivid='n_devs=4 num_inputs=1,1,2,1 input_types=0x3,0x3,0xf,0x0 node_types=0x1,0x1,0x1,0x1'
vivid="$vivid multiplanar=1,2,1,1"

packages=(gcc make libc6-dev libelf1 qemu-system-x86 busybox-static kmod v4l-utils
  libjpeg-turbo-progs evtest curl xz-utils libturbojpeg0 libyuv0 libxkbcommon-dev xkb-data
  libx11-data)

kernel_package() {
  apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9]\)/\1/p' |
    head -n 1
}

# The package goes into a folder of ours: /boot and /etc/kernel of this machine stay as they are.
unpack_kernel() {
  [ ! -e "$lab/vmlinuz" ] || return 0
  package=$(kernel_package)
  if [ -z "$package" ]; then
    say "refreshing the package lists, they know no linux-image-amd64"
    as_root apt-get update -qq >&2
    package=$(kernel_package)
  fi
  rm -rf "$lab/download" "$lab/kernel"
  mkdir -p "$lab/download" "$lab/kernel"
  say "fetching $package, a kernel to boot in the emulator; it is not installed"
  (cd "$lab/download" && apt-get download -qq "$package" >&2) || {
    as_root apt-get update -qq >&2
    (cd "$lab/download" && apt-get download -qq "$package" >&2)
  }
  dpkg -x "$lab"/download/*.deb "$lab/kernel"
  [ -e "$lab/kernel/lib" ] || ln -s usr/lib "$lab/kernel/lib"
  depmod -b "$lab/kernel" "$(ls "$lab/kernel/lib/modules")"
  rm -rf "$lab/download"
  cp "$lab"/kernel/boot/vmlinuz-* "$lab/vmlinuz"
}

# Debian's headers of that kernel, also unpacked and never installed: their Makefile is told where.
unpack_headers() {
  version=$1
  headers=$lab/headers/usr/src/linux-headers-$version
  [ ! -e "$headers/Makefile" ] || return 0
  say "fetching its headers"
  rm -rf "$lab/download" "$lab/headers"
  mkdir -p "$lab/download" "$lab/headers"
  others=$(apt-cache depends "linux-headers-$version" |
    sed -n 's/^ *Depends: \(linux-\(headers\|kbuild\)-.*\)/\1/p')
  # shellcheck disable=SC2086 # a list of words on purpose
  (cd "$lab/download" && apt-get download -qq "linux-headers-$version" $others >&2)
  for package in "$lab"/download/*.deb; do dpkg -x "$package" "$lab/headers"; done
  rm -rf "$lab/download"
  sed -i "s|/usr/src|$PWD/$lab/headers/usr/src|" "$headers/Makefile"
}

build_bridge() {
  version=$1
  unpack_headers "$version"
  mkdir -p "$lab/bridge"
  cp -u test/lab/bridge/* "$lab/bridge/"
  make -s -C "$lab/headers/usr/src/linux-headers-$version" M="$PWD/$lab/bridge" modules >&2
}

# Files to insert, in order, each once, with their parameters.
module_list() {
  for name in $modules; do
    modprobe -C /dev/null -d "$lab/kernel" -S "$1" --show-depends "$name"
  done | sed -n 's/^insmod //p' | awk -v vivid="$vivid" '!seen[$1]++ {
    print $1, ($1 ~ /\/vivid\.ko/ ? vivid : "")
  }'
}

pack_initrd() {
  version=$(ls "$lab/kernel/lib/modules")
  inputs=$(printf '%s\n' "$version" "$modules" "$vivid"
    cat scripts/lab-setup.sh test/lab/init.sh test/lab/bridge/*)
  wanted=$(printf '%s' "$inputs" | sha256sum)
  [ "$(cat "$lab/initrd.inputs" 2>/dev/null)" != "$wanted" ] || return 0
  build_bridge "$version"
  say "packing the initramfs for Linux $version"
  root=$lab/initrd.root
  rm -rf "$root"
  mkdir -p "$root/bin" "$root/modules" "$root/dev" "$root/proc" "$root/sys"
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp test/lab/init.sh "$root/init"
  chmod +x "$root/init"
  module_list "$version" | while read -r file parameters; do
    base=$(basename "$file")
    case $base in
      *.xz) xz -dc "$file" >"$root/modules/${base%.xz}" ;;
      *) cp "$file" "$root/modules/" ;;
    esac
    echo "${base%.xz} $parameters" >>"$root/modules/list"
  done
  # Last, so that vivid's nodes have the numbers that they are known by.
  cp "$lab/bridge/labbridge.ko" "$root/modules/"
  echo labbridge.ko >>"$root/modules/list"
  (cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$lab/initrd"
  rm -rf "$root"
  printf '%s' "$wanted" >"$lab/initrd.inputs"
}

PATH="$PATH:/usr/sbin:/sbin"
mkdir -p "$lab"
install_missing "${packages[@]}"
unpack_kernel
pack_initrd
