# SPDX-License-Identifier: Apache-2.0
"""One busy quarter of an hour on a floor, told in some seconds: nearly every kind of message that the programs send, once at least.

Recorder keeps what the broker carries; Story makes it happen with real programs. Tests hold the recording against the contract, and
take-examples.py picks the examples out of it."""
from __future__ import annotations

import json
import os
import ssl
import threading
from pathlib import Path

import paho.mqtt.client as mqtt

import goods_pictures
import shipments as goods
from packer import Packer
from tokens import Signer
from rig import REALM, SITE, STATION, Rig, wait_for

NAME = f"{SITE}/{STATION}"
SOCKS, HAT, WATCH = goods.AOZORA[1], goods.AOZORA[6], goods.AOZORA[9]
TEA, SOAP = goods.MIDORI[0], goods.MIDORI[7]
WRONG = goods.AOZORA[3]


class Recorder:
    """Every message of the realm, as the OMS may read it."""

    def __init__(self, broker):
        self.messages: list[tuple[str, bytes]] = []
        self.ready = threading.Event()
        self.client = mqtt.Client(client_id="recorder", protocol=mqtt.MQTTv311)
        cert, key = broker.cert("oms")
        self.client.tls_set(str(broker.ca), str(cert), str(key), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self.client.on_connect = lambda client, *_: client.subscribe(f"okuru/v1/{REALM}/#", 1)
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.on_message = lambda _client, _userdata, m: self.messages.append((m.topic, m.payload))
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        if not self.ready.wait(20):
            raise TimeoutError("no subscription")

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def has(self, leaf: str, kind: str | None = None) -> bool:
        return any(topic.endswith("/" + leaf) and (kind is None or f'"jp.okuru.{kind}"'.encode() in payload) for topic, payload in list(self.messages))


def wish(name: str, carrier: str, *lines: tuple, merchant: str = "aozora", **changes) -> dict:
    """A shipment as `okuru-oms push` takes it, with one label and a contact. @lines: (item, quantity)"""
    n = int.from_bytes(name.encode(), "big") % 9999999
    return {"v": 1, "merchant": merchant, "shipment": name, "orders": [f"A-{n}"], "open_codes": [name, f"TOTE-{name}"],
            "lines": [{"line": str(i + 1), "order": f"A-{n}", "name": {"ja": item.ja, "en": item.en}, "label": {"ja": item.label_ja, "en": item.label_en},
                       "quantity": quantity, "codes": [{"code": item.jan, "units": 1}], "serial": item.serial, "lot": "none", "expiry": "none",
                       "picture": goods_pictures.picture(item.en)}
                      for i, (item, quantity) in enumerate(lines)],
            "inserts": [], "gift": None, "temperature": "ambient", "carrier": carrier, "service": "standard", "cod": None, "pieces": 1, "waybill": "given",
            "bay": goods.BAYS[carrier], "cutoff": "2026-11-21T17:00:00+09:00", "partial": False, "ship_to": {"region": "JP-13"}, "promised": "2026-11-24",
            "pickup": None, "notices": {"shipped": "station"}, "held": False, "reason": None, "cancelled": False,
            "labels": [label(n, carrier)],
            "contact": {"language": "ja", "delete_by": "2027-01-21T00:00:00+09:00", "channels": ["email"], "consent": {"shipped": True},
                        "contact": {"name": "山田 花子", "email": f"hanako.{n}@example.jp"}}, **changes}


def store_wish(name: str, *lines: tuple, merchant: str = "aozora", crate: str | None = None, **changes) -> dict:
    """An order whose customer comes to this store: a box for each line is on its way, labelled elsewhere."""
    n = int.from_bytes(name.encode(), "big") % 9999999
    order = wish(name, "yamato", *lines, merchant=merchant, pieces=len(lines), pickup={"store": SITE, "proof": ["document", "order-name"], "unpaid": 0},
                 notices={"shipped": "none", "pickup-ready": "station"}, **changes)
    del order["labels"]
    order["contact"]["consent"] = {"pickup-ready": True}
    order["expected"] = [{"parcel": f"019aa000-{n % 65536:04x}-7000-8000-{i + 1:012d}", "piece": i + 1, "codes": [goods.waybill(44447000000 + n * 10 + i)],
                          "crate": crate, "contents": [{"line": str(i + 1), "quantity": quantity}]} for i, (_, quantity) in enumerate(lines)]
    return order


def label(n: int, carrier: str) -> dict:
    return {"piece": 1, "carrier": carrier, "number": goods.waybill(44441000000 + n), "print": {"media": "application/vnd.zebra.zpl", "data": "XlhBXkZPNDAsNDBeRkRva3VydV5GU15YWg=="}}


class Story:
    def __init__(self, rig: Rig):
        self.rig, self.packer = rig, Packer(rig.benches[0])
        goods_pictures.write_all(rig.folder / "oms-pictures")
        self.programs = [name for name in ("oms", "station", "sync", "notify") if Path(rig.program(f"okuru-{name}")).exists()]
        self.second_master, second_slave = os.openpty()  # a scanner that will be unplugged
        path = rig.folder / "run/b1.second"
        path.symlink_to(os.ttyname(second_slave))
        os.close(second_slave)
        board = (rig.folder / "etc/board.yaml").read_text()
        rig.write_yaml("board.yaml", board.replace("    light:\n", f"      - name: hand-2\n        driver: serial\n        path: {path}\n        suffix: cr\n    light:\n", 1))

    # ---- the office ----

    def file(self, name: str, *documents: dict) -> str:
        path = self.rig.folder / "etc" / name
        path.write_text("".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents), encoding="utf-8")
        return str(path)

    def facts(self, kind: str, subject: str | None = None) -> int:
        more = ("AND subject = ?", subject) if subject else ("",)
        return self.rig.query("station/ledger.db", f"SELECT count(*) FROM fact WHERE type = ? {more[0]}", kind, *more[1:])[0][0]

    def told(self, kind: str, subject: str | None, *verb: str) -> None:
        """okuru-oms says something, and the station has decided it."""
        before = self.facts(kind, subject)
        self.rig.oms(*verb)
        wait_for(f"{kind} of {subject}", lambda: self.facts(kind, subject) > before)

    def push(self, *wishes: dict, kind: str = "shipment.received") -> None:
        before = {w["shipment"]: (self.facts(kind, w["shipment"]), self.facts("contact.received", w["shipment"])) for w in wishes}
        self.rig.oms("push", self.file("push.jsonl", *wishes), "--station", NAME)
        for w in wishes:
            wait_for(f"{kind} of {w['shipment']}", lambda w=w: self.facts(kind, w["shipment"]) > before[w["shipment"]][0])
            if kind == "shipment.received" and "contact" in w:
                wait_for(f"the contact of {w['shipment']}", lambda w=w: self.facts("contact.received", w["shipment"]) > before[w["shipment"]][1])

    # ---- the bench ----

    def scan(self, code: str, *expected: str) -> dict:
        return self.packer.scan(code, *expected)

    def pack(self, w: dict) -> str:
        """Open, all units, inserts: the parcel's id."""
        self.scan(w["open_codes"][0], "opened")
        return self.packer.fill(w)["parcel"]

    def ready(self, w: dict) -> str:
        self.pack(w)
        return self.scan(w["labels"][0]["number"], "ready", "shipped")["parcel"]

    # ---- the day ----

    def begin(self) -> None:
        for name in self.programs:
            self.rig.start(name)
        self.rig.wait_up()
        policy = goods.policy(2)
        for merchant in policy["merchants"]:
            merchant["unknown_shipment"] = "accept" if merchant["merchant"] == "midori" else "refuse"
        self.told("policy.changed", None, "policy", self.file("policy.json", policy))
        self.told("people.changed", None, "people", self.file("people.json", goods.people()))
        for bay in goods.bays():
            self.told("bay.scheduled", bay["bay"], "bay", self.file("bay.json", bay))
        self.told("item.codes", "midori", "codes", self.file("codes.json", {"merchant": "midori", "items": [{"code": "SAMPLE-TEA", "units": 1, "name": {"ja": "試供品の茶"}}]}))
        self.told("keys.changed", None, "keys", self.file("keys.json", {"keys": [Signer("K1").public(), Signer("K2", "offer").public()]}))
        self.told("offer.changed", "O-1", "offer", self.file("offer.json", {"merchant": "aozora", "offer": "O-1", "kind": "in-store", "headline": {"ja": "靴下10%引き"},
                                                                         "terms": {"ja": "1人1回"}}))
        block = {"merchant": "aozora", "carrier": "yamato", "block": "b-7", "from": goods.waybill(44449000000), "to": goods.waybill(44449000099)}
        self.told("label.block", None, "block", self.file("block.json", block), "--station", NAME)
        self.packer.light.drain()  # what the bench showed before anybody looked
        self.packer.sign_in("P017")

    def tell(self) -> None:
        self.begin()
        self.plain_ones()
        self.what_goes_wrong()
        self.what_changes()
        self.undone()
        self.unverified()
        self.counter()
        self.trucks()
        self.end()

    def plain_ones(self) -> None:
        leaflet = {"line": "i1", "name": {"ja": "秋のちらし", "en": "Autumn leaflet"}, "check": "confirm", "quantity": 1, "codes": []}
        self.bayed = wish("S-1001", "yamato", (SOCKS, 2), (HAT, 1), inserts=[leaflet])
        self.watch = wish("S-1002", "japanpost", (WATCH, 1))
        self.scanned = wish("S-1003", "sagawa", (TEA, 3), merchant="midori")
        self.bayed["notices"]["incident"], self.bayed["contact"]["consent"]["incident"] = "station", True
        self.push(self.bayed, self.watch, self.scanned)
        incident = {"merchant": "aozora", "shipment": "S-1001", "kind": "incident", "data": {
            "cause": {"ja": "配送車両の故障のため", "en": "The carrier's van broke down"}, "action": {"ja": "代わりの車両で本日発送いたします", "en": "Another van takes it today"},
            "next_by": "2026-11-22T12:00:00+09:00"}}
        self.told("notice.reserved", "S-1001", "notice", self.file("notice.json", incident))
        self.scan(self.bayed["open_codes"][1], "opened")
        self.scan(WRONG.jan, "wrong-item")
        self.packer.fill(self.bayed)
        self.scan(self.bayed["labels"][0]["number"], "ready")
        self.ready(self.watch)  # shipped at once, by this carrier's policy
        self.scan(self.scanned["open_codes"][0], "opened")
        self.scan("OKURU-C-X-3", "times")
        self.scan(TEA.jan, "packed")
        self.scan(self.scanned["labels"][0]["number"], "ready")

    def what_goes_wrong(self) -> None:
        short, broken, swapped = wish("S-1004", "yamato", (SOCKS, 2)), wish("S-1005", "yamato", (HAT, 1), (SOCKS, 1)), wish("S-1006", "yamato", (HAT, 1))
        self.push(short, broken, swapped)
        self.scan(short["open_codes"][0], "opened")
        self.scan(SOCKS.jan, "ok")
        self.scan("OKURU-C-SHORT", "parked")
        short["lines"][0]["quantity"] = 1
        self.push(short, kind="shipment.changed")  # the merchant sends what there is
        self.scan(short["open_codes"][0], "packed", "resumed")
        self.scan(short["labels"][0]["number"], "ready")
        self.scan(broken["open_codes"][0], "opened")
        self.scan(HAT.jan, "ok")
        self.scan("OKURU-C-DAMAGED", "gesture")
        self.scan(SOCKS.jan, "damaged")
        self.scan(SOCKS.jan, "packed")
        self.scan(broken["labels"][0]["number"], "ready")
        self.pack(swapped)
        self.scan(broken["labels"][0]["number"], "foreign-waybill")
        self.scan("OKURU-P-L002", "packed", "resumed")
        self.scan(swapped["labels"][0]["number"], "ready")
        self.failed = wish("S-1007", "japanpost", (HAT, 1))
        self.failed["contact"]["contact"]["email"] = "nobody at all"
        self.push(self.failed)
        self.ready(self.failed)

    def what_changes(self) -> None:
        relabelled, cancelled, pulled, held = (wish(f"S-10{n}", "yamato", (HAT, 1)) for n in (10, 11, 12, 13))
        self.push(relabelled, cancelled, pulled, held)
        self.pack(relabelled)
        other = label(123, "yamato")
        self.told("label.given", "S-1010", "label", self.file("label.json", {"merchant": "aozora", "shipment": "S-1010", "labels": [other]}))
        self.packer.look(20)  # the bench is told
        self.scan(other["number"], "ready")
        taken = {"merchant": "aozora", "shipment": "S-1012", "labels": [other]}
        self.told("command.refused", "S-1012", "label", self.file("label.json", taken))  # that number is another shipment's
        self.scan(cancelled["open_codes"][0], "opened")
        self.told("shipment.cancelled", "S-1011", "cancel", "S-1011", "--merchant", "aozora")
        self.packer.look(20)
        self.scan("OKURU-C-RETURN", "voided")
        self.ready(pulled)
        self.told("shipment.cancelled", "S-1012", "cancel", "S-1012", "--merchant", "aozora")
        self.scan("OKURU-C-PULL", "gesture")
        self.scan(pulled["labels"][0]["number"], "pulled")
        self.told("shipment.held", "S-1013", "hold", "S-1013", "--merchant", "aozora", "--reason", "住所を確かめている")
        self.told("shipment.released", "S-1013", "release", "S-1013", "--merchant", "aozora")
        self.told("conflict.found", "S-1002", "cancel", "S-1002", "--merchant", "aozora")  # too late: it is shipped
        self.told("contact.erased", "S-1013", "erase", "S-1013", "--merchant", "aozora")

    def undone(self) -> None:
        again, void = wish("S-1020", "yamato", (SOCKS, 1)), wish("S-1021", "japanpost", (HAT, 1))
        self.push(again, void)
        self.ready(again)
        self.scan("OKURU-C-REOPEN", "gesture")
        self.scan(again["labels"][0]["number"], "reopened")
        self.scan("OKURU-C-PARK-A1", "parked")
        self.ready(void)
        self.scan("OKURU-C-VOID", "gesture")
        self.scan(void["labels"][0]["number"])
        self.scan("OKURU-P-L002", "voided")  # before its notice went

    def unverified(self) -> None:
        """Midori's data is late today."""
        late = wish("M-2001", "yamato", (SOAP, 1), merchant="midori")
        self.scan("M-2001", "opened")
        self.scan(SOAP.jan, "ok")
        self.scan("OKURU-C-OK")
        self.push(late)
        self.packer.look(20)  # its label came with it
        self.scan(late["labels"][0]["number"], "ready")

    def counter(self) -> None:
        """Two boxes for a customer who comes to the store that is in the same building."""
        clerk = Packer(self.rig.counters[0])
        clerk.light.drain()
        clerk.sign_in("P023")
        order = store_wish("P-3001", (HAT, 1), (SOCKS, 2))
        self.push(order)
        first, second = (p["codes"][0] for p in order["expected"])
        for number, shelf in ((first, "B-3"), (second, "B-4")):
            clerk.scan(number, "arrived")
            clerk.scan(f"OKURU-S-{shelf}", "shelved", "ready")
        clerk.scan(first, "proof")
        clerk.scan("OKURU-S-B-4", "moved")
        clerk.scan(order["orders"][0], "proof")
        clerk.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
        clerk.scan(first, "ok")
        clerk.scan("OKURU-C-MISSING", "not-on-shelf")
        clerk.scan("OKURU-C-OK", "collected")
        clerk.scan("OKURU-C-UNDO", "undone")
        clerk.scan(second, "next")
        clerk.scan("OKURU-S-B-4", "moved")
        clerk.scan(order["orders"][0], "proof")
        clerk.scan("OKURU-C-PROOF-ORDER-NAME", "hand-over")
        clerk.scan(first, "ok")
        clerk.scan(second, "collected")
        clerk.scan("00000000", "no-hand-over")  # no such code
        late = store_wish("P-3002", (HAT, 1), crate="ORICON-7")
        self.push(late)
        clerk.scan("ORICON-7", "arrived")
        self.told("pickup.expired", "P-3002", "cancel", "P-3002", "--merchant", "aozora")
        clerk.scan(late["expected"][0]["codes"][0], "return")
        clerk.scan("OKURU-C-RETURN", "restocked")
        clerk.scan("OKURU-C-TAKE-BACK", "gesture")
        clerk.scan(first, "returned")
        clerk.scan("OKURU-C-OK", "inspected")
        coupon = Signer("K2", "offer").token(t="o", m="aozora", o="O-1", n="C-1")
        clerk.scan(coupon, "offer")
        clerk.scan("OKURU-C-OK", "redeemed")
        clerk.scan(coupon, "already")
        clerk.scan("OKURU-C-SIGN-OUT", "signed-out")

    def trucks(self) -> None:
        self.scan("OKURU-C-SHIP-S1", "collection")
        self.scan(self.scanned["labels"][0]["number"], "shipped")
        self.scan("OKURU-C-OK")
        expected = self.rig.query("station/ledger.db", "SELECT count(*) FROM parcel WHERE state = 'ready' AND bay = 'y1'")[0][0]
        self.scan("OKURU-C-BAY-CLOSE-Y1", "count")
        for digit in str(expected):
            self.scan(f"OKURU-C-D-{digit}", "count")
        self.scan("OKURU-C-OK", "bay-closed")

    def end(self) -> None:
        self.scan("OKURU-C-SIGN-OUT", "signed-out")
        os.close(self.second_master)  # the scanner's plug
        wait_for("device.down", lambda: self.facts("device.down"))
        self.garbled()
        self.rig.oms("snapshot", "--station", NAME)
        wait_for("an outcome of every notice", lambda: self.facts("notice.reserved") == sum(self.facts(f"notice.{o}") for o in ("accepted", "failed", "cancelled")))
        wait_for("all of it at the OMS", self.is_all_applied)
        wait_for("all commands decided", lambda: self.facts("snapshot.begun") == self.facts("snapshot.ended") >= 2 and self.facts("fact.refused"))

    def is_all_applied(self) -> bool:
        heads = self.rig.query("station/ledger.db", "SELECT max(seq) FROM fact WHERE lane IN (0, 1) GROUP BY lane ORDER BY lane")
        marks = self.rig.query("sync/inbox.db", "SELECT upto FROM uplink WHERE lane IN ('fact', 'trace') ORDER BY lane")
        return heads == marks

    def garbled(self) -> None:
        """A ledger whose first fact nobody can read: the OMS passes it over, and says so."""
        cert, key = self.rig.broker.cert(NAME)
        client = mqtt.Client(client_id="garbled", protocol=mqtt.MQTTv311)
        client.tls_set(str(self.rig.broker.ca), str(cert), str(key), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        client.connect(self.rig.broker.host, self.rig.broker.port)
        client.loop_start()
        source = f"urn:okuru:{REALM}:{SITE}:{STATION}:{'0' * 32}:fact"
        client.publish(f"okuru/v1/{REALM}/{NAME}/up/fact", f'{{"source":"{source}","sequence":"{1:020d}","type":"jp.okuru.parc', 1).wait_for_publish(20)
        client.disconnect()
        client.loop_stop()
