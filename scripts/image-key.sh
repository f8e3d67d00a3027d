#!/usr/bin/env bash
# Prints two lines: the key that signs updates, and its certificate, by which devices know them.
# KEY and CERT name a pair of yours; without them it is one of this checkout, made once.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$PWD/build/update-key
key=${KEY:-$folder/key.pem}
cert=${CERT:-$folder/cert.pem}

if [ "${KEY:+set}" != "${CERT:+set}" ]; then
	echo "image: KEY and CERT belong together: name both, or none" >&2
	exit 2
fi
if [ -z "${KEY:-}" ] && [ ! -e "$key" ]; then
	echo "image: making a key for updates in build/update-key: keep it, devices know no other" >&2
	mkdir -p "$folder"
	(
		umask 077
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 36500 \
			-subj "/O=linkrd/CN=updates" -keyout "$key.new" -out "$cert" 2>/dev/null
	)
	mv "$key.new" "$key"
fi
for file in "$key" "$cert"; do
	if [ ! -r "$file" ]; then
		echo "image: $file cannot be read: it has to be a PEM file" >&2
		exit 2
	fi
done
realpath "$key" "$cert"
