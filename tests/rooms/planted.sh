#!/bin/sh
# tools/check-rooms must refuse what is planted and pass what is lawful.
#   tests/rooms/planted.sh [BUILD]
# Includes are planted in a copy of the real src/; symbols in small libraries
# under the real rooms.txt.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
check=$root/tools/check-rooms
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# expect NAME STATUS TEXT: the check's end, and a line of what it says
expect() {
	status=0
	said=$("$check" "$work/tree" ${build:+"$build"} 2>&1) || status=$?
	if [ "$status" -eq "$2" ] && printf '%s\n' "$said" | grep -qF -- "$3"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAIL %s: status %s\n%s\n' "$1" "$status" "$said"
	fi
}

mkdir -p "$work/tree/tools"
cp "$root/tools/rooms.txt" "$work/tree/tools/"
cp -r "$root/src" "$work/tree/src"
build=
tree=$work/tree/src

expect 'the real includes' 0 ' 0 faults'

# plant NAME FILE LINE TEXT: one wrong line in one file, then taken back
plant() {
	printf '%s\n' "$3" >"$tree/$2"
	expect "$1" 1 "$4"
	rm "$tree/$2"
}
mkdir -p "$tree/gate/file" "$tree/gate/pool" "$tree/policy" "$tree/web" "$tree/attic"
plant 'the file gate knows the ledger' gate/file/planted.c '#include "ledger/ledger.h"' \
	'src/gate/file/planted.c:1: room gate/file may not include "ledger/ledger.h" of room ledger'
plant 'spaces do not hide it' policy/planted.h '  #  include   "store/store.h"' \
	'room policy may not include "store/store.h" of room store'
plant 'nor do brackets' base/planted.c '#include <policy/policy.h>' \
	'room base may not include "policy/policy.h" of room policy'
plant 'nor a way upwards' base/planted.c '#include "../policy/policy.h"' 'by a path upwards'
plant 'a sub-room is not its neighbour' gate/file/planted.c '#include "gate/pool/pool.h"' \
	'room gate/file may not include "gate/pool/pool.h" of room gate/pool'
plant 'web and cli stay apart' web/planted.c '#include "cli/cli.h"' \
	'room web may not include "cli/cli.h" of room cli'
plant 'a folder that is no room' attic/planted.c '#include "base/error.h"' \
	'the file is in no room of rooms.txt'
rmdir "$tree/attic"
printf '%s\n' '#include "gate/file/file.h"' >"$tree/gate/pool/planted.c"
expect 'headers of a types edge are lawful' 0 ' 0 faults'
rm "$tree/gate/pool/planted.c"

# library ROOM SOURCE: build/src/ROOM/libplanted.a out of one file
build=$work/build
library() {
	mkdir -p "$build/src/$1"
	printf '%s\n' "$2" >"$work/planted.c"
	${CC:-cc} -c -o "$work/planted.o" "$work/planted.c"
	rm -f "$build/src/$1/libplanted.a"
	ar rcs "$build/src/$1/libplanted.a" "$work/planted.o"
}
mkdir -p "$build/src"
library base 'int base_thing(void) { return 1; }'
library ledger 'int base_thing(void); int ledger_thing(void) { return base_thing(); }'
library gate/file 'int base_thing(void); int file_thing(void) { return base_thing(); }'
expect 'lawful symbols' 0 ' 0 faults'
library gate/file 'int ledger_thing(void); int file_thing(void) { return ledger_thing(); }'
expect 'a symbol behind a prototype written by hand' 1 'room gate/file may not link ledger_thing of room ledger'
library gate/file 'extern int ledger_data; int file_thing(void) { return ledger_data; }'
library ledger 'int ledger_data = 1;'
expect 'data is a symbol too' 1 'room gate/file may not link ledger_data of room ledger'
library gate/file 'int file_thing(void) { return 2; }'
library gate/pool 'int file_thing(void); int pool_thing(void) { return file_thing(); }'
expect 'a types edge lends no symbol' 1 'room gate/pool may not link file_thing of room gate/file'
library bin 'int pool_thing(void); int file_thing(void); int x(void) { return pool_thing() + file_thing(); }'
library gate/pool 'int base_thing(void); int pool_thing(void) { return base_thing(); }'
expect 'bin may link all' 0 ' 0 faults'
library base 'int ledger_data; int pool_thing(void); int base_thing(void) { return pool_thing(); }'
expect 'base links nobody' 1 'room base may not link pool_thing of room gate/pool'

build=
printf 'base : -\npolicy : ledger\nledger : base policy\n' >"$work/tree/tools/rooms.txt"
expect 'a cycle in the table' 1 'policy uses ledger, which is not declared before it'

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
