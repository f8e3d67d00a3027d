# shellcheck shell=bash
# Debian's packages for the scripts beside this file, which source it and have a `say`.

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		say "root is needed for: $*: run this as root, or install sudo" >&2
		exit 1
	fi
}

# Installs those of the packages named that the machine lacks, and says which.
install_missing() {
	local package status missing=()
	for package in "$@"; do
		status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
		[ "$status" = "ii " ] || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing Debian packages: ${missing[*]}"
	as_root apt-get -qq update
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
}
