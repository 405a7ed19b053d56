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
from premises import Premises  # noqa: E402
from rig import SITE, Rig, wait_for  # noqa: E402
from store import STORE  # noqa: E402
from story import HAT, NAME, SOCKS, store_wish  # noqa: E402
from tokens import Signer  # noqa: E402
from zbar import QR, Zbar, gray_png  # noqa: E402


def policy() -> dict:
    document = goods.policy(2)
    document["store"] = STORE
    for merchant in document["merchants"]:
        merchant["notice_delay_s"] = {"shipped": 1, "pickup-ready": 1}
    return document


class Counter(Premises):
    """A store with its clerk."""

    def __init__(self, rig: Rig):
        self.rig = rig
        rig.start_all()
        self.file("policy.json", policy())
        rig.oms("policy", str(rig.folder / "policy.json"))
        self.has("policy.changed")
        self.clerk = Packer(rig.counters[0])
        self.scan = self.clerk.scan

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

    def replace_disk(self) -> None:
        programs = ("station", "sync", "notify")
        for name in programs:
            self.rig.stop(name)
        for folder in programs:
            for path in (self.rig.folder / folder).iterdir():
                path.unlink()
        for name in programs:
            self.rig.start(name)
        self.rig.wait_up()
        self.has("snapshot.ended")
        self.clerk.light.drain()

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
    text = mail.get_body(("plain",)).get_content()
    for said in (order["orders"][0], "青葉通り店", "東京都千代田区一番町1-1", "10時から20時", "03-1234-5678", "すべてそろっております",
                 SOCKS.ja, HAT.ja, "K7M4-Q2TX", "店舗への到着", "20時まで", "shop@aozora.example.jp"):
        assert said in text, said
    picture, = (part.get_content() for part in mail.walk() if part.get_content_type() == "image/png")
    assert Zbar(QR).read(*gray_png(picture)) == ["K7M4-Q2TX"] and 'src="cid:qr@' in mail.get_body(("html",)).get_content()
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
    counter.replace_disk()
    counter.scan(gone["expected"][0]["codes"][0], "already")
    counter.scan(gone["shipment"], "already")
    assert "棚C-1 1個" in counter.scan(waits["orders"][0], "proof")["sub"]["ja"]
    counter.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    counter.scan(waits["expected"][0]["codes"][0], "collected")
    counter.all_told()
    assert counter.count("pickup.ready") == 0 and counter.count("notice.reserved") == 0
    assert len(counter.rig.mails()) == 2
    counter.rebuilds()


def test_a_replaced_disk_writes_to_nobody_who_wants_to_hear_no_more(counter):
    orders = [store_wish(name, (SOCKS, 1)) for name in ("P-1", "P-2", "P-3")]
    for order, mail in zip(orders, ("hanako", "hanako", "taro")):
        order["contact"]["contact"]["email"] = f"{mail}@example.jp"
    first, second, other = orders
    counter.push(first)
    counter.shelve(first)
    wait_for("its mail", lambda: len(counter.rig.mails()) == 1 and counter.count("notice.accepted") == 1, 30)
    counter.scan(first["orders"][0], "proof")
    counter.scan("OKURU-C-OPT-OUT", "ok")
    counter.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    counter.scan(first["expected"][0]["codes"][0], "collected")
    counter.all_told()
    counter.replace_disk()
    counter.push(second, other)  # by the office's yes of before
    counter.shelve(second, "C-1")
    counter.shelve(other, "C-2")
    wait_for("the other's mail", lambda: counter.count("notice.accepted", "P-3") == 1, 30)
    reason = "SELECT reason FROM notice WHERE shipment = 'P-2' AND kind = 'pickup-ready'"
    wait_for("why it waits", lambda: counter.rig.query("notify/notices.db", reason) == [("no-consent",)])
    assert len(counter.rig.mails()) == 2
    counter.rebuilds()


def test_a_replaced_disk_honours_no_coupon_twice(counter):
    signer = Signer("K2", "offer")
    used, fresh = (signer.token(t="o", m="aozora", o="O-1", n=name) for name in ("C-1", "C-2"))
    counter.rig.oms("keys", counter.file("keys.json", {"keys": [signer.public()]}))
    counter.rig.oms("offer", counter.file("offer.json", {"merchant": "aozora", "offer": "O-1", "kind": "in-store", "headline": {"ja": "靴下10%引き"}}))
    counter.has("offer.changed", "O-1")
    counter.scan(used, "offer")
    counter.scan("OKURU-C-OK", "redeemed")
    assert counter.scan(used, "already")["head"]["ja"] == "利用済み"
    counter.all_told()
    counter.replace_disk()
    assert counter.scan(used, "already")["head"]["ja"] == "利用済み"
    counter.scan(fresh, "offer")
    counter.scan("OKURU-C-OK", "redeemed")
    counter.all_told()
    assert [n for (n,) in counter.rig.query("oms/oms.db", "SELECT coupon FROM redeemed ORDER BY coupon")] == ["C-1", "C-2"]
    counter.rebuilds()


def test_a_receipt_pays_for_one_customer(counter):
    first, second = store_wish("P-1", (SOCKS, 1)), store_wish("P-2", (HAT, 1))
    for order in (first, second):
        order["pickup"]["unpaid"] = 5480
    counter.push(first, second)
    counter.shelve(first)
    counter.shelve(second)
    counter.scan(first["orders"][0], "unpaid")
    counter.scan("2026112100123", "proof")
    counter.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    counter.scan(first["expected"][0]["codes"][0], "collected")
    counter.rig.kill("station")
    counter.rig.start("station")
    counter.rig.wait_up()
    counter.clerk.light.drain()
    counter.scan(second["orders"][0], "unpaid")
    assert "使用済みのレシート" in counter.scan("2026112100123", "unpaid")["sub"]["ja"]
    counter.scan("OKURU-C-PROOF-DOCUMENT", "unpaid")
    counter.scan("2026112100124", "hand-over")
    counter.rebuilds()


def test_what_waits_at_another_store_is_said(counter):
    order = store_wish("P-1", (SOCKS, 1))
    order["pickup"]["store"] = "store-9"
    counter.push(order)
    assert "他店" in counter.scan(order["orders"][0], "no-hand-over")["sub"]["ja"]
    assert SITE != "store-9"


def coded(name: str, *lines: tuple, code: str, **changes) -> dict:
    order = store_wish(name, *lines, **changes)
    order["pickup"] = {"store": SITE}
    order["contact"]["contact"] |= {"code": code, "phone": "090-1234-5678", "kana": "ヤマダ ハナコ"}
    return order


def test_a_code_a_qr_a_telephone_and_a_name_find_the_order_with_the_line_down(counter):
    good, stranger = Signer("K1"), Signer("K1", seed=b"\x08" * 32)
    counter.rig.oms("keys", counter.file("keys.json", {"keys": [good.public()]}))
    counter.has("keys.changed")
    orders = [coded("P-1", (SOCKS, 1), code="K7M4-Q2TX"), coded("P-2", (HAT, 1), code="9WXY0123")]
    counter.push(*orders)
    for order in orders:
        counter.shelve(order)
    counter.rig.stop("sync")
    counter.scan("k7m4q2tx", "hand-over")
    counter.scan("OKURU-C-UNDO", "undone")
    assert "偽" in counter.scan(stranger.token(t="p", m="aozora", s="P-1"), "no-hand-over")["sub"]["ja"]
    assert "期限" in counter.scan(good.token(t="p", m="aozora", s="P-1", x=1_000_000_000), "no-hand-over")["sub"]["ja"]
    assert "他店" in counter.scan(good.token(t="p", m="aozora", s="P-1", w="store-9"), "no-hand-over")["sub"]["ja"]
    counter.scan(good.token(t="p", m="aozora", s="P-1", w=SITE, x=4_000_000_000), "hand-over")
    counter.scan(orders[0]["expected"][0]["codes"][0], "collected")
    bench = counter.rig.counters[0].name
    asked = [("5678 ヤマダ", "proof"), ("やまだ　はなこ", "proof"), ("山田 花子", "proof"), ("佐藤", "no-hand-over"), (orders[1]["orders"][0], "proof"),
             ("9wxy-0123", "hand-over")]
    for text, kind in asked:
        answer = counter.rig.ask_station({"verb": "find", "bench": bench, "text": text})
        assert answer["verdicts"][-1]["kind"] == kind, (text, answer)
        counter.clerk.look(10)
    status = counter.rig.ask_station({"verb": "status"})
    case = next(b for b in status["benches"] if b["bench"] == bench)
    assert case["kind"] == "counter" and case["case"]["shipments"] == [{"merchant": "aozora", "shipment": "P-2"}] and case["case"]["proof"] == "code"
    counter.rig.kill("station")  # what is on the disk, with its write-ahead log
    disk = b"".join(path.read_bytes() for path in (counter.rig.folder / "station").iterdir())
    for secret in (b"K7M4", b"9WXY0123", "山田".encode(), "ヤマダ".encode(), b"090-1234-5678"):
        assert secret not in disk, secret


def test_who_guesses_codes_waits_and_a_restart_does_not_help(counter):
    order = coded("P-1", (SOCKS, 1), code="K7M4-Q2TX")
    counter.push(order)
    counter.shelve(order)
    for _ in range(5):
        counter.scan("00000000", "no-hand-over")
    assert "待つ" in counter.scan("K7M4-Q2TX", "try-later")["sub"]["ja"]
    counter.rig.kill("station")
    counter.rig.start("station")
    wait_for("the station", counter.rig.try_status)
    counter.clerk.light.drain()
    counter.scan("K7M4-Q2TX", "try-later")
    counter.scan(order["orders"][0], "proof")
    counter.rebuilds()


def test_an_erased_contact_is_found_no_more(counter):
    order = coded("P-1", (SOCKS, 1), code="K7M4-Q2TX")
    counter.push(order)
    counter.shelve(order)
    counter.scan("K7M4-Q2TX", "hand-over")
    counter.scan("OKURU-C-UNDO", "undone")
    assert counter.rig.query("station/ledger.db", "SELECT count(*) FROM pickup_lookup") != [(0,)]
    counter.rig.oms("erase", "P-1", "--merchant", "aozora")
    counter.has("contact.erased")
    assert counter.rig.query("station/ledger.db", "SELECT count(*) FROM pickup_lookup") == [(0,)]
    counter.scan("K7M4-Q2TX", "no-hand-over")
    counter.scan(order["orders"][0], "proof")


def test_what_came_before_it_was_announced_is_that_parcel_and_ready(counter):
    one_merchant = policy()
    one_merchant["merchants"] = one_merchant["merchants"][:1]
    one_merchant["version"] = 3
    counter.rig.oms("policy", counter.file("policy.json", one_merchant))
    wait_for("the policy", lambda: counter.count("policy.changed") == 2)
    order = store_wish("P-1", (SOCKS, 1))
    number = order["expected"][0]["codes"][0]
    counter.scan("OKURU-C-ARRIVE", "gesture")
    counter.scan(number, "arrived")
    counter.scan("OKURU-S-B-3", "shelved")
    counter.push(order)
    counter.has("parcel.reconciled")
    counter.has("pickup.ready", "P-1")
    assert "棚B-3 1個" in counter.scan(order["orders"][0], "proof")["sub"]["ja"]
    counter.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    assert counter.scan(number, "collected")["shipment"] == "P-1"
    counter.all_told()
    assert counter.rig.query("oms/oms.db", "SELECT parcel, state FROM counter_parcel") == [(order["expected"][0]["parcel"], "collected")]
    counter.rebuilds()


def test_a_crate_arrives_and_a_cancelled_order_goes_back(counter):
    orders = [store_wish(f"P-{i}", (SOCKS, 1), crate="ORICON-7") for i in range(3)]
    counter.push(*orders)
    numbers = [o["expected"][0]["codes"][0] for o in orders]
    assert "3個" in counter.scan("ORICON-7", "arrived")["sub"]["ja"]
    config = ["--config", str(counter.rig.folder / "etc/station.yaml")]
    assert len(counter.rig.okuru("parcels", *config, "--json").splitlines()) == 3
    for number in numbers[:2]:
        counter.scan(number, "next")
        counter.scan("OKURU-S-B-3", "ready")
    assert numbers[2][-4:] in counter.scan("OKURU-C-OK", "not-on-shelf")["sub"]["ja"]
    shelved = [json.loads(line) for line in counter.rig.okuru("parcels", "--shelved", *config, "--json").splitlines()]
    assert [(p["shipment"], p["shelf"]) for p in shelved] == [("P-0", "b-3"), ("P-1", "b-3")]
    counter.rig.oms("cancel", "P-0", "--merchant", "aozora")
    counter.has("pickup.expired", "P-0")
    assert "キャンセル" in counter.scan(orders[0]["orders"][0], "no-hand-over", "return")["sub"]["ja"]
    counter.scan(numbers[0], "return")
    counter.scan("OKURU-C-RETURN", "restocked")
    counter.scan(orders[1]["orders"][0], "proof")
    counter.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    counter.scan(numbers[1], "collected")
    before = counter.count("conflict.found")
    counter.rig.oms("cancel", "P-1", "--merchant", "aozora")
    wait_for("the conflict", lambda: counter.count("conflict.found") == before + 1)
    counter.all_told()
    states = dict(counter.rig.query("oms/oms.db", "SELECT shipment, state FROM counter_parcel"))
    assert states == {"P-0": "restocked", "P-1": "collected", "P-2": "missing"}
    counter.rebuilds()
