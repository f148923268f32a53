#!/usr/bin/env python3
"""Every removal kind and every refusal reason has its sentence.

Read from the sources: each word that code of the gate hands to a report must stand
in the table of sentences, and each sentence must have a word that something says.
Then as people read it: the constructs of the gate's own tests are cleansed, and no
line may be the stand-in sentence for an unknown word.
  words.py BUILD
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

build = pathlib.Path(sys.argv[1]).resolve()
top = pathlib.Path(__file__).resolve().parents[2]
passed = failed = 0
STAND_IN = "安全を確かめられない部品を取り除きました。"


def check(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print("FAIL", text)


sentences = (top / "src/gate/words/sentences.c").read_text()
constructs = (top / "src/gate/words/constructs.c").read_text()
rows = re.findall(r'^\t\{"([a-z][a-z-]*)", CONTENT_([A-Z]+), (?:true|false), "([^"]+)"\},', constructs, re.M)
table = {found: sentence for found, _, sentence in rows}
check(len(rows) == len(table) == len(re.findall(r"^\t\{\"", constructs, re.M)), "a row of the table is not read, or stands twice")
check(len(table) > 60, f"only {len(table)} sentences are found")
check(STAND_IN in constructs, "the stand-in sentence is another one")

sources = [p for p in sorted((top / "src/gate").rglob("*.c")) if p.parent.name in ("file", "mail")]
text = {p: p.read_text() for p in sources}
word = r'"([a-z]+(?:-[a-z]+)*)"'
said = {}
for path, code in text.items():
    # a literal handed to a report, also as one of two ("a ? "x" : "y"")
    for call in re.findall(r"\b(?:job_drop(?:_at)?|pdf_report|doc_report|rtf_drop|told?)\(([^;]*);", code):
        first = call.split(",")[1] if "," in call else ""
        for found in re.findall(word, first):
            said.setdefault(found, path.name)
    for found in re.findall(r"\*(?:what|dropped) = " + word, code):
        said.setdefault(found, path.name)
for found, where in sorted(said.items()):
    check(found in table, f'"{found}" ({where}) has no sentence')
whole = "\n".join(text.values())
for found in table:
    check(f'"{found}"' in whole, f'the sentence of "{found}" is said by nobody')
for found, sentence in table.items():
    check(sentence.endswith("。") and STAND_IN != sentence, f'"{found}": no sentence of its own')

# refusals: a stable word, a sentence that says what to do, for every member of the enum
header = (top / "src/gate/words/words.h").read_text()
members = re.findall(r"^\tREFUSAL_([A-Z]+),", header, re.M)
for member in members:
    row = re.search(r"\[REFUSAL_%s\] = \{REFUSAL_%s, \"([a-z]+)\",\s*\"([^\"]+)\"" % (member, member), sentences)
    check(row and row[2].endswith("。") and "ください" in row[2], f"REFUSAL_{member} has no sentence that says what to do")

# words of no kind count as "other", which both stricter presets refuse
loose = [found for found, kind, _ in rows if kind == "OTHER" and not found.startswith("unknown-")]
check(not loose, f"of no kind of their own: {' '.join(loose)}")

work = pathlib.Path(tempfile.mkdtemp())
for part in ("file/test_gate_file_office", "file/test_gate_file_old_office", "file/test_gate_file_text",
             "file/test_gate_file_zip", "pdf/test_gate_pdf_constructs"):
    subprocess.run([build / "tests/unit/gate" / part], env=dict(os.environ, SEKISHO_CONSTRUCTS=str(work)), capture_output=True)
files = sorted(work.iterdir())
check(len(files) > 100, f"only {len(files)} construct files")
cleanse = [build / "src/bin/sekisho", "cleanse", *files, "-o", work / "out"]
lines = subprocess.run(cleanse, capture_output=True).stdout.decode().splitlines()
check(sum(line.startswith("    ・") for line in lines) > 100, "too few removals are told")
check(not any(STAND_IN in line for line in lines), "somebody would read the stand-in sentence")

# the same input gives the same bytes, whichever worker made them
first, second = [subprocess.run([*cleanse, "--report", "json"], capture_output=True).stdout.splitlines() for _ in range(2)]
reports = [[json.loads(line) for line in run] for run in (first, second)]
differ = [a["file"] for a, b in zip(*reports) if (a["sha256_in"], a["sha256_out"], a["removed"]) != (b["sha256_in"], b["sha256_out"], b["removed"])]
check(len(first) == len(second) == len(files) and not differ, f"cleansed twice, two results: {differ[:3]}")
# the presets: what strict lets through had nothing in it that could act
strict = {r["file"]: r for r in map(json.loads, subprocess.run([*cleanse, "--report", "json", "--preset", "strict"],
                                                               capture_output=True).stdout.splitlines())}
acts = {"vba", "javascript", "launch", "external-link", "ole-object", "embedded-file", "field", "formula", "activex"}
stripped, drawn, again = 0, 0, []
for report in reports[0]:
    mine = {r["what"] for r in report["removed"]}
    other = strict[report["file"]]
    if report["verdict"] != "refused" and mine & acts:
        check(other["reason"] == "switch" and not other["out"], f'{report["file"]}: strict passes {mine & acts}')
    elif {r["what"] for r in other["removed"]} & {"hyperlink", "form-field"}:
        stripped += 1  # what strict takes out and the usual preset lets stay
        if other["out"]:
            again.append(other)
    elif {r["what"] for r in other["removed"]} & {"page-drawing", "page-text"}:
        drawn += 1  # pages are pictures in strict
        if other["out"]:
            again.append(other)
    elif not mine and report["out"]:
        check(other["sha256_out"] == report["sha256_out"], f'{report["file"]}: strict stops what holds nothing')
# what strict took out is gone: its own output holds nothing more to take
check(stripped > 3 and again, f"strict took a link or a field out of {stripped} files only")
check(drawn > 3, f"strict made pictures of {drawn} files only")
twice = subprocess.run([build / "src/bin/sekisho", "cleanse", *(r["out"] for r in again), "-o", work / "twice", "--report", "json",
                        "--preset", "strict"], capture_output=True).stdout.splitlines()
for before, after in zip(again, map(json.loads, twice)):
    check(after["sha256_out"] == before["sha256_out"] and not after["removed"], f'{before["file"]}: strict, twice, is another file')
for report in reports[0]:
    for removal in report["removed"]:
        check(removal["what"] in table, f'{report["file"]}: "{removal["what"]}" has no sentence')
subprocess.run(["rm", "-rf", work])
print(f"  {len(said)} words in calls, {len(table)} sentences, {len(files)} files cleansed twice")
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
