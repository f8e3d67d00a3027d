#!/usr/bin/env bash
# Makes build/arm64-root: the libraries that the arm64 binary needs, unpacked from Debian's
# packages, so that qemu-user can run it here. This machine's own package system is left as it is:
# apt gets a state folder of its own, the Debian sources that this machine uses, and Debian's keys.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/packages.sh
. scripts/packages.sh
root=build/arm64-root
apt=$PWD/build/arm64-apt
packages='libc6 libstdc++6 libgcc-s1 libturbojpeg0 libyuv0'

say() { echo "arm64-root: $*" >&2; }

[ "$(cat "$root.packages" 2>/dev/null)" != "$packages" ] || exit 0

install_missing qemu-user-static libjpeg-turbo-progs curl

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
debian_sources() {
  apt-get indextargets --format "deb [signed-by=$keyring] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
    'Created-By: Packages' 'Origin: Debian' 'Component: main' | sort -u
}

arm64_apt() {
  apt-get -qq \
    -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
    -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
    -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=- \
    -o APT::Sandbox::User="$(id -un)" -o APT::Install-Recommends=false "$@" >&2
}

[ -n "$(debian_sources)" ] || as_root apt-get update -qq >&2
rm -rf "$root" "$apt"
mkdir -p "$root" "$apt/state/lists/partial" "$apt/cache/archives/partial"
: >"$apt/status"
debian_sources >"$apt/sources.list"
say "fetching $packages for arm64 into build/; nothing of it is installed"
arm64_apt update
# shellcheck disable=SC2086 # a list of words on purpose
arm64_apt install --download-only -y $packages
for deb in "$apt"/cache/archives/*.deb; do dpkg -x "$deb" "$root"; done
[ -e "$root/lib" ] || ln -s usr/lib "$root/lib"
rm -rf "$apt"
printf '%s' "$packages" >"$root.packages"
