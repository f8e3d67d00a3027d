#!/usr/bin/env bash
# Runs every check, or the suites named (types lint shell unit browser lab arm64), and ends with
# true totals over all of them in one line: `N passed, N failed, N skipped`. What failed is told
# again right before it, for whoever sees no more than the end.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
export PATH="$PWD/node_modules/.bin:$PATH"
reports=build/reports
mkdir -p "$reports"
passed=0 failed=0 skipped=0 told=

count() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# A suite without a test runner: one check, which passes when the command does.
check() {
	local name=$1
	shift
	printf '\n== %s\n' "$name"
	if "$@"; then
		count 1 0 0
	else
		fail "$name"
	fi
}

tell() { told+="  $1"$'\n'; }

# One failure that no report counts.
fail() {
	count 0 1 0
	tell "$1"
}

# The failures in a report of bun's: name and message, a line each.
failures() {
	sed -n -e '/<testcase /{s/.* name="\([^"]*\)" classname="\([^"]*\)".*/\2 > \1: /;h}' \
		-e '/<failure /{s/.* message="\([^"]*\)".*/\1/;H;x;s/\n//;p}' "$1" |
		sed -e 's/&#10;/ /g;s/&lt;/</g;s/&gt;/>/g;s/&quot;/"/g;s/&apos;/'"'"'/g;s/&amp;/\&/g' |
		cut -c -400
}

# An attribute of the report's first element.
number() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$totals"; }

# A suite of bun's: counted from its report, and one more failure if it died before it wrote one.
suite() {
	local name=$1 report="$reports/$1.xml" status totals tests failures skips
	shift
	printf '\n== %s\n' "$name"
	rm -f "$report"
	bun test --reporter=junit --reporter-outfile="$report" "$@"
	status=$?
	totals=$(grep -m 1 '<testsuites ' "$report" 2>/dev/null)
	if [ -z "$totals" ]; then
		fail "$name wrote no report (exit $status)"
		return
	fi
	tests=$(number tests) failures=$(number failures) skips=$(number skipped)
	count $((tests - failures - skips)) "$failures" "$skips"
	while read -r line; do tell "$name: $line"; done < <(failures "$report")
	if [ $status -ne 0 ] && [ "$failures" -eq 0 ]; then
		fail "$name failed outside its tests (exit $status)"
	fi
}

units() {
	find ./test -name '*.test.ts' -not -path './test/lab/*' -not -path './test/arm64/*' \
		-not -path './test/browser/*' | sort
}

run() {
	local started=$SECONDS
	case $1 in
	types)
		check types tsc --noEmit
		check "types of the page" tsc --noEmit -p src/web
		check "types of the browser's tests" tsc --noEmit -p test/browser
		;;
	lint) check lint biome check --error-on-warnings . ;;
	shell) check shell bash -c 'git ls-files "*.sh" .ci/run | xargs shellcheck' ;;
	unit)
		mapfile -t files < <(units)
		suite unit --timeout 30000 "${files[@]}"
		;;
	browser) suite browser --timeout 60000 ./test/browser/*.test.ts ;;
	lab) suite lab --timeout 900000 ./test/lab/*.test.ts ;;
	arm64) suite arm64 --timeout 600000 ./test/arm64/arm64.test.ts ;;
	*)
		echo "test: no suite '$1'" >&2
		exit 2
		;;
	esac
	printf '== %s took %d s\n' "$1" $((SECONDS - started))
}

[ $# -gt 0 ] || set -- types lint shell unit browser lab arm64
for name in "$@"; do run "$name"; done
[ -z "$told" ] || printf '\nfailed:\n%s' "$told"
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
