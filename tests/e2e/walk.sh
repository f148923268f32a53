#!/bin/sh
# tests/e2e/walk.sh BUILD - the whole story in a browser, on the demo city
set -eu
build=$(cd "${1:?}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v node >/dev/null || ! command -v chromium >/dev/null; then
	echo 'skipped walk: node or chromium is not installed'
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
fi
"$here/install" "$build/e2e"
E2E_MODULES=$build/e2e E2E_SCREENS=$build/screens exec node "$here/walk.js" "$build"
