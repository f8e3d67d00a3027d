#!/usr/bin/env bash
# Runs a command as root of a user namespace, in which arm64 binaries run by qemu-user.
set -euo pipefail

if [ "${1:-}" = --inside ]; then
	shift
	mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
	# The first 20 bytes of an ELF file for arm64, and which of their bits count.
	elf='\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
	mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
	printf '%s' ":arm64:M::$elf:$mask:$(command -v qemu-aarch64-static):FPC" \
		>/proc/sys/fs/binfmt_misc/register
	exec "$@"
fi
exec unshare --map-auto --map-root-user --mount --pid --fork --kill-child --mount-proc \
	"$0" --inside "$@"
