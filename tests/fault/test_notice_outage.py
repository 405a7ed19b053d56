# SPDX-License-Identifier: Apache-2.0
"""Three days without a line: thousands of notices become due, some are undone meanwhile, some grow too old. When the line is back each
customer is told once, in the right order, or it is said why not; also when okuru-notify is killed all the while. What is right is
said by a model of its own (notice_model.py).

10,000 notices without kills, 1,500 with 40 (with OKURU_TEST_LONG 10,000 and 300). A failure names its seed; OKURU_TEST_SEED plays the
same days again."""
import copy
import os
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from notice_model import WAIT, verdict  # noqa: E402
from notify import Notify, smtp_route  # noqa: E402
from ports import free_port  # noqa: E402
from outage import DAY, HOUR, HOURS, Hours, Outage, Time  # noqa: E402
from smtp_sink import Sink  # noqa: E402
from waiting import wait_for  # noqa: E402

LONG = bool(os.environ.get("OKURU_TEST_LONG"))
MANY = 10_000
FEW, KILLS = (10_000, 300) if LONG else (1500, 40)
SEED = int(os.environ.get("OKURU_TEST_SEED") or random.randrange(1_000_000))
UNDONE_LATE = 40  # orders that are undone while the queue drains
PATIENCE_S = 150
SLACK_S = 2  # by which a look at the ledger may be older than its outcome says


class Trial:
    """The line is gone; then it is back by night, then it is day, and at last everything that still waits is too old."""

    def __init__(self, build: Path, folder: Path, n: int, kills: int = 0):
        self.chance = random.Random(SEED)
        self.time = Time(folder / "clock")
        self.ledger = Hours(build, folder / "ledger", folder / "clock")
        self.sink = Sink(free_port())
        self.sink.slow_s = 0.01 if kills else 0
        self.kills, self.at_kill = kills, []  # notices that were being sent at each
        with self.ledger:
            self.ledger.trust_clock()
            self.outage = Outage(self.ledger, self.time, n, SEED)
            self.notify = Notify(build, folder, self.ledger, smtp_route(self.sink.port))
            self.notify.environment = {"TZ": "Asia/Tokyo", "OKURU_TEST_CLOCK_QUALITY": "synced"}
            with self.notify:
                try:
                    self.run()
                finally:
                    self.sink.close()
                self.notify.stop()
        self.outcomes, self.taken = self.notify.outcomes(), self.sink.taken

    def run(self) -> None:
        for hour in range(HOURS):
            self.outage.hour(hour)
        self.time.move(HOURS * HOUR)
        wait_for("the ledger's end", lambda: self.notify.query("SELECT count(*) FROM notice") == [(len(self.outage.notices),)], 60)
        assert self.sink.taken == []
        self.ended_early = len(self.notify.outcomes())
        self.sink.open()
        self.time.move(HOURS * HOUR + 60)  # the pause is over that the last try began
        self.drain()
        self.by_night = len(self.sink.taken)
        self.time.move(HOURS * HOUR + 5.6 * HOUR)  # past eight
        wait_for("the day's first", lambda: len(self.sink.taken) > self.by_night)
        self.undone_late = self.outage.undo_late(UNDONE_LATE)
        self.drain()
        self.time.move(HOURS * HOUR + 7 * DAY)
        self.drain()

    def drain(self) -> None:
        """Until nothing more can go at this hour."""
        until = time.monotonic() + PATIENCE_S
        while owed := self.owed():
            assert time.monotonic() < until, f"{owed} notices do not end: {self.notify.errors.read_text()[-2000:]}"
            if self.kills > 0:
                self.kill()
            else:
                time.sleep(0.05)

    def owed(self) -> int:
        now = (time.clock_gettime(time.CLOCK_BOOTTIME) + float(self.time.clock.read_text())) * 1e6
        due = "SELECT count(*) FROM notice WHERE state = 'sending' OR state = 'reserved' AND next_usec <= ?"
        return wait_for("a look at the outbox", lambda: self.notify.query(due, int(now)))[0][0]  # no rows: it could not be read just now

    def kill(self) -> None:
        time.sleep(self.chance.uniform(0.02, 0.2))
        self.notify.kill()
        self.at_kill += [notice for notice, in self.notify.query("SELECT id FROM notice WHERE state = 'sending'")]
        self.kills -= 1
        self.notify.start()

    # ---- what is wrong ----

    def wrong(self) -> list[str]:
        ended = defaultdict(list)
        for type, data in self.outcomes:
            ended[data["notice"]].append((type.removeprefix("notice."), data))
        copies = defaultdict(list)
        for name, text in self.taken:
            copies[name].append(text)
        out = [f"{name}: a mail of no notice" for name in copies if name not in self.outage.notices]
        for notice in self.outage.notices.values():
            out += [f"{notice}: {text}" for text in self.wrong_with(notice, ended[notice.id], copies[notice.id])]
        return out + self.out_of_order(0, self.by_night) + self.out_of_order(self.by_night, len(self.taken))

    def wrong_with(self, notice, ended: list, copies: list) -> list[str]:
        if not ended:
            return ["lost: nothing became of it"]
        (word, data), *more = ended
        deaths = self.at_kill.count(notice.id)
        out = [f"told again: {m}" for m in more[1:]] + [f"told again: {m}" for m in more[:1] if m[0] != word or not m[1].get("correction")]
        if (word, data.get("reason", "")) not in (right := self.right(notice, data)) and not (word == "unknown" and deaths):
            out.append(f"{word}, {data.get('reason')} and not {right}")
        if len(copies) > deaths + (word == "accepted"):
            out.append(f"doubled: {len(copies)} mails of one that is {word}, and {deaths} deaths")
        if len(copies) < (word == "accepted"):
            out.append("lost: accepted, and no mail of it")
        if copies and word not in ("accepted", "unknown"):
            out.append(f"{word}, and it went")
        if len(set(copies)) > 1:
            out.append("two copies are not the same mail")
        undone = any(step == HOURS for step, _, _ in self.order_of(notice).events)
        if bool(ended[-1][1].get("correction")) != (undone and word in ("accepted", "unknown")):
            out.append(f"a correction is owed and not said, or the other way: {ended}")
        return out

    def order_of(self, notice):
        return self.outage.orders[notice.merchant, notice.shipment]

    def right(self, notice, data: dict) -> set:
        """What it may have become at the moment that it names; more than one where that lies beside what happened."""
        at = self.time.of(data["at"])
        begun = [step for step, (begin, _) in self.outage.written.items() if begin <= at]
        last = max(begun, default=-1)
        steps = {last, last - 1} if begun and at <= self.outage.written[last][1] + SLACK_S else {last}
        out = {verdict(self.order_of(notice), notice, upto, then, self.outage.world) for upto in steps for then in (at, at - SLACK_S)}
        if ("expired", "no-consent") in out and self.order_of(notice).events and not any(w == "withdraw" for _, w, _ in self.order_of(notice).events):
            out |= {("expired", "too-old"), ("expired", "quiet-hours")}  # whose address said so for another order: found when it is opened
        return out - {(WAIT, reason) for _, reason in out}

    def out_of_order(self, begin: int, end: int) -> list[str]:
        """Those which went, but for what was under way at a kill."""
        known, died = self.outage.notices, set(self.at_kill)
        went = [known[name] for name in dict.fromkeys(n for n, _ in self.taken[begin:end]) if name in known and name not in died]
        return [f"went before {b.kind} of {b.not_before:.2f}: {a.kind} of {a.not_before:.2f}" for a, b in zip(went, went[1:]) if a.order > b.order]


def tell(trial: Trial) -> str:
    became = Counter((t.removeprefix("notice."), d.get("reason", "")) for t, d in trial.outcomes)
    return f"seed {SEED}: {len(trial.outage.notices)} notices, {len(trial.taken)} mails, {trial.ended_early} ended before, {dict(became)}"


@pytest.fixture(scope="module")
def quiet_days(build, tmp_path_factory):
    return Trial(build, tmp_path_factory.mktemp("outage"), MANY)


@pytest.fixture(scope="module")
def deadly_days(build, tmp_path_factory):
    return Trial(build, tmp_path_factory.mktemp("kills"), FEW, KILLS)


def test_each_of_thousands_goes_once_in_order_or_it_is_said_why_not(quiet_days):
    print(tell(quiet_days))
    assert quiet_days.wrong()[:5] == [], tell(quiet_days)


def test_killed_all_the_while_only_what_was_under_way_may_go_again_and_as_the_same_mail(deadly_days):
    print(tell(deadly_days), f"{KILLS} kills, {len(deadly_days.at_kill)} of them in the middle of a mail")
    assert deadly_days.kills == 0 and deadly_days.at_kill, f"seed {SEED}: the kills met nothing"
    assert deadly_days.wrong()[:5] == [], tell(deadly_days)


@pytest.mark.parametrize("ending", [
    "accepted", "cancelled nothing-shipped", "cancelled nothing-waits", "cancelled shipment-cancelled", "cancelled owner-changed", "expired too-old",
    "expired no-contact", "expired no-consent", "expired quiet-hours", "failed bad-address"])
def test_the_three_days_had_each_ending(quiet_days, ending):
    """Control: what never came cannot have gone wrong."""
    became = Counter(" ".join([t.removeprefix("notice."), d.get("reason", "")]).strip() for t, d in quiet_days.outcomes)
    assert became[ending] >= MANY // 200
    assert {n.kind for n in quiet_days.outage.notices.values()} == {"shipped", "pickup-ready", "pickup-reminder", "last-day"}


def with_ending(trial: Trial, word: str, reason: str = "") -> int:
    return next(i for i, (t, d) in enumerate(trial.outcomes) if (t, d.get("reason", "")) == ("notice." + word, reason))


def far_from_a_death(t) -> int:
    """A mail of which there may be one copy and no more: up to eight are under way at a kill."""
    return next(i for i, (name, _) in enumerate(t.taken) if name not in t.at_kill)


def a_mail_is_swallowed(t):
    del t.taken[far_from_a_death(t)]


def a_mail_is_doubled(t):
    i = far_from_a_death(t)
    t.taken.insert(i + 1, t.taken[i])


def a_copy_is_another_mail(t):
    i = far_from_a_death(t)
    name, text = t.taken[i]
    t.at_kill.append(name)
    t.taken.insert(i + 1, (name, text + b"x"))


def the_last_goes_first(t):
    t.taken.insert(0, t.taken.pop(t.by_night - 1))


def an_outcome_is_lost(t):
    del t.outcomes[with_ending(t, "expired", "too-old")]


def an_outcome_is_told_twice(t):
    t.outcomes.append(t.outcomes[with_ending(t, "accepted")])


def what_was_undone_went(t):
    t.taken.append((t.outcomes[with_ending(t, "cancelled", "nothing-shipped")][1]["notice"], b""))


def another_reason_is_said(t):
    i = with_ending(t, "expired", "no-contact")
    t.outcomes[i] = t.outcomes[i][0], {**t.outcomes[i][1], "reason": "too-old"}


def what_is_undone_is_said_to_have_gone(t):
    i = with_ending(t, "cancelled", "nothing-waits")
    t.outcomes[i] = "notice.accepted", {**t.outcomes[i][1], "reason": ""}


def a_correction_is_not_said(t):
    i = next(i for i, (_, d) in enumerate(t.outcomes) if d.get("correction"))
    t.outcomes[i] = t.outcomes[i][0], {k: v for k, v in t.outcomes[i][1].items() if k != "correction"}


@pytest.mark.parametrize("spoil, said", [
    (a_mail_is_swallowed, "lost"), (a_mail_is_doubled, "doubled"), (a_copy_is_another_mail, "not the same mail"), (the_last_goes_first, "went before"),
    (an_outcome_is_lost, "lost"), (an_outcome_is_told_twice, "told again"), (what_was_undone_went, "and it went"), (another_reason_is_said, "and not"),
    (what_is_undone_is_said_to_have_gone, "and not"), (a_correction_is_not_said, "correction")])
def test_control_what_is_wrong_is_found(deadly_days, spoil, said):
    spoiled = copy.copy(deadly_days)
    spoiled.outcomes, spoiled.taken, spoiled.at_kill = deadly_days.outcomes.copy(), deadly_days.taken.copy(), deadly_days.at_kill.copy()
    spoil(spoiled)
    assert any(said in text for text in spoiled.wrong())
