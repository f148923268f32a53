#!/usr/bin/env python3
"""Locked files through `sekisho cleanse`: made by programs that others wrote, or by
makers of our own for what no Debian program writes.

Each file is tried without a password, with a wrong one, with the right one, and
damaged where its format has a MAC; what comes out must be what the same document
gives without a lock.
  locked.py BUILD
"""
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import office
build = pathlib.Path(sys.argv[1]).resolve()
program = build / "src/bin/sekisho"
work = pathlib.Path(tempfile.mkdtemp())
passed = failed = skipped = 0
PASSWORD, JAPANESE, WRONG = "Sesame-2026", "ひみつの合言葉", "sesame-2026"


def check(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print("FAIL", text)


def skip(text):
    global skipped
    skipped += 1
    print("skipped", text)


def run(*command, **more):
    env = dict(os.environ, LC_ALL="C.UTF-8", **more.pop("env", {}))
    return subprocess.run([str(c) for c in command], capture_output=True, env=env, **more)


def cleanse(data, name, password=None):
    """The report and the bytes that came out."""
    with tempfile.TemporaryDirectory(dir=work) as folder:
        folder = pathlib.Path(folder)
        (folder / name).write_bytes(data)
        command = [program, "cleanse", folder / name, "-o", folder / "out", "--report", "json"]
        if password is not None:
            (folder / "password").write_text(password + "\n")
            command += ["--password-file", folder / "password"]
        ran = run(*command)
        if not ran.stdout:
            return {"verdict": "none", "reason": ran.stderr.decode(), "removed": [], "detail": ""}, None
        if password:
            check(password.encode() not in ran.stdout + ran.stderr, f"{name}: the password is in the report")
        report = json.loads(ran.stdout)
        return report, pathlib.Path(report["out"]).read_bytes() if report["out"] else None


def members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {i.filename: archive.read(i) for i in archive.infolist()}


def same_bytes(locked, plain):
    return locked == plain


def same_members(locked, plain):
    return members(locked) == members(plain)


def same_text(locked, plain):
    text = []
    for data in (locked, plain):
        (work / "text.pdf").write_bytes(data)
        text.append(run("pdftotext", work / "text.pdf", "-").stdout)
    return text[0] == text[1] and len(text[0]) > 3


def try_locked(label, data, name, password, plain, same, word="password", unasked=False, plain_name=None):
    """One locked file and its neighbours; plain: the same document without a lock."""
    report, out = cleanse(data, name)
    if not unasked:
        check(report["reason"] == "encrypted" and out is None, f"{label}: without a password: {report['reason']} {report['detail']}")
        report, out = cleanse(data, name, WRONG)
        check(report["reason"] == "password" and out is None, f"{label}: wrong password: {report['reason']} {report['detail']}")
        report, out = cleanse(data, name, password)
    check(report["verdict"] == "changed", f"{label}: {report['verdict']} {report['reason']} {report['detail']}")
    check(any(r["what"] == word for r in report["removed"]), f"{label}: opening it is not in the report")
    wanted, bare = cleanse(plain, plain_name or name)
    check(bare is not None, f"{label}: the plain document is refused: {wanted['reason']} {wanted['detail']}")
    if out is not None and bare is not None:
        check(same(out, bare), f"{label}: what comes out is not the document")


# ---- zip ---------------------------------------------------------------------

MEMBERS = {"様式第１号.txt": "申請者の氏名\r\n髙﨑 一郎\r\n".encode(), "表/一覧.csv": "番号,件数\r\n1,2\r\n".encode() * 200}


def zip_files():
    folder = work / "members"
    for name, data in MEMBERS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in MEMBERS.items():
            archive.writestr(name, data)
    plain = plain.getvalue()
    for method in ("AES128", "AES192", "AES256", "ZipCrypto"):
        made = work / f"{method}.zip"
        run("7z", "a", "-tzip", f"-mem={method}", f"-p{PASSWORD}", made, *MEMBERS, cwd=folder)
        try_locked(f"zip {method}", made.read_bytes(), "書類.zip", PASSWORD, plain, same_members)
    hostile_aes((work / "AES256.zip").read_bytes())
    streamed = run("zip", "-q", "-r", "-P", PASSWORD, "-", *MEMBERS, cwd=folder).stdout
    try_locked("zip streamed", streamed, "書類.zip", PASSWORD, plain, same_members)
    for aes in (False, True):
        for charset in ("cp932", "utf-8"):
            made = own_zip(JAPANESE.encode(charset), aes)
            try_locked(f"zip {charset}", made, "書類.zip", JAPANESE, plain, same_members)


def hostile_aes(data):
    """A bit of the ciphertext, of the MAC, of the strength."""
    at = data.index(b"PK\x01\x02")
    for label, where in (("ciphertext", at - 14), ("MAC", at - 3)):
        broken = bytearray(data)
        broken[where] ^= 1
        report, out = cleanse(bytes(broken), "書類.zip", PASSWORD)
        check(report["reason"] == "damaged" and out is None, f"zip AES, {label} changed: {report['reason']}")
    broken = data.replace(b"\x01\x99\x07\x00\x02\x00AE\x03", b"\x01\x99\x07\x00\x02\x00AE\x01", 1)
    report, out = cleanse(broken, "書類.zip", PASSWORD)
    check(broken != data and report["reason"] == "ambiguous" and out is None,
          f"zip AES, two strengths: {report['reason']}")


def own_zip(password, aes):
    """Names in CP932 and a Japanese password in any charset, as Windows packs it."""
    return run("python3", pathlib.Path(__file__).parent / "zipcrypto.py", input=json.dumps(
        {"password": password.hex(), "aes": aes,
         "members": [[n.encode("cp932").hex(), d.hex()] for n, d in MEMBERS.items()]}).encode()).stdout


# ---- 7z ----------------------------------------------------------------------

def sevenzip_files():
    folder = work / "members"
    plain = work / "plain.7z"
    run("7z", "a", plain, *MEMBERS, cwd=folder)
    for label, more in (("LZMA2", []), ("headers", ["-mhe=on"]), ("stored", ["-mx=0"]), ("LZMA", ["-m0=lzma", "-mhe=on"]),
                        ("PPMd", ["-m0=ppmd"]), ("BZip2", ["-m0=bzip2"]), ("not solid", ["-ms=off"])):
        made = work / "locked.7z"
        made.unlink(missing_ok=True)
        run("7z", "a", f"-p{PASSWORD}", *more, made, *MEMBERS, cwd=folder)
        try_locked(f"7z {label}", made.read_bytes(), "書類.7z", PASSWORD, plain.read_bytes(), same_members)
    made.unlink()
    run("7z", "a", f"-p{JAPANESE}", "-mhe=on", made, *MEMBERS, cwd=folder)
    if made.exists():
        try_locked("7z Japanese", made.read_bytes(), "書類.7z", JAPANESE, plain.read_bytes(), same_members)
    else:
        skip("7z with a Japanese password: this 7z does not take one")


# ---- pdf ---------------------------------------------------------------------

PDF_KINDS = {
    "R2": ["40"], "R3": ["128", "--use-aes=n"], "R4 RC4": ["128", "--use-aes=n", "--force-V4"],
    "R4 AES": ["128", "--use-aes=y"], "R4 clear metadata": ["128", "--use-aes=y", "--cleartext-metadata"],
    "R5": ["256", "--force-R5"], "R6": ["256"],
}


def encrypt_pdf(kind, user, *more):
    (work / "plain.pdf").write_bytes(office.page("Receipt No 7421"))
    made = work / "locked.pdf"
    made.unlink(missing_ok=True)
    run("qpdf", "--allow-weak-crypto", "--encrypt", user, "owner", *PDF_KINDS[kind], "--", *more, work / "plain.pdf", made)
    return made.read_bytes()


def pdf_files():
    plain = office.page("Receipt No 7421")
    for kind in PDF_KINDS:
        data = encrypt_pdf(kind, PASSWORD)
        try_locked(f"pdf {kind}", data, "様式.pdf", PASSWORD, plain, same_text)
        report, out = cleanse(data, "様式.pdf", "owner")
        check(out is not None and b"A note that stays" in out, f"pdf {kind}: owner's password: {report['reason']}")
        data = encrypt_pdf(kind, "")
        try_locked(f"pdf {kind} unasked", data, "様式.pdf", None, plain, same_text, "encryption", True)
    data = encrypt_pdf("R6", JAPANESE, "--object-streams=generate")
    try_locked("pdf R6 Japanese", data, "様式.pdf", JAPANESE, plain, same_text)
    public = plain.replace(b"trailer<<", b"trailer<</Encrypt<</Filter/Adobe.PubSec/V 4>>")
    report, out = cleanse(public, "様式.pdf", PASSWORD)
    check(report["reason"] == "locked" and out is None, f"pdf for certificates: {report['reason']}")


# ---- Office --------------------------------------------------------------------

def plain_office():
    """Documents of the gate's own tests, by their ending."""
    folder = work / "plain"
    folder.mkdir()
    for test in ("office", "old_office"):
        run(build / f"tests/unit/gate/file/test_gate_file_{test}", env={"SEKISHO_CONSTRUCTS": str(folder)})
    found = {}
    for ending, name in {"docx": "alternate-content", "xlsx": "calculation-chain", "pptx": "animation-that-acts",
                         "doc": "plain", "xls": "plain", "ppt": "plain"}.items():
        found[ending] = (folder / f"{name}.{ending}").read_bytes()
    return found


def packages(plain):
    for ending in ("docx", "xlsx", "pptx"):
        data = office.agile(plain[ending], PASSWORD)
        try_locked(f"agile {ending}", data, f"様式.{ending}", PASSWORD, plain[ending], same_bytes)
        data = office.standard(plain[ending], PASSWORD)
        try_locked(f"standard {ending}", data, f"様式.{ending}", PASSWORD, plain[ending], same_bytes)
    data = plain["xlsx"]
    for name, bits in (("SHA1", 128), ("SHA256", 192), ("SHA384", 256)):
        try_locked(f"agile {name}", office.agile(data, JAPANESE, name, bits), "表.xlsx", JAPANESE, data, same_bytes)
    for bits in (192, 256):
        try_locked(f"standard {bits}", office.standard(data, JAPANESE, bits), "表.xlsx", JAPANESE, data, same_bytes)
    for label, made in (("agile", office.agile(data, "VelvetSweatshop")), ("standard", office.standard(data, "VelvetSweatshop"))):
        try_locked(f"{label} unasked", made, "表.xlsx", None, data, same_bytes, "encryption", True)
    large = os.urandom(20000)  # more than one segment; no package, so it is refused once it is open
    report, out = cleanse(office.agile(large, PASSWORD), "表.xlsx", PASSWORD)
    check(report["reason"] == "mismatch" and out is None, f"no package under the lock: {report['reason']}")
    for label, made, reason in (
            ("MAC changed", office.agile(data, PASSWORD, break_mac=True), "damaged"),
            ("rounds without end", office.agile(data, PASSWORD, claim=90000000), "bomb"),
            ("another cipher", office.agile(data, PASSWORD).replace(b'"AES"', b'"RC2"'), "locked"),
            ("a second key", office.agile(data, PASSWORD).replace(b"</keyEncryptors>", b'<x spinCount="1"/></keyEncryptors>')
             .replace(b"<x ", b"<p:encryptedKey "), "damaged"),
            ("certificates", office.agile(data, PASSWORD).replace(b"p:encryptedKey spinCount", b"p:encryptedKey spinDount"), "locked")):
        report, out = cleanse(made, "表.xlsx", PASSWORD)
        check(report["reason"] == reason and out is None, f"agile, {label}: {report['reason']} {report['detail']}")


def old_office(plain):
    for kind in ("rc4", "cryptoapi", "cryptoapi40", "xor"):
        made = office.xls(plain["xls"], kind, PASSWORD)
        try_locked(f"xls {kind}", made, "表.xls", PASSWORD, plain["xls"], same_bytes)
        made = office.xls(plain["xls"], kind, "VelvetSweatshop")
        try_locked(f"xls {kind} unasked", made, "表.xls", None, plain["xls"], same_bytes, "encryption", True)
    for kind in ("rc4", "cryptoapi", "xor"):
        made = office.doc(plain["doc"], kind, PASSWORD)
        try_locked(f"doc {kind}", made, "文.doc", PASSWORD, plain["doc"], same_bytes)
    made = office.ppt(plain["ppt"], PASSWORD)
    try_locked("ppt", made, "図.ppt", PASSWORD, plain["ppt"], same_bytes)


def nested():
    """A locked PDF within a locked zip, of one password: both are opened."""
    inner = encrypt_pdf("R6", PASSWORD)
    folder = work / "nested"
    folder.mkdir()
    (folder / "中.pdf").write_bytes(inner)
    run("7z", "a", "-tzip", "-mem=AES256", f"-p{PASSWORD}", work / "nested.zip", "中.pdf", cwd=folder)
    report, out = cleanse((work / "nested.zip").read_bytes(), "外.zip", PASSWORD)
    check(out is not None and same_text(members(out)["中.pdf"], office.page("Receipt No 7421")), f"nested: {report['reason']} {report['detail']}")


def no_trace():
    """The option takes no password in the arguments, and an empty file is an error."""
    (work / "empty").write_text("\n")
    (work / "a.txt").write_text("a")
    ran = run(program, "cleanse", work / "a.txt", "-o", work / "o", "--password-file", work / "empty")
    check(ran.returncode == 2, f"an empty password: status {ran.returncode}")


zip_files()
sevenzip_files()
pdf_files()
office_files = plain_office()
packages(office_files)
old_office(office_files)
nested()
no_trace()
shutil.rmtree(work)
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed != 0)
