# SPDX-License-Identifier: Apache-2.0
"""The bytes of our mails, read by Python's own parser: every part comes back as it went in, and nothing else does."""
import base64
import email
import email.policy
import random
import re
import sys
import unicodedata
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from mails import HOSTILE, MailTool, mail  # noqa: E402

HEADERS = {"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Unsubscribe", "List-Unsubscribe-Post",
           "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Language"}
TURNING = {chr(c) for c in (0x61c, 0x200e, 0x200f, *range(0x2028, 0x202f), *range(0x2066, 0x206a))}


@pytest.fixture
def tool(build):
    with MailTool(build) as tool:
        yield tool


def safe(text: str) -> str:
    """What a header says of a text: no control character, none that turns the reading direction, and no noncharacter."""
    def one(c: str) -> str:
        if c in TURNING or unicodedata.category(c) == "Cc":
            return " "
        return "\ufffd" if 0xfdd0 <= ord(c) <= 0xfdef or ord(c) & 0xfffe == 0xfffe else c

    return "".join(one(c) for c in text)


def decoded(value: str) -> str:
    """RFC 2047 by the book: the whitespace between two encoded words is none; email.header alone of Python's two decoders does that."""
    return str(email.header.make_header(email.header.decode_header(value)))


def leaves(part) -> list:
    return [leaf for child in part.get_payload() for leaf in leaves(child)] if part.is_multipart() else [part]


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def check(order: dict, raw: bytes) -> None:
    lines = raw.split(b"\r\n")
    assert raw.endswith(b"\r\n") and b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")
    assert all(len(x) <= 998 for x in lines) and all(0x20 <= c <= 0x7e for x in lines for c in x)
    assert all(len(x) <= 76 for x in lines if b"<" not in x or b"@" not in x and b"https:" not in x)
    m = email.message_from_bytes(raw, policy=email.policy.compat32)
    assert not [p.defects for p in m.walk() if p.defects]
    assert set(m.keys()) <= HEADERS and len(m.keys()) == len(set(m.keys()))
    for header, key in (("From", "from"), ("To", "to")):
        name, address = order[key]
        assert re.search(r"<([^<>]*)>$", m[header])[1].replace('"', "") == address
        shown = re.sub(r"\s*<[^<>]*>$", "", decoded(re.sub(r"\r\n ", " ", m[header])))
        assert shown.strip('"') == safe(name).strip('"') or shown.rstrip() == safe(name).rstrip()
    assert decoded(m["Subject"]) == safe(order["subject"])
    assert m["Message-ID"] == f"<{order['message_id']}>" and m["Auto-Submitted"] == "auto-generated"
    assert (m["References"] or "").strip() == (f"<{order['thread_id']}>" if "thread_id" in order else "")
    assert (m["List-Unsubscribe"] or "").strip() == (f"<{order['unsubscribe']}>" if "unsubscribe" in order else "")
    assert (m["List-Unsubscribe-Post"] is not None) == ("unsubscribe" in order)
    check_parts(order, m)


def check_parts(order: dict, m) -> None:
    images = [f for f in order["files"] if "cid" in f]
    attached = [f for f in order["files"] if "cid" not in f]
    parts = leaves(m)
    shape = [p.get_content_type() for p in m.walk() if p.is_multipart()]
    assert shape == ["multipart/mixed"] * bool(attached) + ["multipart/alternative"] * ("html" in order) + ["multipart/related"] * bool(images)
    texts = [order["text"]] + ([order["html"]] if "html" in order else [])
    for part, text in zip(parts, texts):
        assert part.get_payload(decode=True) == crlf(text) and part.get_content_charset() == "utf-8"
        assert part["Content-Language"] == order["language"]
    assert [p.get_content_type() for p in parts[:len(texts)]] == ["text/plain", "text/html"][:len(texts)]
    assert len(parts) == len(texts) + len(order["files"])
    for part, file in zip(parts[len(texts):], images + attached):
        assert part.get_payload(decode=True) == base64.b64decode(file["base64"]) and part.get_content_type() == file["type"]
        assert part.get_content_disposition() == ("inline" if "cid" in file else "attachment")
        assert part["Content-ID"] == (f"<{file['cid']}>" if "cid" in file else None)
        assert (email.utils.collapse_rfc2231_value(part.get_param("filename", "", "Content-Disposition"))) == safe(file["name"])


def test_thousands_of_random_mails_come_back_as_they_went(tool):
    r = random.Random(5)
    for _ in range(4000):
        order = mail(r)
        check(order, tool.write(order))


@pytest.mark.parametrize("field", ["from", "to", "subject", "text", "html", "name"])
def test_what_is_hostile_stays_in_its_field(tool, field):
    for text in HOSTILE:
        order = mail(random.Random(1))
        order["html"], order["files"] = "<p>x</p>\n", [{"type": "image/png", "name": "x", "base64": "", "cid": "q@okuru"}]
        if field in ("from", "to"):
            order[field] = [text, "a@example.jp"]
        elif field == "name":
            order["files"][0]["name"] = text[:60]
        else:
            order[field] = text.replace("\r", "") if field in ("text", "html") else text
        check(order, tool.write(order))


@pytest.mark.parametrize("field", ["from", "to", "message_id", "thread_id", "unsubscribe", "language", "cid", "type"])
def test_what_cannot_be_encoded_is_refused(tool, field):
    for text in HOSTILE:
        if field == "language" and re.fullmatch(r"[A-Za-z0-9-]{1,35}", text):
            continue
        order = mail(random.Random(1))
        order["html"], order["files"] = "<p>x</p>\n", [{"type": "image/png", "name": "x", "base64": "", "cid": "q@okuru"}]
        if field in ("from", "to"):
            order[field] = ["", text]
        elif field in ("cid", "type"):
            order["files"][0][field] = text
        else:
            order[field] = text
        assert isinstance(tool.write(order), int), text


def test_the_same_order_is_the_same_bytes(tool):
    order = mail(random.Random(9))
    assert tool.write(order) == tool.write(order)
