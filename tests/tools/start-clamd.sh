#!/bin/sh
# A clamd of our own in a folder, for tests and the demo, on a machine that has
# the package clamav-daemon but no signatures (they come from the Internet).
# It knows the EICAR test file and one string of this project, nothing else:
# it shows that the gate asks and obeys, it protects nobody.
#
#   start-clamd.sh DIR          starts it; prints the path of its socket
#   start-clamd.sh --stop DIR   ends it
#
# Status: 0 it answers (or has ended), 2 bad use, 3 no clamd here or no answer.
set -eu

fail() { echo "start-clamd.sh: $2" >&2; exit "$1"; }

stop() {
	pid=$(cat "$1/clamd.pid" 2>/dev/null || true)
	[ -n "$pid" ] || return 0
	kill "$pid" 2>/dev/null || true
	n=0
	while kill -0 "$pid" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
	rm -f "$1/clamd.pid"
}

[ $# -ge 1 ] || fail 2 "which folder?"
if [ "$1" = --stop ]; then
	[ $# -eq 2 ] || fail 2 "which folder?"
	stop "$2"
	exit 0
fi

clamd=$(command -v clamd || ls /usr/sbin/clamd 2>/dev/null) ||
	fail 3 "clamd is not installed (Debian: apt-get install clamav-daemon)"
mkdir -p "$1/db" "$1/tmp"
dir=$(cd "$1" && pwd)
[ "$(printf %s "$dir/clamd.sock" | wc -c)" -lt 108 ] || fail 2 "the path of the folder is too long for a socket"

# EICAR's 68 bytes, at the start of any file, and our own string anywhere
cat > "$dir/db/sekisho-test.ndb" <<'DB'
Eicar-Test-Signature:0:*:58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a
Sekisho-Test-Signature:0:*:73656b6973686f2d746573742d7369676e61747572652d33376131
DB
cat > "$dir/clamd.conf" <<CONF
DatabaseDirectory $dir/db
LocalSocket $dir/clamd.sock
LocalSocketMode 660
FixStaleSocket yes
PidFile $dir/clamd.pid
LogFile $dir/clamd.log
TemporaryDirectory $dir/tmp
MaxThreads 4
SelfCheck 0
StreamMaxLength 512M
MaxScanSize 1024M
MaxFileSize 512M
AlertExceedsMax yes
CONF

stop "$dir"
"$clamd" --config-file="$dir/clamd.conf" >"$dir/start.log" 2>&1 ||
	fail 3 "clamd does not start: $(tail -n 1 "$dir/start.log")"
n=0
while [ ! -S "$dir/clamd.sock" ] || [ ! -s "$dir/clamd.pid" ]; do
	[ $n -lt 200 ] || fail 3 "clamd opened no socket: $(tail -n 1 "$dir/clamd.log")"
	sleep 0.1
	n=$((n + 1))
done
echo "$dir/clamd.sock"
