#!/bin/sh
# sekisho demo --city small --year, then sekisho proof, for each of the five bodies: every
# clause has one of the seven states; what is not proven says in a sentence why; the year
# proves at least so many of 100.  Then the ledger is verified.
build=$(cd "${1:-build}" && pwd)
sekisho=$build/bin/sekisho
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() {
	if [ "$2" = "$3" ]; then passed=$((passed + 1)); else
		failed=$((failed + 1)); echo "FAIL $body: $1: $2, wanted $3"; fi
}

for row in hannan:55 annaka:55 fuchu:55 imabari-auditors:55 fukushima:35; do
	body=${row%:*} least=${row#*:}
	dir=$work/$body
	"$sekisho" demo "$dir" --policy "$body" --city small --year --once >"$work/log" 2>&1
	check "demo's status" $? 0
	"$sekisho" proof -C "$dir" >"$work/proof" 2>"$work/log"
	check "proof's status" $? 0
	# id, state, place, reason; the last line is the sum
	sed '$d' "$work/proof" >"$work/rows"
	tail -n 1 "$work/proof" | sed "s/^/$body: /"
	check "clauses" "$([ "$(wc -l <"$work/rows")" -gt 100 ] && echo enough)" enough
	check "rows without one of the seven states" "$(awk -F'\t' \
		'$2 !~ /^(未証明|期限超過|未設定|例外中|充足|強制|対象外)$/' "$work/rows" | wc -l)" 0
	check "rows that do not stand and say no reason" "$(awk -F'\t' \
		'$2 ~ /^(未証明|期限超過|未設定|例外中)$/ && ($4 !~ /。$/ || length($4) < 12)' "$work/rows" | wc -l)" 0
	check "clauses that do stand" "$(awk -F'\t' -v least="$least" \
		'$2 ~ /^(充足|強制)$/ {s++} $2 != "対象外" {a++} END {print (a && 100 * s / a >= least) ? "enough" : s "/" a}' \
		"$work/rows")" enough
	"$sekisho" ledger verify -C "$dir" >"$work/log" 2>&1
	check "ledger verify" $? 0
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
