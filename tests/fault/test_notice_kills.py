# SPDX-License-Identifier: Apache-2.0
"""okuru-notify is killed in each state that a notice can be in: nothing is lost, and a second copy goes only where nobody can know
whether the first one went (decision 0012): then once, and it is the same mail."""
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from ledger import Ledger  # noqa: E402
from notify import M, Notify, read_mail, smtp_route, storage  # noqa: E402
from smtp_sink import Sink  # noqa: E402
from steps import Death, die_everywhere  # noqa: E402
from waiting import TimedOut, wait_for  # noqa: E402
from ways import told  # noqa: E402

SLOW = "20000"  # milliseconds that a sync takes: long enough to be killed in
DEATHS_TRIED = 75  # of those by a step; all with OKURU_TEST_LONG


@pytest.fixture
def ledger(build, tmp_path):
    with Ledger(build, tmp_path / "ledger") as ledger:
        ledger.policy(M)
        yield ledger


class Life:
    """notify, its relay, and one notice about S-1."""

    def __init__(self, build: Path, folder: Path, ledger: Ledger):
        self.ledger, self.sink, self.disk = ledger, Sink().open(), folder / "disk"
        self.notify = Notify(build, folder, ledger, smtp_route(self.sink.port, timeout="20s"), storage(self.disk))
        self.notice = self.parcel = None

    def __enter__(self):
        self.notify.start()
        return self

    def __exit__(self, *what):
        self.sink.close()
        self.notify.__exit__(*what)

    def pack(self, contact: bool = True) -> None:
        self.ledger.shipment(M, "S-1")
        if contact:
            self.ledger.contact(M, "S-1")
        self.parcel = self.ledger.ship(M, "S-1")

    def reserve(self, **how) -> None:
        self.notice = self.ledger.reserve(M, "S-1", **how)

    def ship(self, contact: bool = True, **how) -> None:
        self.pack(contact)
        self.reserve(**how)

    def wait_state(self, state: str, reason: str = "") -> None:
        wait_for(f"{state} {reason}", lambda: self.notify.state(self.notice)[:2] == (state, reason))

    def storage(self, word: str) -> None:
        new = self.disk.with_suffix(".new")
        new.write_text(word)
        new.replace(self.disk)

    def writes(self) -> tuple:
        wal = self.notify.folder / "notices.db-wal"
        return (wal.stat().st_size, wal.stat().st_mtime_ns) if wal.exists() else (0, 0)

    def write_slowly(self, cause) -> None:
        """@cause makes notify write; it is in the middle of that when this returns."""
        before = self.writes()
        self.storage(SLOW)
        cause()
        wait_for("a write", lambda: self.writes() != before)

    def come_back(self) -> None:
        """After a minute: whatever pauses before it goes again does so for one."""
        self.storage("")
        self.notify.pass_time(61)
        self.notify.start()

    def copies(self) -> list[bytes]:
        return [text for name, text in self.sink.taken if name == self.notice]

    def has_ended(self) -> bool:
        return self.notify.state(self.notice)[0] not in (None, "reserved", "sending")

    def settle(self) -> None:
        """Until what is owed has gone and whatever else could go would have: another one, hours later, is behind it."""
        wait_for("the end of it", lambda: self.has_ended() or self.notify.pass_time(61), step=0.1)
        self.notify.stop()
        self.ledger.shipment(M, "S-2")
        self.ledger.contact(M, "S-2", email="jiro@example.jp")
        self.ledger.ship(M, "S-2")
        other = self.ledger.reserve(M, "S-2")
        self.notify.pass_time(7200)
        self.notify.start()
        assert self.notify.outcome_of(other)[0] == "notice.accepted"
        self.notify.stop()


@pytest.fixture
def life(build, tmp_path, ledger):
    with Life(build, tmp_path, ledger) as life:
        yield life


# ---- the states; each ends with notify dead in it ----


def not_read_yet(life):
    life.notify.kill()
    life.ship()


def being_read(life):
    life.pack()
    wait_for("the contact to be read", lambda: life.notify.query("SELECT 1 FROM cursor"))
    life.write_slowly(life.reserve)
    life.notify.kill()


def before_it_is_due(life):
    life.ship(delay=60)
    life.wait_state("reserved")
    life.notify.kill()
    life.notify.pass_time(61)


def without_a_contact(life):
    life.ship(contact=False)
    life.wait_state("reserved", "no-contact")
    life.notify.kill()
    life.ledger.contact(M, "S-1")


def without_a_line(life):
    life.sink.close()
    life.ship()
    life.wait_state("reserved", "no-server")
    life.notify.kill()
    life.sink.open()


def written_and_not_committed_as_sending(life):
    life.ship(delay=60)
    life.wait_state("reserved")
    life.write_slowly(lambda: life.notify.pass_time(61))
    life.notify.kill()
    assert life.sink.connections == 0


def at(stage: str, taken: bool = False):
    def reach(life):
        life.sink.stop_at(stage)
        life.ship()
        assert life.sink.reached.wait(20)
        life.wait_state("sending")
        life.notify.kill()
        life.sink.go_on(gone=not taken)
    return reach


def answered_and_not_committed(life):
    life.sink.stop_at("taken")
    life.ship()
    assert life.sink.reached.wait(20)
    life.write_slowly(life.sink.go_on)
    life.notify.kill()


def committed(life):
    life.ship()
    life.notify.outcome_of(life.notice)
    life.notify.kill()


def committed_and_told(life):
    life.ship()
    kind, data = life.notify.outcome_of(life.notice)
    life.ledger.fact(kind, M, "S-1", **data)  # as the station does
    wait_for("that it is told", lambda: life.notify.query("SELECT told FROM notice WHERE id = ?", life.notice) == [(1,)])
    life.notify.kill()


def refused_for_now(life):
    life.sink.refuse = "451 4.7.1 later"
    life.ship()
    life.wait_state("reserved", "message-refused")
    life.sink.refuse = ""
    life.notify.kill()


def never_answered(life):
    life.sink.drops = lambda name, nth: nth == 1
    life.ship()
    life.wait_state("reserved", "no-answer")
    life.sink.drops = lambda name, nth: False
    life.notify.kill()


ONCE, MAY_BE_TWICE, TWICE = {1}, {1, 2}, {2}
STATES = {
    "not-read-yet": (not_read_yet, ONCE), "being-read": (being_read, ONCE), "before-it-is-due": (before_it_is_due, ONCE),
    "without-a-contact": (without_a_contact, ONCE), "without-a-line": (without_a_line, ONCE),
    "written-and-not-committed-as-sending": (written_and_not_committed_as_sending, ONCE),
    "connecting": (at("connect"), ONCE), "at-mail-from": (at("mail"), ONCE), "at-rcpt-to": (at("rcpt"), ONCE), "at-data": (at("data"), ONCE),
    "behind-the-last-dot": (at("dot"), ONCE), "taken-before-the-250": (at("taken", taken=True), TWICE),
    "answered-and-not-committed": (answered_and_not_committed, MAY_BE_TWICE), "committed": (committed, ONCE), "committed-and-told": (committed_and_told, ONCE),
    "refused-for-now": (refused_for_now, ONCE), "never-answered": (never_answered, TWICE),
}


@pytest.mark.parametrize("state", STATES)
def test_killed_in_each_state_the_mail_goes_once_or_again_where_nobody_can_know(life, state):
    reach, times = STATES[state]
    reach(life)
    life.come_back()
    life.settle()
    assert len(life.copies()) in times and len(set(life.copies())) == 1
    outcomes = [kind for kind, data in life.notify.outcomes() if data["notice"] == life.notice]
    assert outcomes == ["notice.accepted"]


@pytest.mark.parametrize("state", [s for s in STATES if s not in ("committed", "committed-and-told", "being-read", "answered-and-not-committed")])
def test_what_is_undone_while_nobody_runs_does_not_go_any_more(life, state):
    """And where it may have gone, nobody says that it did not."""
    STATES[state][0](life)
    before = life.copies()
    life.ledger.void(M, "S-1", life.parcel)
    life.come_back()
    life.settle()
    assert life.copies() == before
    (kind, data), = [(kind, data) for kind, data in life.notify.outcomes() if data["notice"] == life.notice]
    if before:
        assert (kind, data["correction"]) == ("notice.unknown", True)
    assert kind in ("notice.cancelled", "notice.unknown")


def test_killed_again_and_again_behind_the_last_dot_it_is_for_a_person_in_the_end(life):
    """Six deaths in the middle of the same mail: it may be why."""
    at("taken", taken=True)(life)
    for _ in range(5):
        life.sink.stop_at("taken")
        life.come_back()
        assert life.sink.reached.wait(20)
        life.notify.kill()
        life.sink.go_on()
    life.come_back()
    life.settle()
    kind, data = life.notify.outcome_of(life.notice)
    assert (kind, data["reason"], len(life.copies()), len(set(life.copies()))) == ("notice.unknown", "crash", 6, 1)


def test_a_relay_that_takes_it_and_drops_before_the_250_delivers_it_once(life):
    """RFC 1047: the second copy bears the same name, by which the relay knows it again; and one that it does not drop goes once."""
    plain = ""
    life.sink.drops = lambda name, nth: nth == 1 and name != plain
    life.notify.stop()
    notices = [told(life.ledger, f"S-{i}", email=f"c{i}@example.jp") for i in range(1, 9)]
    plain = told(life.ledger, "S-9", email="c9@example.jp")
    life.notify.start()
    wait_for("all outcomes", lambda: len(life.notify.outcomes()) == 9 or life.notify.pass_time(61), 30, 0.1)
    life.notify.stop()
    assert {kind for kind, _ in life.notify.outcomes()} == {"notice.accepted"}
    assert sorted(life.sink.delivered()) == sorted([*notices, plain])
    assert {life.sink.copies[n] for n in notices} == {2} and life.sink.copies[plain] == 1
    assert all(len({text for name, text in life.sink.taken if name == n}) == 1 for n in notices)


def test_control_a_mail_that_was_swallowed_is_missed(life):
    life.sink.swallows = lambda name: name == life.notice
    committed(life)
    life.come_back()
    life.settle()
    assert life.copies() == []


def test_control_without_its_memory_it_would_go_again(life):
    """notices.db is gone and the ledger does not know yet: seen as two."""
    committed(life)
    for path in life.notify.folder.iterdir():
        path.unlink()
    life.come_back()
    life.settle()
    assert len(life.copies()) == 2


# ---- at each step of the program, not only in those that have a name ----


class Sending:
    """A notice for each death: reserved while notify starts, and gone at the end. @copies: of a notice, and how many there may be of one
    whose sender died. @doubtful: it may be unknown in the end."""

    def __init__(self, build: Path, folder: Path, ledger: Ledger, route: str, copies, channels: tuple = ("email",), doubtful: bool = False):
        self.ledger, self.copies, self.steps, self.build = ledger, copies, folder / "steps", build
        self.channels, self.doubtful = list(channels), doubtful
        self.notify = Notify(build, folder, ledger, route)
        self.n, self.died = 0, False

    def is_dead(self) -> bool:
        return self.notify.process.poll() is not None

    def has_ended(self, notice: str) -> bool:
        return any(data["notice"] == notice for _, data in self.notify.outcomes())

    def run(self, death: Death) -> list[str]:
        self.n += 1
        self.steps.unlink(missing_ok=True)
        self.notify.environment = death.environment(self.build, self.steps)
        notice = told(self.ledger, f"S-{self.n}", self.channels, email=f"c{self.n}@example.jp")
        self.notify.start()
        wait_for("death or an end", lambda: self.is_dead() or self.has_ended(notice), step=0.005)
        self.died = self.end(death)
        if self.died:
            self.notify.environment = {}
            self.notify.start()
        return self.wrong(notice)

    def end(self, death: Death) -> bool:
        """Did it die by its step? At the latest while it is asked to stop."""
        process = self.notify.process
        process.terminate()
        code = process.wait(20)
        assert code in (0, -9), self.notify.errors.read_text()[-2000:]
        self.notify.process = None
        if death.power and code != 0:
            for path in self.notify.folder.glob("*-shm"):
                path.unlink()
        return code != 0

    def wrong(self, notice: str) -> list[str]:
        try:
            wait_for("the outcome", lambda: self.has_ended(notice) or self.notify.pass_time(61), 20, 0.05)
        except TimedOut:
            return ["lost: it never ended"]
        finally:
            if self.notify.process:
                self.notify.stop()
        became = [kind for kind, data in self.notify.outcomes() if data["notice"] == notice]
        copies, most = self.copies(notice)
        if self.doubtful and self.died and became == ["notice.unknown"]:
            return [] if len(copies) <= 1 else [f"{len(copies)} copies of what nobody knows again"]
        out = [] if became == ["notice.accepted"] else [f"became {became}"]
        return out + ([] if 1 <= len(copies) <= (most if self.died else 1) and len(set(copies)) == 1 else [f"{len(copies)} copies"])


def die_at_each_step(work, most: int = DEATHS_TRIED) -> None:
    with work.notify:
        work.notify.stop()
        tally = die_everywhere(work, most)
        print(tally)
        assert tally.wrong == []
        assert tally.died >= tally.planned // 2, tally
        assert tally.at["pwrite notices.db-wal"] and tally.at["fdatasync notices.db-wal"], tally


def test_killed_or_cut_off_at_each_step_a_mail_by_smtp_goes_twice_at_most(build, tmp_path, ledger):
    with Sink() as sink:
        work = Sending(build, tmp_path, ledger, smtp_route(sink.port), lambda notice: ([text for name, text in sink.taken if name == notice], 2))
        die_at_each_step(work)


def test_killed_or_cut_off_at_each_step_a_mail_into_a_folder_lies_there_once(build, tmp_path, ledger):
    def lying(notice: str) -> tuple:
        read_mail(tmp_path / "mail")
        return [path.read_bytes() for path in (tmp_path / "mail").glob(f"*/{notice}*")], 1

    die_at_each_step(Sending(build, tmp_path, ledger, f"maildir: {tmp_path / 'mail'}\n", lying))
