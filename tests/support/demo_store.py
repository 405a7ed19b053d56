# SPDX-License-Identifier: Apache-2.0
"""The demo's store: a pickup counter on a box of its own, with orders in every state, and what its customers carry with them."""
from __future__ import annotations

import datetime
import hashlib
import json
import threading
from dataclasses import dataclass

import shipments as goods
from demo_lines import Lines
from packer import Packer
from printer import Printer, read_page
from rig import Rig
from story import store_wish
from tokens import Signer
from waiting import wait_for
from web import Client

SITE, STATION = "aoba", "counter-01"
NAME = f"{SITE}/{STATION}"
STORE = {"name": {"ja": "青葉通り店", "en": "Aoba-dori store"}, "address": {"ja": "東京都千代田区一番町1-1"}, "phone": "03-1234-5678",
         "hours": {"ja": "10時から20時", "en": "10:00 to 20:00"}, "note": {"ja": "1階の受取カウンターへお越しください。", "en": "The pickup counter is on the ground floor."},
         "keep_days": 7, "closes": "20:00", "closed": []}
CARRIER, BAY = "storerun", "t1"  # the van to the store, loaded as soon as a box is ready
RUN = {"carrier": CARRIER, "name": {"ja": "店舗便", "en": "Store run"}, "shipped": "at-ready", "report": "shipped", "bay": BAY}
RUN_BAY = {"version": 1, "bay": BAY, "carrier": CARRIER, "temperature": "ambient", "name": {"ja": "店舗便", "en": "Store run"}, "collections": ["18:00"], "grace_min": 30}
PICKUP, OFFER = Signer("K1"), Signer("K2", "offer")
SOCKS, SHIRT, HAT, TOTE, CLOTH = (goods.AOZORA[n] for n in (1, 3, 6, 7, 8))
COUPON = {"merchant": "aozora", "offer": "O-1", "kind": "in-store", "headline": {"ja": "靴下10%引き", "en": "10% off socks"}, "terms": {"ja": "お一人様1回", "en": "once a customer"}}
COLLEAGUE = {"person": "p-042", "badge": "K042", "role": "clerk", "call": "そら"}
CODES = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # as Crockford writes them


@dataclass
class Customer:
    """What somebody holds who comes to the counter: an order, its mail's address, a code, a QR."""

    order: dict
    code: str
    token: str
    says: dict  # what is worth playing with this one, by language

    @property
    def name(self) -> str:
        return self.order["shipment"]

    @property
    def number(self) -> str:
        return self.order["orders"][0]

    @property
    def email(self) -> str:
        return self.order["contact"]["contact"]["email"]

    @property
    def addresses(self) -> set[str]:
        """By which something can reach them, as a relay or a provider is told."""
        contact = self.order["contact"]["contact"]
        return {self.email, "+81" + contact["phone"].replace("-", "")[1:], contact["line"]}

    @property
    def parcels(self) -> list[str]:
        return [parcel["codes"][0] for parcel in self.order["expected"]]


def customer(n: int, *lines: tuple, ja: str = "", en: str = "", prefix: str = "P", email: str | None = None, channels: tuple = ("email", "sms"), **pickup) -> Customer:
    """@channels: by which they want to be told, the first that works. @pickup: members of the wish's `pickup`. The same for the same @n."""
    order = store_wish(f"{prefix}-{n}", *lines)
    person = goods.FAMILY[n % len(goods.FAMILY)], goods.GIVEN[n % len(goods.GIVEN)]
    code = "".join(CODES[byte % 32] for byte in hashlib.sha256(f"customer {n}".encode()).digest()[:8])
    order["pickup"] = {"store": SITE, "proof": ["code", "document", "order-name"], "unpaid": 0, **pickup}
    order["carrier"], order["bay"], order["orders"] = CARRIER, BAY, [f"A-{60000 + n}"]
    for line in order["lines"]:
        line["order"] = order["orders"][0]
    order["contact"]["contact"] = {"name": " ".join(person), "email": email or f"customer-{n}@example.jp", "phone": f"090-0000-{n:04d}", "line": f"U{n:032x}", "code": f"{code[:4]}-{code[4:]}"}
    order["contact"]["channels"] = list(channels)
    return Customer(order, f"{code[:4]}-{code[4:]}", PICKUP.token(t="p", m=order["merchant"], s=order["shipment"], w=SITE), {"ja": ja, "en": en})


def packed_for(c: Customer) -> dict:
    """The same order as the DC that packs it is told of it: with a label, and nothing on its way yet."""
    label = {"piece": 1, "carrier": CARRIER, "number": c.parcels[0], "print": {"media": "text/plain", "data": "5bqX6IiX5L6/"}}
    return {**{k: v for k, v in c.order.items() if k != "expected"}, "open_codes": [c.name, f"TOTE-{c.name}"], "pieces": 1, "waybill": "given", "labels": [label]}


def yesterday() -> str:
    return (datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))) - datetime.timedelta(days=1)).strftime("%Y-%m-%d")


class Shop:
    """The store's box beside the DC's, at the same broker and OMS. Its mails lie in the same mailbox.

    It has a second counter, at which a colleague puts away what a press of a button brings, while somebody plays at the first."""

    def __init__(self, dc: Rig, fallback_s: int, paper: bool):
        """@fallback_s: how long a line may be down before the next one is taken. @paper: is there a printer for slips?"""
        self.dc = dc
        dc.broker.allow(NAME)
        self.lines = Lines(dc.mailbox)
        self.printer = Printer("escpos").__enter__() if paper else None
        self.rig = Rig(dc.build, dc.folder / "store", benches=0, counters=2, broker=dc.broker, site=SITE, station=STATION, mailbox=dc.mailbox, screen_scanner=True,
                       environment={"OKURU_TEST_CLOCK_QUALITY": "synced"}, ready_board=["127.0.0.1"],
                       smtp={"host": "127.0.0.1", "port": self.lines.mail.port, "tls": "none-on-loopback", "timeout": "5s"},
                       slips=f"  printer: tcp\n  host: 127.0.0.1\n  port: {self.printer.port}\n  language: escpos\n  bench: c2\n" if paper else None)
        etc = self.rig.folder / "etc"
        self.rig.write_yaml("notify.yaml", (etc / "notify.yaml").read_text(encoding="utf-8") + self.lines.config(etc, fallback_s))
        self.shelving = threading.Lock()
        self.n_more = 0
        self.customers: list[Customer] = []
        self.van: list[Customer] = []  # whose orders the DC packs; its OMS tells the store when they are on their way

    def open(self) -> None:
        for name in ("station", "sync", "notify"):
            self.rig.start(name)
        wait_for("the store's station", lambda: self.rig.alive("station") and self.rig.try_status())
        self.dc.oms("keys", self.file("keys.json", {"keys": [PICKUP.public(), OFFER.public()]}))
        self.dc.oms("offer", self.file("offer.json", COUPON), "--station", NAME, check=False)
        wait_for("policy, people and keys at the counter", lambda: all(self.count(k) for k in ("policy.changed", "people.changed", "keys.changed")))
        self.address = self.rig.start_web().replace("127.0.0.1", "localhost")  # by another name than the DC's, so that a browser keeps their cookies apart
        wait_for("the counter at the screens", lambda: "c1" in Client(self.address).session()["counters"])

    def close(self) -> None:
        for name in ("web", "station", "sync", "notify"):
            self.rig.stop(name)
        for c in self.rig.counters:
            c.close()
        self.unplug()

    def unplug(self) -> None:
        self.lines.close()
        if self.printer:
            self.printer.__exit__()
            self.printer = None

    # ---- goods ----

    def file(self, name: str, *documents: dict) -> str:
        path = self.rig.folder / "etc" / name
        path.write_text("".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents), encoding="utf-8")
        return str(path)

    def count(self, kind: str, subject: str | None = None) -> int:
        rows = self.rig.query("station/ledger.db", "SELECT subject FROM fact WHERE type = ?", kind)
        return sum(1 for (s,) in rows if subject in (None, s))

    def expect(self, *customers: Customer) -> None:
        """On their way here, and known here."""
        self.customers += [c for c in customers if c not in self.customers]
        self.dc.oms("push", self.file(f"push-{customers[0].name}.jsonl", *(c.order for c in customers)), "--station", NAME)
        for c in customers:
            wait_for(f"{c.name} at the counter", lambda c=c: self.count("expected.received", c.name) and self.count("contact.received", c.name))

    def one_more(self) -> Customer:
        """The colleague puts an order onto its shelf: its customer is to be told."""
        with self.shelving:
            c = customer(5001 + self.n_more, (SOCKS, 1), ja="同僚が棚に置いた", en="put on its shelf by the colleague")
            self.expect(c)
            colleague = Packer(self.rig.counters[1])
            colleague.sign_in(COLLEAGUE["badge"])
            colleague.scan(c.parcels[0], "arrived")
            colleague.scan(f"OKURU-S-F-{self.n_more % 9 + 1}", "ready")
            self.n_more += 1
            return c

    def waiting(self) -> list[str]:
        """Orders whose customers are still to be told."""
        return [s for (s,) in self.rig.query("notify/notices.db", "SELECT shipment FROM notice WHERE state IN ('reserved', 'sending')")]

    def slips(self) -> list[str]:
        """What came out of the printer."""
        return [read_page(page)[0].strip() for page in self.printer.whole] if self.printer else []

    def bring(self, *customers: Customer) -> list[dict]:
        """To be packed at the DC: what its bench is to be told."""
        self.customers += customers
        self.van += customers
        return [packed_for(c) for c in customers]

    def arrived(self) -> list[Customer]:
        """Of those that the DC packs: expected here by now."""
        return [c for c in self.van if self.count("expected.received", c.name) and self.count("contact.received", c.name)]


# ---- the store of whoever plays: something in every state ----

def played() -> dict[str, Customer]:
    """By what is to be seen with each."""
    return {
        "ready": customer(2001, (SOCKS, 2), ja="QRで受け取る", en="collect by QR"),
        "unpaid": customer(2002, (TOTE, 1), (HAT, 1), unpaid=5480, ja="店で支払う（2個口）", en="pay at the till (2 parcels)"),
        "many": customer(2003, (SHIRT, 1), (HAT, 2), (CLOTH, 3), ja="3個口、棚3か所", en="3 parcels on 3 shelves"),
        "overdue": customer(2004, (CLOTH, 1), keep_until=yesterday(), ja="保管期限を過ぎ、在庫へ戻す", en="past its last day: back to stock"),
        "half": customer(2005, (SOCKS, 1), (TOTE, 1), ja="あと1個が未着", en="one parcel is still to come"),
        "coming": customer(2006, (HAT, 1), ja="これから店に届く", en="on its way to the store"),
        "coming-2": customer(2007, (SHIRT, 2), ja="これから店に届く", en="on its way to the store"),
        "untold": customer(2008, (SOCKS, 3), email="nobody at all", channels=("email",), ja="メールが届かない宛先", en="an address that takes no mail"),
        "sms": customer(2009, (HAT, 1), channels=("sms", "email"), ja="SMSで知らせる", en="told by SMS"),
        "line": customer(2010, (TOTE, 1), channels=("line", "email"), ja="LINEで知らせる", en="told by LINE"),
    }


SHELVES = {"ready": ["A-1"], "unpaid": ["B-3", "B-3"], "many": ["B-1", "D-10", "A-2"], "overdue": ["E-7"], "half": ["C-2"], "untold": ["A-3"], "sms": ["C-5"], "line": ["D-4"]}


def stock(shop: Shop) -> None:
    """A morning's work of the clerk, done before the curtain."""
    orders = played()
    shop.expect(*orders.values())
    clerk = Packer(shop.rig.counters[0])
    clerk.sign_in("K041")
    for key, shelves in SHELVES.items():
        for number, shelf in zip(orders[key].parcels, shelves):
            clerk.scan(number, "arrived")
            clerk.scan(f"OKURU-S-{shelf}", "shelved", "ready")
    clerk.scan("OKURU-C-SIGN-OUT", "signed-out")
