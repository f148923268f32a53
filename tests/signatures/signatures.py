#!/usr/bin/env python3
"""Signatures made by OpenSSL's command, judged by the gate before it rebuilds.

A PDF with a detached CMS (RSA and EC, with and without the root at hand), changed
after it was signed, written on after it was signed, with something beside the
signature in its gap; mail signed clear and opaque, whole and changed.  Where pdfsig
is installed it has to agree on whether the signature holds.
  signatures.py BUILD
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import package

build = pathlib.Path(sys.argv[1]).resolve()
work = pathlib.Path(tempfile.mkdtemp())
passed = failed = 0


def check(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print("FAIL", text)


def run(*args, data=None):
    done = subprocess.run([str(a) for a in args], input=data, capture_output=True)
    if done.returncode:
        raise SystemExit(f"{args}: {done.stderr.decode()[-500:]}")
    return done.stdout


def make_signer(name, kind):
    key, root_key = work / f"{name}.key", work / f"{name}-root.key"
    new = ["-newkey", "rsa:2048"] if kind == "rsa" else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    run("openssl", "req", "-x509", *new, "-nodes", "-keyout", root_key, "-out", work / f"{name}-root.pem", "-days", "3650",
        "-utf8", "-subj", f"/C=JP/O=青波市/CN=試験の認証局 {name}")
    run("openssl", "req", *new, "-nodes", "-keyout", key, "-out", work / f"{name}.csr", "-utf8",
        "-subj", "/C=JP/O=青波市/CN=青木 一郎, 税務課")
    run("openssl", "x509", "-req", "-in", work / f"{name}.csr", "-CA", work / f"{name}-root.pem", "-CAkey", root_key,
        "-set_serial", "7", "-days", "3650", "-out", work / f"{name}.pem")
    return work / f"{name}.pem", key


def cms(signer, content, *more):
    (work / "content").write_bytes(content)
    return run("openssl", "cms", "-sign", "-binary", "-in", work / "content", "-signer", signer[0], "-inkey", signer[1],
               "-outform", "DER", *more)


def pdf(sign, gap_extra=b"", subfilter=b"adbe.pkcs7.detached"):
    """One page with a signature field; sign(bytes) gives the CMS of the signed ranges."""
    room = 8192
    text = b"BT /F1 24 Tf 72 700 Td (Signed page) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 3>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>/Annots[6 0 R]>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Annot/Subtype/Widget/FT/Sig/T(sig)/Rect[0 0 0 0]/F 132/P 3 0 R/V 7 0 R>>",
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/" + subfilter +
        b"/ByteRange[0 AAAAAAAAAA BBBBBBBBBB CCCCCCCCCC]/Contents " + b"<" + b"0" * room + b">" + gap_extra + b"/M(D:20261120)>>",
    ]
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref)
    begin = out.index(b"<" + b"0" * room)
    end = begin + room + 2 + len(gap_extra)
    for mark, value in ((b"AAAAAAAAAA", begin), (b"BBBBBBBBBB", end), (b"CCCCCCCCCC", len(out) - end)):
        out = bytearray(bytes(out).replace(mark, b"%-10d" % value, 1))
    der = sign(bytes(out[:begin] + out[end:]))
    digits = der.hex().encode()
    out[begin + 1:begin + 1 + len(digits)] = digits
    return bytes(out)


def update(data, root=b"<</Type/Catalog/Pages 2 0 R>>"):
    """An incremental revision behind the signed bytes."""
    at = len(data)
    before = int(data[data.rindex(b"startxref") + 10:].split()[0])
    body = b"1 0 obj\n" + root + b"\nendobj\n"
    tail = b"xref\n1 1\n%010d 00000 n \ntrailer<</Size 8/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        at, before, at + len(body))
    return data + body + tail


def judge(name, data, anchors=None):
    path = work / name
    path.write_bytes(data)
    shutil.rmtree(work / "out", ignore_errors=True)
    more = ["--anchors", anchors] if anchors else []
    done = subprocess.run([str(a) for a in (build / "src/bin/sekisho", "cleanse", path, "-o", work / "out", "--report", "json", *more)],
                          capture_output=True)
    return json.loads(done.stdout)


def says(name, data, wanted, anchors=None):
    """wanted: (verdict, known_root, whole) of each signature"""
    report = judge(name, data, anchors)
    found = [(s["verdict"], s["known_root"], s["whole"]) for s in report["signatures"]]
    check(found == wanted, f"{name}: {found}, not {wanted} ({[s['detail'] for s in report['signatures']]}; {report['detail']})")
    return report


def pdfsig(name):
    if not shutil.which("pdfsig"):
        return None
    said = subprocess.run(["pdfsig", "-nocert", str(work / name)], capture_output=True).stdout.decode(errors="replace")
    return "Signature is Valid" in said


rsa, ec = make_signer("rsa", "rsa"), make_signer("ec", "ec")
roots = work / "anchors"
roots.mkdir()
shutil.copy(work / "rsa-root.pem", roots)
shutil.copy(work / "ec-root.pem", roots)
(roots / "note.txt").write_text("not a certificate\n")
other = work / "others"
other.mkdir()
shutil.copy(work / "ec-root.pem", other)

for signer, kind in ((rsa, "rsa"), (ec, "ec")):
    made = pdf(lambda content: cms(signer, content))
    report = says(f"{kind}.pdf", made, [("intact", False, True)])
    report = says(f"{kind}.pdf", made, [("intact", True, True)], roots)
    signature = report["signatures"][0]
    check("青木 一郎" in signature["subject"] and "試験の認証局" in signature["issuer"], f"{kind}: {signature['subject']}")
    wanted = run("openssl", "x509", "-in", signer[0], "-noout", "-fingerprint", "-sha256").decode().split("=")[1]
    check(signature["certificate"] == wanted.strip().replace(":", "").lower(), f"{kind}: another certificate")
    check(signature["signed_ms"] > 1_600_000_000_000, f"{kind}: no time of signing")
    check(report["out"] and "signature" in {r["what"] for r in report["removed"]}, f"{kind}: {report['verdict']}, not rebuilt")
    check(pdfsig(f"{kind}.pdf") in (True, None), f"{kind}: pdfsig does not agree")
says("rsa-other-root.pdf", pdf(lambda content: cms(rsa, content)), [("intact", False, True)], other)
made = pdf(lambda content: cms(rsa, content, "-cades"), subfilter=b"ETSI.CAdES.detached")
says("cades.pdf", made, [("intact", True, True)], roots)
changed = made.replace(b"Signed page", b"Forged page")
says("changed.pdf", changed, [("broken", False, True)], roots)
check(pdfsig("changed.pdf") in (False, None), "changed: pdfsig does not agree")
says("written-on.pdf", update(made, b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 3>>>>"),
     [("intact", True, False)], roots)
says("gap.pdf", pdf(lambda content: cms(rsa, content), gap_extra=b"/Evil(x)"), [("unreadable", False, False)], roots)
says("rubbish.pdf", pdf(lambda content: b"\x30\x82\x01\x00rubbish"), [("unreadable", False, False)], roots)
says("two-contents.pdf", pdf(lambda content: cms(rsa, content, "-nodetach")), [("broken", False, True)], roots)
says("nobody.pdf", pdf(lambda content: cms(rsa, content, "-nocerts")), [("unreadable", False, False)], roots)
says("no-attributes.pdf", pdf(lambda content: cms(rsa, content, "-noattr")), [("intact", True, True)], roots)
says("sha1.pdf", pdf(lambda content: cms(rsa, __import__("hashlib").sha1(content).digest(), "-nodetach"),
                     subfilter=b"adbe.pkcs7.sha1"), [("intact", True, True)], roots)
says("none.pdf", pdf(lambda content: cms(rsa, content)).replace(b"/V 7 0 R", b"        ").replace(b"/ByteRange", b"/XyteRange"), [], roots)


# Time stamps: by OpenSSL's own authority; changed, of another content, signed by no authority of time.
(work / "tsa.ext").write_text("extendedKeyUsage=critical,timeStamping\n")
run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", work / "tsa.key", "-out", work / "tsa.csr", "-subj", "/C=JP/CN=Time")
run("openssl", "x509", "-req", "-in", work / "tsa.csr", "-CA", work / "rsa-root.pem", "-CAkey", work / "rsa-root.key", "-set_serial", "9",
    "-days", "3650", "-extfile", work / "tsa.ext", "-out", work / "tsa.pem")
(work / "serial").write_text("01\n")
(work / "ts.conf").write_text(f"[tsa]\ndefault_tsa=t\n[t]\nserial={work}/serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\n"
                              "digests=sha256,sha384,sha512\n")


def stamp(content, digest="-sha256"):
    (work / "content").write_bytes(content)
    query = run("openssl", "ts", "-query", "-data", work / "content", digest, "-cert")
    (work / "query").write_bytes(query)
    return run("openssl", "ts", "-reply", "-config", work / "ts.conf", "-queryfile", work / "query", "-signer", work / "tsa.pem",
               "-inkey", work / "tsa.key", "-token_out")


stamped = pdf(stamp, subfilter=b"ETSI.RFC3161")
report = says("stamp.pdf", stamped, [("intact", True, True)], roots)
check(report["signatures"][0]["form"] == "pdf-timestamp" and report["signatures"][0]["signed_ms"] > 1_600_000_000_000,
      f"stamp: {report['signatures']}")
says("stamp-sha512.pdf", pdf(lambda content: stamp(content, "-sha512"), subfilter=b"ETSI.RFC3161"), [("intact", True, True)], roots)
says("stamp-no-root.pdf", stamped, [("intact", False, True)], other)
says("stamp-changed.pdf", stamped.replace(b"Signed page", b"Forged page"), [("broken", False, True)], roots)
says("stamp-of-another.pdf", pdf(lambda content: stamp(content + b" "), subfilter=b"ETSI.RFC3161"), [("broken", False, True)], roots)
says("stamp-written-on.pdf", update(stamped, b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 3>>>>"),
     [("intact", True, False)], roots)
says("stamp-that-is-none.pdf", pdf(lambda content: cms(rsa, content, "-nodetach"), subfilter=b"ETSI.RFC3161"), [("broken", False, True)], roots)

body = "Content-Type: text/plain; charset=utf-8\r\n\r\n回答です。\r\n2行目\r\n".encode()
head = b"From: aoki@city.example\r\nTo: ueda@city.example\r\nSubject: answer\r\nMIME-Version: 1.0\r\n"
(work / "body").write_bytes(body)
clear = head + run("openssl", "cms", "-sign", "-in", work / "body", "-signer", rsa[0], "-inkey", rsa[1], "-binary")[len(b"MIME-Version: 1.0\n"):]
says("clear.eml", clear, [("intact", True, True)], roots)
says("clear-lf.eml", clear.replace(b"\r\n", b"\n"), [("intact", True, True)], roots)
says("clear-changed.eml", clear.replace("2行目".encode(), "3行目".encode()), [("broken", False, True)], roots)
says("clear-no-root.eml", clear, [("intact", False, True)], other)
opaque = head + run("openssl", "cms", "-sign", "-in", work / "body", "-signer", rsa[0], "-inkey", rsa[1], "-binary", "-nodetach")[len(b"MIME-Version: 1.0\n"):]
says("opaque.eml", opaque, [("intact", True, True)], roots)
says("plain.eml", head + body, [], roots)

if shutil.which("xmllint"):
    package.run(says, check, work, rsa, ec, roots, other)
else:
    print("skipped signed packages: xmllint is not installed")

shutil.rmtree(work)
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
