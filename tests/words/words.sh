#!/bin/sh
# Every removal and refusal has its sentence; the same input gives the same result.
#   tests/words/words.sh BUILD
exec python3 "$(dirname "$0")/words.py" "${1:-build}"
