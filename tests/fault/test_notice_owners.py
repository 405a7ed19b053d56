# SPDX-License-Identifier: Apache-2.0
"""The merchant's own system and the station are both told to tell a customer. One owner at a time, named by the office, and the station's
word on what became of its notice: that is enough for one mail, whatever comes late, twice, or by a clock that is wrong."""
import random
import re
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
sys.path.insert(0, str(TOP / "tests" / "integration"))
sys.path.insert(0, str(TOP / "tests" / "fault"))
from compare import events  # noqa: E402
from faults import Ground, SteadyPacker, simple  # noqa: E402
from ledger import Ledger  # noqa: E402
from notify import M  # noqa: E402
from test_notice_kills import Life  # noqa: E402
from waiting import wait_for  # noqa: E402

SEED = random.randrange(1_000_000)
SKEW_S = 600
DELAY_S = 2  # a notice waits that long after its parcel was shipped


# ---- one notice, taken over at each moment of its life ----


@pytest.fixture
def life(build, tmp_path):
    with Ledger(build, tmp_path / "ledger") as ledger:
        ledger.policy(M)
        with Life(build, tmp_path, ledger) as life:
            yield life


def before_it_is_due(life):
    life.ship(delay=60)
    life.wait_state("reserved")


def without_a_line(life):
    life.sink.close()
    life.ship()
    life.wait_state("reserved", "no-server")


def at(stage: str):
    def reach(life):
        life.sink.stop_at(stage)
        life.ship()
        assert life.sink.reached.wait(20)
    return reach


def never_answered(life):
    life.sink.drops = lambda name, nth: nth == 1
    life.ship()
    life.wait_state("reserved", "no-answer")
    life.sink.drops = lambda name, nth: False


def sent(life):
    life.ship()
    life.notify.outcome_of(life.notice)


MOMENTS = {"before-it-is-due": before_it_is_due, "without-a-line": without_a_line, "connecting": at("connect"), "at-mail-from": at("mail"),
           "at-data": at("data"), "behind-the-last-dot": at("dot"), "taken-before-the-250": at("taken"), "never-answered": never_answered, "sent": sent}


def by_merchant(life) -> int:
    """What a merchant's system sends that the station has left it to: only when it says that its own did not go."""
    return [(kind, data.get("reason")) for kind, data in life.notify.outcomes() if data["notice"] == life.notice].count(("notice.cancelled", "owner-changed"))


def go_on(life, killed: bool) -> None:
    if killed:
        life.notify.kill()
    life.sink.open() if not life.sink.server else life.sink.go_on()
    if killed:
        life.come_back()
    life.settle()


@pytest.mark.parametrize("killed", [False, True], ids=["alive", "killed"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_taken_over_at_each_moment_the_customer_hears_of_it_once(life, moment, killed):
    MOMENTS[moment](life)
    before = len(life.copies())
    life.ledger.shipment(M, "S-1", version=2, owner="oms")
    go_on(life, killed)
    (kind,) = [kind for kind, data in life.notify.outcomes() if data["notice"] == life.notice]
    heard = len(life.copies()) + by_merchant(life)
    assert heard == 1 or heard == 0 and kind == "notice.unknown"  # then a person decides
    assert not before or by_merchant(life) == 0


def test_control_who_sends_without_waiting_for_the_stations_word_sends_twice(life):
    sent(life)
    life.ledger.shipment(M, "S-1", version=2, owner="oms")
    go_on(life, killed=False)
    assert len(life.copies()) == 1 and by_merchant(life) == 0
    at_once = 1  # a system that takes its own word for the owner
    assert len(life.copies()) + at_once == 2


# ---- a floor whose office changes its mind, late, and by another clock ----


class Undecided(Ground):
    """Shipments that change hands; .owner is what the office said last."""

    def __init__(self, build: Path, folder: Path, skew_s: int):
        super().__init__(build, folder, simple(14), notice_delay_s=DELAY_S)
        clock = folder / "oms.clock"
        clock.write_text(f"0 {skew_s}\n")  # its wall clock alone
        self.rig.own_environment["oms"] = {"OKURU_TEST_CLOCK": str(clock)}
        self.chance = random.Random(SEED)
        self.owner = {name: "station" for name in self.shipments}

    def give(self, name: str, owner: str) -> None:
        self.owner[name] = owner
        self.push([{**self.shipments[name], "notices": {"shipped": owner}}])

    def mails(self) -> list[str]:
        """Whom the station wrote to, by shipment."""
        ids = {e["data"]["notice"]: e["subject"] for e in events(self.rig) if e["type"] == "notice.reserved"}
        return [ids[re.match(r"[0-9a-f-]{36}", path.name)[0]] for path in self.rig.mails()]

    def ended(self) -> dict[str, tuple]:
        """What the office knows last of each shipment's notice."""
        last = {}
        for e in events(self.rig):
            if e["type"].startswith("notice."):
                last[e["subject"]] = (e["type"], e["data"].get("reason"))
        return last


@pytest.mark.parametrize("skew_s", [-SKEW_S, SKEW_S])
def test_an_office_that_changes_its_mind_and_a_station_tell_each_customer_once(build, tmp_path, skew_s):
    g = Undecided(build, tmp_path, skew_s)
    try:
        g.open()
        packer = SteadyPacker(g, g.rig.benches[0])
        packer.sign_in("P017")
        change_hands(g, packer)
        told(g, f"seed {SEED}, {skew_s} s")
    finally:
        g.close()


def change_hands(g: Undecided, packer: SteadyPacker) -> None:
    names = list(g.shipments)
    early, in_time, late, both, offline = names[:2], names[2:5], names[5:7], names[7:10], names[10:13]
    for name in early:
        g.give(name, "oms")
    wait_for("that they are known", lambda: known_owner(g, early[-1]) == "oms")
    for name in [*early, *in_time, *both, *late]:
        packer.pack(name)
    for name in in_time:
        time.sleep(g.chance.uniform(0, DELAY_S / 2))
        g.give(name, "oms")
    for name in both:  # and back again: what the station cancelled it reserves anew
        g.give(name, "oms")
        time.sleep(g.chance.uniform(0, 0.3))
        g.give(name, "station")
    wait_for("mails of those that nobody took", lambda: set(late) <= set(g.mails()))
    for name in late:
        g.give(name, "oms")
    g.rig.stop("sync")  # the office speaks, and nobody hears it for a while
    for name in offline:
        packer.pack(name)
        g.give(name, "oms")
    time.sleep(g.chance.uniform(0.5, 1.2) * DELAY_S)
    g.rig.start("sync")
    packer.pack(names[13])


def known_owner(g: Undecided, name: str) -> str:
    rows = g.rig.query("station/ledger.db", "SELECT data FROM fact WHERE type IN ('shipment.received', 'shipment.changed') AND subject = ? ORDER BY pos DESC LIMIT 1", name)
    return re.search(r'"shipped":"(\w+)"', rows[0][0])[1] if rows else ""


def told(g: Undecided, what: str) -> None:
    def is_over() -> bool:
        ended = g.ended()
        return all(ended.get(name, ("", ""))[0] not in ("", "notice.reserved") or owner == "oms" and name not in ended and known_owner(g, name) == "oms"
                   for name, owner in g.owner.items())

    wait_for("the end of all", is_over, 60, 0.2)
    time.sleep(DELAY_S + 1)  # whatever else would go
    ended, mails = g.ended(), g.mails()
    went, left = (sum(g.owner[name] == "oms" and ended.get(name, ("",))[0] == end for name in g.owner) for end in ("notice.accepted", "notice.cancelled"))
    assert went >= 2 and left >= 1, f"{what}: {went} were taken over too late and {left} in time: nothing was tried"
    for name, owner in g.owner.items():
        kind, reason = ended.get(name, ("nothing reserved", None))
        by_office = owner == "oms" and kind in ("nothing reserved", "notice.cancelled")
        assert mails.count(name) + by_office == 1, f"{what}: {name} is {owner}'s, {kind} {reason}, {mails.count(name)} mails"
