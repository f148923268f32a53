#!/usr/bin/env python3
"""Every one-construct file through `sekisho cleanse`, judged by other code.

Each output is taken apart wholly (archives by zipfile, PDF by qpdf) and
searched for the marker in several spellings; the second reader, which shares no
code with the gate, must find nothing in it; and a second cleansing must give
the same bytes.  The search itself is tried on the inputs first.
"""
import base64
import collections
import email
import hashlib
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

MARKER = b"CANARY"
SPELLINGS = [MARKER, MARKER.decode().encode("utf-16-le"), MARKER.decode().encode("utf-16-be"),
             MARKER.hex().encode(), MARKER.hex().upper().encode()]
FAMILIES = {"docm": "docx", "dotx": "docx", "dotm": "docx", "xlsm": "xlsx", "pptm": "pptx"}
SEEN_AS = {"mht": "html", "msg": "mail", "tnef": "mail"}
MARKUP = ("odf", "html", "svg", "mapi")
NOT_REASONS = {"image/x-emf", "image/x-wmf", "math", "content"}
build, files = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
passed = failed = 0


def check(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print("FAIL", text)


def parts(data):
    """The bytes, and whatever can be taken out of them."""
    yield data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                yield info.filename.encode("utf-8", "surrogateescape") + info.extra + info.comment
                try:
                    inner = archive.read(info)
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
                    continue
                yield from parts(inner)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        pass
    if data.startswith((b"MIME-Version:", b"From - ")):
        for part in email.message_from_bytes(data).walk():
            if not part.is_multipart():
                yield from parts(part.get_payload(decode=True) or b"")
    if data.startswith(b"<?xml"):
        for text in re.findall(rb"<(?:pkg:binaryData|w:binData\b[^>]*)>([^<]*)<", data):
            yield base64.b64decode(text)
    if data[:5] == b"%PDF-":
        with tempfile.NamedTemporaryFile(suffix=".pdf") as one:
            one.write(data)
            one.flush()
            yield subprocess.run(["qpdf", "--qdf", "--object-streams=disable", "--stream-data=uncompress", one.name, "-"],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def marked(data):
    return any(spelling in part for part in parts(data) for spelling in SPELLINGS)


def cleanse(paths, out):
    done = subprocess.run([build / "bin/sekisho", "cleanse", *paths, "-o", out, "--report", "json"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    check(done.returncode in (0, 1) and len(reports) == len(paths),
          f"cleanse ended with {done.returncode}: {len(reports)} reports of {len(paths)}")
    return reports


def inspect(kind, path):
    seen = subprocess.run([build / "tests/tools/check_active", kind, path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120)
    return seen.returncode, seen.stdout.decode("utf-8", "replace")


def spoken(words):
    """Each kind of removal has a sentence of its own."""
    said = subprocess.run([build / "tests/tools/say", *sorted(words)], stdout=subprocess.PIPE)
    for line in said.stdout.decode().splitlines():
        check("NO SENTENCE" not in line, line)


def written_words():
    """The words that the sources of the gate can report, where a call or a table names them."""
    source = pathlib.Path(__file__).resolve().parent.parent.parent / "src/gate/file"
    sources = sorted(source.glob("*.c"))
    # readers of markup name elements too: there only what stands where a reason stands
    markup = [p for p in sources if p.name.startswith(MARKUP)]
    text = "".join(p.read_text() for p in sources if p not in markup)
    named = re.findall(r'\b\w*(?:drop|report|cut_attribute)\w*\([^;"]*?"([a-z-]+)"', text)
    words = set(named) | set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', text)) - {"core-properties", "extended-properties"}
    for p in markup:
        words |= set(re.findall(r'(?:_TAKE, |_UNWRAP, |what = |return |report\(\w+, |drop\w*\([^;"]*, |\? |: )"([a-z]+(?:-[a-z]+)*)"', p.read_text()))
        words |= set(re.findall(r'\{"[^"]*[/.A-Z][^"]*", "([a-z-]+)"\}', p.read_text()))
    return words - NOT_REASONS


def judge(path, report, again, tally):
    before = path.read_bytes()
    tally["planted"] += marked(before)
    if report["verdict"] == "refused":
        tally["refused"] += 1
        check(report["reason"] and not report["out"], f"{path.name}: refused without a reason, or with a file")
        return
    tally["rebuilt"] += 1
    out = pathlib.Path(report["out"])
    after = out.read_bytes()
    left = marked(after)
    tally["marker left"] += left
    check(not left, f"{path.name}: the marker is still there")
    status, text = inspect(SEEN_AS.get(report["type"], report["type"]), out)
    tally["active left"] += status != 0
    check(status == 0, f"{path.name}: {text}")
    same = again and again["verdict"] == "clean" and again["sha256_out"] == hashlib.sha256(after).hexdigest()
    tally["twice differs"] += not same
    check(same, f"{path.name}: a second cleansing gives something else")


columns = ["files", "planted", "rebuilt", "refused", "marker left", "active left", "twice differs"]
table = collections.defaultdict(collections.Counter)
with tempfile.TemporaryDirectory(prefix="sekisho-constructs-") as folder:
    work = pathlib.Path(folder)
    inputs = sorted(files.iterdir())
    check(len(inputs) >= 250, f"only {len(inputs)} constructs")
    first = cleanse(inputs, work / "first")
    outputs = [pathlib.Path(r["out"]) for r in first if r["out"]]
    second = {r["file"]: r for r in cleanse(outputs, work / "second")}
    for path, report in zip(inputs, first):
        ending = path.suffix[1:]
        tally = table[report["type"] if ending == "xml" else FAMILIES.get(ending, ending)]
        tally["files"] += 1
        judge(path, report, second.get(report["out"]), tally)
print(f"{'':9}" + "".join(f"{c:>15}" for c in columns))
total = collections.Counter()
for kind in sorted(table):
    total += table[kind]
    print(f"{kind:9}" + "".join(f"{table[kind][c]:15}" for c in columns))
print(f"{'all':9}" + "".join(f"{total[c]:15}" for c in columns))
words = {removal["what"] for report in first for removal in report["removed"]} | written_words()
check(len(words) > 40, "the sources name too few removals")
spoken(words)
check(total["planted"] > 200, "the search finds too few markers in the inputs")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
