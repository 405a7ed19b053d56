# SPDX-License-Identifier: Apache-2.0
"""Any bytes from a scanner, anything at the sockets, any JSON from the broker: a refusal that names the place, or data; never a crash, a wrong
fact, or something lost."""
import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from compare import events, read_mail  # noqa: E402
from packer import Packer  # noqa: E402
from rig import REALM, Rig, RigError, wait_for  # noqa: E402
from scene import HARMFUL, SHIRT, Scene, item  # noqa: E402
from sender import Sender  # noqa: E402

TOPIC = f"okuru/v1/{REALM}/dc1/pack-01"
# Printable: these may be data anywhere. What is not printable is refused where people hand it in.
STRINGS = {
    "sql": "'; DROP TABLE fact; --", "sql-like": "%' OR 1=1 /*", "html": "<script>alert(1)</script>&quot;", "format": "%s%n%x%99999d",
    "shell": "$(touch /tmp/owned)`id`|&;", "path": "../../../../etc/passwd", "mail": "Bcc: evil@example.com", "encoded": "=?utf-8?B?QmNjOiB4?=",
    "json": '"},{"x":["', "yaml": "!!python/object:x {}", "dots": ".", "smtp": "RCPT TO:<evil@example.com>", "long": "é" * 190,
}
UNPRINTABLE = {"ansi": "\x1b[2J\x1b]0;owned\x07", "crlf": "x\r\nBcc: evil@example.com", "nul": "a\x00b", "c1": "\u009b31m", "del": "\x7f", "tab": "a\tb"}
TURNED = "靴下\u202egnp.exe\u2066"  # text that a terminal shows turned around


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor")).open()
    yield s
    s.close()


@pytest.fixture
def bench(scene):
    packer = scene.packers[0]
    packer.light.drain()
    return packer


def quiet(packer: Packer, seconds: float = 0.6) -> list[dict]:
    """All that the light says until it says nothing more."""
    said = []
    while (verdict := packer.look(seconds)) is not None:
        said.append(verdict)
    return said


# ---- the scanner ----


def pour(packer: Packer, data: bytes) -> list[dict]:
    """In pieces, so that the light's FIFO is read before it is full."""
    said = []
    for i in range(0, len(data), 1024):
        os.write(packer.bench.master, data[i:i + 1024])
        said += [v for v in packer.light.drain()]
        time.sleep(0.001)
    return said + quiet(packer)


@pytest.mark.asan_e2e
def test_two_hundred_kilobytes_of_noise_are_no_parcel(scene, bench):
    s = scene.make("S-NOISE", item("1", SHIRT, 2))
    bench.scan(s["shipment"], "opened")
    bench.item(s["lines"][0])
    before = scene.head()
    said = pour(bench, random.Random(20261121).randbytes(200_000))
    assert {v["kind"] for v in said} <= {"refused-scan", "scan-lost", "unknown-code"}
    new = {t for (t,) in scene.rig.query("station/ledger.db", "SELECT DISTINCT type FROM fact WHERE pos > ?", before)}
    assert new <= {"item.refused"}
    os.write(bench.bench.master, b"\r")  # an end for what the noise began
    quiet(bench)
    verdict = bench.item(s["lines"][0])
    assert verdict["kind"] == "packed"
    bench.match(verdict)


SCANS = {"control byte": b"4512\x0145000042", "escape": b"\x1b[2J4512345000042", "nul": b"45\x0012345000042", "high bit": "靴下".encode(),
         "tab": b"\t4512345000042", "too long": b"9" * 300, "much too long": b"A" * 4000, "del": b"451234\x7f5000042"}


@pytest.mark.parametrize("name", SCANS)
def test_a_code_that_no_scanner_sends_is_refused_whole(scene, bench, name):
    before = scene.count("item.refused")
    os.write(bench.bench.master, SCANS[name] + b"\r")
    verdict = bench.look(10)
    assert verdict["kind"] == "refused-scan", name
    assert bench.look(0.3) is None, "one code, one answer"
    assert scene.count("item.refused") == before + 1
    assert scene.facts("item.refused")[-1]["reason"] in ("control-bytes", "too-long")


@pytest.mark.parametrize("sent, kind, word", [(b"4512345000042", "scan-lost", "suffix as the board"), (b"\x024512345000042\r", "refused-scan", "prefix and suffix")])
def test_a_scanner_whose_suffix_or_prefix_is_set_wrong_is_told_from_an_accident(scene, bench, sent, kind, word):
    bench.scan("OKURU-NO-SUCH", "unknown-code", "not-yet-known")  # whole: what comes before it does not count
    for _ in range(2):
        os.write(bench.bench.master, sent)
        verdict = bench.look(10)
        assert verdict["kind"] == kind and word not in verdict["sub"]["en"]
        time.sleep(0.15)
    os.write(bench.bench.master, sent)
    verdict = bench.look(10)
    assert verdict["kind"] == kind and word in verdict["sub"]["en"]
    for words in (("status",), ("doctor",)):
        told = re.sub(r"\s+", " ", scene.okuru(*words, check=False))
        assert "hand-1" in told and re.search(r"SET WRONG|set wrong", told) and "suffix as the board file says" in told, told
    bench.scan("OKURU-NO-SUCH", "unknown-code", "not-yet-known")
    assert "suffix" not in scene.okuru("doctor", check=False), "a whole code shows that it is not so any more"
    os.write(bench.bench.master, sent)
    assert word not in bench.look(10)["sub"]["en"]


def test_a_letter_before_each_code_is_said(scene, bench):
    assert "puts A before each code" in bench.scan("A4512345000042", "unknown-code", "not-yet-known")["sub"]["en"]


@pytest.mark.parametrize("name", STRINGS)
def test_a_code_that_is_somebodys_program_is_an_unknown_code(scene, bench, name):
    code = STRINGS[name].encode("ascii", "replace").decode()
    verdict = bench.scan(code, "unknown-code", "not-yet-known")
    assert not HARMFUL.search(json.dumps(verdict, ensure_ascii=False))
    answer = scene.rig.ask_station({"verb": "scan", "bench": "b2", "code": code})
    assert [v["kind"] for v in answer["verdicts"]] == ["unknown-code"]
    if len(code) < 64:
        assert scene.facts("item.refused")[-1].get("code", code) == code


CARDS = ["OKURU-C-", "OKURU-C-X-0", "OKURU-C-X-99999999999999999999", "OKURU-C-D-10", "OKURU-C-BAY-CLOSE-" + "A" * 40,
         "OKURU-C-NOTHING", "OKURU-P-", "OKURU-P-" + "A" * 60, "]C1", "]d2", "]d201", "]C101045123450000421", "]d20104512345000042\x1d21",
         "]Q9" + "x" * 250]


@pytest.mark.parametrize("code", CARDS, ids=[c[:24].replace("\x1d", "|") for c in CARDS])
def test_a_misprinted_card_or_code_does_nothing(scene, bench, code):
    before = scene.head()
    verdict = bench.scan(code)
    assert verdict["light"] in ("amber", "white", "red"), verdict
    new = {t for (t,) in scene.rig.query("station/ledger.db", "SELECT DISTINCT type FROM fact WHERE pos > ?", before)}
    assert new <= {"item.refused"}, new
    bench.send("OKURU-C-UNDO")
    quiet(bench, 0.2)


# ---- the sockets ----


LINES = [b"", b"\x00", b"{", b"[]", b"null", b"1", b'"status"', b"{}", b'{"verb":1}', b'{"verb":null}', b'{"verb":"status","verb":"scan"}', b'{"verb":"' + b"x" * 60000 + b'"}',
         b"[" * 60000, b'{"a":' * 9000, b"\xff\xfe{}", b'{"verb":"scan"}', b'{"verb":"scan","bench":1,"code":[]}', b'{"verb":"scan","bench":"b9","code":"x"}',
         b'{"verb":"scan","bench":"b1","code":""}', b'{"verb":"scan","bench":"b1","code":"' + b"x" * 300 + b'"}', b'{"verb":"bay-close"}',
         b'{"verb":"bay-close","bay":"../y1","counted":1}', b'{"verb":"bay-close","bay":"y1","counted":-1}', b'{"verb":"bay-close","bay":"y1","counted":1e9}',
         b'{"verb":"bay-close","bay":"y1","counted":1.5}', b'{"verb":"bay-close","bay":"y1","counted":"1"}', b'{"verb":"bay-close","bay":"y1"}', b'{"verb":"\\u0000"}',
         b'{"verb":"push"}', b'{"verb":"push","data":{}}', b'{"verb":"hold","data":[]}', b'{"verb":"facts","after":"x"}', b'{"verb":"status"} trailing']


def talk(path: Path, line: bytes, timeout: float = 10) -> bytes:
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(timeout)
        s.connect(str(path))
        s.sendall(line + b"\n")
        return s.makefile("rb").readline()


@pytest.mark.parametrize("name", ["station", "oms"])
def test_a_hostile_line_is_answered_with_an_error(scene, name):
    path = scene.folder / "run" / f"{name}.sock"
    before = scene.head()
    for line in LINES:
        with socket.socket(socket.AF_UNIX) as s:  # one that says something sensible behind it, on the same line of talk
            s.settimeout(10)
            s.connect(str(path))
            s.sendall(line + b'\n{"verb":"status"}\n')
            answer = s.makefile("rb").readline()
        if line:
            assert json.loads(answer).get("ok") is False, (line[:60], answer[:200])
    assert scene.head() == before


@pytest.mark.parametrize("name", ["station", "oms"])
def test_callers_that_shout_stall_or_vanish_are_cut_and_nobody_else_is(scene, name):
    path = scene.folder / "run" / f"{name}.sock"
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(path))
        with pytest.raises(OSError):
            for _ in range(1000):  # a line without an end
                s.sendall(b"x" * 65536)
    idle = []
    for _ in range(40):  # more than there is room for; half a line each
        s = socket.socket(socket.AF_UNIX)
        s.connect(str(path))
        with suppress(OSError):  # cut already
            s.sendall(b'{"verb":')
        idle.append(s)
    for s in idle:
        s.close()
    assert "ok" in wait_for("an answer", lambda: ask(path))


def ask(path: Path) -> dict | None:
    try:
        return json.loads(talk(path, b'{"verb":"status"}'))
    except (OSError, ValueError):
        return None


def test_a_follower_that_does_not_read_is_cut_and_the_bench_is_not_held_up(scene, bench):
    with socket.socket(socket.AF_UNIX) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(str(scene.folder / "run/station.sock"))
        s.sendall(b'{"verb":"follow"}\n')
        for i in range(50):
            bench.scan(f"NOBODY-{i}", "unknown-code")
        s.sendall(b'{"verb":"status"}\n' * 3000)  # answers that nobody takes
        wait_for("the others are served", lambda: ask(scene.folder / "run/station.sock"))
        bench.scan("NOBODY-LAST", "unknown-code")


# ---- what people hand in ----


@pytest.mark.parametrize("name", UNPRINTABLE)
@pytest.mark.parametrize("place", ["name", "reason", "order", "open_code", "contact", "email", "carrier"])
def test_what_cannot_be_printed_is_refused_by_line_and_key(scene, name, place):
    text = UNPRINTABLE[name]
    s = scene.shipment("S-REFUSED")
    if place == "name":
        s["lines"][0]["name"] = {"ja": text}
    elif place == "reason":
        s.update(held=True, reason=text)
    elif place == "order":
        s["orders"] = [text]
    elif place == "open_code":
        s["open_codes"] = [text]
    elif place == "contact":
        s["contact"]["contact"]["name"] = text
    elif place == "email":
        s["contact"]["contact"]["email"] = text + "@example.jp"
    else:
        s["carrier"] = text
    known = scene.count("shipment.received")
    with pytest.raises(RigError) as refused:
        scene.push(s, wait=False)
    del scene.pushed["S-REFUSED"]
    told = str(refused.value)
    assert "push.jsonl:1" in told and not HARMFUL.search(told)
    assert scene.count("shipment.received") == known


def test_what_can_be_printed_is_data_all_the_way_to_the_mail(scene, bench):
    """Names of goods, customers and reasons that are programs for somebody: at the light, at the OMS, in the mail, in okuru's tables."""
    sent = []
    for i, (name, text) in enumerate((*STRINGS.items(), ("turned", TURNED))):
        s = scene.shipment(f"S-STRING-{i}", item("1", SHIRT, 1, name={"ja": text, "en": text}, label={"ja": text[:20], "en": text[:20]}), carrier="japanpost")
        s["lines"][0]["order"] = s["orders"][0]
        s["contact"]["contact"]["name"] = text[:60]
        sent.append((s, text))
    try:
        scene.push(*[s for s, _ in sent])
    except RigError as e:
        assert "S-STRING" not in str(e)
        raise
    for s, text in sent:
        parcel = scene.ready(bench, s)
        assert scene.count("parcel.shipped", parcel) == 1
    mails = {}
    wait_for("the mails", lambda: mails.update({str(m["To"].addresses[0].addr_spec): m for m in map(read_mail, scene.rig.mails())}) or
             all(s["contact"]["contact"]["email"] in mails for s, _ in sent), 30)
    for s, text in sent:
        mail = mails[s["contact"]["contact"]["email"]]
        assert set(map(str.lower, mail.keys())) <= HEADERS, (text, mail.keys())
        assert len(mail["To"].addresses) == 1 and not mail["Bcc"] and not mail["Cc"]
        body = mail.get_body(("plain",)).get_content()
        assert_terminal_safe(body.replace("\r\n", "\n"))
        if "\u202e" not in text and len(text) < 60:
            assert text in body
    for s, _ in sent:
        for words in (("shipment", s["shipment"]), ("parcel", scene.number(s))):
            assert_terminal_safe(scene.okuru(*words))


HEADERS = {"date", "from", "to", "subject", "message-id", "mime-version", "content-type", "content-transfer-encoding", "auto-submitted", "reply-to",
           "content-language", "in-reply-to", "references", "x-auto-response-suppress", "precedence", "list-id"}


def assert_terminal_safe(text: str) -> None:
    assert not HARMFUL.search(text), HARMFUL.search(text)


OFFICE_VERBS = [("hold", "--reason", "x"), ("release",), ("cancel",), ("erase",)]


def refusal(scene: Scene, program: str, *words: str) -> str:
    """What a person reads of a call that cannot be."""
    done = subprocess.run([scene.rig.program(program), *words], env=scene.rig.environment, text=True, capture_output=True)
    assert done.returncode in (1, 2), (words, done)
    assert done.stderr.strip()
    return done.stdout + done.stderr


def test_ids_that_are_programs_are_refused_where_they_are_handed_in(scene):
    office = ("--config", str(scene.folder / "etc/oms.yaml"), "--merchant", "aozora")
    words = [*STRINGS.values(), TURNED, *(u for u in UNPRINTABLE.values() if "\x00" not in u), "", " ", "x" * 65, "x" * 5000]
    head = scene.head()
    for text in words:
        for verb, *more in OFFICE_VERBS if text != "." else ():  # a dot is an id
            assert_terminal_safe(refusal(scene, "okuru-oms", verb, *office, *more, "--", text))
        for verb in ("shipment", "parcel"):
            assert_terminal_safe(refusal(scene, "okuru", verb, *scene.config(), "--", text))
    assert scene.head() == head


# ---- the broker ----


class Impostor:
    """Speaks at the broker with the OMS's certificate."""

    def __init__(self, rig: Rig):
        cert, key = rig.broker.cert("oms")
        self.client = mqtt.Client(client_id=f"impostor-{uuid.uuid4().hex[:8]}", protocol=mqtt.MQTTv311)
        self.client.tls_set(str(rig.broker.ca), str(cert), str(key))
        self.client.connect(rig.broker.host, rig.broker.port)
        self.client.loop_start()

    def say(self, payload, leaf: str = "down", retain: bool = False, topic: str = TOPIC) -> None:
        text = payload if isinstance(payload, (bytes, str)) else json.dumps(payload, ensure_ascii=False)
        self.client.publish(f"{topic}/{leaf}", text, 1, retain).wait_for_publish(10)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def impostor(scene):
    i = Impostor(scene.rig)
    yield i
    i.say("", retain=True)  # takes back what was retained
    i.close()


def stream(scene: Scene) -> tuple[str, int, str]:
    """Source, last sequence and inbox of the stream that the station follows."""
    source, upto = scene.rig.query("sync/inbox.db", "SELECT source, upto FROM downlink ORDER BY rowid DESC LIMIT 1")[0]
    inbox = scene.rig.query("sync/inbox.db", "SELECT value FROM meta WHERE key = 'log_id'")[0][0]
    return source, upto, inbox


def command(scene: Scene, ahead: int = 1, **more) -> dict:
    source, upto, inbox = stream(scene)
    data = {"v": 1, "merchant": "aozora", "shipment": "S-EVIL", "version": 1, "orders": ["X"], "open_codes": ["EVIL"], "carrier": "yamato",
            "lines": [{"line": "1", "name": {"ja": "x"}, "quantity": 1, "codes": [{"code": SHIRT, "units": 1}]}]}
    return {"specversion": "1.0", "type": "jp.okuru.shipment", "id": str(uuid.uuid4()), "source": source, "sequence": f"{upto + ahead:020d}", "inbox": inbox,
            "time": "2026-11-21T14:02:03.123+09:00", "subject": "S-EVIL", "merchant": "aozora", "datacontenttype": "application/json",
            "dataschema": "urn:okuru:schema:shipment:1", "data": data, **more}


def wrong_messages(scene: Scene) -> list:
    """None of them has a place that is next in the stream: who has the OMS's certificate and names that is the OMS."""
    c, old = command(scene), command(scene, ahead=0)
    source = c["source"]
    return [b"", b"\x00", b"not JSON", b"{", b"[]", b"null", b"\xff\xfe", b"e.y.J", "{" * 5000, "[" * 60000, b"x" * 70_000, json.dumps({**old, "data": {"x": "y" * 70_000}}),
            {k: v for k, v in c.items() if k != "source"}, {k: v for k, v in old.items() if k != "id"}, {k: v for k, v in c.items() if k != "sequence"},
            {**c, "source": source.replace("urn:okuru:demo", "urn:okuru:other")}, {**c, "source": source.replace(":dc1:", ":dc2:")}, {**c, "source": "urn:okuru"},
            {**c, "source": []}, {**c, "inbox": "0" * 32}, {**c, "inbox": 7}, {**old, "sequence": int(old["sequence"])}, {**c, "sequence": "0" * 20},
            {**c, "sequence": "9" * 20}, command(scene, ahead=5), old, command(scene, ahead=-1), json.dumps(old).replace('"data"', '"id":"x","data"', 1)]


ANSWERS = [b"", b"not JSON", b"[]", b"{}", b'{"upto":-1}', b"{" * 9000, b"x" * 70_000,
           b'{"source":"urn:okuru:demo:dc1:pack-01:' + b"0" * 32 + b':fact","upto":999999,"receiver":"' + b"1" * 32 + b'","credit":0}']


def test_wrong_messages_are_ignored_or_refused_and_the_stream_goes_on(scene, bench, impostor):
    refused, before = scene.count("command.refused"), stream(scene)
    for message in wrong_messages(scene):
        impostor.say(message)
    for leaf in ("applied", "reply"):
        for payload in ANSWERS:
            impostor.say(payload, leaf)
    s = scene.make("S-BEHIND", item("1", SHIRT, 1), carrier="japanpost")
    assert stream(scene)[0] == before[0]
    parcel = scene.ready(bench, s)
    wait_for("the fact at the OMS", lambda: [e for e in events(scene.rig) if e["type"] == "parcel.shipped" and e["subject"] == parcel])
    assert scene.count("shipment.received", "S-EVIL") == 0
    assert scene.count("command.refused") == refused


def test_a_command_that_the_broker_kept_is_not_obeyed(scene, bench, impostor):
    scene.rig.stop("sync")
    impostor.say(command(scene), retain=True)
    scene.rig.start("sync")
    scene.make("S-RETAINED", item("1", SHIRT, 1))
    assert scene.count("shipment.received", "S-EVIL") == 0


# ---- an OMS that sends what it likes ----


@pytest.fixture
def free(build, tmp_path):
    """Station and sync alone, and an OMS of the test's that checks nothing."""
    rig = Rig(build, tmp_path)
    rig.broker.start()
    for name in ("station", "sync"):
        rig.start(name)
    wait_for("the station", rig.try_status)
    cert, key = rig.broker.cert("oms")
    sender = Sender(tmp_path / "office.db", REALM, rig.broker.host, rig.broker.port, tls=(rig.broker.ca, cert, key))
    thread = threading.Thread(target=sender.run)
    thread.start()
    yield rig, sender
    sender.stopping = True
    thread.join(20)
    for name in ("station", "sync"):
        rig.alive(name)
    rig.stop_all()


def goods_of(**more) -> dict:
    return {"v": 1, "merchant": "aozora", "shipment": "S-1", "version": 1, "orders": ["A-1"], "open_codes": ["S-1"], "carrier": "yamato",
            "lines": [{"line": "1", "name": {"ja": "靴下"}, "quantity": 1, "codes": [{"code": SHIRT, "units": 1}]}], **more}


def line_of(**more) -> dict:
    return {"line": "1", "name": {"ja": "x"}, "quantity": 1, "codes": [{"code": SHIRT, "units": 1}], **more}


HOSTILE = [("shipment", data) for data in (
    *({**goods_of(), "lines": [line_of(name={"ja": text})]} for text in UNPRINTABLE.values()),
    goods_of(shipment="'; DROP TABLE fact; --"), goods_of(shipment=""), goods_of(shipment="x" * 65), goods_of(shipment=7), goods_of(shipment=None),
    goods_of(merchant="../x"), goods_of(merchant="A"), goods_of(merchant="x" * 33), goods_of(version=0), goods_of(version=-1), goods_of(version=2**63), goods_of(version=1.5),
    goods_of(version="1"), goods_of(lines=[]), goods_of(lines={}), goods_of(lines=[line_of()] * 501), goods_of(lines=[line_of(), line_of()]), goods_of(lines=[[]]),
    goods_of(lines=[line_of(quantity=0)]), goods_of(lines=[line_of(quantity=10**12)]), goods_of(lines=[line_of(quantity=-1)]), goods_of(lines=[line_of(codes=[])]),
    goods_of(lines=[line_of(codes=[{"code": "", "units": 1}])]), goods_of(lines=[line_of(codes=[{"code": "x", "units": 0}])]), goods_of(lines=[line_of(codes=[{"code": "a\nb"}])]),
    goods_of(lines=[line_of(serial="sometimes")]), goods_of(orders=[]), goods_of(orders=["\x1b"]), goods_of(orders=["x"] * 21), goods_of(open_codes=["靴"]), goods_of(open_codes=[]),
    goods_of(open_codes=["x" * 65]), goods_of(pieces=0), goods_of(pieces=100), goods_of(waybill="drawn"), goods_of(carrier=""), goods_of(carrier="Yamato!"), goods_of(held="yes"),
    goods_of(reason="\x1b[2J"), goods_of(gift=7), goods_of(gift={"instructions": {"ja": "\r\nBcc: x"}}), goods_of(notices={"shipped": "everybody"}), goods_of(bay="../"),
    goods_of(inserts=[{"line": "1", "name": {"ja": "x"}}]), goods_of(inserts=[{"line": "i1", "name": {"ja": "x"}, "check": "scan"}]), goods_of(inserts=7), [], "x", 7, None)] + [
    ("label", data) for data in ({}, {"v": 1, "merchant": "aozora", "shipment": "S-1", "version": 1, "labels": [{"piece": 1, "carrier": "yamato", "number": "'; DROP"}]},
                                 {"v": 1, "merchant": "aozora", "shipment": "S-1", "version": 1, "labels": [{"piece": 0, "carrier": "yamato", "number": "444413758703"}]},
                                 {"v": 1, "merchant": "aozora", "shipment": "S-1", "version": 1, "labels": 7})] + [
    ("contact", data) for data in ({}, {"v": 1, "merchant": "aozora", "shipment": "S-1", "version": "x", "contact": {"name": "n", "email": "a@b"}})] + [
    ("label.block", {"v": 1, "merchant": "aozora", "carrier": "yamato", "block": "b", "from": "9", "to": "1"}), ("policy", {"version": 1, "merchants": [{"merchant": "\x1b"}]}),
    ("policy", {"version": 1, "merchants": [{"merchant": "a", "carriers": [{"carrier": "c", "shipped": "whenever"}]}]}), ("people", {"version": 1, "people": [{"person": "x", "badge": "a b"}]}),
    ("people", {"version": 1, "people": [{"person": "x", "badge": "ABCD", "role": "king"}]}), ("bay", {"v": 1, "version": 1, "bay": "B!", "carrier": "yamato"}),
    ("bay", {"v": 1, "version": 1, "bay": "b", "carrier": "yamato", "collections": ["25:61"]}), ("known", {"v": 1, "merchant": "aozora", "parcels": [{"parcel": "x"}]}), ("fact.refused", {"v": 1}),
    ("snapshot.end", {"v": 1}), ("made-up", {"v": 1}), ("../../x", {"v": 1}), ("contact.erase", {"v": 1, "merchant": "A!", "shipment": "S-1"}), ("item.codes", {"v": 1, "merchant": "aozora", "items": [{}]})]


@pytest.mark.asan_e2e
def test_a_command_that_cannot_be_is_refused_by_its_id_and_those_behind_it_come(free):
    rig, sender = free
    wait_for("the box at the office", lambda: sender.inbox_of)
    for i, (kind, data) in enumerate(HOSTILE):
        sender.push("dc1/pack-01", kind, f"x{i}", "", data)
    sender.push("dc1/pack-01", "shipment", "S-LAST", "aozora", goods_of(shipment="S-LAST"))
    query = lambda sql: rig.query("station/ledger.db", sql)  # noqa: E731
    wait_for("what comes behind", lambda: query("SELECT 1 FROM fact WHERE type = 'shipment.received' AND subject = 'S-LAST'"), 60)
    refused = [json.loads(row[0]) for row in query("SELECT data FROM fact WHERE type = 'command.refused'")]
    received = query("SELECT DISTINCT type, subject FROM fact WHERE lane = 2 AND type NOT LIKE 'snapshot%'")
    assert received == [("shipment.received", "S-LAST")], received
    assert [r["command_type"] for r in refused] == [kind if kind != "../../x" else "unreadable" for kind, _ in HOSTILE]
    for r in refused:
        assert r["reason"] and r["text"] and not HARMFUL.search(json.dumps(r, ensure_ascii=False))
    rig.okuru("rebuild", "--check", "--config", str(rig.folder / "etc/station.yaml"))
    assert_terminal_safe(rig.okuru("facts", "--lane", "fact", "--config", str(rig.folder / "etc/station.yaml")))


# ---- at the end of all ----


def test_at_the_end_okuru_writes_nothing_that_a_terminal_obeys(scene):
    for words in (["status"], ["facts"], ["facts", "--lane", "trace"], ["facts", "--lane", "intake"], ["parcels"], ["notices", "--all"], ["bays"], ["facts", "--json"], ["parcels", "--json"]):
        assert_terminal_safe(scene.okuru(*words))
    for words in (["facts"], ["facts", "--json"], ["gaps"], ["conflicts"]):
        assert_terminal_safe(scene.rig.oms(*words))


@pytest.mark.asan_e2e
def test_at_the_end_all_programs_live_and_the_books_are_right(scene):
    for name in scene.rig.processes:
        assert scene.rig.alive(name)
    scene.assert_rebuilt_equal()
    scene.assert_logs_name_nobody()
    scene.assert_logs_are_calm()
