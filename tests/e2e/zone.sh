#!/bin/sh
# sekisho-zone with a real office, a real ledger and a real kernel, in a network
# of the test's own.
#   tests/e2e/zone.sh BUILD
set -u
build=$(cd "${1:?}" && pwd)
top=$(cd "$(dirname "$0")/../.." && pwd)
if [ -z "${SEKISHO_IN_NET:-}" ]; then
	if ! unshare -n true 2>/dev/null || ! command -v nft >/dev/null || ! command -v setpriv >/dev/null; then
		echo "skipped zone.sh: needs CAP_NET_ADMIN, nft and setpriv"
		echo "0 passed, 0 failed, 1 skipped"
		exit 0
	fi
	SEKISHO_IN_NET=1 exec unshare -n "$0" "$build"
fi
work=$(mktemp -d)
office=$work/office
model=$top/share/zones/alpha.tsv
passed=0 failed=0 pid=
end() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$work"
}
trap end EXIT

ok() { # NAME COMMAND...
	name=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $name"
		sed 's/^/    /' "$work/out" "$work/log" 2>/dev/null | tail -n 12
	fi
}
not() { ! "$@"; }
status() { # WANTED COMMAND...
	wanted=$1
	shift
	"$@"
	[ $? = "$wanted" ]
}
said() { grep -q "event=$1" "$work/log"; }
holds() { nft -j list ruleset | "$build/bin/sekisho" zone drift "$model" -; }
within() { # HUNDREDTHS COMMAND...
	left=$1
	shift
	while [ "$left" -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
		left=$((left - 5))
	done
	"$@"
}
start() {
	"$build/bin/sekisho-zone" -C "$office" "$@" 2>>"$work/log" &
	pid=$!
}
stop() {
	kill "$pid"
	wait "$pid" 2>/dev/null
	pid=
}
element() { nft list ruleset | grep -q "comment \"$1\""; }
drops() { [ "$(nft list ruleset | grep -c 'policy drop')" = 8 ]; }
recorded() { "$build/bin/sekisho" zone drift "$model" /dev/null >/dev/null 2>&1; sqlite3 "$office/sekisho.db" "select count(*) from ledger_entry where kind = '$1'" | grep -qv '^0$'; }

: >"$work/log"
ok "an office" "$build/bin/sekisho" init "$office" --policy hannan-2022-07 --chart "$top/share/demo/office.tsv"

# starts closed
ok "closed for the boot" "$build/bin/sekisho-zone" --close
ok "every hook drops" drops
start
ok "started in its jail" within 300 said jailed
ok "closed" within 300 said closed
ok "still every hook drops" drops

# only who may, only what the ledger names
ok "a staff member may not" status 1 "$build/bin/sekisho" zone apply -C "$office" --by aoki --on 2026-11-21 "$model"
ok "nothing opened" not element F-0001
mkdir -p "$office/zone"
"$build/bin/sekisho" zone compile --on 2026-11-21 -o "$office/zone/ruleset.nft" "$model"
ok "a file that nobody recorded is refused" within 300 said refused
ok "and nothing opened" not element F-0001
ok "the supervisor may" "$build/bin/sekisho" zone apply -C "$office" --by sato --on 2026-11-21 "$model"
ok "open" element F-0001
ok "the kernel holds what is permitted, proven" holds

ok "what was refused can be asked" "$build/bin/sekisho" zone refused -C "$office" --on 2026-11-21
ok "what is not used can be asked" sh -c "'$build/bin/sekisho' zone idle -C '$office' --days 1 --on 2027-03-01 | grep -q F-0001"

# by hand
nft insert rule inet sekisho forward accept
ok "noticed" within 200 said drift
ok "put back" within 200 said put-back
ok "proven again" holds
ok "in the ledger" recorded zone.drift

# the emergency
ok "cut by the supervisor" "$build/bin/sekisho" zone cut -C "$office" --by sato --on 2026-11-21 jlis
ok "F-0001 is out of the kernel" not element F-0001
ok "F-0003 is not" element F-0003
pull=$("$build/bin/sekisho" zone pulled -C "$office" --by sato --on 2026-11-21 | cut -f1)
ok "a line to be pulled" [ -n "$pull" ]
ok "nobody else says that it is" status 1 "$build/bin/sekisho" zone pulled -C "$office" --by aoki "$pull"
ok "the supervisor says that it is pulled" "$build/bin/sekisho" zone pulled -C "$office" --by sato "$pull"
ok "once" not "$build/bin/sekisho" zone pulled -C "$office" --by sato "$pull"
ok "there is no other" not "$build/bin/sekisho" zone pulled -C "$office" --by sato 1
ok "in the ledger" recorded zone.pulled
ok "nobody else restores" status 1 "$build/bin/sekisho" zone restore -C "$office" --by aoki
ok "still cut" not element F-0001
ok "restored" "$build/bin/sekisho" zone restore -C "$office" --by sato
ok "F-0001 is back" element F-0001

# the database out of reach: what was applied stays, what was not recorded does not come
stop
mv "$office/sekisho.db" "$work/kept.db"
rm -f "$office"/sekisho.db-*
nft flush ruleset
start
ok "last applied without a database" within 300 holds
sed 's/F-0004/F-9999/g' "$office/zone/ruleset.nft" >"$work/other" && mv "$work/other" "$office/zone/ruleset.nft"
sleep 0.5
ok "nothing new opens" not element F-9999
stop
mv "$work/kept.db" "$office/sekisho.db"

# torn, and without the right
nft flush ruleset
rm "$office/zone/ruleset.nft"
head -c 2000 "$office/zone/applied" >"$work/torn" && cp "$work/torn" "$office/zone/applied"
start
ok "a torn file starts closed" within 300 drops
ok "and opens nothing" not element F-0001
stop
nft flush ruleset
ok "without CAP_NET_ADMIN it says so and ends" status 3 setpriv --bounding-set -net_admin "$build/bin/sekisho-zone" -C "$office" --no-jail
ok "and has changed nothing" sh -c '[ -z "$(nft list ruleset)" ]'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
