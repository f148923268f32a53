#!/usr/bin/env python3
"""The same input, policy and version give the same bytes; an output gives itself.

Every file goes through `sekisho cleanse` twice: the second time under another name
with the same ending, from another folder into another, by other workers, in another
time zone, language and home, in the opposite order.  Verdict, what was removed and
the digest of the output must be the same.  Each output then goes through once more
and must come out byte by byte, with nothing removed.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

build, corpus = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
EVERY, AT_ONCE = int(os.environ.get("EVERY", "12")), 200
passed = failed = 0


def check(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print("FAIL", text)


def cleanse(files, out, environment):
    reports = []
    for i in range(0, len(files), AT_ONCE):
        done = subprocess.run([build / "bin/sekisho", "cleanse", *files[i:i + AT_ONCE], "-o", out, "--report", "json"], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=900)
        check(done.returncode in (0, 1), f"cleanse ended with {done.returncode}: {done.stderr[-300:]}")
        reports += [json.loads(line) for line in done.stdout.splitlines()]
    check(len(reports) == len(files), f"{len(files)} files, {len(reports)} reports")
    return reports


def what(report):
    """All that must not depend on where and when; a detail may tell times."""
    return report["type"], report["verdict"], report["reason"], report["removed"], report["sha256_in"], report["sha256_out"]


with tempfile.TemporaryDirectory(prefix="sekisho-twice-") as first, tempfile.TemporaryDirectory(prefix="another-") as second:
    files = sorted(p for p in corpus.rglob("*") if p.is_file() and p.parent != corpus)[::EVERY]
    copies = []
    for number, path in enumerate(reversed(files)):
        copies.append(pathlib.Path(second) / f"写し {number}{path.suffix}")
        shutil.copy(path, copies[-1])
    once = cleanse(files, pathlib.Path(first) / "out", {"PATH": "/usr/bin:/bin", "TZ": "Asia/Tokyo", "LANG": "C.UTF-8"})
    again = cleanse(copies, pathlib.Path(second) / "out", {"PATH": "/usr/bin:/bin", "TZ": "America/St_Johns", "LANG": "ja_JP.UTF-8", "LC_ALL": "C",
                                                           "HOME": second, "TMPDIR": second, "MALLOC_PERTURB_": "85", "MALLOC_ARENA_MAX": "1"})
    for a, b in zip(once, reversed(again)):
        check(what(a) == what(b), f"{a['file']}: {a['verdict']} {a['reason']}, again {b['verdict']} {b['reason']}")
    outputs = [r["out"] for r in once if r["out"]]
    fixed = cleanse(outputs, pathlib.Path(first) / "fixed", {"PATH": "/usr/bin:/bin"})
    same = 0
    for r in fixed:
        good = r["verdict"] == "clean" and r["sha256_in"] == r["sha256_out"] and not r["removed"]
        same += good
        check(good, f"{r['file']} once more: {r['verdict']} {r['reason']} {r['detail']} {[x['what'] for x in r['removed']][:5]}")
    print(f"{len(files)} files twice; {len(outputs)} outputs once more, {same} byte for byte the same")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
