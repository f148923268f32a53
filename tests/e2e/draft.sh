#!/bin/sh
# tests/e2e/draft.sh BUILD - values and drafts in a browser, over a whole office
set -eu
build=$(cd "${1:?}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v node >/dev/null || ! command -v chromium >/dev/null; then
	echo 'skipped draft: node or chromium is not installed'
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
fi
"$here/install" "$build/e2e"
E2E_MODULES=$build/e2e E2E_SCREENS=$build/screens exec node "$here/draft.js" "$build/tests/unit/web/draftstage"
