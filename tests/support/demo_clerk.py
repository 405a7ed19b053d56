# SPDX-License-Identifier: Apache-2.0
"""The virtual clerk and the virtual customers of the demo: parcels received and handed over, with the mistakes that people make."""
from __future__ import annotations

from dataclasses import dataclass, field

from compare import read_mail
from demo_floor import say, show
from demo_store import HAT, SHIRT, SOCKS, TOTE, Customer, Shop, customer
from packer import Packer
from waiting import wait_for

LINES = [((SOCKS, 2),), ((HAT, 1), (TOTE, 1)), ((SHIRT, 2),), ((SOCKS, 1), (HAT, 2), (SHIRT, 1))]


def pickups(count: int, first: int = 4001, lines: list[tuple] = LINES, prefix: str = "P") -> list[Customer]:
    """Every third is to be paid at the till; the first of all wants an SMS."""
    return [customer(first + n, *lines[n % len(lines)], prefix=prefix, channels=("sms", "email") if first + n == 4001 else ("email", "sms"),
                     unpaid=3300 if n % 3 == 1 else 0) for n in range(count)]


@dataclass
class Counted:
    """What the counter's light promised."""

    ready: set = field(default_factory=set)      # orders, by their shipment
    collected: dict = field(default_factory=dict)  # shipment -> parcels that are in their customer's hands


class Clerk:
    def __init__(self, shop: Shop):
        self.shop, self.packer = shop, Packer(shop.rig.counters[0], show=show)
        self.coming: list[Customer] = []  # expected, and not yet looked for
        self.waiting: list[Customer] = []  # on their shelves
        self.served: list[Customer] = []
        self.counted = Counted()
        self.mails: dict[str, str] = {}  # file -> to whom
        self.texts_seen = 0
        self.n = 0

    def begin(self, customers: list[Customer]) -> None:
        self.packer.sign_in("K041")
        self.coming = list(customers)

    def receive(self) -> None:
        """The next order from the van onto its shelves."""
        c, last = self.coming.pop(0), {}
        for k, number in enumerate(c.parcels):
            self.packer.scan(number, "arrived")
            last = self.packer.scan(f"OKURU-S-{'ABCD'[k]}-{len(self.waiting) % 9 + 1}", "ready" if number == c.parcels[-1] else "shelved")
        if last["kind"] == "ready":
            self.counted.ready.add(c.name)
        self.waiting.append(c)

    def told(self) -> list[Customer]:
        """Whom a mail or an SMS has reached. Each mail is read once."""
        for path in self.shop.rig.mails():
            if path.name not in self.mails:
                self.mails[path.name] = read_mail(path)["To"].addresses[0].addr_spec
        texts = self.shop.lines.texts.texts
        for text in texts[self.texts_seen:]:
            say(f"   {text['way']}: {text['to']}: {text['text']}")
            self.texts_seen += 1
        reached = set(self.mails.values()) | {text["to"] for text in texts}
        return [c for c in self.waiting if c.addresses & reached]

    def await_told(self) -> Customer:
        wait_for("a pickup's mail or SMS", self.told)
        return self.told()[0]

    def show_ways(self) -> None:
        """One customer wants an SMS and gets it; another wants a mail, and its line is down: an SMS instead."""
        lines, (by_sms, by_mail) = self.shop.lines, self.coming[:2]
        self.receive()
        wait_for("the SMS", lambda: by_sms in self.told())
        say("--- the line of the mails is cut ---")
        lines.turn("mail", False)
        self.receive()
        wait_for("the SMS instead of the mail", lambda: by_mail in self.told())
        lines.turn("mail", True)
        say("--- it is mended ---")

    def serve(self, c: Customer) -> None:
        """By QR, by code, by order number; unpaid ones pay first. Some hand a wrong parcel over first, some undo."""
        packer, way = self.packer, self.n % 3
        self.n += 1
        verdict = packer.scan([c.token, c.code.lower(), c.number][way], "hand-over", "proof", "unpaid")
        if verdict["kind"] == "unpaid":
            verdict = packer.scan(f"RECEIPT-10{c.name[2:]}", "hand-over", "proof")  # each is good once
        if verdict["kind"] == "proof":
            packer.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
        other = next((o for o in self.waiting if o is not c), None)
        if other and self.n % 2 == 0:
            packer.scan(other.parcels[0], "wrong-parcel")
        self.hand_over(c)
        if self.n % 4 == 1:  # it was the wrong person after all, and then it was not
            packer.scan("OKURU-C-UNDO", "undone")
            packer.scan(c.token, "hand-over")  # what was paid stays paid
            self.hand_over(c)
        if self.n % 4 == 2:
            packer.scan(c.token, "already", "no-hand-over")
        self.waiting.remove(c)
        self.served.append(c)
        self.counted.collected[c.name] = len(c.parcels)

    def hand_over(self, c: Customer) -> None:
        for number in c.parcels:
            self.packer.scan(number, "collected" if number == c.parcels[-1] else "ok")

    def finish(self) -> None:
        while self.waiting or self.coming:
            while self.coming:
                self.receive()
            self.serve(self.await_told())
