#!/usr/bin/env python3
"""A worker's memory has a ceiling of 256 MiB that nothing gets past.

Files that swell when they are read, one a library that reads them: each is
rebuilt within the ceiling, or refused as too large or as a bomb, in words, with
nothing left in the folder for outputs.  A library that takes a failed allocation
for a damaged file, or crashes on it, would show here.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

build = pathlib.Path(sys.argv[1]).resolve()
CEILING, MIB = 256 << 20, 1 << 20
LINE = "関所を通る文書の一行です。\n".encode()
LONG = 110 * MIB
passed = failed = skipped = 0


def check(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print("FAIL", text)


def tool(*command):
    return subprocess.run([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          timeout=120).returncode == 0


def picture(side):
    """Noise would take minutes to make; a plane of one colour has the same pixels."""
    def make(path):
        return tool("convert", "-size", f"{side}x{side}", "xc:rgb(12,140,90)", "-depth", "8",
                    *(["-compress", "lzw"] if path.suffix == ".tiff" else []), path)
    return make


def write_text(out, size):
    """In pieces: what this process needs itself would be counted as the worker's."""
    piece = LINE * (MIB // len(LINE))
    for _ in range(size // len(piece)):
        out.write(piece)


def zipped(size, name="a.csv"):
    def make(path):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
            with out.open(name, "w") as member:
                write_text(member, size)
        return True
    return make


def packed(*command):
    """By another packer, from one long text beside it."""
    def make(path):
        plain = path.with_name("a.txt")
        with plain.open("wb") as long:
            write_text(long, LONG)
        done = subprocess.run([*command, path, plain], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=path.parent)
        plain.unlink()
        return done.returncode == 0 and path.exists()
    return make


def squeezed(command):
    def make(path):
        with path.open("wb") as out, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out) as child:
            write_text(child.stdin, LONG)
        return child.returncode == 0
    return make


def plain(size):
    def make(path):
        with path.open("wb") as out:
            write_text(out, size)
        return True
    return make


def workbook(path):
    """One sheet of very many cells, of which XML takes little room."""
    source = next(iter(sorted((build.parent / "../shared/corpus/benign/xlsx").glob("*"))), None)
    if not source:
        return False
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name in old.namelist():
            data = old.read(name)
            at = data.find(b"<sheetData")
            with out.open(name, "w") as member:
                member.write(data[:at] + b"<sheetData>" if at > 0 else data)
                for i in range(1, 3000000 if at > 0 else 0):
                    member.write(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (i, i))
                member.write(b"</sheetData></worksheet>" if at > 0 else b"")
    return True


FILES = {
    "png": ("a.png", picture(10000)), "jpeg": ("a.jpg", picture(10000)), "tiff": ("a.tiff", picture(10000)),
    "bmp": ("a.bmp", picture(8000)), "jp2": ("a.jp2", picture(8000)), "webp": ("a.webp", picture(10000)), "gif": ("a.gif", picture(10000)),
    "txt": ("a.txt", plain(100 * MIB)), "csv": ("a.csv", plain(80 * MIB)),
    "zip": ("a.zip", zipped(200 * MIB)), "xlsx": ("a.xlsx", workbook), "eml": ("a.eml", None),
    "tar": ("a.tar", packed("tar", "-cf")), "tar.gz": ("a.tgz", packed("tar", "-czf")), "7z": ("a.7z", packed("7z", "a")),
    "gz": ("a.txt.gz", squeezed(["gzip", "-1c"])), "bz2": ("a.txt.bz2", squeezed(["bzip2", "-1c"])), "xz": ("a.txt.xz", squeezed(["xz", "-0c"])),
}


def letter(path):
    with path.open("wb") as out:
        out.write(b"From: a@example.jp\nDate: Mon, 2 Mar 2026 09:00:00 +0900\nSubject: long\nMIME-Version: 1.0\n"
                  b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n")
        write_text(out, 80 * MIB)
    return True


def judge(kind, path, out):
    """Through the pool, as a person would; then alone, where the system tells how much it took."""
    done = subprocess.run([build / "bin/sekisho", "cleanse", path, "-o", out, "--report", "json"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300)
    report = json.loads(done.stdout)
    refused = report["verdict"] == "refused"
    left = list(out.iterdir())
    check(not refused or report["reason"] in ("large", "bomb"), f"{kind}: {report['reason']}: {report['detail']}")
    check(done.returncode == (1 if refused else 0) and bool(left) != refused, f"{kind}: {done.returncode}, {left}")
    with path.open("rb") as given, (out / "alone").open("wb") as made, (out / "told").open("wb") as told:
        files = [(os.POSIX_SPAWN_DUP2, f.fileno(), n) for n, f in enumerate((given, made, told))]
        child = os.posix_spawn(build / "bin/sekisho-cleanse", ["sekisho-cleanse", "--name", path.name], {}, file_actions=files)
        _, status, used = os.wait4(child, 0)
    alone = json.loads((out / "told").read_text())
    check(os.waitstatus_to_exitcode(status) in (0, 1), f"{kind} alone: {status}")
    check(alone["verdict"] != "refused" or alone["reason"] in ("large", "bomb"), f"{kind} alone: {alone['reason']}: {alone['detail']}")
    check(alone["verdict"] != "refused" or (out / "alone").stat().st_size == 0, f"{kind} alone: a partial file")
    check(used.ru_maxrss * 1024 <= CEILING, f"{kind}: {used.ru_maxrss} KiB")
    print(f"{kind:8}{path.stat().st_size / 1048576:9.1f} MiB  {report['reason'] or report['verdict']:8} alone "
          f"{alone['reason'] or alone['verdict']:8} {used.ru_maxrss / 1024:6.0f} MiB  {report['detail']}")


with tempfile.TemporaryDirectory(prefix="sekisho-memory-") as folder:
    for kind in os.environ.get("KINDS", " ".join(FILES)).split():
        name, make = FILES[kind]
        work = pathlib.Path(folder) / kind
        (work / "out").mkdir(parents=True)
        if not (make or letter)(work / name):
            skipped += 1
            print(f"skipped {kind}: the program that makes it is missing")
            continue
        judge(kind, work / name, work / "out")
        shutil.rmtree(work)
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed else 0)
