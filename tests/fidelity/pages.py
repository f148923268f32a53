#!/usr/bin/env python3
"""How a page looks, what it weighs, what can still be filled in and read beside it.

Sizes of all outputs against their inputs; of PDFs the annotations by kind and the
fields of forms; and the picture of the first page, where nothing was removed, as
SSIM over a sample of PAGES (300) PDFs spread evenly.
"""
import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

build, corpus = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
KINDS = "docx xlsx xlsb pptx doc xls ppt rtf odt ods odp html svg slk eml pdf jpg png gif bmp tiff webp jp2 csv".split()
PAGES = int(os.environ.get("PAGES", "300"))
LOSSY = {"jpg", "webp", "jp2", "png", "gif", "bmp", "tiff"}  # encoded anew: their size is the encoder's
# what a rebuild leaves out on purpose: it runs, plays or carries a file
ACTIVE = {"Screen", "Movie", "Sound", "RichMedia", "3D", "FileAttachment", "Widget"}
failed = []


def run(*command, seconds=120):
    try:
        return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, b"", b"")


def cleanse(kind, out):
    files = sorted(p for p in (corpus / kind).glob("*") if p.is_file())
    done = run(build / "bin/sekisho", "cleanse", *files, "-o", out, "--report", "json", seconds=900)
    return [r for r in map(json.loads, done.stdout.splitlines()) if r["out"]]


def sizes(kind, reports):
    ratios = sorted(os.path.getsize(r["out"]) / max(1, os.path.getsize(r["file"])) for r in reports)
    if not ratios:
        return []
    over = sum(ratio > 1.05 for ratio in ratios)
    worst = max(reports, key=lambda r: os.path.getsize(r["out"]) / max(1, os.path.getsize(r["file"])))
    print(f"{kind:6} size of {len(ratios):4}: median {statistics.median(ratios):.3f}, worst {ratios[-1]:.2f} "
          f"({os.path.basename(worst['file'])}, {os.path.getsize(worst['file'])} bytes), {over} over 1.05", flush=True)
    return ratios


def objects(path):
    """Annotations of all pages by kind, and the fields that can be filled in, as qpdf sees them."""
    seen = run("qpdf", "--json=1", "--json-key=objects", "--json-key=acroform", path)
    if seen.returncode not in (0, 3):
        return None
    told = json.loads(seen.stdout)
    every = told["objects"]

    def follow(value):
        return every.get(value, value) if isinstance(value, str) else value
    kinds = collections.Counter()
    for page in [o for o in every.values() if isinstance(o, dict) and o.get("/Type") == "/Page"]:
        for one in follow(page.get("/Annots")) or []:
            annotation = follow(one)
            if isinstance(annotation, dict):
                kinds[str(annotation.get("/Subtype"))[1:]] += 1
    fields = sorted(f.get("fullname", "") for f in told["acroform"]["fields"])
    return kinds, fields


def beside(reports):
    kept = all_of_it = forms = fillable = 0
    for r in reports:
        before = objects(r["file"])
        after = objects(r["out"]) if before else None
        if not before or not (before[0] or before[1]):
            continue
        wanted = {k: n for k, n in before[0].items() if k not in ACTIVE}
        lost = {k: n - (after[0][k] if after else 0) for k, n in wanted.items() if not after or after[0][k] < n}
        kept += sum(wanted.values()) - sum(lost.values())
        all_of_it += sum(wanted.values())
        if lost:
            print(f"    {os.path.basename(r['file'])}: annotations lost {lost}; removed {sorted({x['what'] for x in r['removed']})}")
        if before[1]:
            forms += 1
            fillable += bool(after and after[1] == before[1])
            if not after or after[1] != before[1]:
                print(f"    {os.path.basename(r['file'])}: fields {len(before[1])}, then {len(after[1]) if after else 0}; "
                      f"removed {sorted({x['what'] for x in r['removed']})}")
    print(f"pdf    annotations kept {kept} of {all_of_it}; forms with every field as it was {fillable} of {forms}", flush=True)
    if kept < 0.99 * all_of_it or fillable < 0.95 * forms:
        failed.append("annotations or forms")


def first_page(path, to):
    run("pdftoppm", "-r", "60", "-gray", "-singlefile", "-f", "1", "-l", "1", path, to, seconds=60)
    return pathlib.Path(f"{to}.pgm")


def grey(path):
    data = path.read_bytes()
    _, width, height, _, pixels = data.split(maxsplit=4) if data.count(b"\n", 0, 40) >= 3 else (b"", b"0", b"0", b"", b"")
    return int(width), int(height), data[len(data) - int(width) * int(height):]


def likeness(a, b, window=8):
    """SSIM as Wang, Bovik, Sheikh and Simoncelli define it, over windows of 8 x 8 side by side."""
    (width, height, one), (width2, height2, two) = grey(a), grey(b)
    if (width, height) != (width2, height2) or width < window or height < window:
        return 0.0
    total = count = 0
    n, c1, c2 = window * window, (0.01 * 255) ** 2, (0.03 * 255) ** 2
    for y in range(0, height - window + 1, window):
        for x in range(0, width - window + 1, window):
            rows = [(y + k) * width + x for k in range(window)]
            p, q = b"".join(one[r:r + window] for r in rows), b"".join(two[r:r + window] for r in rows)
            count += 1
            if p == q:
                total += 1
                continue
            mp, mq = sum(p) / n, sum(q) / n
            vp, vq = sum(v * v for v in p) / n - mp * mp, sum(v * v for v in q) / n - mq * mq
            both = sum(v * w for v, w in zip(p, q)) / n - mp * mq
            total += (2 * mp * mq + c1) * (2 * both + c2) / ((mp * mp + mq * mq + c1) * (vp + vq + c2))
    return total / count


def ssim(reports, work):
    untouched = [r for r in reports if not r["removed"]]
    chosen = untouched[:: max(1, len(untouched) // PAGES)][:PAGES]
    worst, low, count = 1.0, 0, 0
    for r in chosen:
        a, b = first_page(r["file"], work / "a"), first_page(r["out"], work / "b")
        if a.exists() and b.exists():
            same = 1.0 if a.read_bytes() == b.read_bytes() else likeness(a, b)
            count, worst, low = count + 1, min(worst, same), low + (same < 0.999)
            if same < 0.999:
                print(f"    {os.path.basename(r['file'])}: SSIM {same:.4f}")
        elif a.exists():
            count, low = count + 1, low + 1
            print(f"    {os.path.basename(r['file'])}: its page cannot be drawn any more")
        for path in (a, b):
            path.unlink(missing_ok=True)
    print(f"pdf    SSIM of {count} first pages: lowest {worst:.4f}, {low} below 0.999", flush=True)
    if low or not count:
        failed.append("SSIM")


with tempfile.TemporaryDirectory(prefix="sekisho-pages-") as folder:
    top, ratios = pathlib.Path(folder), []
    for kind in os.environ.get("KINDS", " ".join(KINDS)).split():
        reports = cleanse(kind, top / kind)
        mine = sizes(kind, reports)
        ratios += mine if kind not in LOSSY else []
        if kind == "pdf":
            ssim(reports, top)
            beside(reports)
    ratios.sort()
    print(f"all but pictures: {len(ratios)} files, median {statistics.median(ratios):.3f} of their size, {sum(r > 1.05 for r in ratios)} over 1.05")
    if statistics.median(ratios) > 1.0:
        failed.append("size")
print("FAIL " + ", ".join(failed) if failed else "as it was")
print("0 passed, 1 failed" if failed else "1 passed, 0 failed")
sys.exit(1 if failed else 0)
