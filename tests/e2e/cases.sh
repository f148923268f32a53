#!/bin/sh
# tests/e2e/cases.sh BUILD - applications and cases in a browser, over the real rooms
set -eu
build=$(cd "${1:?}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v node >/dev/null || ! command -v chromium >/dev/null; then
	echo 'skipped cases: node or chromium is not installed'
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
fi
"$here/install" "$build/e2e"
E2E_MODULES=$build/e2e E2E_SCREENS=$build/screens exec node "$here/cases.js" "$build/tests/unit/web/hallstage"
