#!/bin/sh
# tests/e2e/tags.sh BUILD [FILE|TAG] - every capability end to end: page or API, decision,
# ledger, proof, and what its violation gets (tags/run.js); prints the table tag -> tests
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?}" && pwd)
if ! command -v node >/dev/null || ! command -v chromium >/dev/null || ! [ -x /usr/sbin/clamd ]; then
	echo 'skipped tags: node, chromium or clamd is not installed'
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
fi
"$here/install" "$build/e2e"
E2E_MODULES=$build/e2e exec node "$here/tags/run.js" "$build" "${2:-}"
