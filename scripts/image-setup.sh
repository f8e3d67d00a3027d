#!/usr/bin/env bash
# Installs what building the image needs and this machine lacks, and says what that is.
#
#   scripts/image-setup.sh build    to build it
#   scripts/image-setup.sh test     and to boot it in an emulator
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/packages.sh
. scripts/packages.sh

say() { printf 'image-setup: %s\n' "$*" >&2; }

packages=(mmdebstrap arch-test qemu-user-static uidmap mtools dosfstools e2fsprogs fdisk
	squashfs-tools zstd xz-utils cpio kmod device-tree-compiler openssl rauc debian-archive-keyring)
case ${1:-build} in
build) ;;
test) packages+=(qemu-system-arm qemu-efi-aarch64 qemu-utils openssh-client curl) ;;
*)
	say "unknown level '$1': build or test"
	exit 2
	;;
esac

install_missing "${packages[@]}"

# The base is built in a user namespace, whose users are a range lent to the person who builds.
# adduser lends one to everybody it makes; root has none by itself.
for kind in subuid subgid; do
	if ! grep -qs "^$(id -un):" "/etc/$kind"; then
		say "lending $(id -un) a range in /etc/$kind"
		as_root usermod "--add-${kind}s" 100000-165535 "$(id -un)"
	fi
done

# A user namespace can have foreign binaries of its own since Linux 6.7.
oldest=$(printf '6.7\n%s\n' "$(uname -r)" | sort -V | head -n 1)
if [ "$oldest" != 6.7 ]; then
	say "Linux $(uname -r) is too old: building the image needs 6.7 or later"
	exit 1
fi
