#!/bin/sh
# Files that swell when they are read, against a worker's ceiling of memory.
#   tests/corpus/memory.sh BUILD       KINDS=all: every kind, about three minutes
build=${1:-build}
if grep -q __asan_init "$build/bin/sekisho-cleanse"; then
	echo "skipped: a sanitizer's shadow memory has no ceiling"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
KINDS=${KINDS:-jpeg tiff jp2 webp zip tar.gz eml}
[ "$KINDS" = all ] && unset KINDS
exec env ${KINDS:+KINDS="$KINDS"} python3 "$(dirname "$0")/memory.py" "$build"
