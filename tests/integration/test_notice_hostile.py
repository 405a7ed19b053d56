# SPDX-License-Identifier: Apache-2.0
"""Hostile texts in every field that a notice has, through okuru-notify and out by every channel: what arrives has the shape it always has."""
import email
import email.policy
import json
import re
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
sys.path.insert(0, str(TOP / "tests" / "integration"))
from fake_http import Answer, FakeServer  # noqa: E402
from ledger import Ledger, notice_id, stamp  # noqa: E402
from notify import Notify  # noqa: E402
from test_notice_templates import CONTROLS, HOSTILE, parse, shape  # noqa: E402
from waiting import wait_for  # noqa: E402
from ways import BOX, E164, FRIEND, TAKEN, by_hook, by_line, by_slip, by_sms  # noqa: E402

HARMLESS = "harmless"
CHANNELS = ("email", "sms", "line", "webhook", "slip")
NO_CHARACTERS = re.compile("[\ufdd0-\ufdef" + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xfffe, 0xffff)) + "]")
CORPUS = {**HOSTILE, "angle": "a <evil@example.jp>", "nul-like": "a\\u0000b%00c", HARMLESS: "Harmless"}


def announce(ledger: Ledger, text: str, merchant: str, shipment: str, channel: str) -> str:
    """One that waits at the counter, with the text wherever people write one."""
    fit = re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text)[:200]  # no other name of goods comes into a ledger
    names = {"ja": fit, "en": fit}
    ledger.shipment(merchant, shipment, orders=["A-1"], pickup={"store": "tokyo"}, notices={"pickup-ready": "station"},
                    lines=[{"line": "1", "order": "A-1", "name": names, "quantity": 2, "codes": [{"code": "4901234567894", "units": 1}]}])
    ledger.contact(merchant, shipment, name=text, channels=[channel], box=BOX, kinds=("pickup-ready",))
    ledger.arrive(merchant, shipment)
    notice = notice_id(merchant, shipment, "pickup-ready")
    ledger.fact("notice.reserved", merchant, shipment, notice=notice, kind="pickup-ready", generation=0, not_before=stamp(), expires=stamp(86400 * 7),
                owner="station")
    return notice


def policy(ledger: Ledger, merchants: dict) -> None:
    """Each merchant's own words, and their one store's."""
    ledger.fact("policy.changed", "", "policy", version=1, store={"name": {"ja": "店", "en": "Store"}, "address": {"ja": "東京都"}, "hours": {"ja": "10時から"}, "phone": "03-1"},
                merchants=[{"merchant": m, "name": {"ja": text, "en": text}, "unknown_shipment": "refuse", "carriers": [],
                            "from": {"name": {"ja": text, "en": text}, "address": "shop@acme.example.jp"},
                            "reach": {"mail": "help@acme.example.jp", "phone": text, "url": text, "hours": {"ja": text, "en": text}},
                            "brand": {"tagline": {"ja": text, "en": text}, "address": {"ja": text, "en": text}}} for m, text in merchants.items()])


@pytest.fixture(scope="module")
def sent(build, tmp_path_factory):
    """What each channel was given, by the name of the text; and how each notice ended."""
    tmp = tmp_path_factory.mktemp("hostile")
    merchants = {name: f"m-{name}" for name in CORPUS}
    with Ledger(build, tmp / "ledger") as ledger, FakeServer(TAKEN) as sms, FakeServer(Answer(200)) as line, FakeServer(Answer(204, b"")) as hook:
        policy(ledger, {merchants[name]: text[:300] for name, text in CORPUS.items()})  # a fact has no room for more
        ledger.trust_clock()
        hooks = by_hook(tmp, hook, "m-harmless") + "".join(by_hook(tmp, hook, m).split("\n", 1)[1] for n, m in merchants.items() if n != HARMLESS)
        config = f"maildir: {tmp / 'mail'}\n" + by_sms(tmp, sms) + by_line(tmp, line) + by_slip(tmp) + hooks
        notices = {(name, c): announce(ledger, text, merchants[name], f"P-{i}-{c}", c) for i, (name, text) in enumerate(CORPUS.items()) for c in CHANNELS}
        with Notify(build, tmp, ledger, config) as notify:
            wait_for("all of them", lambda: len(notify.outcomes()) == len(notices), 60)
            notify.stop()
        ends = {data["notice"]: (kind, data.get("reason", "")) for kind, data in notify.outcomes()}
        log = notify.errors.read_bytes()
        mails = {m["Message-ID"].split("@")[0].strip("<"): m for m in (email.message_from_bytes(p.read_bytes(), policy=email.policy.default)
                                                                       for p in (tmp / "mail").glob("new/*"))}
        found = {}
        for (name, c), notice in notices.items():
            found[name, c] = {"email": lambda n=notice: mails.get(n), "slip": lambda n=notice: next(((tmp / "slips/new" / f"{n}.txt").read_text() for _ in [0] if (tmp / "slips/new" / f"{n}.txt").exists()), None),
                              "sms": lambda n=notice: [r for r in sms.requests if r.headers.get("x-reference") == n],
                              "line": lambda n=notice: [r for r in line.requests if r.headers.get("x-line-retry-key") == n],
                              "webhook": lambda n=notice: [r for r in hook.requests if r.headers.get("webhook-id") == n]}[c]()
    return found, {key: ends[notice] for key, notice in notices.items()}, log


@pytest.mark.parametrize("name", CORPUS)
def test_every_channel_takes_it_or_says_that_it_is_too_long(sent, name):
    _, ends, _ = sent
    for c in CHANNELS:
        if name == "long" and ends[name, c][0] == "notice.failed":
            assert c in ("sms", "line") and ends[name, c][1] == "too-long", ends[name, c]
        else:
            assert ends[name, c] == ("notice.accepted", ""), (c, ends[name, c])


@pytest.mark.parametrize("name", CORPUS)
def test_a_mail_keeps_its_headers_and_parts(sent, name):
    found, _, _ = sent
    mail, harmless = found[name, "email"], found[HARMLESS, "email"]
    assert [k for k in mail.keys()] == [k for k in harmless.keys()] and mail["To"].addresses[0].addr_spec == "hanako@example.jp" and len(mail["To"].addresses) == 1
    assert [p.get_content_type() for p in mail.walk()] == [p.get_content_type() for p in harmless.walk()] or name == "long"
    assert not any(CONTROLS.search(str(value).replace("\r\n", "")) for value in mail.values())
    assert "Bcc" not in mail and not mail.defects


def words_of(channel: str, body: dict) -> str:
    return body["text"] if channel == "sms" else body["messages"][0]["text"] if channel == "line" else body["data"]["text"]


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.parametrize("channel", ["sms", "line", "webhook"])
def test_a_request_keeps_its_members(sent, channel, name):
    found, ends, _ = sent
    requests = found[name, channel]
    if ends[name, channel][0] == "notice.failed":
        assert not requests
        return
    request, = requests
    (harmless,) = found[HARMLESS, channel]
    assert sorted(request.headers) == sorted(harmless.headers) and (request.method, request.path) == (harmless.method, harmless.path)
    shape = lambda v: {k: shape(x) for k, x in v.items()} if isinstance(v, dict) else [shape(x) for x in v] if isinstance(v, list) else type(v).__name__  # noqa: E731
    said, plain = json.loads(request.body), json.loads(harmless.body)
    if channel == "webhook":
        said["data"].pop("fields"), plain["data"].pop("fields")  # data as it is, for a program; what people read is beside it
    assert shape(said) == shape(plain)
    assert not CONTROLS.search(words_of(channel, said)) and (channel != "sms" or said["to"] == E164) and (channel != "line" or said["to"] == FRIEND)


def close_up(text: str) -> str:
    """Without blanks: how many are seen, and where paper ends a line, is not what is asked here."""
    return "".join(text.split())


def as_text(text: str) -> str:
    """What may be shown of it: nothing that moves a cursor or turns the line round, a sign for what is no character."""
    return NO_CHARACTERS.sub("\ufffd", CONTROLS.sub("", text))


def said(found: dict, name: str, channel: str) -> dict:
    """Each text that a customer reads there."""
    one = found[name, channel]
    if channel == "email":
        page = parse(one.get_body(("html",)).get_content())
        texts = {"subject": one["Subject"], "from": one["From"].addresses[0].display_name, "to": one["To"].addresses[0].display_name,
                 "plain": one.get_body(("plain",)).get_content(), "page": " ".join(page.find("body").itertext()), "title": page.findtext("head/title")}
    elif channel == "slip":
        texts = {"slip": one}
    else:
        texts = {channel: words_of(channel, json.loads(one[0].body))}
    return {where: close_up(text) for where, text in texts.items()}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("name", [n for n in CORPUS if n != "long"])
def test_it_is_read_as_it_was_written_and_as_nothing_else(sent, name, channel):
    """What anybody gets is what the harmless one's customer gets, with the other text in its places."""
    found, _, _ = sent
    for where, harmless in said(found, HARMLESS, channel).items():
        assert CORPUS[HARMLESS] in harmless, where
        assert said(found, name, channel)[where] == harmless.replace(CORPUS[HARMLESS], close_up(as_text(CORPUS[name]))), where


@pytest.mark.parametrize("name", [n for n in CORPUS if n != "long"])
def test_a_page_keeps_its_elements_and_leads_nowhere_else(sent, name):
    page, harmless = (sent[0][n, "email"].get_body(("html",)).get_content() for n in (name, HARMLESS))
    assert shape(page) == shape(harmless)
    assert all(re.match("(mailto|tel):", e.get("href")) for e in parse(page).iter("a"))


@pytest.mark.parametrize("name", CORPUS)
def test_paper_keeps_its_columns(sent, name):
    paper = sent[0][name, "slip"]
    assert not CONTROLS.search(paper) and "ABCD2345" in paper
    assert max(sum(1 + (ord(c) > 255 and not 0x2580 <= ord(c) <= 0x259F) for c in row) for row in paper.splitlines()) <= 42


def test_nothing_of_it_is_in_the_log(sent):
    log = sent[2].decode()
    for text in CORPUS.values():
        assert len(text) < 4 or text[:40] not in log
    assert "hanako" not in log and not CONTROLS.search(log)
