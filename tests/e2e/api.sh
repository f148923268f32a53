#!/bin/sh
# tests/e2e/api.sh BUILD - the API by a client that is made from its own description (api.js)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?}" && pwd)
if ! command -v node >/dev/null || ! command -v npm >/dev/null || ! [ -x /usr/sbin/clamd ]; then
	echo 'skipped api: node, npm or clamd is not installed'
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
fi
folder=$build/e2e-api
if ! [ -d "$folder/node_modules/openapi-client-axios" ]; then
	mkdir -p "$folder"
	printf '{"private":true}\n' >"$folder/package.json"
	(cd "$folder" && npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts \
		openapi-client-axios@7.9.1 axios@1.13.2 js-yaml@4.1.1 @seriousme/openapi-schema-validator@2.5.0 \
		ajv@8.17.1 ajv-formats@3.0.1 >/dev/null)
fi
E2E_API_MODULES=$folder exec node "$here/api.js" "$build"
