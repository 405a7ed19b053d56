# SPDX-License-Identifier: Apache-2.0
"""Random mails, plain and hostile, and the program that writes them (mail-tool)."""
import base64
import json
import random
import subprocess
from pathlib import Path

HOSTILE = [
    "花子\r\nBcc: evil@example.com", "\r\n\r\n<html>", "a\nb", "\"quoted\" <evil@example.com>", "=?UTF-8?B?QmNjOg==?=", "=?utf-8?q?=0d=0aBcc:_x?=",
    "back\\slash", "\x1b[31mred", "right\u202egnp.exe", "a\u2028Bcc: x@example.com", "\x85next", " leading", "trailing ", "two  spaces", "Tom, Dick; and: Harry",
    "(comment)", "<>", "@", "--=_alternative", "{{name}}", "{{{raw}}}", "%0d%0aBcc: x", "𠮷野家", "👨‍👩‍👧‍👦", "a\u0300" * 20, "長" * 3400, "x" * 10_000,
    "\tTab", "ｶﾅ", "נ\u05d0ב", "\ufeffBOM", "\ufffe", "." * 80, "=" * 100, "'", "a" * 61, "=?", "?=",
]
WORDS = ["出荷", "お受け取り", "ご注文", "山田", "花子", "pickup", "order", "é", "ß", "📦", "🎁", "100%", "=", ".", "From ", "--", "\t", "<b>", "&amp;", "~", "ー", "　"]


def address(r: random.Random) -> str:
    local = "".join(r.choice("abcxyz0189.+-_=") for _ in range(r.randint(1, 30)))
    return f"{local}@{'mail.' * r.randint(0, 2)}example.{r.choice(['jp', 'co.jp', 'com'])}"


def line(r: random.Random) -> str:
    if r.random() < 0.25:
        return r.choice(HOSTILE)
    return r.choice([" ", ""]).join(r.choice(WORDS) for _ in range(r.randint(0, 30)))


def text(r: random.Random) -> str:
    """What a template gives: any characters, lines ended by LF."""
    lines = [line(r).replace("\r", "").replace("\n", " ") + r.choice(["", "", " ", "  "]) for _ in range(r.randint(0, 12))]
    return "".join(x + "\n" for x in lines) + r.choice(["", "", "end"])


def mail(r: random.Random) -> dict:
    """One order for mail-tool that it must not refuse."""
    m = {"from": [line(r), address(r)], "to": [line(r), address(r)], "subject": line(r), "text": text(r),
         "date_usec": r.randint(0, 4_000_000_000_000_000), "offset_sec": r.choice([0, 32400, -12600]),
         "message_id": f"{r.getrandbits(128):032x}@bench-1.example.jp", "language": r.choice(["ja", "en", "zh-Hans"])}
    if r.random() < 0.3:
        m["reply_to"] = address(r)
    if r.random() < 0.3:
        m["thread_id"] = f"t{r.getrandbits(64):x}@bench-1.example.jp"
    if r.random() < 0.2:
        m["unsubscribe"] = f"https://shop.example.jp/u/{'x' * r.choice([8, 200])}?a=1&b={r.getrandbits(32)}"
    if r.random() < 0.7:
        m["html"] = f"<!doctype html><p>{text(r)}</p>\n"
    m["files"] = [{"type": r.choice(["image/png", "application/pdf", "image/svg+xml"]), "name": line(r)[:60],
                   "base64": base64.b64encode(r.randbytes(r.choice([0, 1, 57, 58, 400]))).decode(),
                   **({"cid": f"i{i}@okuru"} if "html" in m and r.random() < 0.7 else {})} for i in range(r.choice([0, 0, 1, 1, 2, 4]))]
    return m


class MailTool:
    def __init__(self, build: Path, *arguments):
        self.process = subprocess.Popen([build / "tests" / "mail-tool", *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def write(self, order: dict) -> bytes | int:
        """The mail's bytes, or by which number it was refused."""
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["refused"] if "refused" in answer else base64.b64decode(answer["mail"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(timeout=20) == 0
