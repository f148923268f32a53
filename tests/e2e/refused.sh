#!/bin/sh
# tests/e2e/refused.sh BUILD - bad requests and real faults (refused.js)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v node >/dev/null || ! [ -x /usr/sbin/clamd ] || ! command -v sqlite3 >/dev/null; then
	echo 'skipped refused: node, clamd or sqlite3 is not installed'
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
fi
exec node "$here/refused.js" "${1:?}"
