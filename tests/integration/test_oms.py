# SPDX-License-Identifier: Apache-2.0
"""okuru-oms at a real broker; the station is played here, as its contract says."""
import contextlib
import json
import os
import shutil
import signal
import sqlite3
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
from broker import Broker  # noqa: E402
from waiting import listens, wait_for  # noqa: E402

REALM = "test"
WAIT = 20


def hex_id():
    return uuid.uuid4().hex


class Office:
    """`okuru-oms serve` and its verbs."""

    def __init__(self, folder, build, broker, extra=""):
        self.folder, self.program, self.process = folder, str(build / "bin/okuru-oms"), None
        folder.mkdir(mode=0o750)
        self.config = folder / "oms.yaml"
        tls = ""
        if broker.tls:
            cert, key = broker.cert("oms")
            tls = f"  ca: {broker.ca}\n  cert: {cert}\n  key: {key}\n"
        self.config.write_text(f"realm: {REALM}\ndatabase: {folder}/oms.db\nsocket: {folder}/oms.sock\nmqtt:\n  host: {broker.host}\n"
                               f"  port: {broker.port}\n  reconnect_min: 50ms\n  reconnect_max: 100ms\n{tls}{extra}")
        self.config.chmod(0o600)
        self.clock = folder / "clock"
        self.pass_time(0)

    def pass_time(self, seconds):
        """As `serve` sees it."""
        new = self.clock.with_suffix(".new")
        new.write_text(f"{seconds}\n")
        new.rename(self.clock)

    def start(self):
        log = open(self.folder / "serve.log", "ab")
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", self.program, "serve", "--config", str(self.config)],
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "OKURU_TEST_CLOCK": str(self.clock)})
        wait_for("serve", lambda: listens(self.folder / "oms.sock") and b"broker: up" in (self.folder / "serve.log").read_bytes())
        return self

    def stop(self, number=signal.SIGTERM):
        """Return: its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=WAIT)
        self.process = None
        (self.folder / "serve.log").write_text("")
        (self.folder / "oms.sock").unlink(missing_ok=True)
        return code

    def run(self, *words, stdin=None):
        return subprocess.run([self.program, *words, "--config", str(self.config)], input=stdin, capture_output=True, text=True, timeout=60)

    def ok(self, *words, stdin=None):
        done = self.run(*words, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, *words):
        return [json.loads(line) for line in self.ok(*words, "--json").splitlines()]

    def taken(self):
        """Of each stream."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/oms.db?mode=ro", uri=True)) as db:
            return db.execute("SELECT taken FROM stream").fetchall()

    def facts(self, **which):
        return [f for f in self.rows("facts") if all(f.get(k) == v for k, v in which.items())]

    def conflicts(self):
        return [c["kind"] for c in self.rows("conflicts")]


class Box:
    """A station: a ledger in memory, an inbox in memory."""

    def __init__(self, broker, name="dc1/pack1", booted="2026-11-21T08:00:00+09:00"):
        self.name, self.booted = name, booted
        self.ledger, self.inbox, self.boot = hex_id(), hex_id(), hex_id()
        self.prefix = f"okuru/v1/{REALM}/{name}"
        self.applied, self.replies, self.seen = [], [], []
        self.taken, self.commands = {}, []
        self.lost = []  # types of what came while it did not take
        self.take = True
        self.client = mqtt.Client(client_id=f"box-{hex_id()}", protocol=mqtt.MQTTv311)
        self.client.max_inflight_messages_set(20)
        self.ready = False
        self.client.on_connect = lambda c, *_: c.subscribe([(f"{self.prefix}/{t}", 1) for t in ("applied", "down", "reply")])
        self.client.on_subscribe = lambda *_: setattr(self, "ready", True)
        self.client.on_message = self.on_message
        self.client.will_set(f"{self.prefix}/status", json.dumps(self.status(False)), 1, True)
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        wait_for("the box's subscriptions", lambda: self.ready)

    def close(self):
        if self.client.is_connected():
            self.publish("status", self.status(False), retain=True).wait_for_publish(WAIT)
        self.client.disconnect()
        self.client.loop_stop()

    def publish(self, leaf, message, retain=False):
        payload = message if isinstance(message, (str, bytes)) else json.dumps(message, ensure_ascii=False)
        return self.client.publish(f"{self.prefix}/{leaf}", payload, 1, retain)

    def status(self, online, **more):
        return {"v": 1, "online": online, "ledger": self.ledger, "boot": self.boot, "booted": self.booted, "inbox": self.inbox, **more}

    def hello(self, **more):
        """Online; returns the `applied` of lane fact that greets it."""
        n = len(self.applied)
        self.publish("status", self.status(True, **more), retain=True)
        return wait_for("a greeting", lambda: next((a for a in self.applied[n:] if a["source"] == self.source()), None))

    def take_new_disk(self):
        """A station that knows nothing any more, and says so."""
        self.ledger, self.inbox, self.boot = hex_id(), hex_id(), hex_id()
        self.booted = "2026-11-21T15:00:00+09:00"
        self.taken.clear()
        self.say_taken()
        self.hello()

    def source(self, lane="fact"):
        return f"urn:okuru:{REALM}:{self.name.replace('/', ':')}:{self.ledger}:{lane}"

    def fact(self, sequence, kind="bay.closed", data=None, lane="fact", number=None, **more):
        """The same @number (the sequence when not said) is the same fact."""
        number = sequence if number is None else number
        return {"specversion": "1.0", "type": f"jp.okuru.{kind}", "id": f"01900000-0000-7000-8000-{number:012d}", "source": self.source(lane),
                "sequence": f"{sequence:020d}", "time": "2026-11-21T14:02:03.123+09:00", "subject": "y1", "merchant": "acme",
                "datacontenttype": "application/json", "dataschema": f"urn:okuru:schema:{kind}:1",
                "data": {"v": 1, **(data or {"expected": 3, "counted": 3})}, **more}

    def tell(self, *facts):
        for fact in facts:
            lane = "trace" if isinstance(fact, dict) and fact["source"].endswith("trace") else "fact"
            self.publish(f"up/{lane}", fact)

    def upto(self, lane="fact"):
        return max([a["upto"] for a in list(self.applied) if a["source"] == self.source(lane)], default=-1)

    def wait_upto(self, upto, lane="fact"):
        wait_for(f"upto {upto}, it is {self.upto(lane)}", lambda: self.upto(lane) >= upto)

    def say_taken(self, source=None):
        message = {"upto": self.taken.get(source, 0), "inbox": self.inbox}
        self.publish("taken", {**message, "source": source} if source else message)

    def on_message(self, _client, _userdata, m):
        leaf = m.topic[len(self.prefix) + 1:]
        message = json.loads(m.payload)
        if leaf == "applied":
            self.applied.append(message)
        elif leaf == "reply":
            self.replies.append(message)
        elif leaf == "down":
            self.on_command(message)

    def on_command(self, event):
        self.seen.append((event["inbox"], int(event["sequence"])))
        if not self.take:
            self.lost.append(event["type"])
        if event["inbox"] != self.inbox or not self.take:
            return
        source, sequence = event["source"], int(event["sequence"])
        upto = self.taken.setdefault(source, 0)
        if sequence == upto + 1:
            self.taken[source] = sequence
            self.commands.append(event)
        elif sequence > upto + 1:
            return
        self.say_taken(source)

    def types(self):
        return [c["type"].removeprefix("jp.okuru.") for c in list(self.commands)]

    def command(self, kind, subject=None, after=0):
        return wait_for(f"command {kind} {subject}, there are {self.types()}", lambda: next((c for c in self.commands[after:] if c["type"] == f"jp.okuru.{kind}" and subject in (None, c.get("subject"))), None))

    def wait_snapshot(self, n=1):
        wait_for(f"snapshot {n}", lambda: self.types().count("snapshot.end") >= n)


@pytest.fixture
def broker(tmp_path):
    with Broker(tmp_path / "broker") as b:
        yield b


@pytest.fixture
def office(tmp_path, build, broker):
    o = Office(tmp_path / "oms", build, broker)
    o.start()
    yield o
    if o.process:
        o.process.kill()
        o.process.wait()


@pytest.fixture
def box(broker):
    b = Box(broker)
    yield b
    b.close()


def shipment(number, **more):
    return {"merchant": "acme", "shipment": f"S-{number}", "orders": [f"A-{number}"], "open_codes": [f"S-{number}", f"TOTE-{number}"],
            "lines": [{"line": "1", "order": f"A-{number}", "name": {"ja": "靴下 黒"}, "quantity": 2,
                       "codes": [{"code": "4901234567894", "units": 1}], "serial": "none"}],
            "inserts": [], "temperature": "ambient", "carrier": "yamato", "service": "standard", "pieces": 1, "waybill": "given",
            "bay": "y1", "partial": False, "ship_to": {"region": "JP-13"}, "notices": {"shipped": "station"}, **more}


CONTACT = {"language": "ja", "contact": {"name": "山田 花子", "email": "hanako@example.jp"}, "channels": ["email"], "consent": {"shipped": True}}


def push(office, *shipments, station="dc1/pack1"):
    lines = "".join(json.dumps(s, ensure_ascii=False) + "\n" for s in shipments)
    return office.run("push", "-", *(["--station", station] if station else []), stdin=lines)


# ---- facts ----


def test_facts_in_order_are_applied_and_kept_as_they_came(office, box):
    assert box.hello()["upto"] == 0
    sent = [box.fact(i, surprise={"unknown": [i]}) for i in range(1, 51)]
    box.tell(*sent)
    box.wait_upto(50)
    assert office.facts() == sent
    type_ = sent[0]["type"].removeprefix("jp.okuru.")
    assert office.rows("facts", "--type", type_.split(".")[0] + ".*") == office.rows("facts", "--type", type_) != []
    assert office.rows("facts", "--type", "nosuch.*") == []
    assert all(a["credit"] == 200 and "gap" not in a for a in box.applied)


def test_a_duplicate_is_answered_and_kept_once(office, box):
    box.hello()
    box.tell(box.fact(1), box.fact(2))
    box.wait_upto(2)
    n = len(box.applied)
    box.tell(box.fact(1))
    answer = wait_for("an answer to the duplicate", lambda: box.applied[n:])[0]
    assert answer["upto"] == 2 and "forked" not in answer
    assert len(office.facts()) == 2


def test_a_gap_is_told_at_once_then_once_a_second_and_what_follows_repairs_it(office, box):
    box.hello()
    box.tell(box.fact(1), box.fact(3))
    wait_for("gap", lambda: any(a.get("gap") and a["upto"] == 1 for a in box.applied))
    began = time.monotonic()
    while time.monotonic() - began < 1.6:
        box.tell(box.fact(3))
        time.sleep(0.05)
    assert 1 <= sum(1 for a in box.applied if a.get("gap")) <= 3
    box.tell(box.fact(2), box.fact(3), box.fact(4))
    box.wait_upto(4)
    assert [f["sequence"][-1] for f in office.facts()] == ["1", "2", "3", "4"]


def test_another_fact_at_the_same_place_is_forked_never_a_duplicate(office, box):
    box.hello()
    box.tell(box.fact(1), box.fact(2))
    box.wait_upto(2)
    box.tell(box.fact(2, number=99))
    wait_for("forked", lambda: any(a.get("forked") == 2 for a in box.applied))
    assert [f["id"][-2:] for f in office.facts()] == ["01", "02"]
    assert "forked" in office.conflicts()
    assert office.rows("gaps")[0]["forked"] == 1


def test_a_fact_told_again_by_a_new_ledger_is_kept_and_has_no_second_effect(office, box):
    box.hello()
    conflict = {"kind": "contents-differ", "text": "x"}
    box.tell(box.fact(1, "conflict.found", conflict))
    box.wait_upto(1)
    box.ledger = hex_id()
    assert box.hello()["upto"] == 0
    box.tell(box.fact(1, "ledger.started", {"reason": "restored"}, number=50), box.fact(2, "conflict.found", conflict, number=1))
    box.wait_upto(2)
    assert len(office.facts()) == 3
    assert [c["n"] for c in office.rows("conflicts") if c["kind"] == "contents-differ"] == [1]


@pytest.mark.parametrize("what", ["not json", "no id", "data is a list", "two times the same key"])
def test_a_fact_that_cannot_be_accepted_does_not_stop_the_stream_and_is_told(office, box, what):
    box.hello()
    box.wait_snapshot()
    bad = box.fact(2)
    if what == "no id":
        bad["id"] = "seven"
    elif what == "data is a list":
        bad["data"] = []
    text = json.dumps(bad, separators=(",", ":"))
    if what == "not json":
        text = text[:-1] + ",,"
    elif what == "two times the same key":
        text = text[:-1] + ',"time":"x"}'
    box.tell(box.fact(1), text, box.fact(3))
    box.wait_upto(3)
    refused = box.command("fact.refused")["data"]
    assert (refused["source"], refused["sequence"], refused["reason"]) == (box.source(), "2", "bad-envelope")
    assert [f["sequence"][-1] for f in office.facts()] == ["1", "3"]
    assert "fact-refused" in office.conflicts()


def test_nobody_speaks_for_another_station(office, box, broker):
    other = Box(broker, "dc1/pack2")
    box.hello()
    other.hello()
    stolen = box.fact(1)
    other.tell(stolen)  # its source is of the other box
    other.publish("up/trace", other.fact(1))  # its source is of the other lane
    other.publish("up/fact", b"\xff\xfe rubbish")
    other.tell(other.fact(1))
    other.wait_upto(1)
    assert [f["source"] for f in office.facts()] == [other.source()]
    assert box.upto() == 0
    other.close()


def test_what_a_station_purged_is_passed_over_by_its_own_word(office, box):
    box.hello()
    gap = box.fact(20, "ledger.gap", {"lane": "fact", "from": "1", "to": "9"}, subject=box.ledger)
    box.tell(gap)
    box.wait_upto(9)
    box.tell(*[box.fact(i) for i in range(10, 20)], gap)
    box.wait_upto(20)
    assert {"station": "dc1/pack1", "ledger": box.ledger, "lane": "fact", "from": 1, "to": 9} in office.rows("gaps")


def test_credit_is_shared_by_those_who_are_there(office, broker):
    boxes = [Box(broker, f"dc1/pack{i}") for i in range(1, 9)]
    for b in boxes:
        b.hello()
    assert boxes[0].hello()["credit"] == 100
    for b in boxes[4:]:
        b.close()
    wait_for("credit of those who left", lambda: boxes[0].hello()["credit"] == 200)
    for b in boxes[:4]:
        b.close()


def test_of_two_live_boxes_with_one_name_the_one_that_booted_last_is_answered(office, box, broker):
    box.hello()
    copy = Box(broker, box.name, booted="2026-11-21T09:00:00+09:00")
    copy.hello()
    copy.tell(copy.fact(1, number=7))
    copy.wait_upto(1)
    n = len(box.applied)
    box.tell(box.fact(1))
    copy.tell(copy.fact(2, number=8))
    copy.wait_upto(2)
    assert not [a for a in box.applied[n:] if a["source"] == box.source()]
    assert "two-ledgers" in office.conflicts()
    wait_for("both ledgers' facts: what is told is kept", lambda: len(office.facts()) == 3)
    copy.close()
    assert box.hello()["upto"] == 1


def test_a_status_that_the_broker_kept_from_long_ago_is_nobody(office, box, broker):
    """A disk was replaced while nobody was listening: what is left of the old box is no second one."""
    office.stop()
    old = Box(broker, booted="2026-11-20T08:00:00+09:00")
    old.publish("status", old.status(True, at="2026-11-20T09:00:00+09:00"), retain=True).wait_for_publish(WAIT)
    office.start()
    box.hello(at="2100-01-01T00:00:00+00:00")
    box.tell(box.fact(1))
    box.wait_upto(1)
    assert not old.applied or {a["source"] for a in old.applied} == {box.source(), box.source("trace")}
    assert office.conflicts() == []
    old.client.disconnect()
    old.client.loop_stop()


def test_restarted_it_knows_where_it_was(office, box):
    box.hello()
    box.tell(*[box.fact(i) for i in range(1, 31)])
    box.wait_upto(30)
    receiver = box.applied[-1]["receiver"]
    assert office.stop() == 0
    box.applied.clear()
    office.start()
    # The retained status alone is enough for it to say where it stands.
    wait_for("a greeting", lambda: [a for a in box.applied if a["source"] == box.source() and a["upto"] == 30 and a["receiver"] == receiver])


def test_killed_in_a_stream_nothing_below_a_published_upto_is_lost(office, box):
    box.hello()
    n, sent = 4000, 0
    for kill_at in (700, 1500, 2600, None):
        while box.upto() < (kill_at or n):
            if sent < n and sent - box.upto() < 150:
                sent += 1
                box.tell(box.fact(sent))
            else:
                time.sleep(0.0005)
        if kill_at:
            office.stop(signal.SIGKILL)
            promised = box.upto()
            assert len(office.facts()) >= promised
            office.start()
            sent = box.hello()["upto"]
            assert sent >= promised
    assert [int(f["sequence"]) for f in office.facts()] == list(range(1, n + 1))


def test_restored_from_yesterday_it_is_another_receiver_and_the_station_sends_again(office, box, tmp_path):
    box.hello()
    box.tell(*[box.fact(i) for i in range(1, 11)])
    box.wait_upto(10)
    assert office.stop() == 0
    for name in ("oms.db", "oms.db-wal", "oms.db-shm"):
        if (office.folder / name).exists():
            shutil.copy2(office.folder / name, tmp_path / name)
    office.start()
    box.hello()
    box.tell(*[box.fact(i) for i in range(11, 21)])
    box.wait_upto(20)
    first = box.applied[-1]["receiver"]
    assert office.stop() == 0
    for name in ("oms.db", "oms.db-wal", "oms.db-shm"):
        (office.folder / name).unlink(missing_ok=True)
        if (tmp_path / name).exists():
            shutil.copy2(tmp_path / name, office.folder / name)
    office.start()

    # Nobody said so, and a station's status betrays it.
    box.hello(receiver=first, lanes={"fact": {"last": 20, "applied": 20}})
    wait_for("the conflict", lambda: "receiver-went-back" in office.conflicts())

    office.ok("restored")
    greeting = wait_for("the new receiver", lambda: next((a for a in box.applied if a["receiver"] != first and a["source"] == box.source()), None))
    assert greeting["upto"] == 10
    box.tell(*[box.fact(i) for i in range(11, 21)])
    wait_for("all again", lambda: any(a["upto"] == 20 and a["receiver"] == greeting["receiver"] for a in box.applied))
    assert len(office.facts()) == 20


# ---- commands ----


def test_a_pushed_line_becomes_its_commands_and_the_same_again_changes_nothing(office, box):
    box.hello()
    box.wait_snapshot()
    labels = [{"piece": 1, "carrier": "yamato", "number": "444413758703"}]
    line = shipment(1, labels=labels, contact=CONTACT)
    done = push(office, line)
    assert (done.returncode, done.stdout) == (0, "pushed 1, unchanged 0, refused 0\n"), done.stderr
    command = box.command("shipment", "S-1")
    assert (command["data"]["version"], command["data"]["held"], command["merchant"]) == (1, False, "acme")
    assert "labels" not in command["data"] and "contact" not in command["data"]
    assert box.command("label", "S-1")["data"] == {"v": 1, "merchant": "acme", "shipment": "S-1", "version": 1, "labels": labels}
    contact = box.command("contact", "S-1")["data"]
    assert contact["contact"] == CONTACT["contact"] and contact["version"] == 1
    assert push(office, line).stdout == "pushed 0, unchanged 1, refused 0\n"
    n = len(box.commands)
    line["labels"][0]["number"] = "444413758714"
    assert push(office, line).stdout == "pushed 1, unchanged 0, refused 0\n"
    assert box.command("label", "S-1", after=n)["data"]["version"] == 2
    assert box.types()[n:] == ["label"]


def test_bad_lines_are_named_by_file_line_and_key_and_the_good_ones_go(office, box, tmp_path):
    box.hello()
    box.wait_snapshot()
    file = tmp_path / "shipments.jsonl"
    bad_contact = shipment(4, contact={**CONTACT, "delete_by": "some day"})
    file.write_text("\n".join([json.dumps(shipment(1)), "{not json", json.dumps(shipment(2, pieces=0)), "",
                               json.dumps({**shipment(3), "lines": [{"line": "1"}]}), json.dumps(bad_contact), json.dumps(shipment(5)), "[]"]))
    done = office.run("push", str(file), "--station", "dc1/pack1")
    assert done.returncode == 1
    assert done.stdout == "pushed 2, unchanged 0, refused 5\n"
    errors = done.stderr.splitlines()
    for start in (f"{file}:2:", f"{file}:3: pieces:", f"{file}:5: lines[0].", f"{file}:6: delete_by:", f"{file}:8:"):
        assert any(e.startswith(f"okuru-oms: {start}") for e in errors), (start, errors)
    box.command("shipment", "S-5")
    assert [c["subject"] for c in box.commands if c["type"].endswith(".shipment")] == ["S-1", "S-5"]  # nothing half-done of line 6


def test_hold_release_and_cancel_state_the_whole_wish_with_a_rising_version(office, box):
    box.hello()
    box.wait_snapshot()
    assert push(office, shipment(1)).returncode == 0
    assert "version 2" in office.ok("hold", "S-1", "--merchant", "acme", "--reason", "住所確認")
    assert "nothing to change" in office.ok("hold", "S-1", "--merchant", "acme", "--reason", "住所確認")
    assert push(office, shipment(1, bay="y2")).returncode == 0  # says nothing of held: it stays so
    assert "version 4" in office.ok("release", "S-1", "--merchant", "acme")
    assert "version 5" in office.ok("cancel", "S-1", "--merchant", "acme")
    wait_for("five wishes", lambda: box.types().count("shipment") == 5)
    wishes = [c["data"] for c in box.commands if c["type"].endswith(".shipment")]
    assert [(w["version"], w["held"], w["reason"], w["cancelled"], w["bay"]) for w in wishes] == [
        (1, False, None, False, "y1"), (2, True, "住所確認", False, "y1"), (3, True, "住所確認", False, "y2"),
        (4, False, None, False, "y2"), (5, False, None, True, "y2")]
    assert all(w["lines"] == wishes[0]["lines"] for w in wishes)
    refused = push(office, shipment(1, bay="y3"))
    assert refused.returncode == 1 and "cancelled" in refused.stderr
    unknown = office.run("hold", "S-9", "--merchant", "acme", "--reason", "x")
    assert unknown.returncode == 1 and "shipment" in unknown.stderr


def test_a_new_inbox_gets_a_snapshot_from_sequence_one(office, box):
    office.ok("people", "-", stdin=json.dumps({"people": [{"person": "p-1", "badge": "AB12", "role": "leader"}]}))
    office.ok("policy", "-", stdin=json.dumps({"merchants": []}))
    office.ok("bay", "-", stdin=json.dumps({"bay": "y1", "carrier": "yamato", "collections": ["14:30"]}))
    assert push(office, shipment(1, contact=CONTACT), shipment(2)).returncode == 0
    box.hello()
    box.wait_snapshot()
    assert box.types() == ["snapshot.begin", "people", "policy", "bay", "shipment", "shipment", "contact", "snapshot.end"]
    assert box.commands[-1]["data"]["n"] == 6
    parcel = str(uuid.uuid4())
    more = {"subject": parcel}
    shipped = {"shipment": "S-1", "orders": ["A-1"], "piece": 1, "pieces": 1, "carrier": "yamato", "number": "444413758703"}
    box.tell(box.fact(1, "parcel.packed", {**shipped, "contents": [{"line": "1", "quantity": 1, "code": "490", "serials": ["X1"]}]}, **more),
             box.fact(2, "parcel.shipped", {**shipped, "how": "scanned"}, **more))
    box.wait_upto(2)

    before = len(box.commands)
    box.take_new_disk()
    box.wait_snapshot(2)
    assert [int(c["sequence"]) for c in box.commands[before:]] == list(range(1, len(box.commands) - before + 1))
    assert box.types()[before:] == ["snapshot.begin", "people", "policy", "bay", "shipment", "known", "snapshot.end"]
    known = box.command("known", after=before)["data"]
    assert known["parcels"] == [{"parcel": parcel, "shipment": "S-1", "piece": 1, "number": "444413758703", "state": "shipped",
                                 "at": "2026-11-21T14:02:03.123+09:00", "carrier": "yamato", "codes": ["S-1", "TOTE-1"]}]
    assert [(c["upto"], "upto_id" in c) for c in known["counts"]] == [(2, True)]
    assert known["units"] == [{"code": "490", "serial": "X1", "parcel": parcel}]


def test_a_new_disk_is_told_who_wants_to_hear_no_more(office, box):
    """Else it would write to them by the yes of before."""
    later = {**CONTACT, "delete_by": "2099-01-01T00:00:00+09:00"}
    assert push(office, shipment(1, contact=later), shipment(2, contact={**later, "delete_by": "2020-01-01T00:00:00+09:00"}), shipment(3, contact=later)).returncode == 0
    box.hello()
    box.wait_snapshot()
    shipped = [box.fact(i, "parcel.shipped", {"shipment": f"S-{i}", "orders": [f"A-{i}"], "piece": 1, "pieces": 1, "carrier": "yamato",
                                               "number": "444413758703", "how": "scanned"}, subject=str(uuid.uuid4())) for i in (1, 2, 3)]
    box.tell(*shipped, box.fact(4, "consent.changed", {"given": False}, subject="S-1"), box.fact(5, "consent.changed", {"given": False}, subject="S-2", clock="unknown"))
    box.wait_upto(5)
    before = len(box.commands)
    box.take_new_disk()
    box.wait_snapshot(2)
    told = [w for c in box.commands[before:] if c["type"].endswith(".known") for w in c["data"].get("withdrawn", [])]
    assert [w["shipment"] for w in told] == ["S-1", "S-2"]
    assert told[0]["at"] == "2026-11-21T14:02:03.123+09:00"
    assert abs(datetime.fromisoformat(told[1]["at"]).timestamp() - time.time()) < 60  # its clock was worth nothing: when we heard
    # The contact of the one that is to be kept, though all of it is gone: by it the address is known again.
    assert [c["subject"] for c in box.commands[before:] if c["type"].endswith(".contact")] == ["S-1"]


def test_commands_that_were_lost_are_sent_again_the_same(office, box):
    box.hello()
    box.wait_snapshot()
    box.take = False  # they arrive, and are lost before they are kept
    assert push(office, shipment(1), shipment(2)).returncode == 0
    wait_for("the first delivery", lambda: len(box.seen) >= 4)
    box.take = True
    wait_for("what was taken is known", lambda: office.taken() == [(2,)])
    office.pass_time(6)  # longer than the time-out
    box.command("shipment", "S-2")
    assert [box.seen.count((box.inbox, n)) for n in (1, 2, 3)] == [1, 1, 2]
    assert [int(c["sequence"]) for c in box.commands] == list(range(1, len(box.commands) + 1))


def test_commands_wait_for_a_station_that_is_away_and_survive_a_kill_of_the_office(office, box, broker):
    box.hello()
    box.wait_snapshot()
    box.close()
    assert push(office, *[shipment(i) for i in range(1, 101)]).returncode == 0
    office.stop(signal.SIGKILL)
    office.start()
    again = Box(broker)
    again.ledger, again.inbox, again.taken = box.ledger, box.inbox, dict(box.taken)
    again.hello()
    wait_for("all of them", lambda: again.types().count("shipment") == 100)
    assert again.types() == ["shipment"] * 100  # the stream goes on: no snapshot
    again.close()


def test_contact_is_erased_here_and_there_also_what_was_not_taken_yet(office, box):
    box.hello()
    box.wait_snapshot()
    box.take = False
    assert push(office, shipment(1, contact=CONTACT)).returncode == 0
    office.ok("erase", "S-1", "--merchant", "acme")
    wait_for("what was sent before to be lost", lambda: any("contact.erase" in kind for kind in box.lost))
    box.take = True
    office.pass_time(6)
    box.command("contact.erase", "S-1")
    assert "contact" not in box.types()
    office.stop()
    assert b"hanako" not in (office.folder / "oms.db").read_bytes()


def test_contact_stays_here_when_no_notice_is_the_stations(office, box):
    box.hello()
    box.wait_snapshot()
    assert push(office, shipment(1, contact=CONTACT, notices={"shipped": "oms"})).returncode == 0
    assert push(office, shipment(2)).returncode == 0
    box.command("shipment", "S-2")
    assert "contact" not in box.types()


def test_a_station_may_ask(office, box):
    box.hello()
    box.wait_snapshot()
    assert push(office, shipment(1)).returncode == 0
    box.command("shipment", "S-1")
    questions = [{"what": "shipment", "code": "TOTE-1"}, {"what": "shipment", "code": "nobody"}, {"what": "snapshot"}, {"what": "weather"},
                 {"what": "snapshot", "until": "2020-01-01T00:00:00Z"}]
    for i, question in enumerate(questions):
        box.publish("ask", {"v": 1, "id": f"q-{i}", **question})
    wait_for(f"four replies: {box.replies}", lambda: len(box.replies) == 4)
    assert {r["id"]: r["ok"] for r in box.replies} == {"q-0": True, "q-1": False, "q-2": True, "q-3": False}
    box.wait_snapshot(2)
    assert box.types().count("shipment") == 3


def test_a_snapshot_that_is_on_its_way_is_not_sent_twice(office, box):
    box.take = False
    box.hello()
    wait_for("the first command", lambda: box.seen)
    box.publish("ask", {"v": 1, "id": "q-1", "what": "snapshot"})
    wait_for(f"a reply: {box.replies}", lambda: box.replies == [{"v": 1, "id": "q-1", "ok": True}])
    assert push(office, shipment(1)).returncode == 0
    box.take = True
    office.pass_time(6)
    box.command("shipment", "S-1")
    assert box.types().count("snapshot.end") == 1


def test_versions_jump_over_a_restore(office, box):
    box.hello()
    box.wait_snapshot()
    push(office, shipment(1))
    old = box.commands[0]["source"]
    office.ok("restored")
    box.wait_snapshot(2)

    def new():
        """Told apart by their stream: the last of the old one may still come while the first of the new one is there."""
        return [c for c in box.commands if c["source"] != old]

    assert int(new()[0]["sequence"]) == 1
    assert push(office, shipment(1, bay="y2")).returncode == 0
    version = wait_for("the new wish", lambda: [c for c in new() if c.get("subject") == "S-1" and c["data"].get("bay") == "y2"])[0]["data"]["version"]
    assert version > 1_700_000_000


def test_two_stations_are_told_apart_and_a_shipment_does_not_wander(office, box, broker):
    other = Box(broker, "dc1/pack2")
    box.hello()
    other.hello()
    assert "station" in push(office, shipment(1), station=None).stderr
    assert push(office, shipment(1), station="dc1/pack2").returncode == 0
    refused = push(office, shipment(1, bay="y9"), station="dc1/pack1")
    assert refused.returncode == 1 and "dc1/pack2" in refused.stderr
    other.command("shipment", "S-1")
    office.ok("people", "-", stdin=json.dumps({"people": []}))
    box.command("people")
    other.command("people")
    assert "shipment" not in box.types()
    other.close()


# ---- verbs ----


def test_help_version_and_wrong_words(office):
    assert office.ok("--help").startswith("Usage: okuru-oms")
    assert office.ok("--version").startswith("okuru-oms ")
    for words in ([], ["teleport"], ["hold", "S-1"], ["facts", "--reason", "x"], ["push"]):
        assert office.run(*words).returncode == 2, words
    office.config.write_text(office.config.read_text() + "colour: blue\n")
    wrong = office.run("facts")
    assert wrong.returncode == 1 and "colour" in wrong.stderr and str(office.config) in wrong.stderr


def test_what_comes_from_outside_cannot_touch_a_terminal(office, box):
    box.hello()
    box.tell(box.fact(1, "conflict.found", {"kind": "contents-differ", "text": "\x1b[2J\u009b31m red"}))
    box.wait_upto(1)
    shown = office.ok("conflicts")
    assert "\x1b" not in shown and "\u009b" not in shown and "\\x1b[2J" in shown


def test_shipments_and_stations_are_shown(office, box):
    box.hello(benches=["b1"])
    box.wait_snapshot()
    push(office, shipment(1, pieces=2), shipment(2))
    office.ok("hold", "S-2", "--merchant", "acme", "--reason", "x")
    box.command("shipment", "S-2")
    parcel = {"shipment": "S-1", "orders": ["A-1"], "piece": 1, "pieces": 2, "carrier": "yamato", "number": "444413758703"}
    box.tell(box.fact(1, "parcel.opened", {"shipment": "S-1", "orders": ["A-1"], "piece": 1, "pieces": 2}, subject="p-1"),
             box.fact(2, "parcel.shipped", {**parcel, "how": "scanned"}, subject="p-1"))
    box.wait_upto(2)
    first, second = office.rows("shipments")
    assert (first["shipment"], first["version"], first["pieces"], first["held"]) == ("S-1", 1, 2, False)
    assert first["parcels"] == [{"piece": 1, "parcel": "p-1", "number": "444413758703", "state": "shipped", "at": "2026-11-21T14:02:03.123+09:00"}]
    assert (second["shipment"], second["held"], second["parcels"]) == ("S-2", True, [])
    assert "S-1  version 1  at dc1/pack1  pieces 2: 1 shipped 2026" in office.ok("shipments")
    station, = wait_for("all taken", lambda: [s for s in office.rows("status") if s["taken"] == s["commands"]])
    assert (station["station"], station["presence"], station["inbox"], station["status"]["benches"]) == ("dc1/pack1", "online", box.inbox, ["b1"])
    assert "dc1/pack1  online  heard " in office.ok("status") and "notices do not go" not in office.ok("status")
    box.hello(routes_down=[{"channel": "email", "name": "fixed", "reason": "login", "since": "2026-11-21T12:00:00.000+00:00"}])
    wait_for("what is down", lambda: "notices do not go by email/fixed: login, since 2026-11-21T12:00:00.000+00:00" in office.ok("status"))
    box.hello(approvals={"waiting": 3, "urgent": 2, "oldest": "2026-11-21T12:00:00+09:00", "first_expires": "2026-11-21T18:00:00+09:00"})
    wait_for("what waits", lambda: "3 notices wait for a leader, 2 URGENT, the first expires 2026-11-21T18:00:00+09:00" in office.ok("status"))


def test_facts_can_be_followed(office, box):
    box.hello()
    box.tell(box.fact(1))
    box.wait_upto(1)
    follow = subprocess.Popen([office.program, "facts", "--json", "--follow", "--config", str(office.config)], stdout=subprocess.PIPE, text=True)
    assert json.loads(follow.stdout.readline())["sequence"].endswith("1")
    box.tell(box.fact(2))
    assert json.loads(follow.stdout.readline())["sequence"].endswith("2")
    follow.terminate()
    follow.wait(timeout=WAIT)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to be another user")
def test_the_socket_is_not_for_everybody(office):
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/bin/sh", "-c",
                           f"test -w {office.folder}/oms.sock"], check=False)
    assert done.returncode != 0
