# SPDX-License-Identifier: Apache-2.0
"""An OMS for boxes that die: nearly every kind of command, in groups that wait for each other, and a memory of what was said to be taken."""
from __future__ import annotations

import socket
import threading

import shipments as goods
from faults import policy, simple
from rig import REALM, SITE, STATION
from sender import Sender

BOX = f"{SITE}:{STATION}"
SHIPMENTS = simple(4)


def wish(n: int, version: int, **changes) -> tuple:
    s = {key: value for key, value in SHIPMENTS[n].items() if key not in ("labels", "contact")}
    return "shipment", s["shipment"], s["merchant"], {**s, "v": 1, "version": version, **changes}


def about(n: int, kind: str, **data) -> tuple:
    s = SHIPMENTS[n]
    return kind, s["shipment"], s["merchant"], {"v": 1, "merchant": s["merchant"], "shipment": s["shipment"], **data}


def labels(n: int, of: int | None = None) -> tuple:
    return about(n, "label", version=1, labels=SHIPMENTS[n if of is None else of]["labels"])


def contact(n: int) -> tuple:
    return about(n, "contact", version=1, **SHIPMENTS[n]["contact"])


def floor_wide(kind: str, subject: str, data: dict) -> tuple:
    return kind, subject, data.get("merchant", ""), {"v": 1, **data}


def commands() -> list[list[tuple]]:
    """(type, subject, merchant, data) in groups; a group is sent when the one before it was taken."""
    bay = goods.bays()[0]
    people = goods.people()
    return [
        [floor_wide("policy", "policy", policy(0)), floor_wide("people", "people", people), floor_wide("bay", bay["bay"], bay),
         *[command for n in range(2) for command in (wish(n, 1), labels(n), contact(n))]],
        [wish(2, 1), labels(2, of=0), contact(2), wish(1, 2, held=True, reason="住所を確かめている"),
         floor_wide("item.codes", "aozora", {"merchant": "aozora", "items": [{"code": "SAMPLE-1", "units": 1, "name": {"ja": "試供品"}}]})],
        [wish(1, 3), wish(2, 2, cancelled=True), about(1, "contact.erase")],
        [wish(0, 2, promised="2026-11-30"), wish(3, 1), labels(3), contact(3)],
        [wish(0, 1), floor_wide("no.such.thing", "x", {}), floor_wide("people", "people", {**people, "version": 2, "people": people["people"][::2]}),
         floor_wide("policy", "policy", {**policy(0), "version": 2, "quantity_limit": 40})],
    ]


class Office(Sender):
    """An OMS that hands out its groups one after the other, and remembers in their order all words of `taken`, and each end of a line."""

    def __init__(self, rig):
        cert, key = rig.broker.cert("oms")
        super().__init__(rig.folder / "office.db", REALM, rig.broker.host, rig.broker.port, tls=(rig.broker.ca, cert, key))
        self.client.on_socket_open = lambda _client, _userdata, s: s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.said: list[tuple | None] = []  # (source, upto, inbox); None: the line ended
        self.waiting: list[list[tuple]] = []
        self.heard = threading.Event()  # of the box, since somebody cleared it
        self.is_level = threading.Event()  # all was handed out and taken

    def begin(self) -> None:
        """A new box under the name, of which nothing was heard yet."""
        began = threading.Event()
        self.work.put((self.forget, began))
        assert began.wait(20)

    def forget(self, began: threading.Event) -> None:
        for table in ("wish", "stream", "command", "event", "source", "aside"):
            self.db.execute(f"DELETE FROM {table}")
        self.said, self.waiting = [], commands()
        self.sending.clear()
        self.is_level.clear()
        self.hand_out()
        began.set()

    def hand_out(self) -> None:
        for command in self.waiting.pop(0):
            self.wish(BOX, *command)

    def take_other(self, station: str, leaf: str, message: dict) -> None:
        if leaf == "taken":
            self.said.append((message.get("source"), int(message["upto"]), message["inbox"]))
        elif message["online"]:
            self.heard.set()
            self.sending.clear()  # what was sent to the life before need not have come
        else:
            self.said.append(None)
        super().take_other(station, leaf, message)
        row = self.db.execute("SELECT taken = last FROM stream WHERE station = ? AND current", (station,)).fetchone()
        if leaf != "taken" or not row or not row[0]:
            return
        if self.waiting:
            self.hand_out()
        else:
            self.is_level.set()
