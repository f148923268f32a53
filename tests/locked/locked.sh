#!/bin/sh
# Passwords: files that other programs or our own makers locked, through the program.
#   tests/locked/locked.sh BUILD
exec python3 "$(dirname "$0")/locked.py" "${1:-build}"
