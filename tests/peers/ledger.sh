#!/bin/sh
# An exported ledger in the hands of two programs that nobody here wrote: Debian's
# golang.org/x/mod (sumdb/note, sumdb/tlog) and npm's @transmute/rfc9162; and of a
# third that shares no line with the house and needs nothing but python3 and openssl
# (verify.py).  All must accept it, and refuse it once one bit is changed.
#   tests/peers/ledger.sh BUILD
set -u
build=$(cd "${1:?}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
origin=sekisho.example/aonami
entries=700
work=$(mktemp -d)
seal=
trap '[ -z "$seal" ] || kill "$seal"; rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

pass() { passed=$((passed + 1)); }
fault() { failed=$((failed + 1)); echo "FAIL $1"; sed 's/^/    /' "$work/out"; }
skip() { skipped=$((skipped + $2)); echo "skipped $1"; }
finish() { echo "$passed passed, $failed failed, $skipped skipped"; [ "$failed" = 0 ]; exit; }

# accepts NAME COMMAND... ; refuses NAME COMMAND... (status 1, nothing else)
accepts() { name=$1; shift; if "$@" >"$work/out" 2>&1; then pass; else fault "$name: refused"; fi; }
refuses() {
	name=$1; shift
	"$@" >"$work/out" 2>&1
	status=$?
	if [ $status = 1 ]; then pass; else fault "$name: status $status instead of 1"; fi
}
# flip FILE BYTE - its lowest bit
flip() {
	python3 - "$1" "$2" <<-'PY'
	import sys
	at = int(sys.argv[2])
	with open(sys.argv[1], 'r+b') as f:
	    f.seek(at); b = f.read(1)[0]; f.seek(at); f.write(bytes([b ^ 1]))
	PY
}

# ---- the log ----------------------------------------------------------------
key=$("$build/src/bin/sekisho-seal" --keygen --key "$work/key" --state "$work/state" --name "$origin")
"$build/src/bin/sekisho-seal" --key "$work/key" --state "$work/state" --socket "$work/socket" \
	2>"$work/seal.log" &
seal=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -S "$work/socket" ] || sleep 0.3; done
if ! "$build/tests/peers/ledger_log" "$work" "$work/socket" "$origin" $entries \
	>"$work/proofs.json" 2>"$work/out"; then
	cat "$work/seal.log" >>"$work/out"
	fault "the log was not made"
	finish
fi

# ---- golang.org/x/mod ---------------------------------------------------------
with_go() {
	verify=$work/verify-go
	if ! (cd "$here/verify-go" && GO111MODULE=off GOFLAGS= GOPATH=/usr/share/gocode \
		GOCACHE="$work/go-cache" go build -o "$verify" main.go) >"$work/out" 2>&1; then
		fault "verify-go does not build"
		return
	fi
	log=$work/log
	accepts "go: sound log" "$verify" "$log" "$key"
	grep -qx "verified: $entries entries" "$work/out" && pass || fault "go: number of entries"
	for place in tile/entries/000:5000 tile/entries/002.p/188:77 tile/0/000:4096 tile/0/002.p/188:31 \
		tile/1/000.p/2:40 checkpoint:24 checkpoint:30 checkpoint:150; do
		flip "$log/${place%:*}" "${place#*:}"
		refuses "go: bit flipped in $place" "$verify" "$log" "$key"
		flip "$log/${place%:*}" "${place#*:}"
	done
	# another's key of the same name
	other=$("$build/src/bin/sekisho-seal" --keygen --key "$work/key2" --state "$work/state2" --name "$origin")
	refuses "go: another key" "$verify" "$log" "$other"
	accepts "go: sound log again" "$verify" "$log" "$key"
}

# ---- @transmute/rfc9162 ---------------------------------------------------------
with_npm() {
	mkdir "$work/js" && cp "$here"/verify-js/* "$work/js"
	if ! (cd "$work/js" && npm ci --no-audit --no-fund --ignore-scripts) >"$work/out" 2>&1; then
		skip "@transmute/rfc9162 cannot be fetched here" 2
		return
	fi
	accepts "npm: every proof" node "$work/js/verify.js" "$work/proofs.json"
	sed '0,/"path":\["./s//"path":["_/' "$work/proofs.json" | sed 's/"_[0-9a-f]/"00/' >"$work/wrong.json"
	refuses "npm: a changed proof" node "$work/js/verify.js" "$work/wrong.json"
}

# ---- python3 and openssl -----------------------------------------------------------
with_python() {
	log=$work/log
	printf '%s\n' "$key" >"$work/seal.pub"
	accepts "python: sound log" "$here/verify.py" "$work/seal.pub" "$log"
	grep -q "^$entries entries are the signed tree" "$work/out" && pass || fault "python: number of entries"
	cp "$log/checkpoint" "$work/earlier"
	accepts "python: it extends what was signed" "$here/verify.py" "$work/seal.pub" "$log" "$work/earlier"
	for place in tile/entries/000:5000 tile/entries/002.p/188:77 tile/0/000:4096 tile/0/002.p/188:31 \
		checkpoint:24 checkpoint:30 checkpoint:150; do
		flip "$log/${place%:*}" "${place#*:}"
		refuses "python: bit flipped in $place" "$here/verify.py" "$work/seal.pub" "$log"
		flip "$log/${place%:*}" "${place#*:}"
	done
	"$build/src/bin/sekisho-seal" --keygen --key "$work/key3" --state "$work/state3" --name "$origin" >"$work/other.pub"
	refuses "python: another key" "$here/verify.py" "$work/other.pub" "$log"
}

if command -v go >/dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; then
	with_go
else
	skip "golang-go and golang-golang-x-mod-dev are not installed" 12
fi
if command -v python3 >/dev/null && command -v openssl >/dev/null; then
	with_python
else
	skip "python3 or openssl is not installed" 11
fi
if command -v node >/dev/null && command -v npm >/dev/null; then
	with_npm
else
	skip "nodejs and npm are not installed" 2
fi
finish
