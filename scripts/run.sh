#!/usr/bin/env bash
# Starts linkrd with the simulated host on loopback, with a user and a token made for the occasion.
#
#   PORT=8080      where to listen
#   SIZE=1920x1080 the simulated screen
#
# Everything it makes lies in build/run/PORT and is made anew at each start.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${PORT:-8080}
size=${SIZE:-1920x1080}
linkrd=dist/linkrd
config=build/run/$port/config
state=build/run/$port/state
places=(--config "$config" --state "$state")

if "$linkrd" status "${places[@]}" >/dev/null 2>&1; then
	echo "run: linkrd runs on port $port already: end it, or choose another with PORT=" >&2
	exit 1
fi
rm -rf "build/run/$port"
mkdir -p "$config" "$state"
cat >"$config/linkrd.toml" <<-EOF
	[server]
	https_port = 0
	http_port = $port
	bind = "127.0.0.1"
	http = "serve"
	[video]
	source = "simulated"
	[simulated]
	width = ${size%x*}
	height = ${size#*x}
EOF
password=$(head -c 12 /dev/urandom | base64 | tr '+/' 'xy')
printf '%s\n' "$password" | "$linkrd" user add admin --password-stdin "${places[@]}"
token=$("$linkrd" token new make-run "${places[@]}")

"$linkrd" serve --simulate "${places[@]}" &
daemon=$!
trap 'kill "$daemon" 2>/dev/null; wait "$daemon" || true' EXIT
trap 'exit 0' INT TERM

for _ in $(seq 100); do
	kill -0 "$daemon" 2>/dev/null || exit 1
	! "$linkrd" status "${places[@]}" >/dev/null 2>&1 || break
	sleep 0.05
done

cat <<EOF

linkrd serves a simulated host at http://127.0.0.1:$port

  page      http://127.0.0.1:$port/ in a browser
  login     admin / $password
            curl -c cookies -d user=admin -d passwd=$password \\
              http://127.0.0.1:$port/api/auth/login
  picture   curl -H 'Authorization: token $token' \\
              http://127.0.0.1:$port/api/public/snapshot -o screen.jpg
  type      curl -H 'Authorization: token $token' -H 'Content-Type: application/json' \\
              -d '{"events":[["text","hello"]]}' http://127.0.0.1:$port/api/public/control

Ctrl-C ends it.
EOF
wait "$daemon"
