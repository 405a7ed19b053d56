# SPDX-License-Identifier: Apache-2.0
"""A pickup counter with real programs: expected, arrived, shelved, ready and told, found, handed over, and all of it at the OMS."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import shipments as goods  # noqa: E402
from compare import events, read_mail  # noqa: E402
from packer import Packer  # noqa: E402
from rig import SITE, Rig, wait_for  # noqa: E402
from story import HAT, NAME, SOCKS, store_wish  # noqa: E402

STORE = {"name": {"ja": "青葉通り店", "en": "Aoba-dori store"}, "address": {"ja": "東京都千代田区一番町1-1"}, "phone": "03-1234-5678",
         "hours": {"ja": "10時から20時", "en": "10:00 to 20:00"}, "keep_days": 5, "closes": "20:00", "closed": []}


def policy() -> dict:
    document = goods.policy(2)
    document["store"] = STORE
    for merchant in document["merchants"]:
        merchant["notice_delay_s"] = {"shipped": 1, "pickup-ready": 1}
    return document


class Counter:
    """A store with its clerk."""

    def __init__(self, rig: Rig):
        self.rig = rig
        rig.start_all()
        self.file("policy.json", policy())
        rig.oms("policy", str(rig.folder / "policy.json"))
        self.has("policy.changed")
        self.clerk = Packer(rig.counters[0])
        self.scan = self.clerk.scan

    def file(self, name: str, *documents: dict) -> str:
        (self.rig.folder / name).write_text("".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents), encoding="utf-8")
        return str(self.rig.folder / name)

    def count(self, kind: str, subject: str | None = None) -> int:
        rows = self.rig.query("station/ledger.db", "SELECT subject FROM fact WHERE type = ?", kind)
        return sum(1 for (s,) in rows if subject in (None, s))

    def has(self, kind: str, subject: str | None = None) -> None:
        wait_for(f"{kind} of {subject}", lambda: self.count(kind, subject) > 0)

    def push(self, *orders: dict) -> None:
        self.rig.oms("push", self.file("push.jsonl", *orders), "--station", NAME)
        for order in orders:
            for kind in ("shipment.received", "expected.received", "contact.received"):
                self.has(kind, order["shipment"])

    def shelve(self, order: dict, shelf: str = "B-3") -> None:
        for parcel in order["expected"]:
            self.scan(parcel["codes"][0], "arrived")
            last = self.scan(f"OKURU-S-{shelf}", "shelved", "ready")
        assert last["kind"] == "ready"

    def told(self) -> list[dict]:
        """What the OMS has of the counter's facts, in order."""
        return [e for e in events(self.rig) if e["type"].startswith(("pickup.", "parcel.")) and e["type"] != "pickup.checked"]

    def all_told(self) -> None:
        head = self.rig.query("station/ledger.db", "SELECT max(seq) FROM fact WHERE lane = 0")
        wait_for("all facts at the OMS", lambda: self.rig.query("oms/oms.db", "SELECT upto FROM source WHERE lane = 'fact' ORDER BY source DESC LIMIT 1") == head)

    def rebuilds(self) -> None:
        done = subprocess.run([self.rig.program("okuru"), "rebuild", "--check", "--config", str(self.rig.folder / "etc/station.yaml")],
                              text=True, capture_output=True, env=self.rig.environment)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def counter(build, tmp_path):
    rig = Rig(build, tmp_path, counters=1, environment={"OKURU_TEST_CLOCK_QUALITY": "synced"})
    try:
        yield Counter(rig)
    finally:
        rig.stop_all()


def test_an_order_comes_waits_is_told_and_is_handed_over(counter):
    order = store_wish("P-1", (SOCKS, 2), (HAT, 1))
    order["contact"]["contact"]["code"] = "K7M4-Q2TX"
    counter.push(order)
    counter.shelve(order)
    wait_for("the mail", lambda: len(counter.rig.mails()) == 1, 30)
    mail = read_mail(counter.rig.mails()[0])
    text = mail.get_content()
    for said in (order["orders"][0], "青葉通り店", "東京都千代田区一番町1-1", "10時から20時", "03-1234-5678", "すべてそろっております",
                 SOCKS.ja, HAT.ja, "K7M4-Q2TX", "到着日時", "20時00分まで", "shop@aozora.example.jp"):
        assert said in text, said
    assert "お受け取りの準備ができました" in mail["Subject"]
    first, second = (p["codes"][0] for p in order["expected"])
    assert "棚B-3 2個" in counter.scan(order["orders"][0], "proof")["sub"]["ja"]
    counter.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    counter.scan(first, "ok")
    counter.scan(second, "collected")
    assert "お渡し済み" in counter.scan(second, "already")["sub"]["ja"]
    counter.all_told()
    told = counter.told()
    assert [e["type"] for e in told] == ["parcel.arrived", "parcel.shelved"] * 2 + ["pickup.ready"] + ["pickup.collected"] * 2
    assert told[4]["data"]["keep_until"].endswith("T20:00:00.000+09:00")
    assert {(e["subject"], e["data"]["proof"], e["data"]["by"]) for e in told[5:]} == {(p["parcel"], "document", "self") for p in order["expected"]}
    assert counter.rig.query("oms/oms.db", "SELECT state, shelf FROM counter_parcel") == [("collected", "b-3")] * 2
    assert counter.rig.query("oms/oms.db", "SELECT count(*) FROM wish WHERE kind = 'shipment' AND open = 1") == [(0,)]
    assert "山田" not in json.dumps([e["data"] for e in told], ensure_ascii=False)
    counter.rebuilds()


def test_it_works_with_the_uplink_down_and_nothing_is_told_twice(counter):
    first, second = store_wish("P-1", (SOCKS, 1)), store_wish("P-2", (HAT, 1))
    counter.push(first, second)
    counter.rig.stop("sync")
    counter.rig.stop("oms")
    counter.shelve(first)
    counter.scan(first["orders"][0], "proof")
    counter.scan("OKURU-C-PROOF-ORDER-NAME", "hand-over")
    counter.scan(first["expected"][0]["codes"][0], "collected")
    counter.rig.kill("station")
    counter.rig.start("station")
    wait_for("the station", counter.rig.try_status)
    counter.clerk.light.drain()
    counter.scan(first["expected"][0]["codes"][0], "already")
    counter.shelve(second)
    for name in ("oms", "sync"):
        counter.rig.start(name)
    counter.all_told()
    assert [e["type"] for e in counter.told()] == ["parcel.arrived", "parcel.shelved", "pickup.ready", "pickup.collected", "parcel.arrived", "parcel.shelved",
                                                   "pickup.ready"]
    wait_for("the mail of what still waits", lambda: len(counter.rig.mails()) >= 1, 30)
    assert counter.count("notice.reserved") == 2
    counter.rebuilds()


def test_a_replaced_disk_hands_over_nothing_twice_and_tells_nobody_twice(counter):
    gone, waits = store_wish("P-1", (SOCKS, 1)), store_wish("P-2", (HAT, 1))
    counter.push(gone, waits)
    counter.shelve(gone)
    counter.shelve(waits, "C-1")
    wait_for("both mails", lambda: len(counter.rig.mails()) == 2 and counter.count("notice.accepted") == 2, 30)
    counter.scan(gone["orders"][0], "proof")
    counter.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    counter.scan(gone["expected"][0]["codes"][0], "collected")
    counter.all_told()
    for name in ("station", "sync", "notify"):
        counter.rig.stop(name)
    for folder in ("station", "sync", "notify"):
        for path in (counter.rig.folder / folder).iterdir():
            path.unlink()
    for name in ("station", "sync", "notify"):
        counter.rig.start(name)
    counter.rig.wait_up()
    counter.has("snapshot.ended")
    counter.clerk.light.drain()
    counter.scan(gone["expected"][0]["codes"][0], "already")
    counter.scan(gone["shipment"], "already")
    assert "棚C-1 1個" in counter.scan(waits["orders"][0], "proof")["sub"]["ja"]
    counter.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    counter.scan(waits["expected"][0]["codes"][0], "collected")
    counter.all_told()
    assert counter.count("pickup.ready") == 0 and counter.count("notice.reserved") == 0
    assert len(counter.rig.mails()) == 2
    counter.rebuilds()


def test_what_waits_at_another_store_is_said(counter):
    order = store_wish("P-1", (SOCKS, 1))
    order["pickup"]["store"] = "store-9"
    counter.push(order)
    assert "他店" in counter.scan(order["orders"][0], "no-hand-over")["sub"]["ja"]
    assert SITE != "store-9"
