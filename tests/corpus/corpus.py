#!/usr/bin/env python3
"""Real documents through `sekisho cleanse`.

benign: a typed verdict for each, at most 0.5 % of the well-formed ones refused
        (well-formed: another program reads them without complaint).
active, odd: a typed verdict for each, and nothing active in any output, by the
        checker that shares no code with the gate (build/tests/tools/check_active).
"""
import collections
import email
import email.policy
import json
import os
import mailbox
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import xml.parsers.expat
import zipfile

TYPES = "docx xlsx xlsb officexml pptx doc xls ppt rtf odt ods odp html msg tnef svg slk eml pdf jpg png gif bmp tiff webp jp2 csv txt tsv mht mbox zip tar gz bz2 xz 7z lzh cab rar".split()
FOLDERS = {"7z": "7z-compressed", "gz": "gzip", "bz2": "bzip2", "lzh": "lzh-compressed"}
ARCHIVES = set("tar gz bz2 xz 7z lzh cab rar".split())
SYSTEMS = {None, "MS-DOS", "Windows", "Unix", "UNIX", "Win32", "FAT"}  # others put headers of their own before a file
MEMBERS = set(TYPES) - {"officexml"} - set("tar gz bz2 xz 7z lzh cab rar".split()) | {"jpeg", "tif", "docm", "xlsm", "pptm"}
VERDICTS = {"clean", "changed", "refused"}
REASONS = set("damaged encrypted deep large bomb ambiguous unknown mismatch forbidden".split())
build, corpus = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
passed = failed = 0


def check(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print("FAIL", text)


def cleanse(files, out):
    """One report a file; the program must survive all of them."""
    done = subprocess.run([build / "bin/sekisho", "cleanse", *files, "-o", out, "--report", "json"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    check(done.returncode in (0, 1), f"cleanse ended with {done.returncode}: {done.stderr[-300:]}")
    check(len(reports) == len(files), f"{len(files)} files, {len(reports)} reports")
    for r in reports:
        if r["verdict"] not in VERDICTS or (r["verdict"] == "refused" and r["reason"] not in REASONS):
            check(False, f"{r['file']}: {r['verdict']} {r['reason']} {r.get('detail')}")
    return reports


def quiet(*command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          timeout=120).returncode == 0


def readable_by_second(kind, path):
    """By the second reader, which uses other code: it has no reason to stop."""
    done = subprocess.run([build / "tests/tools/check_active", kind, path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=120)
    return done.stdout.split(b"\n")[0].endswith((b": ok", b": found"))


def listed_members(path):
    """A zip of the listed types only: others are refused by name and by right."""
    names = subprocess.run(["unzip", "-Z1", path], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL).stdout.decode("utf-8", "replace").splitlines()
    return all(n.endswith("/") or n.rsplit(".", 1)[-1].lower() in MEMBERS for n in names)


def plain_xml(path):
    """Every XML part is well-formed and has no document type (ECMA-376 Part 2, 9.1)."""
    def refuse(*_):
        raise ValueError("a document type")
    try:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.lower().endswith((".xml", ".rels")):
                    parser = xml.parsers.expat.ParserCreate()
                    parser.StartDoctypeDeclHandler = refuse
                    parser.Parse(package.read(name), True)
    except (ValueError, xml.parsers.expat.ExpatError, zipfile.BadZipFile):
        return False
    return True


def ends(path):
    """A TIFF's chain of directories does not lead back."""
    data = pathlib.Path(path).read_bytes()
    order = "<" if data[:2] == b"II" else ">"
    at, seen = struct.unpack(order + "I", data[4:8])[0], set()
    while at and at + 2 <= len(data):
        if at in seen:
            return False
        seen.add(at)
        end = at + 2 + 12 * struct.unpack(order + "H", data[at:at + 2])[0]
        at = struct.unpack(order + "I", data[end:end + 4])[0] if end + 4 <= len(data) else 0
    return True


def decodes(text, charset):
    try:
        return bool(text.decode(charset))
    except UnicodeDecodeError:
        return False


def tnef_sums(data):
    """Every attribute whole and with the sum that it says."""
    at = 6
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 5)[0] if at + 9 <= len(data) else len(data)
        body, end = data[at + 9:at + 9 + size], at + 9 + size
        if len(data) < end + 2 or sum(body) & 0xFFFF != struct.unpack_from("<H", data, end)[0]:
            return False
        at = end + 2
    return True


CHARSETS = set("utf-8 us-ascii ascii iso-2022-jp shift_jis cp932 windows-31j euc-jp iso-8859-1 windows-1252".split())
ONCE = "content-type content-disposition content-transfer-encoding subject from message-id references date to".split()


def sound_mail(path):
    """Python's email finds no defect, no header stands twice, every text is in its charset."""
    data = path.read_bytes()
    if path.suffix != ".eml" or re.search(rb"\r(?!\n)|\0", data):
        return False
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not message["from"] and not message["date"]:  # RFC 5322, 3.6
        return False
    for part in message.walk():
        names = [k.lower() for k in part.keys()]
        if part.defects or any(names.count(n) > 1 for n in ONCE) or any(v.defects for v in part.values() if hasattr(v, "defects")):
            return False
        if part.get("content-transfer-encoding", "7bit").strip().lower() not in ENCODINGS:
            return False
        if part.get_content_type() in SEALED or part.get_content_type().startswith("message/") and part.get("content-transfer-encoding"):
            return False
        if part.get_content_maintype() != "text":
            continue
        charset = (part.get_content_charset() or "utf-8").lower()
        if charset not in CHARSETS or not decodes(part.get_payload(decode=True) or b" ", charset):
            return False
    return True


ENCODINGS = {"7bit", "8bit", "binary", "base64", "quoted-printable"}
SEALED = {"message/partial", "message/external-body", "application/pkcs7-mime", "application/x-pkcs7-mime",
          "application/pgp-encrypted", "multipart/encrypted"}


def packed_soundly(path):
    """7z unpacks it without complaint to files of the listed types, under names that say so."""
    if not quiet("7z", "t", "-p", path):
        return False
    listed = subprocess.run(["7z", "l", "-slt", "-p", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode("utf-8", "replace")
    members = [dict(line.split(" = ", 1) for line in one.splitlines() if " = " in line) for one in listed.split("----------\n")[-1].split("\n\n")]
    members = [m for m in members if m.get("Path") and m.get("Folder") != "+" and not m.get("Attributes", "").startswith("D")]
    if path.endswith((".tgz", ".tbz", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")) or any(m["Path"].endswith(".tar") for m in members):
        try:
            with tarfile.open(path) as tar:
                members = [{"Path": m.name} for m in tar if m.isfile()] if all(m.isfile() or m.isdir() for m in tar) else []
        except tarfile.TarError:
            return False
    plain = not any(m.get("Host OS") not in SYSTEMS or m["Path"].startswith("/") or m.get("Symbolic Link") or m.get("Hard Link") or m.get("Encrypted") == "+" for m in members)
    return bool(members) and plain and all(m["Path"].rsplit(".", 1)[-1].lower() in MEMBERS and "/" + m["Path"] == os.path.normpath("/" + m["Path"])
                                           for m in members)


def has_pages(path):
    seen = subprocess.run(["qpdf", "--show-npages", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return seen.stdout.strip() not in (b"", b"0")


def well_formed(kind, path):
    """Another program reads it without complaint, and it is of the listed types."""
    if kind == "pdf":
        return quiet("qpdf", "--check", path) and has_pages(path)
    if kind in ARCHIVES:
        return packed_soundly(path)
    if kind == "zip":
        return path.endswith(".zip") and quiet("unzip", "-tqq", path) and listed_members(path)
    if kind in ("docx", "xlsx", "xlsb", "pptx", "odt", "ods", "odp"):
        return quiet("unzip", "-tqq", path) and plain_xml(path)
    if kind == "officexml":
        return b"office:spreadsheet" in pathlib.Path(path).read_bytes()[:1024] and quiet("xmllint", "--noout", path)
    if kind == "tiff" and not ends(path):
        return False
    if kind in ("doc", "xls", "ppt"):  # of the editions that are rebuilt, by the second reader
        return path.endswith("." + kind) and readable_by_second(kind, path)
    if kind == "msg":
        return False  # no other program here reads it: its refusals are listed, not counted
    if kind == "tnef":
        return tnef_sums(pathlib.Path(path).read_bytes())
    if kind == "eml":
        return sound_mail(pathlib.Path(path))
    if kind in ("svg", "slk"):
        return kind == "slk" or quiet("xmllint", "--noout", "--nonet", path)
    if kind == "html":  # in a charset of the list
        text = pathlib.Path(path).read_bytes()
        return text[:4] != b"\0\0\xfe\xff" and any(decodes(text, name) for name in ("utf-8", "cp932", "euc_jp", "utf-16"))
    return kind in ("csv", "txt", "tsv", "mht", "mbox") or readable_by_second(kind, path)


PACKERS = {"tar": "tar -cf OUT", "gz": "tar -czf OUT", "bz2": "tar -cjf OUT", "xz": "tar -cJf OUT", "7z": "7z a OUT", "cab": "gcab -c OUT"}
TEXTS = {"utf-8": "関所を通る文書です。\n二行目。\n", "cp932": "関所を通る文書です。\r\n", "utf-16": "文書\r\n", "utf-8-sig": "文書\n"}


def packed(kind, made):
    """Archives of real documents by other packers: from one and from three kinds, with a Japanese name."""
    for number, kinds in enumerate((["csv"], ["docx", "csv", "png"], ["pdf", "xlsx", "jpg"])):
        inside = made / f"of{number}"
        inside.mkdir()
        for k in kinds:
            shutil.copy(sorted((corpus / "benign" / k).glob("*"))[0], inside / f"資料.{k}")
        archive = made / f"made{number}.{'tgz' if kind == 'gz' else 'txz' if kind == 'xz' else 'tbz' if kind == 'bz2' else kind}"
        names = sorted(p.name for p in inside.iterdir())
        command = PACKERS[kind].replace("OUT", str(archive)).split() + names
        if shutil.which(command[0]):
            subprocess.run(command, cwd=inside, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(inside)


def written(kind, made):
    for charset, text in TEXTS.items():
        if kind in ("txt", "tsv"):
            (made / f"{charset}.{kind}").write_bytes((text if kind == "txt" else text.replace("を", "\t")).encode(charset))
    if kind == "mht":
        page = b"<html><head><meta charset=utf-8><title>t</title></head><body><p>%s</p></body></html>" % TEXTS["utf-8"].encode()
        (made / "page.mht").write_bytes(b"From: <Saved by a browser>\nSubject: t\nDate: Mon, 2 Mar 2026 09:00:00 +0900\nMIME-Version: 1.0\n"
                                        b'Content-Type: multipart/related; type="text/html"; boundary="b"\n\n--b\nContent-Type: text/html; charset=utf-8\n'
                                        b"Content-Location: http://example.jp/\n\n" + page + b"\n--b--\n")
    if kind == "mbox":
        box = mailbox.mbox(made / "letters.mbox")
        for n in range(3):
            box.add(f"From: a{n}@example.jp\nTo: b@example.jp\nSubject: {n}\nDate: Mon, 2 Mar 2026 09:00:00 +0900\n\nletter {n}\n".encode())
        box.close()


def files_of(kind, part, work):
    """The corpus' files of a kind, mails under the name that a mail has; and, of what it has few of, some made here."""
    files = sorted(p for p in (corpus / part / FOLDERS.get(kind, kind)).glob("*") if p.is_file())
    made = work / "made" / part / kind
    made.mkdir(parents=True)
    if kind == "eml":
        for p in [p for p in files if p.suffix in (".txt", ".msg")]:
            shutil.copy(p, made / f"{p.stem}.eml")
        files = [p for p in files if p.suffix not in (".txt", ".msg")]
    if part == "benign":
        (packed if kind in PACKERS else written)(kind, made)
    return files + sorted(p for p in made.iterdir() if p.is_file())


def benign(work):
    print(f"{'benign':8}{'files':>7}{'passed':>8}{'changed':>8}{'refused':>8}{'of well-formed':>16}")
    wrong = whole = 0
    for kind in TYPES:
        files = files_of(kind, "benign", work)
        if not files:
            continue
        reports = cleanse(files, work / "benign" / kind)
        refused = [r for r in reports if r["verdict"] == "refused"]
        unfair = [r for r in refused if r["reason"] != "encrypted" and well_formed(kind, r["file"])]
        wrong += len(unfair)
        whole += len(files) - len(refused) + len(unfair)
        changed = sum(r["verdict"] == "changed" for r in reports)
        reasons = collections.Counter(r["reason"] for r in unfair)
        print(f"{kind:8}{len(files):7}{len(reports) - len(refused):8}{changed:8}{len(refused):8}"
              f"{len(unfair):8} {dict(reasons) or ''}")
        for r in unfair if os.environ.get("VERBOSE") else []:
            print("   ", r["file"], r["reason"], r["detail"])
        for r in reports:
            check(r["verdict"] == "refused" or pathlib.Path(r["out"]).stat().st_size > 0, r["file"])
    print(f"well-formed {whole}, refused {wrong} ({100 * wrong / max(whole, 1):.2f} %)")
    check(wrong <= 0.005 * whole, f"{wrong} of {whole} well-formed files refused")


READ_AS = {"odt": "odf", "ods": "odf", "odp": "odf", "eml": "mail", "mht": "html", "mbox": "mail", **dict.fromkeys(ARCHIVES, "zip")}


def still_active(kind, report):
    """The folder says what a file is to be; of Office 2003 XML there are three kinds."""
    read_as = report["type"] if kind == "officexml" else READ_AS.get(kind, kind)
    return not quiet(build / "tests/tools/check_active", read_as, report["out"])


def active(work, folder):
    print(f"{folder:8}{'files':>7}{'passed':>8}{'refused':>8}{'still active':>14}")
    for kind in TYPES:
        files = files_of(kind, folder, work)
        if not files:
            continue
        reports = cleanse(files, work / folder / kind)
        outputs = [r["out"] for r in reports if r["out"]]
        bad = [r["out"] for r in reports if r["out"] and still_active(kind, r)]
        print(f"{kind:8}{len(files):7}{len(outputs):8}{len(files) - len(outputs):8}{len(bad):14}")
        for o in outputs:
            check(o not in bad, f"{o}: something active is left")


with tempfile.TemporaryDirectory(prefix="sekisho-corpus-") as folder:
    work = pathlib.Path(folder)
    for name in ("benign", "active", "odd"):
        (work / name).mkdir()
    benign(work)
    active(work, "active")
    active(work, "odd")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
