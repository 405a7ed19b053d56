# SPDX-License-Identifier: Apache-2.0
"""The virtual packer of the demo: shipments out, with the mistakes that people make, while a clerk hands parcels over in the store; what
came of both is compared with the disks."""
from __future__ import annotations

import json
import random
import statistics

import shipments as goods
from compare import Counter, compare, events
from demo_clerk import LINES, Clerk, pickups
from demo_floor import Floor, extras, say, show
from demo_store import RUN
from packer import Packer, Surprise
from waiting import wait_for

# ---- the virtual packer ----


class Script:
    """N shipments out, with the mistakes that people make, each at its turn so that every run shows all of them."""

    def __init__(self, floor: Floor, packer: Packer, count: int, to_store: tuple = (), clerk: Clerk | None = None):
        """@to_store: those of the @count that go to the store, where @clerk is."""
        self.floor, self.packer, self.count, self.clerk = floor, packer, count, clerk
        self.names = [name for name in floor.shipments if name not in to_store]
        self.out, self.extra = [*to_store, *self.names[:count - len(to_store)]], self.names[count:count + extras(count)]
        self.rng = random.Random(7)
        self.ready: dict[str, dict[str, str]] = {"y1": {}, "s1": {}, "p1": {}, "t1": {}}  # bay -> parcel -> number
        self.seen: dict[str, int] = {}
        self.owes_double = False  # the turn of that mistake has come

    def tick(self, what: str) -> int:
        self.seen[what] = self.seen.get(what, 0) + 1
        return self.seen[what]

    def mistake(self, packer: Packer, line: dict, unit: int) -> None:
        n = self.tick("unit")
        if n % 11 == 3:  # the neighbour's shelf
            other = self.wrong_item(line)
            packer.scan(other, "wrong-item")
        elif n % 13 == 5:
            packer.scan("NOT-A-CODE-WE-KNOW", "unknown-code")

    def wrong_item(self, line: dict) -> str:
        codes = {code["code"] for other in self.current["lines"] for code in other["codes"]}
        items = goods.MERCHANTS[self.current["merchant"]]["items"]
        return next(i.jan for i in items if i.jan not in codes and i.serial == "none")

    def open(self, name: str) -> dict:
        self.current = self.floor.shipments[name]
        verdict = self.packer.scan(self.rng.choice(self.current["open_codes"]), "opened")
        return verdict

    def double_scan(self) -> bool:
        """One too many, while another line is still open. Return: could it be done with this shipment?"""
        lines = self.current["lines"]
        if len(lines) < 2 or lines[0]["serial"] != "none" or self.current["pieces"] > 1:
            return False
        for _ in range(lines[0]["quantity"]):
            self.packer.item(lines[0])
        self.packer.scan(lines[0]["codes"][0]["code"], "too-many")
        self.done_line = lines[0]["line"]
        return True

    def pack(self, name: str, mistakes: bool = True) -> dict:
        self.open(name)
        self.done_line = None
        self.owes_double |= mistakes and self.tick("shipment") % 9 == 4
        if mistakes and self.owes_double and self.double_scan():
            self.owes_double = False
        rest = {**self.current, "lines": [line for line in self.current["lines"] if line["line"] != self.done_line]}
        if self.current["pieces"] == 2:
            return self.pack_two(rest)
        return self.packer.fill(rest, self.mistake if mistakes else None)

    def pack_two(self, rest: dict) -> dict:
        """First line in the first box; the box is full; its label; the rest in the second."""
        first, *others = rest["lines"]
        for unit in range(first["quantity"]):
            self.packer.item(first, serial=f"{rest['shipment'].replace('-', '')}{first['line']}{unit}")
        verdict = self.packer.scan("OKURU-C-NEXT-PIECE", "packed")
        self.matched(self.packer.match(verdict))
        return self.packer.fill({**rest, "lines": others})

    def match(self, verdict: dict) -> dict:
        n = self.tick("label")
        if n % 10 == 6:  # two labels lay side by side
            other = self.floor.shipments[self.names[-1]]["labels"][0]["number"]
            self.packer.scan(other, "foreign-waybill")
            self.packer.scan("OKURU-P-P017", "leader-needed")
            self.packer.scan("OKURU-P-L002", "resumed")
        elif n % 10 == 8:  # the label is forgotten: the next slip is scanned
            self.packer.scan(self.floor.shipments[self.names[-1]]["open_codes"][0], "not-now", "foreign-waybill", "incomplete")
        return self.matched(self.packer.match(verdict))

    def matched(self, verdict: dict) -> dict:
        shipment = self.floor.shipments[verdict["shipment"]]
        parcel, bay = verdict["parcel"], shipment["bay"]
        self.ready[bay][parcel] = self.packer.paper[parcel][-1]["number"]
        self.packer.green.ready[parcel] = verdict["shipment"]
        if goods.HOW.get(shipment["carrier"], RUN["shipped"]) == "at-ready":
            self.packer.green.shipped[parcel] = verdict["shipment"]
        return verdict

    def short(self, name: str) -> None:
        self.open(name)
        self.packer.scan("OKURU-C-SHORT", "parked", "short")

    def cancel_in_the_middle(self, name: str) -> None:
        self.open(name)
        line = self.current["lines"][0]
        if line["quantity"] > 1 or len(self.current["lines"]) > 1:
            self.packer.item(line, serial=f"{name.replace('-', '')}X")
        self.floor.rig.oms("cancel", name, "--merchant", self.current["merchant"])
        verdict = self.packer.look(20)
        if not verdict or verdict["kind"] != "cancelled":
            raise Surprise(f"the cancel of {name} did not stop the bench: {verdict}")
        show("(cancel)", verdict)
        self.packer.scan("OKURU-C-RETURN", "voided")

    def cancel_after_ready(self, name: str) -> tuple[str, str]:
        """Ready and in its bay; the merchant cancels: it must be pulled before the bay can close."""
        verdict = self.match_quietly(self.pack(name, mistakes=False))
        number = self.packer.paper[verdict["parcel"]][-1]["number"]
        self.floor.rig.oms("cancel", name, "--merchant", self.current["merchant"])
        wait_for("the pull task", lambda: self.floor.rig.query("station/ledger.db", "SELECT 1 FROM fact WHERE type = 'shipment.cancelled' AND subject = ?", name))
        return verdict["parcel"], number

    def match_quietly(self, verdict: dict) -> dict:
        return self.matched(self.packer.match(verdict))

    def run(self, offline: bool) -> None:
        third = max(1, self.count // 3)
        self.packer.sign_in("P017")
        pulls = []
        n_extra = max(1, self.count // 20)
        bayed = [n for n in self.extra if self.floor.shipments[n]["bay"] == "y1" and self.floor.shipments[n]["pieces"] == 1]
        others = [n for n in self.extra if n not in bayed[:1]]
        for i, name in enumerate(self.out):
            if i == third and offline:
                say("--- the uplink goes down ---")
                self.floor.rig.broker.stop()
            if i == 2 * third and offline:
                if self.clerk and self.clerk.waiting:
                    self.clerk.serve(self.clerk.await_told())
                say("--- the uplink is back ---")
                self.floor.rig.broker.start()
            verdict = self.pack(name)
            self.match(verdict)
            if self.clerk and self.clerk.coming:
                self.clerk.receive()
            if i == 0:  # while the office can still be heard
                pulls += [self.cancel_after_ready(n) for n in bayed[:1]]
                for n in others[:n_extra]:
                    self.cancel_in_the_middle(n)
            if i % 20 == min(6, self.count - 1):
                for n in others[n_extra + i // 20:n_extra + i // 20 + 1]:
                    self.short(n)
        self.collect(pulls)

    def collect(self, pulls: list[tuple[str, str]]) -> None:
        """The trucks: Sagawa's driver scans, Yamato's bay is closed by its count."""
        packer = self.packer
        if self.ready["s1"]:
            packer.scan("OKURU-C-SHIP-S1", "collection")
            for parcel, number in self.ready["s1"].items():
                packer.scan(number, "shipped")
                packer.green.shipped[parcel] = packer.green.ready[parcel]
            packer.scan("OKURU-C-OK", "undone", "idle", "collection", "gesture")
        for parcel, number in pulls:
            packer.scan("OKURU-C-BAY-CLOSE-Y1", "bay-cannot-close")
            packer.scan("OKURU-C-PULL", "gesture", "pull")
            packer.scan(number, "pulled")
            del self.ready["y1"][parcel]
        if self.ready["y1"]:
            packer.scan("OKURU-C-BAY-CLOSE-Y1", "count")
            for digit in str(len(self.ready["y1"])):
                packer.scan(f"OKURU-C-D-{digit}", "count")
            packer.scan("OKURU-C-OK", "bay-closed")
            for parcel in self.ready["y1"]:
                packer.green.shipped[parcel] = packer.green.ready[parcel]


def settle(floor: Floor, told: int) -> None:
    """Until the OMS holds every fact of both ledgers, @told mails and messages have come and each has its outcome."""
    texts = floor.shop.lines.texts.texts if floor.shop else []
    rigs = [floor.rig] + ([floor.shop.rig] if floor.shop else [])

    def level() -> bool:
        for rig in rigs:
            rig.all_alive()
            (local,), at_oms = rig.query("station/ledger.db", "SELECT coalesce(max(seq), 0) FROM fact WHERE lane = 0"), floor.rig.query(
                "oms/oms.db", "SELECT coalesce(max(sequence), 0) FROM event e JOIN source s USING (source) WHERE s.lane = 'fact' AND s.name LIKE ?", f"%:{rig.site}:{rig.station}:%")
            if not at_oms or at_oms[0][0] < local[0]:
                return False
        return len(floor.rig.mails()) + len(texts) >= told
    wait_for("facts at the OMS and mails in the box", level, timeout=120, step=0.1)
    wait_for("the notices' outcomes at the OMS", lambda: sum(e["type"] == "notice.accepted" for e in events(floor.rig)) >= len(floor.rig.mails()) + len(texts), timeout=60, step=0.1)


def percentile(values: list[float], p: float) -> int:
    ordered = sorted(values)
    return int(ordered[min(len(ordered) - 1, int(len(ordered) * p))]) if ordered else 0


def fill(floor: Floor, count: int) -> tuple[str, ...]:
    """Pickups that are expected at the store, and those of the @count that go there. Return: the latter's names."""
    floor.shop.expect(*pickups(max(2, count // 3)))
    return tuple(s["shipment"] for s in floor.send_to_store(*pickups(count // 6, 3001, LINES[:1], prefix="T")))


def auto(floor: Floor, args) -> int:
    to_store = fill(floor, args.auto)
    packer, clerk = Packer(floor.rig.benches[0], show=show), Clerk(floor.shop)
    clerk.begin([c for c in floor.shop.customers if c not in floor.shop.van])
    clerk.show_ways()
    Script(floor, packer, args.auto, to_store, clerk).run(args.offline)
    wait_for("the van at the store", lambda: len(floor.shop.arrived()) == len(to_store))
    clerk.coming += floor.shop.van
    clerk.finish()
    told = {s for s in packer.green.shipped.values() if s not in to_store} | clerk.counted.ready
    say("--- waiting for facts and mails ---")
    settle(floor, len(told))
    texts = [(c.name, t["text"]) for t in floor.shop.lines.texts.texts for c in floor.shop.customers if t["to"] in c.addresses]
    outcome = compare(floor.rig, packer.green, floor.shipments, Counter(clerk.counted.ready, clerk.counted.collected, {c.name: c.order for c in floor.shop.customers}, texts))
    for text in outcome.lost[:20]:
        say(f"LOST: {text}")
    for text in outcome.duplicated[:20]:
        say(f"DOUBLED: {text}")
    green = packer.green.scan_to_green_us + clerk.packer.green.scan_to_green_us
    result = {
        "shipments_shipped": outcome.shipments_shipped, "parcels_shipped": outcome.parcels_shipped, "pickups_ready": outcome.pickups_ready,
        "pickups_collected": outcome.pickups_collected, "facts_at_oms": outcome.facts_at_oms, "notices_accepted": outcome.notices_accepted,
        "told_by_sms": len(texts), "of_these_instead_of_mail": sum(c.order["contact"]["channels"][0] == "email" for name, _ in texts for c in floor.shop.customers if c.name == name),
        "lost": len(outcome.lost), "duplicated": len(outcome.duplicated),
        "scan_to_green_p50_us": int(statistics.median(green)) if green else 0, "scan_to_green_p99_us": percentile(green, 0.99),
    }
    floor.close()
    say(json.dumps(result))
    fine = (result["lost"] == 0 and result["duplicated"] == 0 and result["shipments_shipped"] == args.auto and result["notices_accepted"] == len(told) and (result["told_by_sms"], result["of_these_instead_of_mail"]) == (2, 1)
            and result["parcels_shipped"] == len(packer.green.shipped) and result["pickups_collected"] == len(clerk.served) == len(floor.shop.customers))
    return 0 if fine else 1
