#!/usr/bin/env python3
"""ClamAV's test containers (Debian's clamav-testfiles): all hold one program.

Each must be refused, or what comes out must be free of that program however it is
wrapped.  Files whose name does not fit their content are tried under a fitting
name too, so that "refused" does not only mean the name.
  clamav.py BUILD
"""
import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zlib

build = pathlib.Path(sys.argv[1]).resolve()
folder = pathlib.Path("/usr/share/clamav-testfiles")
FITTING = {"clam.mail": "a.eml", "clam.exe.mbox.base64": "b.eml", "clam.exe.mbox.uu": "c.eml", "clam.exe.binhex": "d.txt"}
WRAPPED = ("d.txt",)  # no unwrapping here undoes these: they must not pass at all
passed = failed = 0
if not folder.is_dir():
    print("skipped containers: clamav-testfiles is not installed")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(0)


def check(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print("FAIL", text)


def layers(data, depth=4):
    """The bytes, and what can be unwrapped from them."""
    yield data
    if depth == 0:
        return
    for at in (m.start() for m in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data)):
        try:
            yield from layers(zlib.decompressobj().decompress(data[at:], 1 << 22), depth - 1)
        except zlib.error:
            pass
    for run in re.findall(rb"(?:[A-Za-z0-9+/=]{60,}[\r\n]*){2,}", data):
        try:
            yield base64.b64decode(re.sub(rb"[\r\n]", b"", run) + b"==")
        except ValueError:
            pass
    for run in re.findall(rb"(?:[0-9A-Fa-f]{2}[\r\n]*){64,}", data):
        yield bytes.fromhex(re.sub(rb"[\r\n]", b"", run).decode())


program = (folder / "clam.exe").read_bytes()
signs = [program[i:i + 24] for i in range(0, len(program) - 24, 8) if len(set(program[i:i + 24])) > 8]


def holds_program(data):
    return any(sign in layer for layer in layers(data) for sign in signs)


work = pathlib.Path(tempfile.mkdtemp())
files = sorted(folder.iterdir())
for old, new in FITTING.items():
    shutil.copy(folder / old, work / new)
    files.append(work / new)
check(holds_program(program) and holds_program(base64.b64encode(program)) and holds_program(program.hex().encode()),
      "the search does not find the program itself")
ran = subprocess.run([build / "src/bin/sekisho", "cleanse", *files, "-o", work / "out", "--report", "json"],
                     capture_output=True)
reports = [json.loads(line) for line in ran.stdout.splitlines()]
check(len(reports) == len(files), f"{len(reports)} of {len(files)} files have a verdict")
refused = 0
for report in reports:
    name = pathlib.Path(report["file"]).name
    refused += report["verdict"] == "refused"
    if report["verdict"] == "refused":
        check(report["out"] is None and report["reason"], f"{name}: refused, but with an output or without a reason")
    else:
        check(name not in WRAPPED, f"{name}: passed unopened")
        check(not holds_program(pathlib.Path(report["out"]).read_bytes()), f"{name}: the program is still in it")
    print(f"  {name}: {report['verdict']} {report['reason']} {report['detail'][:60]}"
          f"{' '.join(sorted({r['what'] for r in report['removed']}))}")
shutil.rmtree(work)
print(f"  {refused} of {len(files)} refused, {len(files) - refused} passed without the program")
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
