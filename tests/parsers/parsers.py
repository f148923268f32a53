"""The ways in which mail parsers disagree, through `sekisho cleanse`.

Each probe is a message that two parsers are known to read differently.  The gate
refuses it, or writes a mail that Python's email, Perl's Email::MIME and GMime read
alike: the same subject, the same leaves with the same types, names and contents.
That the probes are probes is shown too: on the inputs the three do not agree.
"""
import base64
import email
import email.policy
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import gi
    gi.require_version("GMime", "3.0")
    from gi.repository import GMime
    GMime.init()
except (ImportError, ValueError):
    GMime = None

build, here = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(__file__).resolve().parent
passed = failed = 0
EXE = base64.b64encode(b"MZCANARY").decode()


def check(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print("FAIL", text)


def mail(headers, body):
    return ("From: a@example.jp\r\nTo: b@example.jp\r\nSubject: probe\r\nMIME-Version: 1.0\r\n" + headers + "\r\n" + body).encode("latin-1")


def mixed(inner, boundary="b", headers="", parameter=None):
    parameter = parameter or f'boundary="{boundary}"'
    return mail(f"Content-Type: multipart/mixed; {parameter}\r\n{headers}", inner)


TEXT = "Content-Type: text/plain\r\n\r\nhello\r\n"


def attached(name='filename="a.txt"', encoding="base64", body="aGVsbG8=\r\n", extra=""):
    return f"Content-Type: text/plain\r\nContent-Disposition: attachment; {name}\r\n{extra}Content-Transfer-Encoding: {encoding}\r\n\r\n{body}"


def two(second, boundary="b"):
    return f"--{boundary}\r\n{TEXT}--{boundary}\r\n{second}--{boundary}--\r\n"


PROBES = {
    "two content types": mail("Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b\r\n", two(attached())),
    "two boundaries": mixed(two(attached()), parameter='boundary="a"; boundary="b"'),
    "boundary in pieces": mixed(two(attached(), "bc"), parameter='boundary*0="b"; boundary*1="c"'),
    "boundary plain and extended": mixed(two(attached()), parameter="boundary=x; boundary*=us-ascii''b"),
    "boundary in an encoded word": mixed(two(attached()), parameter='boundary="=?us-ascii?Q?b?="'),
    "boundary with a comment": mixed(two(attached()), parameter="boundary=b(comment)"),
    "boundary with a space at its end": mixed(two(attached()), parameter='boundary="b "'),
    "boundary without quotes": mixed(two(attached(), "b=c"), parameter="boundary=b=c"),
    "empty boundary": mixed("--\r\n" + TEXT + "----\r\n", parameter='boundary=""'),
    "one boundary begins with another": mixed("--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n" + TEXT + "--bb--\r\n--b--\r\n"),
    "same boundary inside": mixed("--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + two(attached()) + "--b--\r\n"),
    "no end": mixed("--b\r\n" + TEXT + "--b\r\n" + attached()),
    "text after the end": mixed(two(attached()) + "--b\r\n" + attached('filename="late.exe"', body=EXE + "\r\n") + "--b--\r\n"),
    "text before the beginning": mixed("Content-Type: text/html\r\n\r\n<p>CANARY\r\n" + two(attached())),
    "spaces behind a delimiter": mixed(two(attached()).replace("--b\r\n", "--b  \r\n")),
    "letters behind a delimiter": mixed(two(attached()).replace("--b\r\n" + "Content-Type: text/plain\r\nContent-D", "--bx\r\nContent-Type: text/plain\r\nContent-D")),
    "line ends of one byte": mixed(two(attached())).replace(b"\r\n", b"\n"),
    "line ends of the other byte": mixed(two(attached()).replace("\r\n--b\r\nContent-Type: text/plain\r\nContent-D", "\r--b\rContent-Type: text/plain\rContent-D")),
    "zero in a header": mixed(two(attached('filename="a.txt\0.exe"'))),
    "space before a colon": mail("Content-Type : multipart/mixed; boundary=b\r\n", two(attached())),
    "header line without a colon": mail("junk\r\nContent-Type: multipart/mixed; boundary=b\r\n", two(attached())),
    "folded type": mail("Content-Type:\r\n multipart/mixed;\r\n\tboundary=b\r\n", two(attached())),
    "empty fold": mail("Content-Type: multipart/mixed;\r\n \r\n boundary=b\r\n", two(attached())),
    "comment in a type": mail("Content-Type: multipart(x)/mixed; boundary=b\r\n", two(attached())),
    "two encodings": mixed(two(attached(extra="Content-Transfer-Encoding: 7bit\r\n"))),
    "unknown encoding": mixed(two(attached(encoding="x-base64"))),
    "encoding with a comment": mixed(two(attached(encoding="base64 (x)"))),
    "junk in base64": mixed(two(attached(body="aGVs*bG8=\r\n"))),
    "padding in the middle of base64": mixed(two(attached(body="aGVsbA==bG8=\r\n"))),
    "base64 cut off": mixed(two(attached(body="aGVsbG8\r\n"))),
    "quoted printable with a lone sign": mixed(two(attached(encoding="quoted-printable", body="he=llo=\r\n"))),
    "name and file name": mixed(two(attached('filename="a.txt"').replace("text/plain\r\nContent-D", 'text/plain; name="a.exe"\r\nContent-D'))),
    "two file names": mixed(two(attached('filename="a.txt"; filename="a.exe"'))),
    "file name in pieces": mixed(two(attached('filename*0="a.t"; filename*1="xt"'))),
    "file name plain and extended": mixed(two(attached("filename=\"a.txt\"; filename*=utf-8''a.exe"))),
    "file name in encoded words": mixed(two(attached('filename="=?utf-8?B?44GCLnR4dA==?="'))),
    "file name without quotes": mixed(two(attached("filename=a b.txt"))),
    "two dispositions": mixed(two(attached(extra="Content-Disposition: inline\r\n"))),
    "multipart in base64": mixed(base64.b64encode(two(attached()).encode()).decode() + "\r\n", headers="Content-Transfer-Encoding: base64\r\n"),
    "message in base64": mixed(two("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(mail("", "x\r\n")).decode() + "\r\n")),
    "message in pieces": mail("Content-Type: message/partial; id=a; number=1; total=2\r\n", "x\r\n"),
    "message elsewhere": mixed(two('Content-Type: message/external-body; access-type=URL; URL="http://CANARY"\r\n\r\nContent-Type: text/plain\r\n\r\n')),
    "uuencoded text": mail("Content-Type: text/plain\r\n", "begin 644 a.exe\r\n(35I#04Y!4ED \r\n`\r\nend\r\n"),
    "two subjects": mail("Subject: other\r\nContent-Type: text/plain\r\n", "x\r\n"),
    "no version": b"From: a@example.jp\r\nSubject: probe\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + two(attached()).encode(),
    "message in a message": mixed(two("Content-Type: message/rfc822\r\n\r\n" + mail("Content-Type: text/html\r\n", "<p>x<script>CANARY</script>\r\n").decode())),
}


def digest(content):
    return hashlib.sha256(content).hexdigest()


def by_python(path):
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    leaves = [f"{p.get_content_type()} {p.get_filename() or ''} {digest(p.get_payload(decode=True) or b'')}"
              for p in message.walk() if not p.is_multipart()]
    return [f"subject {message['Subject'] or ''}", *leaves]


def by_perl(path):
    done = subprocess.run(["perl", here / "read.pl", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        return ["unreadable"]
    return done.stdout.decode("utf-8", "replace").splitlines()


def by_gmime(path):
    stream = GMime.StreamMem.new_with_buffer(path.read_bytes())
    message = GMime.Parser.new_with_stream(stream).construct_message(None)
    if message is None:
        return ["unreadable"]
    leaves = []

    def take(part):
        if isinstance(part, GMime.Multipart):
            for i in range(part.get_count()):
                take(part.get_part(i))
            return
        content = part.get_content() if isinstance(part, GMime.Part) else None
        out = GMime.StreamMem.new()
        if content is not None:
            content.write_to_stream(out)
        name = (part.get_filename() or "") if isinstance(part, GMime.Part) else ""
        leaves.append(f"{part.get_content_type().get_mime_type()} {name} {digest(bytes(out.get_byte_array()))}")

    if message.get_mime_part() is not None:
        take(message.get_mime_part())
    return [f"subject {message.get_subject() or ''}", *leaves]


def main():
    if GMime is None or subprocess.run(["perl", "-MEmail::MIME", "-e", "1"], stderr=subprocess.DEVNULL).returncode:
        print("skipped: GMime or Email::MIME is not there")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    readers = [by_python, by_perl, by_gmime]
    with tempfile.TemporaryDirectory(prefix="sekisho-parsers-") as folder:
        work = pathlib.Path(folder)
        paths = []
        for number, (name, content) in enumerate(PROBES.items()):
            paths.append(work / f"{number}.eml")
            paths[-1].write_bytes(content)
        done = subprocess.run([build / "bin/sekisho", "cleanse", *paths, "-o", work / "out", "--report", "json"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
        reports = [json.loads(line) for line in done.stdout.splitlines()]
        check(len(reports) == len(PROBES), f"{len(reports)} reports of {len(PROBES)}")
        disagree = refused = alike = 0
        for name, path, report in zip(PROBES, paths, reports):
            before = [reader(path) for reader in readers]
            disagree += any(b != before[0] for b in before[1:])
            if report["verdict"] == "refused":
                refused += 1
                check(report["reason"] in ("ambiguous", "damaged", "forbidden", "encrypted", "locked", "deep", "unknown"), f"{name}: {report['reason']} {report['detail']}")
                continue
            out = pathlib.Path(report["out"])
            after = [reader(out) for reader in readers]
            same = all(a == after[0] for a in after[1:])
            alike += same
            check(same, f"{name}: " + "; ".join(f"{r.__name__} {a}" for r, a in zip(readers, after)))
            check(b"CANARY" not in out.read_bytes() and "MZ" not in out.read_text("latin-1"), f"{name}: its load is still there")
        print(f"{len(PROBES)} probes: the three parsers disagree about {disagree} as they come; "
              f"{refused} refused, {alike} written so that the three read the same")
        check(len(PROBES) >= 37, "fewer than 37 probes")
        check(disagree >= 12, f"only {disagree} of the probes divide the parsers")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
