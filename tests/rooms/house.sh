#!/bin/sh
# Every room of the house keeps to its edges, over includes and linked symbols.
#   tests/rooms/house.sh BUILD
top=$(cd "$(dirname "$0")/../.." && pwd)
if "$top/tools/check-rooms" "$top" "${1:?}"; then echo "1 passed, 0 failed"; else echo "0 passed, 1 failed"; exit 1; fi
