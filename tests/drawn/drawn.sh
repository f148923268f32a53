#!/bin/sh
# A sample of real documents as pictures; SAMPLE=200 takes more of them.
exec python3 "$(dirname "$0")/drawn.py" "$1"
