# SPDX-License-Identifier: Apache-2.0
"""Three days without a line: what a store does meanwhile, hour by hour, as facts of a ledger and as what the model knows."""
from __future__ import annotations

import json
import os
import random
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

from ledger import REALM, Ledger, notice_id
from notice_model import DAY, HOUR, Contact, Notice, Order, World

JST = timezone(timedelta(hours=9))
HOURS = 72
BEGINS_AT = 2.5 * HOUR  # of the day: so the line returns while some are not to be woken
MERCHANTS = ("acme", "birch", "cedar")
QUIET = {"birch": (21 * HOUR, 8 * HOUR)}
PICKUP = ("pickup-ready", "pickup-reminder", "last-day")
SPACING_S = 0.02  # between two notices of an hour, so that each has an age of its own


class Hours(Ledger):
    """A ledger that is written in one go for each hour, by the clock that the programs take their time from."""

    def __init__(self, build: Path, folder: Path, clock: Path):
        super().__init__(build, folder)
        self.clock, self.lines = clock, []
        self.environment = {**os.environ, "OKURU_TEST_CLOCK": str(clock), "OKURU_TEST_CLOCK_QUALITY": "synced", "TZ": "Asia/Tokyo"}

    def open(self):
        self.write()  # makes it

    def close(self):
        self.write()

    def fact(self, type: str, merchant: str, subject: str, /, **data) -> int:
        line = {"type": type, "merchant": merchant, "subject": subject, "bench": "b1", "actor": "p1", "data": {"v": 1, **data}}
        self.lines.append(json.dumps(line, ensure_ascii=False) + "\n")
        return 0

    def write(self) -> None:
        done = subprocess.run([self.tool, "--folder", self.folder, "--realm", REALM, "--public", self.public, "--batch", "100000"],
                              input="".join(self.lines), text=True, capture_output=True, env=self.environment)
        wrong = [line for line in done.stdout.splitlines() if "error" in line]
        assert done.returncode == 0 and not wrong, done.stderr + "\n".join(wrong[:3])
        self.lines = []


class Time:
    """Seconds since the line was cut, as the programs see them."""

    def __init__(self, clock: Path):
        self.clock = clock
        now = datetime.now(JST)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        self.zero = midnight.timestamp() + BEGINS_AT
        self.midnight = -BEGINS_AT
        self.move(0)

    def move(self, to: float) -> None:
        new = self.clock.with_suffix(".new")
        new.write_text(f"{self.zero + to - datetime.now().timestamp():.6f}\n")
        new.replace(self.clock)

    def now(self) -> float:
        return float(self.clock.read_text()) + datetime.now().timestamp() - self.zero

    def text(self, at: float) -> str:
        return datetime.fromtimestamp(self.zero + at, JST).isoformat(timespec="milliseconds")

    def of(self, text: str) -> float:
        return datetime.fromisoformat(text).timestamp() - self.zero


# ---- what may happen to an order, with its share of all; each gives its events, with steps counted from the one in which it began ----


def plain(r, o):
    return []


def undone(r, o):
    return [(r.randint(1, 30), "void", 1)]


def one_of_two_undone(r, o):
    return [(0, "ship", 2), (r.randint(1, 30), "void", 1)]


def cancelled(r, o):
    step = r.randint(1, 30)
    return [(step, "void", 1), (step, "cancel", None)]


def pickup_cancelled(r, o):
    return [(r.randint(1, 30), "cancel", None)]


def taken_over(r, o):
    return [(r.randint(0, 40), "owner", r.choice(["oms", "none"]))]


def taken_over_and_given_back(r, o):
    step = r.randint(1, 3)
    return [(step, "owner", "oms"), (step, "owner", "station")]  # in one hour: nobody looked in between


def withdrawn(r, o):
    return [(r.randint(0, 40), "withdraw", None)]


def withdrawn_and_agreed_anew(r, o):
    step = r.randint(0, 20)
    return [(step, "withdraw", None), (step + 1, "contact", "newer")]


def withdrawn_and_an_older_yes_comes_later(r, o):
    step = r.randint(0, 20)
    return [(step, "withdraw", None), (step + 1, "contact", "older")]


def erased(r, o):
    return [(r.randint(1, 40), "erase", None)]


def nobody(r, o):
    return [(0, "contact", None)]


def late_contact(r, o):
    return [(0, "contact", None), (r.randint(1, 40), "contact", "yes")]


def refuses(r, o):
    return [(0, "contact", "no")]


def unreachable(r, o):
    return [(0, "contact", "bad")]


def collected(r, o):
    return [(r.randint(1, 60), "collect", None)]


def went_back(r, o):
    return [(r.randint(30, 60), "go-back", None)]


def not_found(r, o):
    return [(r.randint(1, 30), "missing", None)]


EITHER = {withdrawn: 3, withdrawn_and_agreed_anew: 2, withdrawn_and_an_older_yes_comes_later: 2, erased: 3, nobody: 2, late_contact: 3,
          refuses: 2, unreachable: 2, taken_over: 4, taken_over_and_given_back: 2}
SHIPPED = {plain: 60, undone: 8, one_of_two_undone: 4, cancelled: 4, **EITHER}
COUNTER = {plain: 45, collected: 20, went_back: 5, not_found: 3, pickup_cancelled: 4, **EITHER}


class Outage:
    """@n notices of all kinds over 72 hours. hour(h) makes the facts of one; the model knows what was written when."""

    def __init__(self, ledger: Hours, time: Time, n: int, seed: int):
        self.ledger, self.time, self.r = ledger, time, random.Random(seed)
        self.orders: dict[tuple[str, str], Order] = {}
        self.notices: dict[str, Notice] = {}
        self.world = World(QUIET, time.midnight)
        self.agenda: dict[int, list] = {}
        self.parcels: dict[tuple, str] = {}
        self.versions: dict[tuple, int] = {}
        self.written: dict[int, tuple[float, float]] = {}
        self.plan(n)

    # ---- the plan ----

    def begin_hour(self) -> int:
        """Most orders are of a day, from nine to nine."""
        hour = self.r.randrange(HOURS)
        by_day = 9 <= (BEGINS_AT / HOUR + hour) % 24 < 21
        return hour if by_day or self.r.random() < 0.1 else self.begin_hour()

    def plan(self, n: int) -> None:
        planned = 0
        while planned < n:
            planned += self.plan_order(n - planned)

    def plan_order(self, most: int) -> int:
        begin, number = self.begin_hour(), len(self.orders) + 1
        at_counter = self.r.random() < 0.45
        merchant = self.r.choice(MERCHANTS)
        email = f"c{number}@example.jp" if self.r.random() < 0.9 or number < 20 else f"c{self.r.randrange(1, number)}@example.jp"
        order = Order(merchant, f"{'P' if at_counter else 'S'}-{number}", email)
        self.orders[merchant, order.name] = order
        shares = COUNTER if at_counter else SHIPPED
        story = self.r.choices(list(shares), list(shares.values()))[0](self.r, order)
        contact = next((more for step, word, more in story if (step, word) == (0, "contact")), "yes")
        kinds = PICKUP if at_counter else ("shipped",)
        self.at(begin, order, "owner", {kind: "station" for kind in kinds})
        if contact:
            self.at(begin, order, "contact", contact)
        self.at(begin, order, "shelve" if at_counter else "ship", 1)
        kinds = kinds[:min(most, self.r.choice([1, 2, 3]))]
        for kind in kinds:
            self.plan_notice(begin, order, kind)
        for step, word, more in story:
            if (step, word) != (0, "contact"):
                self.at(begin + step, order, word, {k: more for k in kinds} if word == "owner" else more)
        return len(kinds)

    def plan_notice(self, begin: int, order: Order, kind: str) -> None:
        """A reminder is of the day after, at ten; the last day's is two days after, until the store closes or, at night, at six."""
        age = self.r.choice([12, 24, 48, 72, 96, 96]) * HOUR
        step = begin
        if kind in ("pickup-reminder", "last-day"):
            days = 1 if kind == "pickup-reminder" else 2
            step = int((begin + BEGINS_AT / HOUR) // 24 * 24 + days * 24 + 10 - BEGINS_AT / HOUR)
            age = self.r.choice([10, 20, 34, 44]) * HOUR
            if step >= HOURS:
                step = self.r.randint(begin, HOURS - 1)
        self.agenda.setdefault(step, []).append((order, "reserve", (kind, age)))

    def at(self, step: int, order: Order, word: str, more) -> None:
        if step < HOURS:
            self.agenda.setdefault(step, []).append((order, word, more))

    # ---- an hour ----

    def policy(self) -> None:
        names = {"name": {"ja": "青葉商店", "en": "Aoba"}, "unknown_shipment": "refuse",
                 "carriers": [{"carrier": "yamato", "name": {"ja": "ヤマト運輸"}, "shipped": "bay-closed", "report": "shipped"}],
                 "from": {"name": {"ja": "青葉商店"}, "address": "shop@aoba.example.jp"}, "reach": {"mail": "help@aoba.example.jp", "phone": "03-0000-0000"}}
        quiet = {m: {"quiet_hours": {"from": f"{b // HOUR:02}:00", "to": f"{e // HOUR:02}:00"}} for m, (b, e) in QUIET.items()}
        self.ledger.fact("policy.changed", "", "policy", version=1, merchants=[{"merchant": m, **names, **quiet.get(m, {})} for m in MERCHANTS])

    def hour(self, step: int) -> None:
        self.time.move(step * HOUR)
        if step == 0:
            self.policy()
        self.write(step)

    def undo_late(self, most: int) -> int:
        """After the last hour, while the queue is under way: @most of what was told, or is about to be; how many."""
        late = [o for o in self.orders.values() if [word for _, word, _ in o.events] == ["owner", "contact", "ship"]]
        self.agenda[HOURS] = [(order, "void", 1) for order in self.r.sample(late, min(most, len(late)))]
        self.write(HOURS)
        return len(self.agenda[HOURS])

    def write(self, step: int) -> None:
        begin = self.time.now()
        reserved = 0
        for order, word, more in self.agenda.get(step, []):
            if word == "reserve":
                reserved += 1
                self.reserve(step, order, *more, begin + 60 + reserved * SPACING_S)
            else:
                self.happen(step, order, word, more)
        self.ledger.write()
        self.written[step] = begin, self.time.now()

    def reserve(self, step: int, order: Order, kind: str, age: float, not_before: float) -> None:
        notice = Notice(notice_id(order.merchant, order.name, kind), order.merchant, order.name, kind, not_before, step * HOUR + age, step)
        self.notices[notice.id] = notice
        self.ledger.fact("notice.reserved", order.merchant, order.name, notice=notice.id, kind=kind, generation=0,
                         not_before=self.time.text(not_before), expires=self.time.text(notice.expires), owner="station")

    def happen(self, step: int, order: Order, word: str, more) -> None:
        m, name = order.merchant, order.name
        if word in ("owner", "cancel"):
            self.wish(order, word, more)
        elif word == "contact":
            more = self.contact(order, step, more)
        elif word == "erase":
            self.ledger.fact("contact.erased", m, name)
        elif word == "withdraw":
            more = step * HOUR + 1.0
            self.world.withdrawn.append((step, m, order.email, more))
            self.ledger.fact("consent.changed", m, name, given=False)
        else:
            self.handle(order, word, more)
        order.events.append((step, word, more))

    def wish(self, order: Order, word: str, more) -> None:
        key = (order.merchant, order.name)
        self.versions[key] = version = self.versions.get(key, 0) + 1
        owners = more if word == "owner" else next(m for _, w, m in reversed(order.events) if w == "owner")
        pickup = {"pickup": {"store": "tokyo"}} if order.name[0] == "P" else {}
        self.ledger.shipment(*key, version=version, pieces=2, notices=owners, **pickup, **({"cancelled": True} if word == "cancel" else {}))

    def contact(self, order: Order, step: int, more: str) -> Contact:
        """"older" and "newer" say when they were said; the others do not."""
        key = (order.merchant, order.name, "contact")
        self.versions[key] = version = self.versions.get(key, 0) + 1
        said_at = {"older": (step - 2) * HOUR, "newer": step * HOUR}.get(more, 0)
        contact = Contact("nowhere" if more == "bad" else order.email, more != "no", said_at)
        kinds = PICKUP if order.name[0] == "P" else ("shipped",)
        self.ledger.contact(order.merchant, order.name, email=contact.email, version=version, consent=contact.yes, kinds=kinds,
                            **({"consent_at": self.time.text(said_at)} if said_at else {}))
        return contact

    def handle(self, order: Order, word: str, piece: int) -> None:
        m, name, key = order.merchant, order.name, (order.merchant, order.name, 1)
        common = {"shipment": name, "orders": ["A-" + name], "piece": 1, "pieces": 1}
        if word == "ship":
            self.parcels[m, name, piece] = self.ledger.ship(m, name, piece=piece, pieces=2, quantity=1)
        elif word == "void":
            self.ledger.void(m, name, self.parcels[m, name, piece])
        elif word == "shelve":
            self.parcels[key] = self.ledger.arrive(m, name)
        elif word == "collect":
            self.ledger.fact("pickup.collected", m, self.parcels[key], **common, proof="code", by="self")
        elif word == "missing":
            self.ledger.fact("pickup.missing", m, self.parcels[key], **common, shelf="s1")
        elif word == "go-back":
            self.ledger.fact("pickup.expired", m, name, orders=["A-" + name], parcels=[{"parcel": self.parcels[key], "piece": 1, "shelf": "s1"}])


__all__ = ["HOURS", "Hours", "Outage", "Time", "DAY", "HOUR"]
