#!/bin/sh
# The same file gives the same output, always, and an output gives itself.
#   tests/corpus/twice.sh BUILD       EVERY=1: the whole corpus, about five minutes
shared=${SEKISHO_SHARED:-$(dirname "$0")/../../../shared}
if [ ! -d "$shared/corpus/benign" ]; then
	echo "skipped: no corpus"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
exec python3 "$(dirname "$0")/twice.py" "${1:-build}" "$shared/corpus"
