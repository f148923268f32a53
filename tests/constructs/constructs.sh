#!/bin/sh
# One file a construct, taken through the program and looked at by others.
#   tests/constructs/constructs.sh BUILD
build=${1:-build}
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
for t in "$build"/tests/unit/gate/file/test_gate_file_* "$build"/tests/unit/gate/pdf/test_gate_pdf_constructs; do
	case $t in *_corpus | *.p) continue ;; esac
	SEKISHO_CONSTRUCTS=$files "$t" >/dev/null 2>&1
done
python3 "$(dirname "$0")/constructs.py" "$build" "$files"
