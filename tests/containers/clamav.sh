#!/bin/sh
# ClamAV's test containers: each opened and judged, or refused.
#   tests/containers/clamav.sh BUILD
exec python3 "$(dirname "$0")/clamav.py" "${1:-build}"
