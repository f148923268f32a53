#!/usr/bin/env python3
"""Outputs open in LibreOffice, qpdf and the picture tools, and say the same.

Office files: both sides are converted to PDF by LibreOffice, then to text;
PDF: pdftotext and the page count; pictures: ImageMagick reads both, and for
lossless formats the pixels are compared.  At least 99 % of those that the
other program can read at all must be the same.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

build, corpus = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
OFFICE, PICTURES = ["docx", "xlsx", "pptx"], ["jpg", "png", "gif", "bmp", "tiff", "webp"]
LOSSLESS = {"png", "gif", "bmp", "tiff"}
passed = failed = 0


def run(*command, seconds=180):
    try:
        return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=seconds)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, b"")


def cleanse(kind, out):
    files = sorted(p for p in (corpus / kind).glob("*") if p.is_file())
    done = run(build / "bin/sekisho", "cleanse", *files, "-o", out, "--report", "json", seconds=900)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    return [(pathlib.Path(r["file"]), pathlib.Path(r["out"])) for r in reports if r["out"]]


def office_text(paths, work, profile):
    """Converts many files in one start of LibreOffice; names must be unique."""
    run("soffice", "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", "pdf",
        "--outdir", work, *paths, seconds=1200)
    texts = []
    for path in paths:
        pdf = work / (path.stem + ".pdf")
        text = run("pdftotext", pdf, "-").stdout if pdf.exists() else None
        texts.append(None if text is None else b" ".join(text.split()))
    return texts


def pdf_text(path):
    info = run("pdfinfo", path)
    if info.returncode:
        return None
    pages = [l for l in info.stdout.splitlines() if l.startswith(b"Pages")]
    return b" ".join(run("pdftotext", path, "-").stdout.split()) + b"".join(pages)


def picture_print(path, kind):
    what = "%#\n" if kind in LOSSLESS else "%w %h\n"
    seen = run("identify", "-quiet", "-format", what, path)
    return seen.stdout if seen.returncode == 0 and seen.stdout else None


def judge(kind, pairs, before, after):
    global passed, failed
    readable = [(p, b, a) for p, b, a in zip(pairs, before, after) if b is not None]
    same = sum(b == a for _, b, a in readable)
    print(f"{kind:6} compared {len(readable):5}  same {same:5}  "
          f"({100 * same / max(len(readable), 1):.1f} %)")
    for (source, _), b, a in readable:
        if b != a:
            print(f"    {source.name}: {'does not open' if a is None else 'differs'}")
    good = same >= 0.99 * len(readable)
    passed += good
    failed += not good


with tempfile.TemporaryDirectory(prefix="sekisho-fidelity-") as folder:
    top = pathlib.Path(folder)
    for kind in OFFICE + ["pdf"] + PICTURES:
        pairs = cleanse(kind, top / kind)
        if kind in OFFICE:
            for side in ("before", "after"):
                (top / f"{kind}-{side}").mkdir()
            before = office_text([s for s, _ in pairs], top / f"{kind}-before", top / "profile")
            after = office_text([o for _, o in pairs], top / f"{kind}-after", top / "profile")
        elif kind == "pdf":
            before, after = ([pdf_text(pair[i]) for pair in pairs] for i in (0, 1))
        else:
            before, after = ([picture_print(pair[i], kind) for pair in pairs] for i in (0, 1))
        judge(kind, pairs, before, after)
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
