# SPDX-License-Identifier: Apache-2.0
"""What ought to become of a notice: the rules, written from the texts (design section 5, notify's README, decisions 0012 and 0043) and
not from the program, in as few words as they have. Times are seconds; what happened is a list of what was said when.

    verdict(order, notice, upto, at, world) -> ("accepted", "") | ("cancelled", "nothing-shipped") | ("wait", "no-contact") | ...
"""
from __future__ import annotations

from dataclasses import dataclass, field

RANKS = {"pickup-ready": 0, "incident": 1, "shipped": 2}  # the rest: 3
HOUR, DAY = 3600, 86400
WAIT, ACCEPTED = "wait", "accepted"


@dataclass(frozen=True)
class Notice:
    id: str
    merchant: str
    shipment: str
    kind: str
    not_before: float
    expires: float
    step: int  # in which it was reserved

    @property
    def order(self) -> tuple:
        """Who goes first when the line is back: by rank, then the oldest."""
        return RANKS.get(self.kind, 3), self.not_before


@dataclass
class Order:
    """A shipment and what happened to it: (step, word, more)."""

    merchant: str
    name: str
    email: str
    events: list[tuple] = field(default_factory=list)


@dataclass
class Contact:
    email: str
    yes: bool
    said_at: float  # 0: nobody says when


@dataclass
class Situation:
    """An order as its facts tell it up to a moment."""

    owners: dict[str, str] = field(default_factory=dict)
    cancelled: bool = False
    gone: set[int] = field(default_factory=set)  # pieces on their way
    waits: bool = False  # at the counter
    contact: Contact | None = None
    withdrawn_at: float = 0


def situation(order: Order, upto: int) -> Situation:
    s = Situation()
    for step, word, more in order.events:
        if step > upto:
            break
        if word == "owner":
            s.owners = more
        elif word == "cancel":
            s.cancelled = True
        elif word == "ship":
            s.gone.add(more)
        elif word == "void":
            s.gone.discard(more)
        elif word in ("shelve", "found"):
            s.waits = True
        elif word in ("collect", "go-back", "missing"):
            s.waits = False
        elif word == "contact":
            s.contact = more
        elif word == "erase":
            s.contact = None
        elif word == "withdraw":
            s.withdrawn_at = more
    return s


@dataclass
class World:
    """What is not of one order: who is not to be woken, and which addresses said that they want to hear no more."""

    quiet: dict[str, tuple[float, float]]  # merchant: from, to, in seconds of the day; over midnight when from > to
    midnight: float  # any
    withdrawn: list[tuple[int, str, str, float]] = field(default_factory=list)  # step, merchant, address, when

    def quiet_until(self, merchant: str, at: float) -> float:
        """The end of the quiet hours that @at lies in; 0: it lies in none."""
        if merchant not in self.quiet:
            return 0
        begin, end = self.quiet[merchant]
        second = (at - self.midnight) % DAY
        today = at - second
        if begin <= end:
            return today + end if begin <= second < end else 0
        if second >= begin:
            return today + DAY + end
        return today + end if second < end else 0

    def withdrawn_by_address(self, merchant: str, email: str, upto: int) -> float:
        return max((at for step, m, e, at in self.withdrawn if step <= upto and (m, e) == (merchant, email)), default=0)


def silence(s: Situation, notice: Notice, upto: int, world: World) -> str:
    """Why nobody may be written to; "" they may."""
    if s.contact is None:
        return "no-contact"
    if not s.contact.yes:
        return "no-consent"
    withdrawn = max(s.withdrawn_at, world.withdrawn_by_address(notice.merchant, s.contact.email, upto))
    return "no-consent" if withdrawn and s.contact.said_at <= withdrawn else ""


def undone(order: Order, s: Situation, kind: str) -> str:
    if not order.events:
        return "no-shipment"
    if s.owners.get(kind) != "station":
        return "owner-changed"
    if kind == "shipped":
        return "" if s.gone else "shipment-cancelled" if s.cancelled else "nothing-shipped"
    return "shipment-cancelled" if s.cancelled else "" if s.waits else "nothing-waits"


def verdict(order: Order, notice: Notice, upto: int, at: float, world: World) -> tuple[str, str]:
    """@upto: the last step whose facts are known; @at: the moment at which it is looked at, with a line that is up."""
    if at < notice.not_before:
        return WAIT, ""
    s = situation(order, upto)
    why = undone(order, s, notice.kind)
    if why:
        return "cancelled", why
    mute, quiet_until = silence(s, notice, upto, world), world.quiet_until(notice.merchant, at)
    if at >= notice.expires:
        return "expired", mute or ("quiet-hours" if quiet_until else "too-old")
    if mute:
        return WAIT, mute
    now_or_never = notice.kind == "last-day" and notice.expires <= quiet_until
    if quiet_until and not now_or_never:
        return WAIT, "quiet-hours"
    return ("failed", "bad-address") if "@" not in s.contact.email else (ACCEPTED, "")
