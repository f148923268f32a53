#!/usr/bin/env python3
"""Pages made into pictures look like the pages that they were.

Each PDF of a sample goes through `sekisho cleanse --pages picture` (jailed workers and
second reader) twice.  Then with poppler's other renderer (Splash; the gate draws with
cairo) both sides are drawn: as many pages, of the same size, alike by SSIM; what went
through twice is the same to the byte; nothing but pictures and unseen text is left.
  drawn.py BUILD [FOLDER]      SAMPLE=8 files, DPI=200
"""
import collections
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

build = pathlib.Path(sys.argv[1]).resolve()
top = pathlib.Path(__file__).resolve().parents[2]
shared = pathlib.Path(os.environ.get("SEKISHO_SHARED", top.parent / "shared"))
folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else shared / "corpus/benign/pdf"
sample, dpi = int(os.environ.get("SAMPLE", "8")), os.environ.get("DPI", "200")
PAGES = 3  # of each document are compared
passed = failed = 0


def check(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print("FAIL", text)


def cleanse(paths, out):
    told = subprocess.run([build / "bin/sekisho", "cleanse", *paths, "-o", out, "--report", "json", "--pages", "picture"],
                          capture_output=True)
    return [json.loads(line) for line in told.stdout.splitlines()]


def info(path):
    told = subprocess.run(["pdfinfo", "-l", "100000", path], capture_output=True).stdout.decode("utf-8", "replace")
    sizes = re.findall(r"^Page +\d+ size: +([0-9.]+) x ([0-9.]+)", told, re.M)
    turned = re.findall(r"^Page +\d+ rot: +(\d+)", told, re.M)
    sides = [(float(w), float(h)) if int(r) % 180 == 0 else (float(h), float(w)) for (w, h), r in zip(sizes, turned)]
    return sides


def grey(path):
    data = path.read_bytes()
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+\d+\s", data)
    return int(head[1]), int(head[2]), data[head.end():]


def likeness(a, b, window=8):
    """SSIM as Wang, Bovik, Sheikh and Simoncelli define it, over windows of 8 x 8 side by side."""
    (width, height, one), (width2, height2, two) = grey(a), grey(b)
    if abs(width - width2) > 1 or abs(height - height2) > 1:
        return 0.0
    total = count = 0
    n, c1, c2 = window * window, (0.01 * 255) ** 2, (0.03 * 255) ** 2
    for y in range(0, min(height, height2) - window + 1, window):
        for x in range(0, min(width, width2) - window + 1, window):
            p = b"".join(one[(y + k) * width + x:(y + k) * width + x + window] for k in range(window))
            q = b"".join(two[(y + k) * width2 + x:(y + k) * width2 + x + window] for k in range(window))
            count += 1
            if p == q:
                total += 1
                continue
            mp, mq = sum(p) / n, sum(q) / n
            vp, vq = sum(v * v for v in p) / n - mp * mp, sum(v * v for v in q) / n - mq * mq
            both = sum(v * w for v, w in zip(p, q)) / n - mp * mq
            total += (2 * mp * mq + c1) * (2 * both + c2) / ((mp * mp + mq * mq + c1) * (vp + vq + c2))
    return total / count if count else 1.0


def draw(path, to):
    """At the dots of the picture, then a quarter of the size: whether a letter's edge lies on
    a dot or between two is the renderer's taste, and not the page's look."""
    subprocess.run(["pdftoppm", "-cropbox", "-gray", "-r", dpi, "-l", str(PAGES), path, to], capture_output=True)
    pages = sorted(to.parent.glob(to.name + "-*.pgm"))
    if pages:
        subprocess.run(["mogrify", "-filter", "box", "-resize", "25%", *pages], check=True)
    return pages


def words(path):
    text = subprocess.run(["pdftotext", "-enc", "UTF-8", path, "-"], capture_output=True).stdout.decode("utf-8", "replace")
    return collections.Counter(c for c in text if c > " " and c.isprintable())


def holds(path):
    """What kinds of things the objects of a file are."""
    told = subprocess.run(["qpdf", "--qdf", "--object-streams=disable", path, "-"], capture_output=True).stdout
    return {word for word in (b"/Annots", b"/AcroForm", b"/JavaScript", b"/OpenAction", b"/AA", b"/Names", b"/Outlines",
                              b"/EmbeddedFiles", b"/FontFile3", b"/FontFile ", b"/URI", b"/Metadata", b"/Pattern", b"/Shading")
            if re.search(re.escape(word) + rb"[^A-Za-z]", told)}


if not folder.is_dir():
    print(f"skipped: no {folder}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)
every = sorted(folder.glob("*.pdf"))
chosen = [p for p in every[:: max(1, len(every) // sample)] if p.stat().st_size < 3 << 20][:sample]
with tempfile.TemporaryDirectory(prefix="sekisho-drawn-") as work:
    work = pathlib.Path(work)
    plain = {json.loads(line)["file"]: json.loads(line)["verdict"] for line in
             subprocess.run([build / "bin/sekisho", "cleanse", *chosen, "-o", work / "plain", "--report", "json"],
                            capture_output=True).stdout.splitlines()}
    reports = cleanse(chosen, work / "one")
    likes, letters, kept = [], 0, 0
    for r in reports:
        name = os.path.basename(r["file"])
        if plain.get(r["file"]) == "refused":
            check(r["verdict"] == "refused" and not r["out"], f"{name}: refused as it is, let through as pictures")
            continue
        check(r["out"], f"{name}: {r['reason']} {r['detail']}")
        if not r["out"]:
            continue
        check("page-drawing" in {x["what"] for x in r["removed"]}, f"{name}: nobody is told")
        before, after = info(r["file"]), info(r["out"])
        check(before and len(before) == len(after), f"{name}: {len(before)} pages, then {len(after)}")
        far = [(a, b) for a, b in zip(before, after) if abs(a[0] - b[0]) > 0.02 or abs(a[1] - b[1]) > 0.02]
        check(not far, f"{name}: pages of another size: {far[:2]}")
        check(not holds(r["out"]), f"{name}: holds {holds(r['out'])}")
        source, made = draw(pathlib.Path(r["file"]), work / "a"), draw(pathlib.Path(r["out"]), work / "b")
        check(len(source) == len(made), f"{name}: {len(source)} pages drawn, then {len(made)}")
        alike = [likeness(a, b) for a, b in zip(source, made)]
        likes += alike
        check(not alike or min(alike) >= 0.80, f"{name}: SSIM {min(alike or [0]):.4f}")
        for path in source + made:
            path.unlink()
        one, two = words(r["file"]), words(r["out"])
        letters += sum(one.values())
        kept += sum((one & two).values())
        if sum((one & two).values()) < 0.98 * sum(one.values()):
            print(f"    {name}: {sum((one & two).values())} of {sum(one.values())} characters are in the text layer")
        if alike and min(alike) < 0.95:
            print(f"    {name}: SSIM {min(alike):.4f}")
    outs = [r["out"] for r in reports if r["out"]]
    again = {r["file"]: r for r in cleanse(outs, work / "two")}
    once_more = {r["file"]: r for r in cleanse(chosen, work / "three")}
    for r in reports:
        if not r["out"]:
            continue
        second = again.get(r["out"], {})
        check(second.get("sha256_out") == r["sha256_out"] and second.get("verdict") == "clean" and not second.get("removed"),
              f"{os.path.basename(r['file'])}: its pictures go through and are another file ({second.get('detail')})")
        check(once_more[r["file"]]["sha256_out"] == r["sha256_out"], f"{os.path.basename(r['file'])}: drawn twice, two files")
    likes.sort()
    check(likes and statistics.mean(likes) >= 0.97, f"SSIM on average {statistics.mean(likes) if likes else 0:.4f}")
    check(kept >= 0.98 * letters, f"{kept} of {letters} characters are in the text layers")
    if likes:
        print(f"  {len(outs)} documents, {len(likes)} pages compared at {dpi} dpi: SSIM {statistics.mean(likes):.4f} on average, "
              f"median {statistics.median(likes):.4f}, lowest {likes[0]:.4f}; {kept} of {letters} characters in the text layers")
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
