#!/bin/sh
# What the gate writes of a mail, read by three other parsers.
#   tests/parsers/parsers.sh BUILD
# Debian's own python, for its GMime; skipped where a parser is missing.
python=/usr/bin/python3
[ -x "$python" ] || python=python3
exec "$python" "$(dirname "$0")/parsers.py" "${1:-build}"
