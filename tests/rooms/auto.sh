#!/bin/sh
# What frees itself when it goes out of sight (AUTO) is set where it stands: a return in
# between would free what nobody had made.   tests/rooms/auto.sh BUILD
set -eu
cd "$(dirname "$0")/../.."
bare='^[[:space:]]*AUTO\([a-z_0-9]+\) [^=]*;'
printf '\tAUTO(buffer_done) struct buffer out;\n' | grep -qE "$bare" || { echo 'FAIL the pattern finds nothing'; echo '0 passed, 1 failed'; exit 1; }
if grep -rnE "$bare" src bench tests --include='*.c' --include='*.h'; then
	echo 'FAIL these are not set where they stand'
	echo '0 passed, 1 failed'
	exit 1
fi
echo '1 passed, 0 failed'
