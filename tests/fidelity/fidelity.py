#!/usr/bin/env python3
"""Outputs open in LibreOffice, qpdf and the picture tools, and say the same.

Texts and slides: both sides are converted to PDF by LibreOffice, then to text;
workbooks: to one CSV a sheet; PDF: pdftotext and the page count; pictures:
ImageMagick reads both, and for lossless formats the pixels are compared.  The
words may stand in another order (a box that was placed twice moves a little).
At least 99.5 % of all those that the other program can read must be the same;
what differs is listed.  A document that differs from itself when it is converted
once more (it draws lots, it tells the time) says nothing and is left out.

    MOST=30 (files a kind that LibreOffice must open, spread evenly; 0: all)
    KINDS="docx pdf"
"""
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

build, corpus = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
OFFICE, PICTURES = ["docx", "xlsx", "xlsb", "pptx", "doc", "xls", "ppt", "rtf", "odt", "ods", "odp"], ["jpg", "png", "gif", "bmp", "tiff", "webp", "jp2"]
WORKBOOKS = {"xlsx", "xlsb", "xls", "ods"}
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
MOST = int(os.environ.get("MOST", "30"))
KINDS = os.environ.get("KINDS", " ".join(OFFICE + ["pdf"] + PICTURES)).split()
TOGETHER = 10
BIG = 64 << 20  # bytes of one sheet
NOW = re.compile(rb"\b\d{1,2}:\d\d:\d\d\b")  # what tells the time of day tells another each time
LOSSLESS = {"png", "gif", "bmp", "tiff"}
totals = [0, 0]  # compared, same


def run(*command, seconds=180):
    """The command, and all that it started, ended after some time."""
    with subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          start_new_session=True) as child:
        try:
            out, _ = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return subprocess.CompletedProcess(command, 124, b"")
    return subprocess.CompletedProcess(command, child.returncode, out)


def chosen(kind):
    files = sorted(p for p in (corpus / kind).glob("*") if p.is_file())
    step = max(1, len(files) // MOST) if MOST and kind in OFFICE else 1
    return files[::step]


def cleanse(kind, out):
    done = run(build / "bin/sekisho", "cleanse", *chosen(kind), "-o", out, "--report", "json", seconds=900)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    return [(pathlib.Path(r["file"]), pathlib.Path(r["out"])) for r in reports if r["out"]]


def convert(kind, paths, work, profile, seconds):
    """What was cut short does not count."""
    done = run("soffice", "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to",
        EVERY_SHEET if kind in WORKBOOKS else "pdf", "--outdir", work, *paths, seconds=seconds)
    if done.returncode == 124:
        for path in paths:
            for part in [*work.glob(f"{path.stem}-*.csv"), work / f"{path.stem}.csv", work / f"{path.stem}.pdf"]:
                part.unlink(missing_ok=True)


def sheet_words(sheet):
    """A sheet with formats to its last row makes gigabytes of commas: those by digest."""
    if sheet.stat().st_size > BIG:
        with sheet.open("rb") as opened:
            return [hashlib.file_digest(opened, "sha256").hexdigest()]
    return words(NOW.sub(b"", sheet.read_bytes()))


def converted(kind, path, work):
    """What LibreOffice made of it, as words; None if nothing."""
    if kind in WORKBOOKS:
        sheets = sorted(work.glob(f"{path.stem}-*.csv")) + sorted(work.glob(f"{path.stem}.csv"))
        return [[s.name.split("-", 1)[-1], *sheet_words(s)] for s in sheets] or None
    pdf = work / (path.stem + ".pdf")
    return words(NOW.sub(b"", run("pdftotext", pdf, "-").stdout)) if pdf.exists() else None


def made(kind, path, work):
    return any(work.glob(f"{path.stem}*.csv" if kind in WORKBOOKS else f"{path.stem}.pdf"))


def office_text(kind, paths, work, profile):
    """Some files in one start of LibreOffice, those that failed once more alone."""
    for i in range(0, len(paths), TOGETHER):
        convert(kind, paths[i:i + TOGETHER], work, profile, 150)
    for path in paths:
        if not made(kind, path, work):
            convert(kind, [path], work, profile, 90)
    return [converted(kind, path, work) for path in paths]


def words(text):
    """The words in any order, and how many pages they fill, as sums of keyed hashes."""
    count, total, squares = 0, 0, 0
    for word in re.finditer(rb"[^\s,]+", text):
        seen = hash(word.group())
        count, total, squares = count + 1, total + seen, (squares + seen * seen) % 2**127
    return [count, total, squares, text.count(b"\f"), text.count(b",")]


def pdf_text(path):
    info = run("pdfinfo", path)
    if info.returncode:
        return None
    pages = [l for l in info.stdout.splitlines() if l.startswith(b"Pages")]
    return words(run("pdftotext", path, "-").stdout) + pages


FRAMES = 20


def frames(path):
    seen = run("identify", "-quiet", "-format", "%w %h\n", path)
    return seen.stdout.split(b"\n") if seen.returncode == 0 and seen.stdout else None


def pixels_differ(source, out, count):
    """How many pixels of the first frames are not the same."""
    for i in range(min(count, FRAMES)):
        seen = subprocess.run(["compare", "-quiet", "-metric", "AE", f"{source}[{i}]", f"{out}[{i}]", "null:"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=180)
        if seen.stderr.split()[:1] != [b"0"]:
            return True
    return False


def picture_sides(source, out, kind):
    before, after = frames(source), frames(out)
    if before and before == after and kind in LOSSLESS and pixels_differ(source, out, len(before) - 1):
        after = [b"other pixels"]
    return before, after


def judge(kind, pairs, before, after):
    readable = [(p, b, a) for p, b, a in zip(pairs, before, after) if b is not None]
    same = sum(b == a for _, b, a in readable)
    print(f"{kind:6} compared {len(readable):5}  same {same:5}  "
          f"({100 * same / max(len(readable), 1):.1f} %)  {time.monotonic() - began:5.0f} s", flush=True)
    for (source, _), b, a in readable:
        if b != a:
            print(f"    {source.name}: {'does not open' if a is None else 'differs'}")
    totals[0] += len(readable)
    totals[1] += same


with tempfile.TemporaryDirectory(prefix="sekisho-fidelity-") as folder:
    top = pathlib.Path(folder)
    for kind in KINDS:
        began = time.monotonic()
        pairs = cleanse(kind, top / kind)
        if kind in OFFICE:
            for side in ("before", "after"):
                (top / f"{kind}-{side}").mkdir()
            before = office_text(kind, [s for s, _ in pairs], top / f"{kind}-before", top / "profile")
            after = office_text(kind, [o for _, o in pairs], top / f"{kind}-after", top / "profile")
            differ = [i for i, b in enumerate(before) if b is not None and b != after[i]]
            (top / f"{kind}-again").mkdir()
            again = office_text(kind, [pairs[i][0] for i in differ], top / f"{kind}-again", top / "profile")
            for i, once_more in zip(differ, again):
                if once_more != before[i]:
                    before[i] = None
        elif kind == "pdf":
            before, after = ([pdf_text(pair[i]) for pair in pairs] for i in (0, 1))
        else:
            sides = [picture_sides(s, o, kind) for s, o in pairs]
            before, after = [b for b, _ in sides], [a for _, a in sides]
        judge(kind, pairs, before, after)
good = totals[1] >= 0.995 * totals[0] and totals[0] > 0
print(f"all    compared {totals[0]:5}  same {totals[1]:5}  ({100 * totals[1] / max(totals[0], 1):.1f} %)")
print("1 passed, 0 failed" if good else "0 passed, 1 failed")
sys.exit(0 if good else 1)
