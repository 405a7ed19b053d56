# SPDX-License-Identifier: Apache-2.0
"""A receiver written from the contract alone does its work: against a station that a test plays, and against okuru-sync itself."""
import json
import queue
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
import contract  # noqa: E402
from broker import Broker  # noqa: E402
from sender import Sender  # noqa: E402
from waiting import wait_for  # noqa: E402

REALM, NAME = "test", "dc1/pack1"
WAIT = 30
SHIPMENT = {"v": 1, "merchant": "acme", "shipment": "S-1", "version": 1, "orders": ["A-1"], "open_codes": ["S-1"], "carrier": "yamato",
            "lines": [{"line": "1", "name": {"ja": "靴下"}, "quantity": 1, "codes": [{"code": "4901234567894", "units": 1}]}]}


class Office:
    """The receiver in a thread; it can be stopped and started again on its database."""

    def __init__(self, folder, broker):
        self.path, self.broker = folder / "office.db", broker
        self.start()

    def start(self, restored=False):
        self.receiver = Sender(self.path, REALM, self.broker.host, self.broker.port, restored=restored)
        self.thread = threading.Thread(target=self.receiver.run)
        self.thread.start()
        return self

    def stop(self):
        self.receiver.stopping = True
        self.thread.join(WAIT)
        assert not self.thread.is_alive()

    def rows(self, sql, *values):
        db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def kept(self, source=None):
        """(sequence, id, retold) of one source, in order; by default of the only one with events on lane fact."""
        return self.rows("SELECT sequence, id, retold FROM event WHERE source LIKE ? ORDER BY sequence", source or "%:fact")


class Station:
    """One box, played: it says what the test wants, and everything that it hears is held against the contract."""

    def __init__(self, broker, ledger=None, inbox=None):
        self.ledger, self.inbox, self.booted = ledger or uuid.uuid4().hex, inbox or uuid.uuid4().hex, datetime.now().astimezone()
        self.applied, self.commands, self.wrong = queue.Queue(), {}, []
        self.up = threading.Event()
        self.client = mqtt.Client(client_id=f"pack1-{self.ledger[:8]}", protocol=mqtt.MQTTv311)
        self.client.on_connect = lambda c, *_: c.subscribe([(self.topic("applied"), 1), (self.topic("down"), 1)])
        self.client.on_subscribe = lambda *_: self.up.set()
        self.client.on_message = self.on_message
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        assert self.up.wait(WAIT)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()

    def topic(self, leaf):
        return f"okuru/v1/{REALM}/{NAME}/{leaf}"

    def source(self, lane="fact"):
        return f"urn:okuru:{REALM}:{NAME.replace('/', ':')}:{self.ledger}:{lane}"

    def on_message(self, _client, _userdata, m):
        self.wrong += contract.check(m.topic, m.payload)
        message = json.loads(m.payload)
        if m.topic.endswith("applied"):
            self.applied.put(message)
        else:
            self.commands[int(message["sequence"])] = message

    def send(self, leaf, message):
        self.client.publish(self.topic(leaf), message if isinstance(message, bytes) else json.dumps(message), 1)

    def status(self, online=True, **more):
        now = datetime.now().astimezone()
        self.send("status", {"v": 1, "online": online, "at": now.isoformat(), "ledger": self.ledger, "boot": "b", "booted": self.booted.isoformat(),
                             "inbox": self.inbox, "lanes": {}, **more})

    def fact(self, sequence, fact_id=None, lane="fact", kind="person.in", **more):
        event = {"specversion": "1.0", "type": f"jp.okuru.{kind}", "id": fact_id or str(uuid.uuid4()), "source": self.source(lane), "sequence": f"{sequence:020d}",
                 "time": datetime.now().astimezone().isoformat(), "dataschema": f"urn:okuru:schema:{kind}:1", "data": {"v": 1}, **more}
        self.send(f"up/{lane}", event)
        return event["id"]

    def taken(self, upto, receiver=None):
        source = {"source": f"urn:okuru:{REALM}:oms:{receiver}:{NAME.replace('/', ':')}"} if receiver else {}
        self.send("taken", {**source, "upto": upto, "inbox": self.inbox})

    def hear(self, timeout=WAIT, **wanted):
        """The next `applied` with these members."""
        end = time.monotonic() + timeout
        while True:
            message = self.applied.get(timeout=max(0.01, end - time.monotonic()))
            if all(message.get(key) == value for key, value in wanted.items()):
                return message


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with Broker(tmp_path_factory.mktemp("broker"), realm=REALM) as b:
        yield b


@pytest.fixture
def office(tmp_path, broker):
    o = Office(tmp_path, broker)
    wait_for("the office's line", o.receiver.client.is_connected)
    yield o
    if not o.receiver.stopping:
        o.stop()


@pytest.fixture
def station(broker):
    s = Station(broker)
    yield s
    s.client.publish(s.topic("status"), b"", 1, retain=True)
    s.close()
    assert s.wrong == []


# ---- facts, as README section 3 numbers them ----


def test_a_live_status_is_answered_with_both_lanes_and_nothing_applied(office, station):
    wait_for("an answer", lambda: station.status() or not station.applied.empty())
    first, second = station.hear(), station.hear()
    assert {first["source"], second["source"]} == {station.source("fact"), station.source("trace")}
    assert first["upto"] == second["upto"] == 0 and first["receiver"] == office.receiver.receiver


def test_facts_in_turn_are_kept_and_applied(office, station):
    ids = [station.fact(n) for n in range(1, 301)]
    station.hear(upto=300, source=station.source())
    assert office.kept() == [(n + 1, ids[n], 0) for n in range(300)]


def test_the_same_fact_again_is_harmless_and_answered(office, station):
    first = station.fact(1)
    station.hear(upto=1)
    station.fact(1, first)
    station.hear(upto=1)
    assert office.kept() == [(1, first, 0)] and not office.rows("SELECT * FROM aside")


def test_another_fact_at_the_same_place_is_a_fork_and_kept_aside(office, station):
    first = station.fact(1)
    station.hear(upto=1)
    other = station.fact(1)
    assert station.hear(forked=1)["upto"] == 1
    assert office.kept() == [(1, first, 0)]
    assert office.rows("SELECT sequence, id, why FROM aside") == [(1, other, "forked")]


def test_a_gap_is_left_and_said_once_a_second(office, station):
    station.fact(1)
    station.hear(upto=1)
    began = time.monotonic()
    for _ in range(40):
        station.fact(3)
        time.sleep(0.05)
    said = []
    while not station.applied.empty():
        said.append(station.applied.get())
    took = time.monotonic() - began
    assert 1 <= len([a for a in said if a.get("gap")]) <= took + 1
    assert all(a["upto"] == 1 for a in said)
    station.fact(2)
    station.fact(3)
    station.hear(upto=3)


def test_a_fact_told_again_by_a_new_ledger_has_no_second_effect(office, station):
    known = station.fact(1)
    station.hear(upto=1)
    station.ledger = uuid.uuid4().hex
    station.fact(1)
    station.fact(2, known)
    station.hear(upto=2, source=station.source())
    assert [row[2] for row in office.kept(station.source())] == [0, 1]
    assert office.rows("SELECT count(*) FROM event WHERE retold = 0") == [(2,)]


@pytest.mark.parametrize("spoil", [lambda b: b.replace(b'"id"', b'"ib"'), lambda b: b[:-1], lambda b: b.replace(b'"data": {"v": 1}', b'"data": 7'),
                                   lambda b: b.replace(b'person', b'\xff\xfe'), lambda b: b[:-1] + b',"deep":' + b"[" * 20000 + b"]" * 20000 + b"}"],
                         ids=["no-id", "cut", "no-data", "no-utf8", "deep"])
def test_a_broken_fact_does_not_stop_those_behind_it(office, station, spoil):
    station.taken(0)
    wait_for("the snapshot", lambda: 2 in station.commands)
    event = {"specversion": "1.0", "type": "jp.okuru.person.in", "id": str(uuid.uuid4()), "source": station.source(), "sequence": f"{1:020d}", "data": {"v": 1}}
    station.send("up/fact", spoil(json.dumps(event).encode()))
    station.fact(2)
    station.hear(upto=2)
    assert office.rows("SELECT sequence, why FROM aside") == [(1, "refused")]
    refused = wait_for("fact.refused", lambda: station.commands.get(3))
    assert refused["type"] == "jp.okuru.fact.refused" and refused["data"]["sequence"] == "1"


def test_what_can_no_longer_be_sent_is_passed_over_also_out_of_turn(office, station):
    station.fact(90, kind="ledger.gap", subject=station.ledger, data={"v": 1, "lane": "fact", "from": "1", "to": "80"})
    station.hear(upto=80)
    for n in range(81, 92):
        station.fact(n)
    station.hear(upto=91)


@pytest.mark.parametrize("data", [{"v": 1}, {"v": 1, "lane": "fact", "from": "x", "to": "y"}, {"v": 1, "lane": "trace", "from": "1", "to": "9" * 30},
                                  {"v": 1, "lane": "fact", "from": "50", "to": "60"}])
def test_a_gap_that_says_nothing_is_a_fact_like_others(office, station, data):
    station.fact(1, kind="ledger.gap", subject=station.ledger, data=data)
    station.fact(2)
    assert station.hear(upto=2)["source"] == station.source()


def test_a_topic_is_not_believed_about_who_speaks(office, station):
    event = {"specversion": "1.0", "type": "jp.okuru.person.in", "id": str(uuid.uuid4()), "sequence": f"{1:020d}", "data": {"v": 1}}
    for source in (station.source("trace"), station.source().replace("pack1", "pack2"), station.source().replace(":test:", ":live:"), "urn:okuru:x", 7):
        station.send("up/fact", {**event, "source": source})
    station.fact(1)
    station.hear(upto=1)
    assert office.receiver.ignored >= 5
    assert len(office.rows("SELECT * FROM event")) == 1


def test_a_restart_forgets_nothing(office, station):
    station.fact(1)
    station.hear(upto=1)
    office.stop()
    office.start()
    wait_for("an answer", lambda: station.fact(2) and not station.applied.empty())
    assert station.hear(upto=2)["receiver"] == office.receiver.receiver


def test_a_restored_database_is_another_receiver(office, station):
    station.fact(1)
    before = station.hear(upto=1)["receiver"]
    office.stop()
    office.start(restored=True)
    wait_for("an answer", lambda: station.fact(2) and not station.applied.empty())
    assert station.hear()["receiver"] != before


def test_of_two_boxes_with_one_name_the_younger_is_answered(office, station, broker):
    elder = Station(broker)
    elder.booted = station.booted - timedelta(hours=1)
    wait_for("the snapshot", lambda: station.status() or station.commands)
    for _ in range(3):
        elder.status()
    station.fact(1)
    station.hear(upto=1)
    assert office.rows("SELECT inbox FROM stream WHERE current") == [(station.inbox,)]
    elder.close()


# ---- commands ----


def test_a_new_box_gets_a_snapshot_and_then_what_is_pushed(office, station):
    station.taken(0)
    wait_for("the snapshot", lambda: 2 in station.commands)
    assert [station.commands[n]["type"] for n in (1, 2)] == ["jp.okuru.snapshot.begin", "jp.okuru.snapshot.end"]
    office.receiver.push(NAME, "shipment", "S-1", "acme", SHIPMENT)
    assert wait_for("the shipment", lambda: station.commands.get(3))["data"] == SHIPMENT
    station.taken(3, office.receiver.receiver)
    wait_for("taken", lambda: office.rows("SELECT taken FROM stream") == [(3,)])


def test_what_is_not_taken_is_sent_again_to_the_byte(office, station):
    station.taken(0)
    wait_for("the snapshot", lambda: 2 in station.commands)
    first = dict(station.commands)
    station.commands.clear()
    station.taken(1, office.receiver.receiver)
    assert wait_for("the second one again", lambda: station.commands.get(2)) == first[2]
    assert 1 not in station.commands


def test_a_new_box_begins_at_one_and_the_old_one_goes_on_where_it_was(office, station):
    station.taken(0)
    office.receiver.push(NAME, "shipment", "S-1", "acme", SHIPMENT)
    wait_for("the shipment", lambda: 3 in station.commands)
    station.taken(3, office.receiver.receiver)
    first = station.inbox
    station.inbox, station.commands = uuid.uuid4().hex, {}
    station.taken(0)
    wait_for("a snapshot with the shipment", lambda: 3 in station.commands)
    assert [station.commands[n]["type"].removeprefix("jp.okuru.") for n in (1, 2, 3)] == ["snapshot.begin", "shipment", "snapshot.end"]
    assert {c["inbox"] for c in station.commands.values()} == {station.inbox}
    station.inbox, station.commands = first, {}
    station.taken(3, office.receiver.receiver)
    wait_for("the old stream goes on", lambda: 6 in station.commands)
    assert min(station.commands) == 4 and station.commands[4]["inbox"] == first


# ---- okuru-sync itself ----


class Box:
    """A ledger that the test writes, and okuru-sync."""

    def __init__(self, folder, build, broker):
        self.folder = folder
        for name in ("ledger", "sync"):
            (folder / name).mkdir(mode=0o750)
        tool = str(build / "tests/ledger-tool")
        subprocess.run([tool, "--keys", str(folder / "seal.key"), str(folder / "seal.pub")], check=True)
        (folder / "sync.yaml").write_text(
            f"realm: {REALM}\nsite: dc1\nstation: pack1\nfolder: {folder}/sync\nledger: {folder}/ledger/ledger.db\nseal: {folder}/seal.pub\n"
            f"mqtt:\n  host: {broker.host}\n  port: {broker.port}\n  reconnect_min: 50ms\n  reconnect_max: 200ms\n")
        (folder / "sync.yaml").chmod(0o640)
        self.writer = subprocess.Popen([tool, "--folder", str(folder / "ledger"), "--realm", REALM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.log = open(folder / "sync.log", "wb")
        self.write({"type": "device.up", "subject": "hand-1", "bench": "b1", "data": {"v": 1, "driver": "serial"}})  # the ledger is there now
        self.sync = subprocess.Popen([str(build / "bin/okuru-sync"), "--config", str(folder / "sync.yaml")], stdin=subprocess.DEVNULL, stderr=self.log)

    def write(self, fact):
        self.writer.stdin.write(json.dumps(fact) + "\n")
        self.writer.stdin.flush()
        answer = json.loads(self.writer.stdout.readline())
        assert "id" in answer, answer
        return answer["id"]

    def rows(self, database, sql):
        db = sqlite3.connect(f"file:{self.folder / database}?mode=ro", uri=True, timeout=10)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def close(self):
        self.writer.stdin.close()
        self.writer.wait(WAIT)
        self.sync.send_signal(signal.SIGTERM)
        assert self.sync.wait(WAIT) == 0
        self.log.close()


@pytest.fixture
def box(tmp_path, build):
    own_broker = Broker(tmp_path / "broker", realm=REALM).start()
    b = Box(tmp_path, build, own_broker)
    b.broker = own_broker
    yield b
    b.close()
    own_broker.stop()


def test_okuru_sync_brings_every_fact_in_order_and_once_also_when_the_broker_dies_in_the_middle(box, tmp_path):
    office = Office(tmp_path, box.broker)
    try:
        dice = random.Random(3)
        for n in range(1200):
            box.write({"type": "person.in" if n % 2 else "command.refused", "subject": "p-1", "data": {"v": 1, "n": n}})
            if n in (300, 700):
                box.broker.kill()
            if n in (500, 800):
                box.broker.start()
            if n == 900:
                office.stop()
                office.start()
            if n % 100 == 0:
                time.sleep(dice.random() / 5)
        for lane, name in ((0, "fact"), (1, "trace")):
            written = box.rows("ledger/ledger.db", f"SELECT seq, id, 0 FROM fact WHERE lane = {lane} ORDER BY seq")
            assert len(written) >= 600
            wait_for(f"all of lane {name}", lambda: len(office.kept(f"%:{name}")) >= len(written))
            assert office.kept(f"%:{name}") == written
        assert not office.rows("SELECT * FROM aside")
        # "Committed" is what only this receiver says, and what alone frees a fact.
        wait_for("applied on the station's disk", lambda: all(row[0] >= 600 for row in box.rows("sync/inbox.db", "SELECT upto FROM uplink")))
    finally:
        office.stop()


def test_okuru_sync_takes_a_shipment_pushed_by_it(box, tmp_path):
    office = Office(tmp_path, box.broker)
    try:
        office.receiver.push(NAME, "shipment", "S-1", "acme", SHIPMENT)
        wait_for("all is taken", lambda: office.rows("SELECT 1 FROM stream WHERE taken = last AND taken >= 3"))
        kept = box.rows("sync/inbox.db", "SELECT type, subject FROM log ORDER BY pos")
        assert kept == [("snapshot.begin", "snapshot"), ("shipment", "S-1"), ("snapshot.end", "snapshot")]
        office.stop()
        office.start(restored=True)  # yesterday's copy: new streams, from 1
        wait_for("all is taken again", lambda: office.rows("SELECT 1 FROM stream WHERE taken = last AND taken >= 3"))
    finally:
        office.stop()
