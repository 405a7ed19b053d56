# SPDX-License-Identifier: Apache-2.0
"""Two stations of one site, a real broker with its rules, and an OMS written from the contract: who has a box, and who is told so."""
import json
import ssl
import sys
import threading
import time
import uuid
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
import contract  # noqa: E402
import shipments as goods  # noqa: E402
from broker import Broker  # noqa: E402
from packer import Packer  # noqa: E402
from rig import REALM, Rig  # noqa: E402
from sender import Sender  # noqa: E402
from tokens import Signer  # noqa: E402
from waiting import wait_for  # noqa: E402

A, B, HOSTILE, ELSEWHERE = "pack-01", "pack-02", "pack-66", "osaka/pack-01"
BOUND_S = 2.0  # protocol.md, issue: not later than this while they see each other
JAN = "4512345000042"


class Site:
    """Two benches that get the same shipments."""

    def __init__(self, build: Path, folder: Path):
        self.broker = Broker(folder / "broker", tls=True, realm=REALM, stations=[*(f"dc1/{s}" for s in (A, B, HOSTILE)), ELSEWHERE]).start()
        cert, key = self.broker.cert("oms")
        self.oms = Sender(folder / "oms.db", REALM, self.broker.host, self.broker.port, tls=(self.broker.ca, cert, key))
        self.thread = threading.Thread(target=self.oms.run, daemon=True)
        self.thread.start()
        self.rigs = {name: Rig(build, folder / name, broker=self.broker, station=name, counters=1) for name in (A, B)}
        self.packers: dict[str, Packer] = {}
        self.clerks: dict[str, Packer] = {}
        self.n = 0

    def open(self) -> "Site":
        for name, rig in self.rigs.items():
            rig.start("station")
            wait_for("the bench", lambda rig=rig: rig.try_status() is not None)
            rig.start("sync")
            self.packers[name], self.clerks[name] = Packer(rig.benches[0]), Packer(rig.counters[0])
        for name in self.rigs:
            self.push(name, "policy", "policy", {"version": 1, "merchants": [{"merchant": "acme", "unknown_shipment": "refuse",
                      "carriers": [{"carrier": "yamato", "shipped": "scanned", "bay": "y1"}]}]}, merchant="")
            wait_for("the policy", lambda name=name: self.count(name, "policy.changed") == 1)
        wait_for("that they have met", lambda: all(self.heard(x, y) for x, y in ((A, B), (B, A))))
        return self

    def close(self) -> None:
        for rig in self.rigs.values():
            rig.stop_all()
        self.oms.stopping = True
        self.thread.join(10)
        self.broker.stop()
        for name, rig in self.rigs.items():
            for path in (rig.folder / "log").iterdir():
                text = path.read_text(errors="replace")
                assert "Sanitizer" not in text and "runtime error" not in text, f"{name} {path.stem}: {text[-3000:]}"

    def push(self, station: str, kind: str, subject: str, data: dict, merchant: str = "acme") -> None:
        self.oms.push(f"dc1/{station}", kind, subject, merchant, {"v": 1, **data})

    def shipment(self, *stations: str) -> dict:
        """The same one to all of @stations."""
        self.n += 1
        name, number = f"S-{self.n}", goods.waybill(44480000000 + self.n * 10)
        s = {"merchant": "acme", "shipment": name, "version": 1, "orders": [f"A-{self.n}"], "open_codes": [name, f"TOTE-{self.n}"],
             "lines": [{"line": "1", "order": f"A-{self.n}", "name": {"ja": "靴下"}, "quantity": 1, "codes": [{"code": JAN, "units": 1}]}],
             "carrier": "yamato", "waybill": "given", "bay": "y1", "notices": {"shipped": "oms"}}
        for station in stations:
            self.push(station, "shipment", name, s)
            self.push(station, "label", name, {"merchant": "acme", "shipment": name, "version": 1,
                                               "labels": [{"piece": 1, "carrier": "yamato", "number": number}]})
            wait_for("the label", lambda station=station: self.count(station, "label.given", name) == 1)
        return {**s, "number": number}

    def order(self, *stations: str) -> dict:
        """One parcel for a customer of this store, on its way to all of its counters."""
        self.n += 1
        name, number, parcel = f"P-{self.n}", goods.waybill(44490000000 + self.n * 10), str(uuid.uuid4())
        s = {"merchant": "acme", "shipment": name, "version": 1, "orders": [f"A-{self.n}"], "open_codes": [name], "pickup": {},
             "lines": [{"line": "1", "order": f"A-{self.n}", "name": {"ja": "靴下"}, "quantity": 1, "codes": [{"code": JAN, "units": 1}]}],
             "carrier": "yamato", "waybill": "given", "notices": {"shipped": "oms"}}
        for station in stations:
            self.push(station, "shipment", name, s)
            self.push(station, "expected", name, {"merchant": "acme", "shipment": name, "version": 1, "parcels": [
                {"parcel": parcel, "piece": 1, "codes": [number], "crate": None, "contents": [{"line": "1", "quantity": 1}]}]})
            wait_for("the parcel is expected", lambda station=station: self.count(station, "expected.received", name) == 1)
        return {**s, "number": number}

    def offer(self, *stations: str) -> Signer:
        """Socks are cheaper with a coupon."""
        signer = Signer("K2", "offer")
        for station in stations:
            if not self.count(station, "offer.changed"):
                self.push(station, "keys", "keys", {"version": 1, "keys": [signer.public()]}, merchant="")
                self.push(station, "offer", "O-1", {"merchant": "acme", "offer": "O-1", "version": 1, "kind": "in-store", "headline": {"ja": "靴下10%引き"}})
                wait_for("the offer", lambda station=station: self.count(station, "offer.changed") == 1)
        return signer

    def redeem(self, station: str, coupon: str) -> float:
        self.clerks[station].scan(coupon, "offer")
        self.clerks[station].scan("OKURU-C-OK", "redeemed")
        return time.monotonic()

    # ---- what lies on the disks ----

    def query(self, station: str, sql: str, *values, database: str = "station/ledger.db") -> list[tuple]:
        return self.rigs[station].query(database, sql, *values)

    def count(self, station: str, kind: str, subject: str | None = None) -> int:
        sql = "SELECT count(*) FROM fact WHERE type = ?" + (" AND subject = ?" if subject else "")
        rows = self.query(station, sql, kind, *([subject] if subject else []))
        return rows[0][0] if rows else 0

    def heard(self, station: str, other: str) -> bool:
        return bool(self.query(station, "SELECT 1 FROM peer WHERE station = ?", other, database="sync/inbox.db"))

    def claims(self, station: str, s: dict) -> list[str]:
        """What this station knows that others say of it, the newest of each box."""
        return [row[0] for row in self.query(station, "SELECT kind FROM claim WHERE subject = ?", s["shipment"])]

    def conflicts(self, station: str, s: dict) -> list[tuple]:
        return self.query(station, "SELECT kind, text FROM conflict WHERE shipment = ?", s["shipment"])

    def at_office(self, station: str, kind: str, s: dict) -> int:
        rows = self.oms.db.execute("SELECT body FROM event WHERE station = ?", (f"dc1:{station}",)).fetchall()
        events = [json.loads(row[0]) for row in rows]
        return sum(e["type"] == f"jp.okuru.{kind}" and s["shipment"] in (e.get("subject"), e["data"].get("shipment")) for e in events)

    # ---- pieces of work ----

    def ready(self, station: str, s: dict) -> None:
        packer = self.packers[station]
        packer.scan(s["shipment"], "opened")
        packer.scan(JAN, "packed")
        packer.scan(s["number"], "ready")

    def ship(self, station: str, s: dict) -> float:
        """From the slip into the carrier's hands; when green was seen."""
        packer = self.packers[station]
        self.ready(station, s)
        packer.scan("OKURU-C-SHIP", "collection")
        packer.scan(s["number"], "shipped")
        green = time.monotonic()
        packer.scan("OKURU-C-OK")
        return green

    def hand_over(self, station: str, s: dict) -> float:
        """From its arrival to the customer; when green was seen."""
        clerk = self.clerks[station]
        clerk.scan(s["number"], "arrived")
        clerk.scan("OKURU-S-B-3", "ready")
        clerk.scan(s["orders"][0], "proof")
        clerk.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
        clerk.scan(s["number"], "collected")
        return time.monotonic()

    def refused(self, station: str, code: str, *words: str, by: str = "packers") -> dict:
        verdict = getattr(self, by)[station].scan(code, "already")
        assert all(word in verdict["sub"]["ja"] for word in words), verdict["sub"]
        assert verdict["light"] != "red"
        return verdict

    def drain(self, station: str) -> None:
        """What the lights showed at a start is nobody's answer."""
        for lights in (self.packers, self.clerks):
            wait_for("what it shows at the start", lambda lights=lights: lights[station].look(5))
            lights[station].light.drain()

    def kill_sync(self, station: str) -> None:
        self.rigs[station].kill("sync")

    def start_sync(self, station: str) -> None:
        self.rigs[station].start("sync")


@pytest.fixture(scope="module")
def site(build, tmp_path_factory):
    site = Site(build, tmp_path_factory.mktemp("site"))
    try:
        yield site.open()
        for name, rig in site.rigs.items():
            rig.okuru("rebuild", "--check", "--config", str(rig.folder / "etc/station.yaml"))
    finally:
        site.close()


class Stranger:
    """A client of the broker under a station's certificate, with whatever it likes to say."""

    def __init__(self, site: Site, name: str, subscribe: str = f"okuru/v1/{REALM}/#"):
        self.told: list[tuple[str, bytes]] = []
        self.up, self.name = threading.Event(), name
        self.client = mqtt.Client(client_id=f"stranger-{uuid.uuid4().hex[:8]}", protocol=mqtt.MQTTv311)
        cert, key = site.broker.cert(name)
        self.client.tls_set(str(site.broker.ca), str(cert), str(key), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self.client.max_inflight_messages_set(1000)
        self.client.on_connect = lambda c, *_: c.subscribe(subscribe, 1)
        self.client.on_subscribe = lambda *_: self.up.set()
        self.client.on_message = lambda _c, _u, m: self.told.append((m.topic, m.payload))
        self.client.connect(site.broker.host, site.broker.port)
        self.client.loop_start()
        assert self.up.wait(20)

    def say(self, payload, name: str | None = None):
        text = payload if isinstance(payload, (str, bytes)) else json.dumps(payload)
        return self.client.publish(f"okuru/v1/{REALM}/{name or self.name}/peer", text, 1)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def test_what_one_has_shipped_the_other_refuses_within_two_seconds(site):
    took = []
    for _ in range(5):
        s = site.shipment(A, B)
        green = site.ship(A, s)
        wait_for("the claim at the other bench", lambda s=s: site.claims(B, s) == ["shipped"])
        took.append(time.monotonic() - green)
        site.refused(B, s["shipment"], "発送済み", A)
        site.refused(B, s["number"], "発送済み", A)
        assert site.count(B, "parcel.opened") == site.count(B, "conflict.found") == 0
    assert max(took) <= BOUND_S, took


def test_who_has_it_open_is_named_and_both_learn_of_each_other(site):
    s = site.shipment(A, B)
    site.packers[A].scan(s["shipment"], "opened")
    wait_for("the claim", lambda: site.claims(B, s) == ["opened"])
    verdict = site.packers[B].scan(s["shipment"], "open-elsewhere")
    assert A in verdict["sub"]["ja"] and "b1" in verdict["sub"]["ja"]
    site.packers[A].scan("OKURU-C-VOID")
    site.packers[A].scan("OKURU-C-RETURN", "voided")
    wait_for("that it is free", lambda: site.claims(B, s) == ["voided"])
    site.ship(B, s)


def test_the_one_that_has_it_open_is_stopped_when_the_other_ships_it(site):
    s = site.shipment(A, B)
    site.kill_sync(B)  # they begin without knowing of each other
    site.packers[B].scan(s["shipment"], "opened")
    site.ship(A, s)
    site.start_sync(B)
    verdict = site.packers[B].look(20)
    while verdict and verdict["kind"] != "already":
        verdict = site.packers[B].look(20)
    assert verdict and "発送済み" in verdict["sub"]["ja"]
    site.refused(B, JAN, "戻しカード")
    site.packers[B].scan("OKURU-C-RETURN", "voided")
    site.refused(B, s["shipment"], "発送済み", A)
    assert site.at_office(B, "parcel.shipped", s) == 0


def test_without_a_line_both_ship_and_both_find_the_conflict_later(site):
    s = site.shipment(A, B)
    site.kill_sync(B)
    site.ship(A, s)
    refusals = site.count(B, "item.refused")
    site.ship(B, s)  # the control: nothing stops it while they cannot see each other
    assert not site.conflicts(A, s) and not site.conflicts(B, s)
    site.start_sync(B)
    for station in (A, B):
        wait_for(f"the conflict at {station}", lambda station=station: site.conflicts(station, s))
        assert [kind for kind, _ in site.conflicts(station, s)] == ["shipped-twice"]
        wait_for("the conflict at the office", lambda station=station: site.at_office(station, "conflict.found", s) == 1)
    assert site.count(B, "item.refused") == refusals  # and no scan failed for it
    site.refused(B, s["shipment"], "発送済み", "b1")


def test_what_was_heard_outlives_every_program_here(site):
    s = site.shipment(A, B)
    site.ship(A, s)
    wait_for("the claim", lambda: site.claims(B, s) == ["shipped"])
    site.kill_sync(A)  # nobody tells it again
    for program in ("sync", "station"):
        site.rigs[B].kill(program)
    site.rigs[B].start("station")
    wait_for("the bench", lambda: site.rigs[B].try_status() is not None)
    site.drain(B)
    site.refused(B, s["shipment"], "発送済み", A)
    site.start_sync(A)
    site.start_sync(B)


def test_two_counters_of_a_store_hand_a_parcel_over_once(site):
    took = []
    for _ in range(3):
        s = site.order(A, B)
        green = site.hand_over(A, s)
        wait_for("the claim at the other counter", lambda s=s: site.claims(B, s) == ["collected"])
        took.append(time.monotonic() - green)
        site.refused(B, s["number"], "お渡し済み", A, "c1", by="clerks")
    assert max(took) <= BOUND_S, took
    assert site.count(B, "pickup.collected") == 0
    kept = "SELECT state, how FROM parcel WHERE shipment = ?"
    assert site.query(B, kept, s["shipment"]) == [("collected", "elsewhere")]  # not to be kept, reminded of or put back
    site.clerks[A].scan("OKURU-C-UNDO", "undone")
    wait_for("that it was taken back", lambda: site.claims(B, s) == ["undone"])
    site.hand_over(B, s)


def test_counters_that_cannot_see_each_other_find_the_conflict_later(site):
    s = site.order(A, B)
    site.kill_sync(B)
    site.hand_over(A, s)
    site.hand_over(B, s)  # the control
    site.start_sync(B)
    for station in (A, B):
        wait_for(f"the conflict at {station}", lambda station=station: site.conflicts(station, s))
        assert [kind for kind, _ in site.conflicts(station, s)] == ["collected-twice"]
        wait_for("the conflict at the office", lambda station=station: site.at_office(station, "conflict.found", s) == 1)


def test_a_coupon_is_redeemed_at_one_counter_of_a_store(site):
    signer, took = site.offer(A, B), []
    known = "SELECT 1 FROM redeemed WHERE coupon = ?"
    for name in ("C-1", "C-2", "C-3"):
        coupon = signer.token(t="o", m="acme", o="O-1", n=name)
        green = site.redeem(A, coupon)
        wait_for("it at the other counter", lambda name=name: site.query(B, known, name))
        took.append(time.monotonic() - green)
        site.refused(B, coupon, "利用済み", A, by="clerks")
    assert max(took) <= BOUND_S, took
    site.rigs[B].kill("station")
    site.rigs[B].start("station")
    wait_for("the bench", lambda: site.rigs[B].try_status() is not None)
    site.drain(B)
    site.refused(B, coupon, "利用済み", A, by="clerks")  # a restart forgets nothing of it
    assert site.count(B, "offer.redeemed") == site.count(B, "conflict.found", "O-1") == 0
    site.redeem(B, signer.token(t="o", m="acme", o="O-1", n="C-4"))  # the control: another one is good
    everybodys = signer.token(t="o", m="acme", o="O-1")
    site.redeem(A, everybodys)
    site.redeem(B, everybodys)


def test_a_coupon_that_both_took_while_apart_is_a_conflict(site):
    coupon = site.offer(A, B).token(t="o", m="acme", o="O-1", n="C-9")
    site.kill_sync(B)
    site.redeem(A, coupon)
    site.redeem(B, coupon)  # the control
    site.start_sync(B)
    for station in (A, B):
        wait_for(f"the conflict at {station}", lambda station=station: site.conflicts(station, {"shipment": "O-1"}))
        (kind, text), = site.conflicts(station, {"shipment": "O-1"})
        assert kind == "redeemed-twice" and "C-9" in text and {A: B, B: A}[station] in text
    wait_for("both at the office", lambda: sum(site.at_office(s, "conflict.found", {"shipment": "O-1"}) for s in (A, B)) == 2)


def test_a_person_sees_who_is_heard(site):
    config = ("--config", str(site.rigs[A].folder / "etc/station.yaml"))
    text = site.rigs[A].okuru("status", *config)
    assert "PEER" in text and any(B in line and " heard " in line for line in text.splitlines()), text
    peers = json.loads(site.rigs[A].okuru("status", "--json", *config))["peers"]
    assert [(p["station"], p["now"]) for p in peers if p["station"] == B] == [(B, True)]


def test_the_report_tells_of_the_other_stations(site):
    config = ("--config", str(site.rigs[A].folder / "etc/station.yaml"))
    known = site.rigs[A].query("station/ledger.db", "SELECT count(*) FROM claim WHERE station = ?", B)[0][0]
    assert known > 0, "the tests before this one made some"
    (line,) = [text for text in site.rigs[A].okuru("doctor", *config, check=False).splitlines() if "peer" in text and f"{B}:" in text]
    assert "heard 20" in line and f"known here: {known}" in line and "NOT HEARD" not in line
    (entry,) = [e for e in json.loads(site.rigs[A].okuru("doctor", "--json", *config, check=False))["findings"] if f"{B}:" in str(e)]
    assert (entry["what"], entry["state"]) == ("peer", "ok")


def test_the_report_says_who_is_not_heard_any_more(site, tmp_path):
    """The same inbox, five minutes later by the clock of who looks."""
    clock = tmp_path / "clock"
    clock.write_text("300\n")
    config = ("--config", str(site.rigs[A].folder / "etc/station.yaml"))
    before = site.rigs[A].environment
    site.rigs[A].environment = {**before, "OKURU_TEST_CLOCK": str(clock), "OKURU_TEST_CLOCK_QUALITY": "synced"}
    try:
        (line,) = [text for text in site.rigs[A].okuru("doctor", *config, check=False).splitlines() if "peer" in text and f"{B}:" in text]
    finally:
        site.rigs[A].environment = before
    assert "NOT HEARD since 20" in line and "look whether it runs" in line


def test_what_was_missed_is_asked_for(site):
    first, second = site.shipment(A, B), site.shipment(A, B)
    site.kill_sync(B)
    site.ship(A, first)
    site.kill_sync(A)
    site.ship(A, second)  # committed, and told by nobody: its sync died first
    site.start_sync(B)
    site.start_sync(A)
    for s in (first, second):
        wait_for("what was missed", lambda s=s: site.claims(B, s) == ["shipped"], 30)
        site.refused(B, s["shipment"], "発送済み", A)


def test_killed_again_and_again_nothing_is_forgotten_or_told_twice(site):
    """kill -9 at any moment between the commit there and the commit here."""
    all_of_them = [site.shipment(A, B) for _ in range(6)]
    for i, s in enumerate(all_of_them):
        green = site.ship(A, s)
        time.sleep(max(0.0, green + 0.01 * i - time.monotonic()))
        site.rigs[B if i % 2 else A].kill("sync")
        if i % 3 == 2:
            site.rigs[B].kill("station")
            site.rigs[B].start("station")
        site.start_sync(B if i % 2 else A)
    wait_for("the bench", lambda: site.rigs[B].try_status() is not None)
    for s in all_of_them:
        wait_for(f"{s['shipment']} at {B}", lambda s=s: site.claims(B, s) == ["shipped"], 60)
        twice = site.query(B, "SELECT count(*), count(DISTINCT data ->> 'seq') FROM fact WHERE type = 'peer.claimed' AND data ->> 'subject' = ?", s["shipment"])
        assert twice[0][0] == twice[0][1]
    site.drain(B)
    site.refused(B, all_of_them[0]["shipment"], "発送済み", A)


def test_every_word_between_them_is_as_the_contract_says_and_no_other_site_hears_it(site):
    ours, theirs = Stranger(site, f"dc1/{HOSTILE}"), Stranger(site, ELSEWHERE)
    s = site.shipment(A, B)
    site.ship(A, s)
    wait_for("the claim", lambda: site.claims(B, s) == ["shipped"])
    wait_for("the page", lambda: any(b"shipped" in payload for _, payload in ours.told))
    wrong = [(topic, payload, errors) for topic, payload in ours.told if (errors := contract.check(topic, payload))]
    assert not wrong and all(topic.endswith("/peer") for topic, _ in ours.told)
    # The other way round: the broker lets no other site in, and a station of it cannot speak for one here.
    t = site.shipment(A, B)
    forged = {"v": 1, "ledger": "1" * 32, "from": 0, "upto": 1, "claims": [claim(t, 1)]}
    theirs.say(forged, f"dc1/{A}")
    theirs.say(forged, "dc1/pack-03")
    theirs.say(forged)
    u = site.shipment(A, B)
    site.ship(A, u)
    wait_for("a later claim", lambda: site.claims(B, u) == ["shipped"])
    assert {topic for topic, _ in theirs.told} <= {f"okuru/v1/{REALM}/{ELSEWHERE}/peer"} and site.claims(B, t) == []
    ours.close()
    theirs.close()
    site.ship(B, t)


def claim(s: dict, seq: int, **more) -> dict:
    return {"seq": seq, "kind": "shipped", "merchant": "acme", "subject": s["shipment"], "parcel": str(uuid.uuid4()), "piece": 1,
            "number": s["number"], "codes": [], "bench": "b9", "at": "2026-11-21T14:02:03.000+09:00", **more}


def test_a_hostile_station_stops_nobody(site):
    """Garbage, other people's names, numbers beyond reason, and more of it than anybody can read: packing and facts go on."""
    hostile = Stranger(site, f"dc1/{HOSTILE}")
    s = site.shipment(A, B)
    ledger = "6" * 32
    page = {"v": 1, "ledger": ledger, "from": 0, "upto": 1, "claims": [claim(s, 1)]}
    garbage = ["", "{", "[]", "null", "{}", b"\xff\xfe", "{" * 5000, "x" * 60000, {**page, "ledger": "../../etc"}, {**page, "from": 7},
               {**page, "claims": [claim(s, 1)] * 3}, {**page, "claims": [claim(s, 1, kind="<script>")]}, {**page, "upto": 2**60},
               {**page, "claims": [claim(s, 1, number="\n")]}, {**page, "claims": [claim(s, 1)] * 400},
               {"v": 1, "ledger": ledger, "upto": 2**53 - 1}, {"v": 1, "ledger": ledger, "upto": 0, "ask": {"station": B}},
               {**page, "from": 0, "upto": 9, "claims": [claim(s, 9, kind="redecorated")]}]
    for payload in garbage:
        hostile.say(payload).wait_for_publish(20)
    hostile.say(page, f"dc1/{A}").wait_for_publish(20)  # under another's topic: the broker drops it
    stop, said, sent = threading.Event(), [], [0]

    def flood():
        n = 10
        while not stop.is_set():
            for payload in (f'{{"v":1,"ledger":"{ledger}","upto":{n},"ask":{{"station":"{B}","ledger":"{"0" * 32}","after":0}}}}', "x" * 4000,
                            json.dumps({"v": 1, "ledger": uuid.uuid4().hex, "from": 0, "upto": n, "claims": [
                                {**claim(s, n), "subject": f"X-{n}", "number": "0"}]})):
                said.append(hostile.say(payload))
            n, sent[0] = n + 1, sent[0] + 1
            if len(said) > 600:
                said.pop(0).wait_for_publish(20)
                del said[:300]

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        for _ in range(4):
            t = site.shipment(A, B)
            site.ship(A, t)
            wait_for("the claim in the flood", lambda t=t: site.claims(B, t) == ["shipped"])
            site.refused(B, t["shipment"], "発送済み", A)
            u = site.shipment(B)
            site.ship(B, u)
            wait_for("the fact at the office", lambda u=u: site.at_office(B, "parcel.shipped", u) == 1)
        wait_for("a real flood", lambda: sent[0] > 1000, 60)
    finally:
        stop.set()
        thread.join(30)
        hostile.close()
    assert site.rigs[B].alive("sync") and site.rigs[B].alive("station")
    assert site.claims(B, s) == []  # of all that garbage nothing was believed
    kept = site.query(B, "SELECT count(*) FROM fact WHERE type = 'peer.claimed' AND subject = ?", HOSTILE)[0][0]
    assert 0 < kept < sent[0] / 2, "who says more than a station can have done is not listened to"
    assert "is none" in (site.rigs[B].folder / "log/sync.log").read_text() and site.rigs[B].tail_of("sync", 1000).count("is none") == 1
    assert site.count(B, "command.refused") == 0
