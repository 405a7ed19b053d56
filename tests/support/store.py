# SPDX-License-Identifier: Apache-2.0
"""A store with a pickup counter, its people, its orders and its screens, for tests and pictures."""
from __future__ import annotations

import datetime
from pathlib import Path

import shipments as goods
from packer import Packer
from premises import Premises
from rig import Rig, wait_for
from story import HAT, NAME, SOCKS, TEA, store_wish
from tokens import Signer
from web import Client

JST = datetime.timezone(datetime.timedelta(hours=9))
STORE = {"name": {"ja": "青葉通り店", "en": "Aoba-dori store"}, "address": {"ja": "東京都千代田区一番町1-1"}, "phone": "03-1234-5678",
         "hours": {"ja": "10時から20時", "en": "10:00 to 20:00"}, "keep_days": 5, "closes": "20:00", "closed": []}
PEOPLE = [{"person": "p-017", "badge": "P017", "role": "packer", "call": "たろう"}, {"person": "p-041", "badge": "K041", "role": "clerk", "call": "みな"},
          {"person": "p-002", "badge": "L002", "role": "leader", "call": "さとう"}]


def to_daytime() -> datetime.timedelta:
    """How far ahead it is noon, where it is late or early: a store closes at eight, and its days are what is looked at."""
    real = datetime.datetime.now(JST)
    return datetime.timedelta(0) if 4 <= real.hour < 19 else (real + datetime.timedelta(hours=5)).replace(hour=12, minute=0) - real


class Store(Premises):
    """@clock_moves: programs take their time from ->clock. @ready_board, @slips, @gather: as the rig's; nobody waits here for others, or for what could
    still be undone."""

    def __init__(self, build: Path, folder: Path, clock_moves: bool = False, ready_board: list[str] | None = None, counters: int = 1, slips: str | None = None,
                 gather: str = "0s"):
        self.clock = folder / "clock"
        environment = {"OKURU_TEST_CLOCK_QUALITY": "synced"}
        if clock_moves:
            environment["OKURU_TEST_CLOCK"] = str(self.clock)
            self.move_clock(0)
        self.rig = Rig(build, folder, benches=1, counters=counters, environment=environment, ready_board=ready_board, slips=slips, gather=gather)
        self.orders: dict[str, dict] = {}

    def open(self) -> "Store":
        try:
            self.rig.start_all()
            policy = {**goods.policy(2), "store": STORE}
            for merchant in policy["merchants"]:
                merchant["notice_delay_s"] = {"shipped": 0, "pickup-ready": 0, "pickup-reminder": 0, "last-day": 0}
            self.rig.oms("policy", self.file("policy.json", policy))
            self.rig.oms("people", self.file("people.json", {"version": 2, "people": PEOPLE}))
            for kind in ("policy.changed", "people.changed"):
                wait_for(kind, lambda kind=kind: self.count(kind))
            self.clerk = Packer(self.rig.counters[0])
            self.clerk.sign_in("K041")
            self.address = self.rig.start_web()
            wait_for("the counter at the screens", lambda: "c1" in Client(self.address).session()["counters"])
        except BaseException:
            self.rig.stop_all()
            raise
        return self

    def close(self) -> None:
        self.rig.stop_all()

    def rule(self, **changes) -> None:
        """What the office's policy says of each merchant, from now on."""
        before = self.count("policy.changed")
        policy = {**goods.policy(1), "version": 2 + before, "store": STORE}
        for merchant in policy["merchants"]:
            merchant |= changes
        self.rig.oms("policy", self.file("policy.json", policy))
        wait_for("the policy", lambda: self.count("policy.changed") > before)

    def tell_incident(self, name: str, *lines: tuple, says: dict, language: str = "ja", consent: bool = True) -> str:
        """Of an order of its own, of which nothing else is told; the id of the notice that the office asked for."""
        order = store_wish(name, *lines)
        order["notices"] = {"shipped": "none", "pickup-ready": "none", "incident": "station"}
        order["contact"] |= {"language": language, "consent": {"transactional": consent, "marketing": False}}
        self.push(order)
        self.rig.oms("notice", self.file("notice.json", {"merchant": order["merchant"], "shipment": name, "kind": "incident", "data": says}))
        wait_for(f"it is owed to {name}", lambda: self.count("notice.reserved", name))
        return next(f["notice"] for f in self.facts("notice.reserved") if f["subject"] == name)

    def push(self, *orders: dict) -> None:
        self.rig.oms("push", self.file("push.jsonl", *orders), "--station", NAME)
        for order in orders:
            self.orders[order["shipment"]] = order
            for kind in ("shipment.received", "expected.received", "contact.received"):
                wait_for(f"{kind} of {order['shipment']}", lambda: self.count(kind, order["shipment"]))

    def order(self, name: str, /, *lines: tuple, unpaid: int = 0, mail: str | None = None, proxy: bool = False, crate: str | None = None,
              keep_until: str | None = None, told_by: str = "station", number: str | None = None, **contact) -> dict:
        """One that comes to this store, known at the counter. @number: of the order. @contact: members of the customer's."""
        wish = store_wish(name, *(lines or ((SOCKS, 2), (HAT, 1))), crate=crate)
        wish["contact"]["contact"].update(contact)
        if number:
            wish["orders"] = [number]
            for line in wish["lines"]:
                line["order"] = number
        wish["pickup"] = {**wish["pickup"], "unpaid": unpaid}
        if proxy:
            wish["pickup"] |= {"collectors": ["self", "proxy"], "proof": ["code", "document", "order-name", "proxy-code"]}
        if keep_until:
            wish["pickup"]["keep_until"] = keep_until
        wish["notices"]["pickup-ready"] = told_by
        if mail is not None:
            wish["contact"]["contact"]["email"] = mail
        self.push(wish)
        return wish

    def scan(self, code: str, *kinds: str) -> dict:
        """At the counter's scanner; what was typed at its screen before has had its lights."""
        self.clerk.light.drain()
        return self.clerk.scan(code, *kinds)

    def codes(self, order: dict) -> list[str]:
        return [parcel["codes"][0] for parcel in order["expected"]]

    def shelve(self, order: dict, *shelves: str) -> dict:
        for code, shelf in zip(self.codes(order), shelves or ["B-3"] * 9):
            self.scan(code, "arrived")
            last = self.scan(f"OKURU-S-{shelf}", "shelved", "ready")
        return last

    def offer(self, name: str, kind: str = "in-store", until: str | None = "2027-03-31T23:59:59+09:00", signer: Signer = Signer("K2", "offer")) -> str:
        """An offer that the counter knows; what its QR says."""
        if not self.count("keys.changed"):
            self.rig.oms("keys", self.file("keys.json", {"keys": [signer.public()]}))
            wait_for("the keys", lambda: self.count("keys.changed"))
        self.rig.oms("offer", self.file("offer.json", {"merchant": "aozora", "offer": name, "kind": kind, "until": until,
                                                       "headline": {"ja": "靴下 200円引き", "en": "200 yen off socks"}, "terms": {"ja": "2足以上のお買い上げで", "en": "with two pairs or more"}}))
        wait_for(f"offer {name}", lambda: self.count("offer.changed", name))
        return signer.token(t="o", m="aozora", o=name, n=f"{name}-1")

    def told(self, order: dict, outcome: str = "notice.accepted") -> None:
        wait_for(f"{outcome} of {order['shipment']}", lambda: self.count(outcome, order["shipment"]), 30)


__all__ = ["JST", "Store", "to_daytime", "HAT", "SOCKS", "TEA"]
