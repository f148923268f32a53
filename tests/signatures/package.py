"""Signed office packages: OpenSSL's command signs, libxml2's xmllint makes the canonical
form, and nothing of the house's own code takes part in the signing.

The signature's part is written as no canonical form would be (attributes out of order,
empty tags, references, a comment, CDATA, line ends of three kinds), so that the
gate's canonical XML is compared with libxml2's.
"""
import base64
import calendar
import hashlib
import io
import re
import subprocess
import time
import zipfile

DSIG = "http://www.w3.org/2000/09/xmldsig#"
MDSSI = "http://schemas.openxmlformats.org/package/2006/digital-signature"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATIONS = PACKAGE + "/RelationshipTransform"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
NOW = ""  # when the signatures say they were made: after the certificates
DIGESTS = {"sha1": DSIG + "sha1", "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
           "sha512": "http://www.w3.org/2001/04/xmlenc#sha512"}


def canonical(element):
    """libxml2's form of an element that inherits the signature's namespace."""
    text = re.sub(r"<!--.*?-->", "", element, flags=re.S)
    name = re.match(r"<(\w+)", text).group(1)
    if not re.match(r"<\w+[^>]*\sxmlns=", text):
        text = text.replace(f"<{name}", f'<{name} xmlns="{DSIG}"', 1)
    return subprocess.run(["xmllint", "--c14n", "-"], input=text.encode(), capture_output=True, check=True).stdout


def parts():
    body = '<w:p><w:r><w:t>Signed words</w:t></w:r></w:p>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="sigs" ContentType="application/vnd.openxmlformats-package.digital-signature-origin"/><Override PartName="/word/document.xml" ContentType="{WORD}"/>'
        '<Override PartName="/_xmlsignatures/sig1.xml" ContentType="application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId2" Type="{PACKAGE}/relationships/digital-signature/origin" Target="_xmlsignatures/origin.sigs"/>'
        f'<Relationship Target="word/document.xml" Type="{OFFICE}/officeDocument" Id="rId1"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>',
        "_xmlsignatures/origin.sigs": "",
        "_xmlsignatures/_rels/origin.sigs.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{PACKAGE}/relationships/digital-signature/signature" Target="sig1.xml"/></Relationships>',
    }


def b64(data):
    text = base64.b64encode(data).decode()
    return "\n".join(text[i:i + 76] for i in range(0, len(text), 76))


def digest(data, how):
    return f'<DigestMethod Algorithm="{DIGESTS[how]}"></DigestMethod><DigestValue>{b64(hashlib.new(how, data).digest())}</DigestValue>'


def relations(text, ids):
    """The transform of ECMA-376 Part 2, written down a second time."""
    found = {}
    for tag in re.findall(r"<Relationship ([^>]*)/>", text):
        a = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        found[a["Id"]] = a
    rows = "".join(f'<Relationship Id="{i}" Target="{found[i]["Target"]}" TargetMode="{found[i].get("TargetMode", "Internal")}" '
                   f'Type="{found[i]["Type"]}"></Relationship>' for i in sorted(ids))
    return f'<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'.encode()


def manifest(files, how, odd=""):
    rels = digest(relations(files["_rels/.rels"], ["rId1"]), how)
    return (f'<Object Id="idPackageObject" xmlns:m="{MDSSI}"><Manifest><Reference URI="/_rels/.rels?ContentType=application/x">'
            f'<Transforms><Transform Algorithm="{RELATIONS}"><m:RelationshipReference SourceId="rId1"/></Transform>'
            f'<Transform Algorithm="{C14N}"/></Transforms>{rels}</Reference>'
            f'<Reference URI="/word/document.xml?ContentType={WORD}">{digest(files["word/document.xml"].encode(), how)}</Reference></Manifest>'
            '<SignatureProperties><SignatureProperty Id="idSignatureTime" Target="#idPackageSignature"><m:SignatureTime>'
            f'<m:Format>YYYY-MM-DDThh:mm:ssTZD</m:Format><m:Value>{NOW}</m:Value></m:SignatureTime></SignatureProperty></SignatureProperties>{odd}</Object>')


ODD = ('<Extra z="1"  a:b="&quot;&#9;x&amp;&lt;>" a="tab\there" xmlns:a="urn:b" xmlns:c="urn:a" c:b="&#xD;"><!-- gone -->one\r\ntwo\rthree&#xD;\n'
       '<![CDATA[<&>]]><inner xmlns=""><a:x xmlns:a="urn:b"/><deep xmlns="urn:d"/></inner>青波&#x5E02;</Extra>')


def value(work, signer, kind, content):
    (work / "info").write_bytes(content)
    made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(signer[1]), str(work / "info")], capture_output=True, check=True).stdout
    if kind == "rsa":
        return made
    numbers, at = [], 2
    for _ in range(2):
        length = made[at + 1]
        numbers.append(int.from_bytes(made[at + 2:at + 2 + length], "big").to_bytes(32, "big"))
        at += 2 + length
    return b"".join(numbers)


def signed(work, signer, kind, how="sha256", odd="", lists=True, change=None, c14n=C14N, after=None):
    files = parts()
    package = manifest(files, how, odd)
    office = ('<Object Id="idOfficeObject"><SignatureProperties><SignatureProperty Target="#idPackageSignature" Id="idOfficeV1Details"/>'
              '</SignatureProperties></Object>')
    methods = {"rsa": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "ec": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"}
    info = (f'<SignedInfo><CanonicalizationMethod Algorithm="{c14n}"/><SignatureMethod Algorithm="{methods[kind]}"/>'
            + (f'<Reference URI="#idPackageObject" Type="{DSIG}Object">{digest(canonical(package), how)}</Reference>' if lists else "") +
            f'<Reference URI="#idOfficeObject" Type="{DSIG}Object"><Transforms><Transform Algorithm="{C14N}"/></Transforms>{digest(canonical(office), how)}</Reference></SignedInfo>')
    der = subprocess.run(["openssl", "x509", "-in", str(signer[0]), "-outform", "DER"], capture_output=True, check=True).stdout
    sig = (f'<?xml version="1.0" encoding="UTF-8"?>\n<Signature xmlns="{DSIG}" Id="idPackageSignature">{info}'
           f'<SignatureValue>{b64(value(work, signer, kind, canonical(info)))}</SignatureValue><KeyInfo><X509Data><X509Certificate>{b64(der)}'
           f'</X509Certificate></X509Data></KeyInfo>{package}{office}</Signature>')
    files["_xmlsignatures/sig1.xml"] = after(sig) if after else sig
    if change:
        change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in files.items():
            z.writestr(name, text)
    return out.getvalue()


def replace(name, old, new):
    def change(files):
        assert old in files[name], old
        files[name] = files[name].replace(old, new)
    return change


def add(name, text, kind):
    def change(files):
        files[name] = text
        replace("[Content_Types].xml", "</Types>", f'<Override PartName="/{name}" ContentType="{kind}"/></Types>')(files)
    return change


def run(says, check, work, rsa, ec, roots, other):
    global NOW
    NOW = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for signer, kind in ((rsa, "rsa"), (ec, "ec")):
        for how in DIGESTS:
            report = says(f"{kind}-{how}.docx", signed(work, signer, kind, how), [("intact", True, True)], roots)
        s = report["signatures"][0]
        check("青木 一郎" in s["subject"] and s["signed_ms"] == 1000 * calendar.timegm(time.strptime(NOW, "%Y-%m-%dT%H:%M:%SZ")) and s["form"] == "ooxml", f"{kind}: {s}")
        check(report["out"] and "signature" in {r["what"] for r in report["removed"]}, f"{kind}: {report['verdict']}, not rebuilt")
    says("odd.docx", signed(work, rsa, "rsa", odd=ODD), [("intact", True, True)], roots)
    says("root-unknown.docx", signed(work, rsa, "rsa"), [("intact", False, True)], other)
    broken = {
        "part": replace("word/document.xml", "Signed words", "Forged words"),
        "manifest": replace("_xmlsignatures/sig1.xml", NOW, "2001" + NOW[4:]),
        "relation": replace("_rels/.rels", "word/document.xml", "word/./document.xml"),
        "value": replace("_xmlsignatures/sig1.xml", "<SignatureValue>", "<SignatureValue>AAAA"),
    }
    for name, change in broken.items():
        says(f"changed-{name}.docx", signed(work, rsa, "rsa", change=change), [("broken", False, name == "value")], roots)
    says("list-unsigned.docx", signed(work, rsa, "rsa", lists=False), [("broken", False, False)], roots)
    grown = add("word/settings.xml", '<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>',
                "application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml")
    says("part-more.docx", signed(work, rsa, "rsa", change=grown), [("intact", True, False)], roots)
    unread = {
        "twice": lambda text: text.replace("</Signature>", '<Object Id="idPackageObject"/></Signature>'),
        "rubbish": lambda text: text[:-20],
        "nobody": lambda text: re.sub(r"<KeyInfo>.*</KeyInfo>", "", text, flags=re.S),
    }
    for name, after in unread.items():
        says(f"unread-{name}.docx", signed(work, rsa, "rsa", after=after), [("unreadable", False, False)], roots)
    says("other-form.docx", signed(work, rsa, "rsa", c14n="http://www.w3.org/2001/10/xml-exc-c14n#"), [("unreadable", False, False)], roots)
