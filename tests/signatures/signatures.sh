#!/bin/sh
# tests/signatures/signatures.sh BUILD - signatures made by other software, through the program
set -eu
build=$(cd "${1:?}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v openssl >/dev/null || ! command -v python3 >/dev/null; then
	echo 'skipped signatures: openssl or python3 is not installed'
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
fi
exec python3 "$here/signatures.py" "$build"
