# SPDX-License-Identifier: Apache-2.0
"""A parcel from the packing bench of a DC into its customer's hands at a store with two counters, with the OMS between them; and what dies on the way."""
import json
import sqlite3
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import shipments as goods  # noqa: E402
from broker import Broker  # noqa: E402
from compare import read_mail  # noqa: E402
from packer import Packer  # noqa: E402
from rig import REALM, Rig, wait_for  # noqa: E402
from store import STORE  # noqa: E402
from story import HAT, NAME, SOCKS, wish  # noqa: E402

SHOP, FIRST, SECOND = "aoba", "counter-1", "counter-2"
STORES = f"{{{SHOP}: [{FIRST}, {SECOND}]}}"
BOUND_S = 2.0  # while they see each other
PROGRAMS = ("station", "sync", "notify")


class Chain:
    """A DC with one bench and the office, and a store with two stations of one counter each."""

    def __init__(self, build: Path, folder: Path, stores: str):
        environment = {"OKURU_TEST_CLOCK_QUALITY": "synced"}
        self.broker = Broker(folder / "broker", tls=True, realm=REALM, stations=[NAME, *(f"{SHOP}/{s}" for s in (FIRST, SECOND))]).start()
        self.dc = Rig(build, folder / "dc", broker=self.broker, stores=stores, environment=environment)
        self.shops = {name: Rig(build, folder / name, broker=self.broker, benches=0, counters=1, station=name, site=SHOP, environment=environment)
                      for name in (FIRST, SECOND)}
        self.clerks: dict[str, Packer] = {}
        self.n_mails = 0

    def open(self) -> "Chain":
        self.dc.start("oms")
        for rig in self.rigs():
            self.start_programs(rig)
        policy = {**goods.policy(1), "store": STORE}
        self.dc.oms("policy", self.file("policy.json", policy))
        for rig in self.rigs():
            wait_for("the policy", lambda rig=rig: self.count(rig, "policy.changed"))
        self.packer = Packer(self.dc.benches[0])
        for name, rig in self.shops.items():
            self.clerks[name] = Packer(rig.counters[0])
        for a, b in ((FIRST, SECOND), (SECOND, FIRST)):
            wait_for("that the counters have met", lambda a=a, b=b: self.shops[a].query("sync/inbox.db", "SELECT 1 FROM peer WHERE station = ?", b))
        return self

    def rigs(self) -> list[Rig]:
        return [self.dc, *self.shops.values()]

    def start_programs(self, rig: Rig) -> None:
        for name in PROGRAMS:
            rig.start(name)
        wait_for("the station", rig.try_status)

    def close(self) -> None:
        for rig in self.rigs():
            rig.stop_all()
        for rig in self.rigs():
            for path in (rig.folder / "log").iterdir():
                text = path.read_text(errors="replace")
                assert "Sanitizer" not in text and "runtime error" not in text, f"{path}: {text[-3000:]}"

    def file(self, name: str, *documents: dict) -> str:
        (self.dc.folder / name).write_text("".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents), encoding="utf-8")
        return str(self.dc.folder / name)

    # ---- what lies on the disks ----

    def count(self, rig: Rig, kind: str, subject: str | None = None) -> int:
        rows = rig.query("station/ledger.db", "SELECT subject FROM fact WHERE type = ?", kind)
        return sum(1 for (s,) in rows if subject in (None, s))

    def at_store(self, kind: str, order: dict) -> list[int]:
        """How many facts of this kind each counter has."""
        return [self.count(rig, kind, order["shipment"]) for rig in self.shops.values()]

    def mails(self, *rigs: Rig) -> int:
        """How many have come, here or anywhere. Each is taken out at once: the next one of the same notice bears the same name."""
        for rig in self.rigs():
            for path in (rig.folder / "mail/new").iterdir():
                self.n_mails += 1
                path.rename(rig.folder / "mail/cur" / f"{self.n_mails}.{path.name}")
        return sum(len(rig.mails()) for rig in rigs or self.rigs())

    def claims(self, name: str, order: dict) -> list[str]:
        return [row[0] for row in self.shops[name].query("station/ledger.db", "SELECT kind FROM claim WHERE subject = ?", order["shipment"])]

    def expected(self) -> list[tuple]:
        rows = [json.loads(line) for line in self.dc.oms("expected", "--json").splitlines()]
        return [(r["store"], r["shipment"], r["code"], r["state"], r.get("station"), r.get("shelf")) for r in rows]

    def office_knows(self, rig: Rig) -> None:
        """All that this station has told is applied."""
        def told() -> bool:
            head = rig.query("station/ledger.db", "SELECT max(seq) FROM fact WHERE lane = 0")
            station = f"{rig.site}/{rig.station}"
            return head == self.dc.query("oms/oms.db", "SELECT upto FROM source JOIN station USING (station) WHERE lane = 'fact' AND station.name = ? "
                                         "ORDER BY source DESC LIMIT 1", station)
        wait_for(f"all of {rig.station} at the office", told)

    # ---- pieces of work ----

    def push(self, name: str, *lines: tuple) -> dict:
        """An order that the DC packs and the store hands over."""
        order = wish(name, "japanpost", *(lines or ((SOCKS, 1),)), pickup={"store": SHOP, "proof": ["document"]},
                     notices={"shipped": "none", "pickup-ready": "station"})
        order["contact"]["consent"] = {"pickup-ready": True}
        self.dc.oms("push", self.file("push.jsonl", order), "--station", NAME)
        wait_for("the shipment at the DC", lambda: self.count(self.dc, "label.given", name))
        return order

    def ship(self, order: dict) -> None:
        """This carrier's parcels are gone when they are ready."""
        self.packer.scan(order["open_codes"][0], "opened")
        self.packer.fill(order)
        self.packer.scan(self.number(order), "ready")

    def number(self, order: dict) -> str:
        return order["labels"][0]["number"]

    def wait_expected(self, order: dict) -> None:
        for kind in ("shipment.received", "contact.received", "expected.received"):
            wait_for(f"{kind} of {order['shipment']} at both counters", lambda kind=kind: self.at_store(kind, order) == [1, 1])

    def shelve(self, name: str, order: dict, last: str = "ready") -> None:
        self.clerks[name].scan(self.number(order), "arrived")
        self.clerks[name].scan("OKURU-S-B-3", last)

    def hand_over(self, name: str, order: dict) -> None:
        self.clerks[name].scan(order["orders"][0], "proof")
        self.clerks[name].scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
        self.clerks[name].scan(self.number(order), "collected")

    def replace_disk(self, rig: Rig) -> None:
        for name in PROGRAMS:
            rig.stop(name)
        for folder in PROGRAMS:
            for path in (rig.folder / folder).iterdir():
                path.unlink()
        self.start_programs(rig)
        wait_for("its snapshot", lambda: self.count(rig, "snapshot.ended"))
        self.clerks[rig.station].light.drain()

    def restart_office(self) -> None:
        self.dc.kill("oms")
        (self.dc.folder / "run/oms.sock").unlink(missing_ok=True)
        self.dc.start("oms")

    def nothing_was_refused(self) -> None:
        for rig in self.rigs():
            assert rig.query("station/ledger.db", "SELECT type, data FROM fact WHERE type IN ('command.refused', 'conflict.found')") == []
            rig.okuru("rebuild", "--check", "--config", str(rig.folder / "etc/station.yaml"))
        assert self.dc.oms("conflicts") == ""


@pytest.fixture
def chain(build, tmp_path):
    chain = Chain(build, tmp_path, STORES)
    try:
        yield chain.open()
    finally:
        chain.close()


def test_what_a_dc_ships_is_expected_at_both_counters_and_handed_over_once(chain):
    order = chain.push("P-1", (SOCKS, 2), (HAT, 1))
    assert chain.at_store("shipment.received", order) == [0, 0] and chain.count(chain.dc, "contact.received") == 0
    chain.ship(order)
    chain.wait_expected(order)
    number = chain.number(order)
    assert chain.expected() == [(SHOP, "P-1", number, "expected", None, None)]
    assert f"{SHOP}  aozora P-1  piece 1  {number}  expected, shipped 20" in chain.dc.oms("expected")
    chain.shelve(FIRST, order)
    wait_for("the mail", lambda: chain.mails() == 1, 30)
    mail, = chain.shops[FIRST].mails()
    assert "お受け取りの準備ができました" in read_mail(mail)["Subject"] and SOCKS.ja in read_mail(mail).get_body(("plain",)).get_content()
    wait_for("the shelf at the office", lambda: chain.expected() == [(SHOP, "P-1", number, "shelved", f"{SHOP}/{FIRST}", "b-3")])
    chain.hand_over(FIRST, order)
    green = time.monotonic()
    wait_for("the claim at the other counter", lambda: chain.claims(SECOND, order) == ["collected"])
    assert time.monotonic() - green <= BOUND_S
    assert "お渡し済み" in chain.clerks[SECOND].scan(number, "already")["sub"]["ja"]
    chain.office_knows(chain.shops[FIRST])
    assert chain.expected() == [] and chain.at_store("pickup.collected", order) == [0, 0]  # their subject is the parcel
    assert [chain.count(rig, "pickup.collected") for rig in chain.shops.values()] == [1, 0]
    assert chain.dc.query("oms/oms.db", "SELECT state FROM parcel") == [("shipped",)]
    assert chain.mails() == 1
    chain.nothing_was_refused()


def test_what_is_voided_at_the_dc_is_waited_for_no_more_and_the_next_box_is(chain):
    order = chain.push("P-1")
    chain.ship(order)
    chain.wait_expected(order)
    chain.dc.oms("people", chain.file("people.json", goods.people()), "--station", NAME)
    wait_for("the people", lambda: chain.count(chain.dc, "people.changed"))
    chain.packer.sign_in("P017")
    chain.packer.scan("OKURU-C-VOID", "gesture")
    chain.packer.scan(chain.number(order), "leader-needed")
    chain.packer.scan("OKURU-P-L002", "voided")
    wait_for("that both have heard", lambda: chain.at_store("expected.received", order) == [2, 2])
    assert chain.expected() == []
    for name in (FIRST, SECOND):
        chain.clerks[name].scan(chain.number(order), "unknown-code")
    again = {**order, "labels": [{**order["labels"][0], "number": goods.waybill(44449990001)}]}
    chain.dc.oms("push", chain.file("push.jsonl", again), "--station", NAME)
    wait_for("the other label", lambda: chain.count(chain.dc, "label.given") == 2)
    chain.ship(again)
    wait_for("the next box at both", lambda: chain.at_store("expected.received", order) == [3, 3])
    chain.shelve(SECOND, again)
    wait_for("the mail", lambda: chain.mails() == 1, 30)


def test_what_is_cancelled_on_its_way_goes_back_from_the_counter(chain):
    order = chain.push("P-1")
    chain.ship(order)
    chain.wait_expected(order)
    chain.dc.oms("cancel", "P-1", "--merchant", "aozora")
    wait_for("that both have heard", lambda: chain.at_store("shipment.cancelled", order) == [1, 1])
    chain.clerks[FIRST].scan(chain.number(order), "return")
    chain.dc.oms("erase", "P-1", "--merchant", "aozora")
    wait_for("that both forget him", lambda: chain.at_store("contact.erased", order) == [1, 1])
    assert chain.mails() == 0 and chain.at_store("pickup.ready", order) == [0, 0]


def test_counters_that_cannot_see_each_other_would_hand_it_over_twice(chain):
    """The control of the two seconds: it is the claim that stops the second one."""
    order = chain.push("P-1")
    chain.ship(order)
    chain.wait_expected(order)
    chain.shops[SECOND].kill("sync")
    for name in (FIRST, SECOND):
        chain.shelve(name, order)
        chain.hand_over(name, order)
    chain.shops[SECOND].start("sync")
    for name in (FIRST, SECOND):
        wait_for("the conflict", lambda name=name: chain.shops[name].query("station/ledger.db", "SELECT kind FROM conflict") == [("collected-twice",)])


def test_without_a_store_in_the_config_nobody_is_told_until_it_stands_there(build, tmp_path):
    """The control of everything that is expected here: it is the OMS that tells it."""
    chain = Chain(build, tmp_path, "{}")
    try:
        chain.open()
        order, later = chain.push("P-1"), chain.push("P-2")
        assert chain.count(chain.dc, "contact.received") == 2  # who packs it is all that is known
        chain.ship(order)
        chain.office_knows(chain.dc)
        assert chain.expected() == [] and chain.at_store("expected.received", order) == [0, 0]
        chain.dc.stop("oms")
        chain.dc.stores = STORES
        chain.dc.write_oms_config()
        chain.dc.start("oms")
        chain.wait_expected(order)
        chain.ship(later)
        chain.wait_expected(later)
        chain.nothing_was_refused()
    finally:
        chain.close()


def test_an_office_that_dies_between_shipped_and_expected_tells_it_once(chain):
    """Before the fact is kept, after it is kept and before it is sent, and again and again while parcels leave."""
    first, second, *rest = [chain.push(f"P-{i}") for i in range(8)]
    chain.dc.kill("oms")
    chain.ship(first)
    assert chain.count(chain.dc, "parcel.shipped") == 1 and chain.at_store("expected.received", first) == [0, 0]
    chain.restart_office()
    chain.wait_expected(first)

    for rig in chain.shops.values():
        rig.kill("sync")
    chain.ship(second)
    chain.office_knows(chain.dc)
    chain.restart_office()
    assert chain.at_store("expected.received", second) == [0, 0]  # kept at the office, and nowhere else
    for rig in chain.shops.values():
        rig.start("sync")
    chain.wait_expected(second)

    for order in rest:
        chain.ship(order)
        chain.restart_office()
    for order in rest:
        chain.wait_expected(order)
    assert len(chain.expected()) == 8
    chain.nothing_was_refused()


def test_an_office_that_dies_after_ready_tells_no_second_counter_to_write(chain):
    """At the counter that does not write unless the office says so."""
    order = chain.push("P-1")
    chain.ship(order)
    chain.wait_expected(order)
    chain.dc.kill("oms")
    chain.shelve(SECOND, order)
    assert chain.at_store("notice.reserved", order) == [0, 0]  # it asks nobody, and nobody has said so
    chain.restart_office()
    wait_for("the notice", lambda: chain.at_store("notice.reserved", order) == [0, 1])
    chain.office_knows(chain.shops[SECOND])
    chain.restart_office()
    wait_for("the mail", lambda: chain.mails(chain.shops[SECOND]) == 1, 30)
    chain.shelve(FIRST, order)  # carried over: ready there too, and nobody is told again
    chain.office_knows(chain.shops[FIRST])
    assert chain.at_store("pickup.ready", order) == [1, 1] and chain.at_store("notice.reserved", order) == [0, 1]
    chain.hand_over(FIRST, order)
    wait_for("the claim", lambda: chain.claims(SECOND, order) == ["collected"])
    chain.clerks[SECOND].scan(chain.number(order), "already")
    assert chain.mails() == 1
    chain.nothing_was_refused()


def ready_and_told(chain: Chain) -> dict:
    order = chain.push("P-1")
    chain.ship(order)
    chain.wait_expected(order)
    chain.shelve(FIRST, order)
    wait_for("the mail", lambda: chain.mails() == 1 and chain.at_store("notice.accepted", order) == [1, 0], 30)
    chain.office_knows(chain.shops[FIRST])
    return order


def test_a_replaced_disk_writes_to_nobody_twice_and_hands_nothing_over_twice(chain):
    order = ready_and_told(chain)
    chain.replace_disk(chain.shops[FIRST])
    chain.restart_office()
    assert chain.at_store("pickup.ready", order) == [0, 0]  # it is known, not found out again
    chain.hand_over(FIRST, order)
    wait_for("the claim", lambda: chain.claims(SECOND, order) == ["collected"])
    chain.replace_disk(chain.shops[SECOND])
    wait_for("the claim on the new disk", lambda: chain.claims(SECOND, order) == ["collected"])
    chain.clerks[FIRST].scan(chain.number(order), "already")
    chain.clerks[SECOND].scan(chain.number(order), "unknown-code")  # over before this disk was there: nobody waits for it here
    chain.office_knows(chain.shops[FIRST])
    assert chain.mails() == 1 and chain.at_store("notice.reserved", order) == [0, 0]
    collected = chain.dc.query("oms/oms.db", "SELECT count(*) FROM event WHERE type = 'pickup.collected' AND retold = 0")
    assert collected == [(1,)]
    chain.nothing_was_refused()


def test_a_replaced_disk_and_an_office_that_forgot_would_write_twice(chain):
    """The control: without what the OMS knows of the counter's past, the new disk shelves it, has it ready, and writes."""
    order = ready_and_told(chain)
    chain.dc.stop("oms")
    office = sqlite3.connect(chain.dc.folder / "oms/oms.db")
    for table in ("pickup", "notice", "counter_parcel"):
        office.execute(f"DELETE FROM {table}")
    office.commit()
    office.close()
    chain.dc.start("oms")
    chain.replace_disk(chain.shops[FIRST])
    chain.shelve(FIRST, order)
    wait_for("the second mail", lambda: chain.mails() == 2, 30)
