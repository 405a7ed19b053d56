# SPDX-License-Identifier: Apache-2.0
"""okuru-sync between a real ledger and a real broker; the OMS is played here, as its contract says."""
import json
import os
import random
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import uuid
from datetime import datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from broker import OMS, Broker, make_ca, make_cert, new_key, openssl  # noqa: E402
from waiting import wait_for  # noqa: E402

REALM, SITE, STATION = "test", "tokyo", "bench-1"
PREFIX = f"okuru/v1/{REALM}/{SITE}/{STATION}"
WAIT = 20


def hex_id():
    return uuid.uuid4().hex


running = []  # okuru-sync of the test that runs


def until(test, what, timeout=WAIT):
    """wait_for(), and a program that ended meanwhile is told as such."""
    def looked():
        for process in running:
            assert process.poll() is None, f"okuru-sync ended with {process.returncode} while waiting for {what}"
        return test()
    return wait_for(what, looked, timeout, 0.01)


class Client(mqtt.Client):
    """paho's thread ends when a dying broker cuts a TLS handshake; this one goes on."""

    def loop_forever(self, *args, **more):
        while True:
            try:
                return super().loop_forever(*args, **more)
            except OSError:
                time.sleep(0.05)


class Office:
    """A receiver: keeps facts in order, says `applied` as the contract asks, and speaks commands when it is told to."""

    def __init__(self, broker, answer=True, credit=200, receiver=None):
        self.answer, self.credit, self.receiver = answer, credit, receiver or hex_id()
        self.upto, self.kept, self.arrived = {}, {}, []  # by source; (source, sequence) -> event; order of arrival
        self.taken, self.status, self.asked = [], [], []
        self.told = {}
        self.client = Client(client_id=f"office-{os.getpid()}-{random.random()}", protocol=mqtt.MQTTv311)
        if broker.tls:
            cert, key = broker.cert(OMS)
            self.client.tls_set(str(broker.ca), str(cert), str(key), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self.client.reconnect_delay_set(0.1, 0.2)
        self.client.on_socket_open = lambda _client, _userdata, s: s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client.on_connect = lambda c, *_: c.subscribe(f"okuru/v1/{REALM}/+/+/#", 1)
        self.ready = False
        self.client.on_subscribe = lambda *_: setattr(self, "ready", True)
        self.client.on_message = self.on_message
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        until(lambda: self.ready, "the office's subscription")

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()

    def publish(self, leaf, message, retain=False, prefix=PREFIX):
        payload = message if isinstance(message, (str, bytes)) else json.dumps(message, ensure_ascii=False)
        return self.client.publish(f"{prefix}/{leaf}", payload, 1, retain)

    def applied(self, source, **more):
        self.publish("applied", {"source": source, "upto": self.upto.get(source, 0), "receiver": self.receiver, "credit": self.credit, **more})

    def on_message(self, _client, _userdata, m):
        leaf = m.topic[len(PREFIX) + 1:]
        if leaf in ("up/fact", "up/trace"):
            self.on_fact(json.loads(m.payload))
        elif leaf == "taken":
            self.taken.append(json.loads(m.payload))
        elif leaf == "ask":
            self.asked.append(json.loads(m.payload))
        elif leaf == "status" and m.payload:
            self.on_status(json.loads(m.payload))

    def on_status(self, status):
        self.status.append(status)
        if status["online"] and self.answer:
            for lane in ("fact", "trace"):
                self.applied(f"urn:okuru:{REALM}:{SITE}:{STATION}:{status['ledger']}:{lane}")

    def on_fact(self, event):
        source, sequence = event["source"], int(event["sequence"])
        self.arrived.append((source, sequence))
        upto = self.upto.setdefault(source, 0)
        more = {}
        if event["type"] == "jp.okuru.ledger.gap" and source.split(":")[5] == event["subject"]:
            lane = source.rsplit(":", 1)[0] + ":" + event["data"]["lane"]
            if int(event["data"]["from"]) <= self.upto.get(lane, 0) + 1 <= int(event["data"]["to"]):
                self.upto[lane] = int(event["data"]["to"])  # obeyed also out of its turn
                self.applied(lane)
                upto = self.upto[source]
        if sequence == upto + 1:
            self.kept[source, sequence] = event
            self.upto[source] = sequence
        elif sequence > upto + 1:
            more["gap"] = True
            if time.monotonic() - self.told.get(source, 0) < 1:
                return
            self.told[source] = time.monotonic()
        elif self.kept[source, sequence]["id"] != event["id"]:
            more["forked"] = sequence
        if self.answer:
            self.applied(source, **more)

    def online(self, ledger=None):
        return until(lambda: next((s for s in reversed(self.status) if s["online"] and ledger in (None, s["ledger"])), None), "status online")

    def n(self, lane="fact"):
        return max([u for s, u in self.upto.items() if s.endswith(lane)], default=0)


class Box:
    """One station: a ledger that the test writes, and okuru-sync."""

    def __init__(self, folder, build, broker, **config):
        self.folder, self.build, self.broker = folder, build, broker
        self.process = self.writer = None
        for name in ("ledger", "sync"):
            (folder / name).mkdir(mode=0o750)
        subprocess.run([str(build / "tests/ledger-tool"), "--keys", str(folder / "seal.key"), str(folder / "seal.pub")], check=True)
        self.configure(**config)
        self.facts(0)

    def configure(self, trace="oms", realm=REALM, **mqtt_more):
        tls = ""
        if self.broker.tls:
            cert, key = self.broker.cert(f"{SITE}/{STATION}")
            tls = f"  ca: {self.broker.ca}\n  cert: {cert}\n  key: {key}\n"
        more = "".join(f"  {k}: {v}\n" for k, v in mqtt_more.items())
        f = self.folder
        (f / "sync.yaml").write_text(f"""realm: {realm}
site: {SITE}
station: {STATION}
folder: {f}/sync
ledger: {f}/ledger/ledger.db
socket: {f}/station.sock
seal: {f}/seal.pub
trace: {trace}
intake_stop_percent: 100
mqtt:
  host: {self.broker.host}
  port: {self.broker.port}
  reconnect_min: 50ms
  reconnect_max: 200ms
{tls}{more}""")
        (f / "sync.yaml").chmod(0o640)

    def start(self, **environment):
        log = open(self.folder / "sync.log", "ab")
        command = ["setpriv", "--pdeathsig", "KILL", str(self.build / "bin/okuru-sync"), "--config", str(self.folder / "sync.yaml"),
                   "--log-level", "debug"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment})
        log.close()
        running.append(self.process)
        return self

    def stop(self, number=signal.SIGTERM):
        if not self.process:
            return None
        running.remove(self.process)
        self.process.send_signal(number)
        code = self.process.wait(WAIT)
        self.process = None
        return code

    def kill(self):
        self.stop(signal.SIGKILL)

    def tool(self, *lines):
        """Facts through firmware/ledger; their ids in order."""
        done = subprocess.run([str(self.build / "tests/ledger-tool"), "--folder", str(self.folder / "ledger"), "--realm", REALM],
                              input="".join(json.dumps(x) + "\n" for x in lines), capture_output=True, text=True, check=True)
        answers = [json.loads(x) for x in done.stdout.splitlines()]
        assert all("id" in a for a in answers), answers
        return [a["id"] for a in answers]

    def facts(self, n, lane="fact", merchant="acme", padding=0):
        kind = {"fact": "conflict.found", "trace": "item.refused"}[lane]
        return self.tool(*[{"type": kind, "merchant": merchant, "subject": f"S-{i}", "bench": "b1",
                            "data": {"v": 1, "kind": "contents-differ", "reason": "wrong-item", "text": "x" * padding or str(i)}} for i in range(n)])

    def ask(self, database, sql, *values):
        """Read-only, as every program reads another's database."""
        if not (self.folder / f"{database}-wal").exists():
            return []  # not there yet
        db = sqlite3.connect(f"file:{self.folder / database}?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []  # being made
            raise
        finally:
            db.close()

    def ids(self, lane=0):
        return [r[0] for r in self.ask("ledger/ledger.db", "SELECT id FROM fact WHERE lane = ? ORDER BY seq", lane)]

    def ledger(self):
        return self.ask("ledger/ledger.db", "SELECT value FROM meta WHERE key LIKE '%log%'")[0][0]

    def uplink(self, lane="fact"):
        rows = self.ask("sync/inbox.db", "SELECT ledger, upto, receiver, verdict FROM uplink WHERE lane = ?", lane)
        return rows[0] if rows else None

    def inbox(self):
        return [(p, t, s, json.loads(d)) for p, t, s, d in self.ask("sync/inbox.db", "SELECT pos, type, subject, data FROM log ORDER BY pos")]

    def log(self):
        return (self.folder / "sync.log").read_text()


class Stream:
    """The office's numbered stream of commands for one box."""

    def __init__(self, office, inbox, receiver=None):
        self.office, self.inbox, self.sequence = office, inbox, 0
        self.source = f"urn:okuru:{REALM}:oms:{receiver or office.receiver}:{SITE}:{STATION}"

    def command(self, kind, data, subject="S-1", sequence=None, **more):
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        return {"specversion": "1.0", "type": f"jp.okuru.{kind}", "id": str(uuid.uuid4()), "source": self.source, "sequence": f"{sequence:020d}",
                "time": "2026-11-21T14:02:03.123+09:00", "subject": subject, "merchant": "acme", "inbox": self.inbox,
                "datacontenttype": "application/json", "dataschema": f"urn:okuru:schema:{kind}:1", "data": {"v": 1, **data}, **more}

    def send(self, kind="shipment", data=None, **more):
        message = self.command(kind, data or {"merchant": "acme", "shipment": "S-1", "version": 1}, **more)
        self.office.publish("down", message)
        return message

    def taken(self, upto):
        return until(lambda: any(t.get("source") == self.source and t["upto"] == upto for t in self.office.taken), f"taken {upto}: {self.office.taken[-3:]}")


@pytest.fixture(scope="module")
def shared_broker(tmp_path_factory):
    with Broker(tmp_path_factory.mktemp("broker"), tls=True, stations=[f"{SITE}/{STATION}"], extra="set_tcp_nodelay true") as started:
        yield started


@pytest.fixture
def broker(shared_broker):
    if not shared_broker.pid:
        shared_broker.start()
    yield shared_broker
    if shared_broker.pid:  # what a test left behind as status must not meet the next one
        client = Office(shared_broker, answer=False)
        client.publish("status", b"", retain=True).wait_for_publish(WAIT)
        client.close()


@pytest.fixture
def box(tmp_path, build, broker):
    made = Box(tmp_path, build, broker)
    yield made
    made.stop()


@pytest.fixture
def offices(broker):
    made = []

    def open_office(**how):
        made.append(Office(broker, **how))
        return made[-1]
    yield open_office
    for office in made:
        office.close()


# ---- facts up ----

def test_every_fact_comes_in_order_with_its_id(box, offices):
    box.facts(300)
    office = offices()
    box.start()
    until(lambda: office.n() == len(box.ids()), "all facts")
    source = next(s for s in office.upto if s.endswith(":fact"))
    assert [office.kept[source, i + 1]["id"] for i in range(office.n())] == box.ids()
    assert office.kept[source, 1]["type"] == "jp.okuru.ledger.started"
    assert source == f"urn:okuru:{REALM}:{SITE}:{STATION}:{box.ledger()}:fact"
    until(lambda: box.uplink()[1] == office.n(), "the mark in inbox.db")


def test_facts_that_come_later_follow_within_the_second(box, offices):
    office = offices()
    box.start()
    until(lambda: office.n() == 1, "ledger.started")
    box.facts(5)
    until(lambda: office.n() == 6, "five more", 3)


def test_not_more_than_the_credit_is_under_way(box, offices):
    box.facts(60)
    office = offices(answer=False)
    box.start()
    until(lambda: len(office.arrived) >= 4, "the first facts")
    time.sleep(1.5)  # longer than any tick
    assert len(office.arrived) == 4, "before `applied` a station starts with 4"
    office.credit = 10
    office.upto[office.arrived[0][0]] = 2
    office.applied(office.arrived[0][0])
    until(lambda: len(office.arrived) >= 12, "up to the credit")
    time.sleep(1.5)
    assert [n for _, n in office.arrived] == list(range(1, 13)), "2 applied and 10 beyond: the broker's PUBACK frees nothing"


def test_a_gap_is_sent_again_at_once(box, offices):
    box.facts(20)
    office = offices(answer=False)
    box.start()
    until(lambda: len(office.arrived) >= 4, "the first facts")
    source = office.arrived[0][0]
    time.sleep(0.3)
    began = time.monotonic()
    office.upto[source] = 1
    office.applied(source, gap=True)
    until(lambda: office.arrived.count((source, 2)) == 2, "2 again", 5)
    assert time.monotonic() - began < 5


def test_trace_comes_behind_the_facts_and_can_stay_at_home(box, offices):
    box.facts(3)
    box.facts(7, lane="trace")
    office = offices()
    box.start()
    until(lambda: office.n("fact") == 4 and office.n("trace") == 7, "both lanes")
    box.stop()
    box.configure(trace="local")
    box.facts(5, lane="trace")
    office.arrived.clear()
    box.start()
    until(lambda: box.uplink("trace")[1] == 12, "all trace applied locally")
    assert not [a for a in office.arrived if a[0].endswith("trace")]


def test_the_broker_may_die_in_the_middle(box, offices, broker):
    box.facts(500)
    office = offices(credit=40)
    box.start()
    until(lambda: office.n() > 50, "some")
    broker.kill()
    box.facts(20)
    broker.start()
    until(lambda: office.n() == 521, "all, in order", 40)
    assert box.process.poll() is None


def test_only_applied_counts_after_a_restart(box, offices):
    box.facts(10)
    deaf = offices(answer=False)
    box.start()
    until(lambda: len(deaf.arrived) >= 4, "facts on the broker")
    box.stop()
    deaf.close()
    office = offices()
    box.start()
    until(lambda: office.n() == 11, "all of them again, to one who answers")


def test_another_receiver_may_know_less_and_gets_it_again(box, offices):
    box.facts(10)
    first = offices()
    box.start()
    until(lambda: first.n() == 11 and box.uplink()[1] == 11, "all applied")
    source = next(s for s in first.upto if s.endswith("fact"))
    first.answer = False
    restored = offices(answer=False)
    restored.upto[source] = 6
    restored.answer = True
    restored.applied(source)
    until(lambda: (source, 7) in restored.arrived, "again from 7")
    until(lambda: box.uplink()[1:3] == (11, restored.receiver), "the new receiver's mark")


def test_of_two_that_answer_the_new_one_is_obeyed_and_facts_go_once(box, offices):
    box.facts(10)
    first = offices()
    box.start()
    until(lambda: box.uplink() and box.uplink()[1] == 11, "all applied")
    source = next(s for s in first.upto if s.endswith("fact"))
    second = offices()
    second.applied(source)
    until(lambda: box.uplink()[1:3] == (11, second.receiver), "the new receiver's mark")
    second.arrived.clear()
    for n in range(4):  # each has its `applied`, of both
        box.facts(1)
        until(lambda: second.n() == 12 + n and first.n() == 12 + n, "the fact at both")
    until(lambda: box.uplink()[1:3] == (15, second.receiver), "the mark")
    assert [n for s, n in second.arrived if s == source] == list(range(12, 16))
    assert "answers beside" in box.log()


def test_the_same_receiver_cannot_go_back(box, offices):
    box.facts(10)
    office = offices()
    box.start()
    until(lambda: box.uplink() and box.uplink()[1] == 11, "all applied")
    office.arrived.clear()
    office.publish("applied", {"source": next(iter(office.upto)), "upto": 3, "receiver": office.receiver, "credit": 10})
    box.facts(1)
    until(lambda: office.n() == 12, "the next fact")
    assert [n for s, n in office.arrived if s.endswith("fact")] == [12]


@pytest.mark.parametrize("say, verdict, upto", [({"upto": 3, "forked": 3}, "forked", 2), ({"upto": 99}, "beyond", 0)])
def test_a_fork_or_a_mark_beyond_us_ends_this_ledger(box, offices, say, verdict, upto):
    box.facts(5)
    office = offices(answer=False)
    box.start()
    until(lambda: office.arrived, "facts")
    source = office.arrived[0][0]
    if verdict == "forked":
        office.publish("applied", {"source": source, "upto": 5, "receiver": office.receiver, "credit": 10})
        until(lambda: box.uplink() and box.uplink()[1] == 5, "the mark")
    office.publish("applied", {"source": source, "receiver": office.receiver, "credit": 10, **say})
    until(lambda: box.uplink() and box.uplink()[3] == verdict, "the verdict where the station reads it")
    assert box.uplink()[1] == upto
    office.arrived.clear()
    box.facts(2)
    time.sleep(1.5)
    assert not office.arrived, "nothing more goes up under the old name"


def test_a_new_ledger_begins_at_its_start(box, offices):
    box.facts(5)
    office = offices()
    box.start()
    until(lambda: office.n() == 6, "the old one's facts")
    old = box.ledger()
    for path in (box.folder / "ledger").iterdir():
        path.unlink()
    box.facts(2)
    assert box.ledger() != old
    source = f"urn:okuru:{REALM}:{SITE}:{STATION}:{box.ledger()}:fact"
    until(lambda: office.upto.get(source) == 3, "the new one's facts")
    until(lambda: box.uplink()[0] == box.ledger(), "its mark")


def test_what_the_ledger_no_longer_has_is_named_before_its_turn(box, offices):
    """The OMS was restored to before what the station has purged."""
    box.facts(30)
    office = offices()
    box.start()
    until(lambda: box.uplink() and box.uplink()[1] == 31, "all applied")
    box.stop()
    name = box.ledger()
    ledger = sqlite3.connect(box.folder / "ledger/ledger.db")  # purged, as the station would: nobody else runs now
    ledger.execute("DELETE FROM fact WHERE lane = 0 AND seq BETWEEN 11 AND 20")
    ledger.commit()
    ledger.close()
    gap = {"type": "ledger.gap", "subject": name, "data": {"v": 1, "lane": "fact", "from": "11", "to": "20"}}
    box.tool(gap)
    source = next(iter(office.upto))
    office.close()
    restored = offices(answer=False)
    restored.upto[source] = 5
    box.start()
    restored.answer = True
    restored.applied(source)
    until(lambda: restored.upto[source] == 32, "all that there is")
    order = [n for _, n in restored.arrived if n > 5]
    assert order.index(32) < order.index(21), "the gap first, then what is behind it"
    assert not {n for n in order if 11 <= n <= 20}


def test_applied_for_somebody_else_is_ignored_and_counted(box, offices):
    box.facts(3)
    office = offices(answer=False)
    box.start()
    until(lambda: len(office.arrived) == 4, "facts")
    for source in (f"urn:okuru:{REALM}:{SITE}:{STATION}:{hex_id()}:fact", "nonsense", f"urn:okuru:{REALM}:osaka:{STATION}:{box.ledger()}:fact"):
        office.publish("applied", {"source": source, "upto": 2, "receiver": office.receiver, "credit": 100})
    for broken in ("", "{", "[]", '{"source":1}', '{"upto":-1}', "\xff"):
        office.publish("applied", broken)
    office.publish("applied", {"source": office.arrived[0][0], "upto": 1, "receiver": office.receiver, "credit": 4})
    until(lambda: box.uplink() and box.uplink()[1] == 1, "the true one")
    box.stop()
    box.start()
    assert until(lambda: len(office.status) >= 3 and office.status[-1]["online"] and office.status[-1], "status")["lanes"]["fact"]["applied"] == 1


# ---- commands down ----

def begin(box, offices, **how):
    office = offices(**how)
    box.start()
    status = office.online()
    return office, Stream(office, status["inbox"])


def test_a_command_is_taken_when_it_is_on_disk(box, offices):
    office, stream = begin(box, offices)
    sent = stream.send()
    stream.taken(1)
    assert box.inbox() == [(1, "shipment", "S-1", {"id": sent["id"], "data": sent["data"]})]


def test_an_empty_box_says_so(box, offices):
    office, stream = begin(box, offices)
    until(lambda: {"upto": 0, "inbox": stream.inbox} in office.taken, "taken without a source")
    assert until(lambda: office.asked, "a question")[0]["what"] == "snapshot"


def test_contact_and_print_data_never_touch_the_disk_in_clear(box, offices):
    office, stream = begin(box, offices)
    secret, paper = "山田 花子 hanako@example.jp", "XlhBSGFuYWtvXlha" * 20
    contact = {"merchant": "acme", "shipment": "S-1", "version": 1, "contact": {"name": secret, "email": "hanako@example.jp"}, "channels": ["email"]}
    sent = stream.send("contact", contact)
    stream.send("label", {"merchant": "acme", "shipment": "S-1", "version": 1, "labels": [
        {"piece": 1, "carrier": "yamato", "number": "444413758703", "print": {"media": "application/vnd.zebra.zpl", "data": paper}},
        {"piece": 2, "carrier": "yamato", "number": "444413758714"}]})
    stream.send("contact", {**contact, "contact": secret})  # not even when its shape is wrong
    stream.send("contact", {**contact, "contact": [secret]}, extra="x")
    stream.taken(4)
    rows = box.inbox()
    sealed = {r: (h, b) for r, h, b in box.ask("sync/inbox.db", "SELECT ref, hash, box FROM sealed")}
    ref = rows[0][3]["data"]["contact"]
    assert set(ref) == {"ref", "hash"} and sealed[ref["ref"]][0] == ref["hash"]
    assert ref["ref"] == str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:okuru:sealed:{sent['id']}:0")), "the same each time it comes"
    assert set(rows[1][3]["data"]["labels"][0]["print"]) == {"ref", "hash"} and "print" not in rows[1][3]["data"]["labels"][1]
    assert rows[2][3]["data"]["contact"] is None and rows[3][3]["data"]["contact"] is None
    box.stop()
    for path in [*(box.folder / "sync").iterdir(), box.folder / "sync.log"]:
        held = path.read_bytes()
        for word in (secret.encode(), "花子".encode(), b"hanako@", paper.encode()):
            assert word not in held, path


def test_commands_are_taken_in_order_and_once(box, offices):
    office, stream = begin(box, offices)
    messages = [stream.command("shipment", {"shipment": f"S-{i}"}, subject=f"S-{i}") for i in range(1, 6)]
    for i in (0, 0, 2, 3, 1, 1, 4, 2, 3, 4):
        office.publish("down", messages[i])
    stream.taken(5)
    assert [r[2] for r in box.inbox()] == ["S-1", "S-2", "S-3", "S-4", "S-5"]


def test_who_waits_for_taken_before_each_command_waits_not_long(box, offices):
    office, stream = begin(box, offices)
    began = time.monotonic()
    for n in range(1, 21):
        stream.send()
        stream.taken(n)
    assert time.monotonic() - began < 3, "20 ms apart, not 250"


def test_a_gap_is_answered_with_how_far_we_are(box, offices):
    office, stream = begin(box, offices)
    stream.send()
    stream.taken(1)
    office.taken.clear()
    stream.sequence = 7
    stream.send()
    stream.taken(1)
    assert len(box.inbox()) == 1


def test_a_broken_command_does_not_stop_those_behind_it(box, offices):
    office, stream = begin(box, offices)
    stream.send()
    whole = json.dumps(stream.command("shipment", {"shipment": "S-2"}))
    office.publish("down", whole.replace('"specversion": "1.0"', '"specversion": "9"'))
    office.publish("down", json.dumps(stream.command("shipment", {})).replace('"data": {"v": 1}', '"data": [1]'))
    office.publish("down", json.dumps(stream.command("contact", {"contact": {"name": "花子"}})).replace("jp.okuru.contact", "com.example.contact"))
    office.publish("down", json.dumps(stream.command("shipment", {}))[:-1] + ',"data":{}}')
    stream.send("no.such.thing", {"x": 1})
    stream.send()
    stream.taken(7)
    rows = box.inbox()
    assert [r[1] for r in rows] == ["shipment", "shipment", "shipment", "unreadable", "shipment", "no.such.thing", "shipment"]
    for row in rows[1:5]:
        assert row[3]["data"] == {} and row[3]["reason"]
    assert rows[1][3]["id"] == json.loads(whole)["id"]


def test_what_is_not_for_us_is_refused(box, offices, broker):
    office, stream = begin(box, offices)
    other = Stream(office, hex_id())
    other.send()  # another box's inbox
    for source in (f"urn:okuru:production:oms:{office.receiver}:{SITE}:{STATION}", f"urn:okuru:{REALM}:oms:{office.receiver}:{SITE}:bench-2",
                   f"urn:okuru:{REALM}:{SITE}:{STATION}:{hex_id()}:fact"):
        wrong = Stream(office, stream.inbox)
        wrong.source = source
        wrong.send()
    for broken in ("", "{", "null", "eyJhbGciOiJFZERTQSJ9.e30.x", "\x00", "[" * 500, '{"source":"' + "x" * 60000):
        office.publish("down", broken)
    stream.send()
    stream.taken(1)
    assert len(box.inbox()) == 1


def test_a_retained_command_is_never_obeyed(box, offices):
    office = offices()
    box.start()
    inbox = office.online()["inbox"]
    box.stop()
    stream = Stream(office, inbox)
    office.publish("down", stream.command("shipment", {"shipment": "OLD"}, subject="OLD"), retain=True).wait_for_publish(WAIT)
    try:
        box.start()
        until(lambda: len([s for s in office.status if s["online"]]) >= 2, "online again")
        stream.sequence = 0
        stream.send(subject="NEW")
        stream.taken(1)
        assert [r[2] for r in box.inbox()] == ["NEW"]
    finally:
        office.publish("down", b"", retain=True).wait_for_publish(WAIT)


def test_another_receivers_stream_begins_at_its_own_start(box, offices):
    office, stream = begin(box, offices)
    stream.send(subject="A")
    stream.taken(1)
    restored = Stream(office, stream.inbox, receiver=hex_id())
    restored.send(subject="B")
    restored.taken(1)
    stream.send(subject="C")
    stream.taken(2)
    assert [r[2] for r in box.inbox()] == ["A", "B", "C"]


@pytest.mark.parametrize("seed", range(4))
def test_what_was_said_to_be_taken_survives_kill_9(box, offices, seed):
    chance = random.Random(seed)
    office, stream = begin(box, offices)
    sent = {}
    for _ in range(3):
        first = max([t["upto"] for t in office.taken if t.get("source") == stream.source], default=0) + 1
        for sequence in range(first, first + 200):
            sent.setdefault(sequence, stream.command("shipment", {"shipment": f"S-{sequence}"}, subject=f"S-{sequence}", sequence=sequence))
            office.publish("down", sent[sequence])
        time.sleep(chance.uniform(0, 0.3))
        box.kill()
        said = max([t["upto"] for t in office.taken if t.get("source") == stream.source], default=0)
        rows = box.inbox()
        assert len(rows) >= said
        assert [r[2] for r in rows] == [f"S-{i + 1}" for i in range(len(rows))], "none missing, none twice"
        office.status.clear()
        box.start()
        office.online()
    end = max(sent)
    until(lambda: office.taken[-1].get("source") == stream.source, "taken on connect")
    for sequence in range(office.taken[-1]["upto"] + 1, end + 1):
        office.publish("down", sent[sequence])
    stream.taken(end)
    assert [r[3]["id"] for r in box.inbox()] == [sent[i]["id"] for i in range(1, end + 1)]


# ---- what it says of itself ----

def test_status_names_the_routes_by_which_no_notice_goes(box, offices, build):
    """As okuru-notify left its table: that one is held to it by tests of its own."""
    f = box.folder
    (f / "notices").mkdir(mode=0o750)
    (f / "notify.yaml").write_text(f"realm: {REALM}\nsite: {SITE}\nstation: {STATION}\nfolder: {f}/notices\nledger: {f}/ledger/ledger.db\n"
                                   f"seal: {f}/seal.key\ndomain: st.example.jp\nroutes:\n"
                                   + "".join(f"  - {{name: {name}, host: 127.0.0.1, port: 9, tls: none-on-loopback}}\n" for name in ("fixed", "lte")))
    notify = subprocess.Popen([build / "bin/okuru-notify", "--config", f / "notify.yaml"], stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: "notices go by" in notify.stderr.readline(), "notify's start")
    finally:
        notify.terminate()
        assert notify.wait(20) == 0
        notify.stderr.close()
    with sqlite3.connect(f / "notices/notices.db") as db:
        assert db.execute("UPDATE route SET state = 'down', reason = 'login', since_usec = 1795262400000000 WHERE name = 'lte'").rowcount == 1
    config = f / "sync.yaml"
    config.write_text(f"notices: {f}/notices/notices.db\n" + config.read_text())
    office, _ = begin(box, offices)
    assert office.status[-1]["routes_down"] == [{"channel": "email", "name": "lte", "reason": "login", "since": "2026-11-21T12:00:00.000+00:00"}]


def test_status_says_what_waits_for_a_leader(box, offices):
    promise = {"v": 1, "kind": "incident", "generation": 0, "approval": True, "not_before": "2026-11-21T12:00:00+09:00", "owner": "station"}
    box.tool(*[{"type": "notice.reserved", "merchant": "acme", "subject": f"S-{i}", "bench": "", "data": promise | {"notice": f"5c0ffee0-0001-5000-8000-00000000000{i}", "expires": day}}
               for i, day in enumerate(("2999-01-01T00:00:00.000+00:00", "2026-11-21T18:00:00.000+09:00"))])
    office, _ = begin(box, offices)
    said = office.status[-1]["approvals"]
    assert (said["waiting"], said["urgent"], datetime.fromisoformat(said["first_expires"])) == (2, 1, datetime.fromisoformat("2026-11-21T18:00:00+09:00")) and said["oldest"]


def test_status_says_who_and_how_far(box, offices):
    box.facts(3)
    office, stream = begin(box, offices)
    status = office.status[-1]
    assert status["ledger"] == box.ledger() and status["lanes"]["fact"]["last"] == 4 and status["clock"] in ("synced", "unknown", "holdover")
    assert set(status["understands"]) == {path.stem for path in (TOP / "services/sync/contract/schema/command").glob("*.json")} - {"pull"}
    assert len(status["understands"]) == len(set(status["understands"])) and 0 <= status["disk"]["free_percent"] <= 100
    assert status["certificate_ends"].startswith("20") and status["notices_waiting"] == 0 and status["approvals"] == {"waiting": 0, "urgent": 0} and len(status["config"]) == 64
    box.kill()
    until(lambda: office.status[-1]["online"] is False, "the will")
    assert office.status[-1]["ledger"] == box.ledger()


def test_a_clean_stop_tells_offline_too(box, offices):
    office, stream = begin(box, offices)
    assert box.stop() == 0
    until(lambda: office.status[-1]["online"] is False, "offline")


def test_a_station_of_another_realm_is_kept_out(box, offices):
    office = offices()
    box.configure(realm="production")
    box.start()
    until(lambda: ": up" in box.log(), "the line")
    time.sleep(1)
    assert not office.arrived and not [s for s in office.status if s["ledger"] == box.ledger()]


def test_it_waits_for_a_ledger_and_lives_without_a_station(box, offices):
    for path in (box.folder / "ledger").iterdir():
        path.unlink()
    office = offices()
    box.start()
    until(lambda: "not there yet" in box.log(), "a word in the log")
    box.facts(1)
    until(lambda: office.n() == 2, "facts")


@pytest.mark.parametrize("change, place", [("colour: red", "colour"), ("site: all", "site"), ("  port: 99999", "mqtt.port"), ("trace: maybe", "trace")])
def test_a_config_that_cannot_be_is_named(box, change, place):
    path = box.folder / "sync.yaml"
    key = change.split(":")[0]
    lines = [x for x in path.read_text().splitlines() if not x.startswith(key + ":")]
    path.write_text("\n".join([*lines, change]) + "\n")
    done = subprocess.run([str(box.build / "bin/okuru-sync"), "--config", str(path), "--check-config"], capture_output=True, text=True)
    assert done.returncode == 1 and place in done.stderr and "sync.yaml" in done.stderr


def test_it_uses_little_memory(box, offices):
    box.facts(300, padding=400)
    office = offices()
    box.start()
    until(lambda: office.n() == 301, "all facts")
    anon = next(int(x.split()[1]) for x in Path(f"/proc/{box.process.pid}/status").read_text().splitlines() if x.startswith("RssAnon"))
    assert anon <= 6 * 1024, f"RssAnon {anon} KiB with TLS"


# ---- certificates ----

def certificate(broker, how):
    """A pair that the broker must refuse: of another CA, or of ours and over."""
    folder = broker.directory
    if how == "another CA":
        make_ca(folder / "other", "other")
        return make_cert(folder / "other", f"{SITE}/{STATION}", ca="other")
    if not (folder / "over.pem").exists():
        new_key(folder, "over", f"{SITE}/{STATION}", "-out", "over.csr")
        openssl(folder, "x509", "-req", "-days", "-1", "-in", "over.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "over.pem")
    return folder / "over.pem", folder / "over.key"


@pytest.mark.parametrize("how", ["another CA", "over"])
def test_a_refused_certificate_is_said_once_and_a_new_one_is_taken_without_a_restart(box, offices, broker, how):
    office = offices()
    good = [path.read_bytes() for path in broker.cert(f"{SITE}/{STATION}")]
    mine = [box.folder / "station.pem", box.folder / "station.key"]
    for path, bad in zip(mine, certificate(broker, how)):
        path.write_bytes(bad.read_bytes())
        path.chmod(0o600)
    text = (box.folder / "sync.yaml").read_text()
    for path, old in zip(mine, broker.cert(f"{SITE}/{STATION}")):
        text = text.replace(str(old), str(path))
    (box.folder / "sync.yaml").write_text(text)
    box.start()
    until(lambda: box.log().count("broker: still tls") >= 8, "tries")
    until(lambda: box.ask("sync/inbox.db", "SELECT value FROM line WHERE name = 'broker'") == [("tls",)], "the word for those who look at the box")
    said = [x for x in box.log().splitlines() if x.startswith("<4>broker")]
    assert len(said) == 1 and "refuses our certificate" in said[0], said
    assert not office.arrived
    for path, held in zip(mine, good):
        path.write_bytes(held)
    until(lambda: office.n() == 1, "the line", 10)


def test_ten_thousand_facts_that_wait_for_a_broker_cost_nothing(box, broker):
    subprocess.run([str(box.build / "tests/ledger-tool"), "--folder", str(box.folder / "ledger"), "--realm", REALM, "--batch", "1000"], check=True,
                   stdout=subprocess.DEVNULL, text=True, input="".join(json.dumps({
                       "type": "conflict.found", "merchant": "acme", "subject": f"S-{i}", "data": {"v": 1, "kind": "contents-differ", "text": "x"}}) + "\n" for i in range(10000)))
    broker.kill()
    box.start()

    def used():
        stat = Path(f"/proc/{box.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        anon = next(int(x.split()[1]) for x in Path(f"/proc/{box.process.pid}/status").read_text().splitlines() if x.startswith("RssAnon"))
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"), anon
    until(lambda: box.log().count("broker: still") >= 5, "tries")
    cpu, anon = used()
    time.sleep(5)
    cpu_later, anon_later = used()
    assert cpu_later - cpu <= 0.25, "5 % of a core"
    assert anon_later - anon <= 256, "memory stays"
