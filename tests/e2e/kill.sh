#!/bin/sh
# 50 kills of random programs while files cross (tests/e2e/kill.c).
[ -x /usr/sbin/clamd ] || { echo "skipped: no clamd"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
build=$(cd "${1:-build}" && pwd)
SEKISHO_PROGRAMS=$build/bin exec "$build/tests/e2e/kill" "${KILLS:-50}"
