# SPDX-License-Identifier: Apache-2.0
"""Our signatures, verified by dkimpy: both algorithms, random mails, and everything that must break them."""
import base64
import random
import re
import subprocess
import sys
from pathlib import Path

import dkim
import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from mails import MailTool, mail  # noqa: E402

DOMAIN = "example.jp"


def openssl(*arguments) -> bytes:
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """{selector: key file}, and what the DNS says of them, made by openssl alone."""
    folder = tmp_path_factory.mktemp("keys")
    rsa, ed = folder / "rsa.pem", folder / "ed.pem"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", rsa)
    openssl("genpkey", "-algorithm", "ed25519", "-out", ed)
    records = {f"bench-1r._domainkey.{DOMAIN}.": ("rsa", openssl("pkey", "-in", rsa, "-pubout", "-outform", "DER")),
               f"bench-1e._domainkey.{DOMAIN}.": ("ed25519", openssl("pkey", "-in", ed, "-pubout", "-outform", "DER")[-32:])}
    records = {name: f"v=DKIM1; k={kind}; p={base64.b64encode(bits).decode()}".encode() for name, (kind, bits) in records.items()}
    for key in (rsa, ed):
        key.chmod(0o600)
    return {"bench-1r": rsa, "bench-1e": ed}, records


@pytest.fixture(scope="module")
def tool(build, keys):
    with MailTool(build, DOMAIN, *[x for pair in keys[0].items() for x in pair]) as tool:
        yield tool


def verifies(raw: bytes, records: dict) -> list[bool]:
    """Signature by signature."""
    def dns(name, timeout=5):
        return records.get(name.decode() if isinstance(name, bytes) else name)

    answers = []
    for i in range(2):
        try:
            answers.append(bool(dkim.DKIM(raw).verify(i, dnsfunc=dns)))
        except dkim.DKIMException:
            answers.append(False)
    return answers


def check_random(tool, records, n: int, seed: int) -> None:
    r = random.Random(seed)
    for _ in range(n):
        # dkimpy refuses what is signed in the future
        raw = tool.write({**mail(r), "date_usec": r.randint(0, 1_700_000_000_000_000)})
        assert verifies(raw, records) == [True, True]
        assert all(len(x) <= 78 for x in raw[:raw.index(b"\r\nFrom:")].split(b"\r\n"))


def test_random_mails_verify_by_both_keys(tool, keys):
    check_random(tool, keys[1], 500, 1)


@pytest.mark.long
def test_ten_thousand_random_mails_verify_by_both_keys(tool, keys):
    check_random(tool, keys[1], 10_000, 2)


@pytest.mark.parametrize("header", ["From: evil@example.com", "To: x@example.com", "Cc: x@example.com", "Subject: other", "Reply-To: x@example.com",
                                    "Date: Thu, 01 Jan 1970 00:00:00 +0000", "Message-ID: <x@y>", "In-Reply-To: <x@y>", "References: <x@y>",
                                    "Content-Type: text/html", "Content-Transfer-Encoding: 7bit", "MIME-Version: 1.0",
                                    "List-Unsubscribe: <https://evil.example.com>", "List-Unsubscribe-Post: x", "Auto-Submitted: no"])
def test_a_header_that_is_added_breaks_both(tool, keys, header):
    raw = tool.write(mail(random.Random(3)))
    head, body = raw.split(b"\r\n\r\n", 1)
    for forged in (header.encode() + b"\r\n" + raw, head + b"\r\n" + header.encode() + b"\r\n\r\n" + body):
        assert verifies(forged, keys[1]) == [False, False]


def test_what_is_changed_breaks_both_and_what_relays_do_does_not(tool, keys):
    order = {**mail(random.Random(4)), "from": ["Acme", "shop@example.jp"], "text": "one  two\nthree\n", "files": [], "subject": "Shipped", "unsubscribe": None}
    order.pop("html", None)
    raw = tool.write({k: v for k, v in order.items() if v is not None})
    assert verifies(raw.replace(b"three", b"four"), keys[1]) == [False, False]
    assert verifies(raw.replace(b"Subject: Shipped", b"Subject: Lost"), keys[1]) == [False, False]
    assert verifies(raw + b"more\r\n", keys[1]) == [False, False]
    assert verifies(b"Received: by relay\r\n" + raw + b"\r\n\r\n", keys[1]) == [True, True]
    assert verifies(raw.replace(b"Subject: Shipped", b"SUBJECT:\r\n  Shipped ").replace(b"one  two", b"one two "), keys[1]) == [True, True]


def test_a_revoked_selector_takes_its_signature_alone(tool, keys):
    raw = tool.write({**mail(random.Random(6)), "date_usec": 0})
    revoked = {**keys[1], f"bench-1r._domainkey.{DOMAIN}.": b"v=DKIM1; p="}
    assert verifies(raw, revoked) == [False, True]


def test_no_body_length_is_said_and_a_copy_is_the_same_bytes(tool):
    order = mail(random.Random(7))
    raw = tool.write(order)
    assert raw == tool.write(order)
    assert not re.search(rb"\bl=", raw[:raw.index(b"\r\nFrom:")])


def test_a_short_rsa_key_is_refused(build, tmp_path):
    key = tmp_path / "short.pem"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", key)
    key.chmod(0o600)
    done = subprocess.run([build / "tests" / "mail-tool", DOMAIN, "s", key], stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    assert done.returncode == 1 and b"Bad message" in done.stderr
