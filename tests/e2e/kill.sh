#!/bin/sh
# 50 kills of random programs while files cross (tests/e2e/kill.c).
[ -x /usr/sbin/clamd ] || { echo "skipped: no clamd"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
exec "${1:-build}/tests/e2e/kill" "${KILLS:-50}"
