# SPDX-License-Identifier: Apache-2.0
"""Each code that a scanner sends is answered once, in its turn, whatever the station does at that moment.

Two benches scan at random moments, in bursts and into each other's commits, while shipments pour in, syncs take from no time to seconds,
greens give way to prompts, the control socket scans, and busy neighbours take the processor. A failure names its seed; OKURU_TEST_SEED
plays the same codes again."""
import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import termios
import threading
import time
from collections import Counter, deque
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from faults import SteadyPacker, ground, simple  # noqa: E402
from rig import wait_for  # noqa: E402

SEED = int(os.environ.get("OKURU_TEST_SEED", random.randrange(1 << 30)))
SECONDS = 120 if os.environ.get("OKURU_TEST_LONG") else 15
PATIENCE_S = 15  # the longest commit takes 2.5 s
LOSSES = {"scan-lost", "not-recorded"}  # answers, too: again, please
NO_ANSWER = {"none", "saving"}


class Unanswered(Exception):
    """A scan without an answer, or an answer without a scan."""


class Restless:
    """Somebody who scans without waiting, and keeps account: what was sent, and what the light said to it."""

    def __init__(self, g, bench, badge: str, shipments: list[dict], rng: random.Random):
        self.g, self.badge, self.shipments, self.rng = g, badge, shipments, rng
        self.packer = SteadyPacker(g, bench)
        self.packer.sign_in(badge)
        self.open: deque = deque()  # (time, code, kinds or None) that wait for their answers
        self.said: Counter = Counter()
        self.n = self.n_dark = 0
        self.is_dark = False  # the light has gone out, and nobody scans before it is back
        self.back: str | None = None  # what it said then

    def codes(self) -> list[tuple]:
        """The next few, each with the kinds that can answer it; None: anything that is an answer."""
        slip = self.rng.choice(self.shipments)["open_codes"][0]
        return self.rng.choice([
            [(f"OKURU-P-{self.badge}", {"already", "signed-in"})],
            [("NIX-" + str(self.rng.randrange(1 << 30)), {"not-yet-known", "unknown-code", "wrong-item"})],
            [("A\x01B", {"refused-scan", "scan-lost"})],
            [("9" * 300, {"refused-scan", "scan-lost"})],
            [(slip, None), ("OKURU-C-VOID", None), ("OKURU-C-RETURN", None)],
        ])

    def send(self, code: str, kinds: set | None) -> None:
        self.open.append((time.monotonic(), code, kinds))
        self.packer.send(code)
        self.n += 1

    def look(self, timeout: float) -> None:
        """What the light says by now. A quiet light is one that comes back; only what sounds has been asked for."""
        verdict = self.packer.light.read(timeout)
        while verdict is not None:
            if verdict["kind"] == "none":
                self.n_dark += len(self.open)  # seen by the packer: the light is out
                self.open.clear()
                self.is_dark = True
            elif self.is_dark and not self.back:
                self.back = verdict["kind"]
            elif verdict["sound"] != "none" and verdict["kind"] not in NO_ANSWER:
                self.take(verdict)
            verdict = self.packer.light.read(0)

    def take(self, verdict: dict) -> None:
        if self.is_dark and self.n_dark:  # sent before we saw that it was dark, and it was back already
            self.n_dark -= 1
            self.said[verdict["kind"]] += 1
            return
        if not self.open:
            raise Unanswered(f"{verdict['kind']} ({verdict['sub']['en']}) and nothing was scanned")
        _, code, kinds = self.open.popleft()
        self.said[verdict["kind"]] += 1
        if kinds and verdict["kind"] not in kinds | LOSSES:
            raise Unanswered(f"{code[:20]!r} gave {verdict['kind']} ({verdict['sub']['en']}): the answer of another?")

    def check(self) -> None:
        if self.open and time.monotonic() - self.open[0][0] > PATIENCE_S:
            raise Unanswered(f"no light for {self.open[0][1][:20]!r}; {self.packer.bench.diagnose()}")

    def scan_on(self) -> None:
        """One step: a burst, or a look, or a rest in which a green becomes a prompt."""
        if len(self.open) < 24 and not self.is_dark:
            for code, kinds in self.codes():
                self.send(code, kinds)
                if self.rng.random() < 0.5:
                    time.sleep(self.rng.uniform(0, 0.003))
        pause = self.rng.choice([0, 0, 0.002, 0.02, 0.1, 1.40 + self.rng.uniform(0, 0.15) if self.rng.random() < 0.2 else 0])
        self.look(0)
        time.sleep(pause)
        self.look(0)
        self.check()

    def finish(self) -> None:
        while self.open:
            self.look(0.1)
            self.check()
        time.sleep(0.3)
        self.look(0)  # and nothing more


class Weather(threading.Thread):
    """What else happens: each of it does something until it is told to stop; its error is kept."""

    def __init__(self, work, *arguments):
        super().__init__(daemon=True)
        self.work, self.arguments, self.over, self.error = work, arguments, threading.Event(), None

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self.work(self.over, *self.arguments)
        except Exception as e:  # noqa: BLE001 - told in the main thread
            self.error = e

    def end(self) -> None:
        self.over.set()
        self.join()
        if self.error:
            raise self.error


def pour(over, g, rng, serial=iter(range(1 << 30))) -> None:
    """Shipments that nobody packs."""
    g.push(simple(rng.choice([1, 5, 40]), prefix=f"more-{next(serial)}-"))
    over.wait(rng.uniform(0, 0.5))


def slow_down(over, g, rng) -> None:
    g.storage(rng.choice(["", "", "", "5", "30", "150", "2500"]))
    over.wait(rng.uniform(0.2, 1.0))


def ask(over, g, rng) -> None:
    """By the control socket, which must answer each, too."""
    g.rig.ask_station({"verb": "status"})
    answer = g.rig.ask_station({"verb": "bay-close", "bay": "nowhere", "counted": rng.randrange(30)})
    assert "verdicts" in answer or answer["error"] == "the bench has too many scans waiting", answer
    over.wait(rng.uniform(0, 0.2))


@contextlib.contextmanager
def weather(g, rng, *works):
    all_of_it = [Weather(work, g, random.Random(rng.randrange(1 << 30))) for work in works]
    neighbours = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    for w in all_of_it:
        w.start()
    try:
        yield
    finally:
        for n in neighbours:
            n.kill()
            n.wait()
        g.storage("")
        for w in all_of_it:
            w.end()


@pytest.fixture
def floor(build, tmp_path):
    with ground(build, tmp_path / "floor", simple(20), open_it=False, benches=2) as g:
        g.plan_storage("station")
        yield g.open()


@pytest.fixture
def restless(floor):
    rng = random.Random(SEED)
    all_of_them = list(floor.shipments.values())
    return [Restless(floor, bench, badge, all_of_them[i::2], random.Random(rng.randrange(1 << 30)))
            for i, (bench, badge) in enumerate(zip(floor.rig.benches, ("P017", "P023")))]


def scan_until(restless, over) -> None:
    """All of them in turn, until @over says so; then everybody has been answered."""
    try:
        while not over():
            for r in restless:
                r.scan_on()
        for r in restless:
            r.finish()
    except Unanswered as e:
        pytest.fail(f"seed {SEED}, after {[r.n for r in restless]} codes: {e}")


def test_each_code_is_answered_once_and_in_its_turn(floor, restless, capsys):
    end = time.monotonic() + SECONDS
    with weather(floor, random.Random(SEED + 1), pour, slow_down, ask):
        scan_until(restless, lambda: time.monotonic() > end)
    with capsys.disabled():
        print(f"\n{sum(r.n for r in restless)} codes: {dict(sum((r.said for r in restless), Counter()))}")
    for r in restless:
        assert r.n == sum(r.said.values()) and r.n_dark == 0, f"seed {SEED}"
        assert r.said["opened"] > 0 and r.said["already"] > 0 and r.said["scan-lost"] + r.said["refused-scan"] > 0, r.said


def call_it_restored(g) -> None:
    """What sync notes when the OMS has seen this ledger go back."""
    with contextlib.closing(sqlite3.connect(g.rig.folder / "sync/inbox.db", timeout=10)) as db:
        db.execute("UPDATE uplink SET verdict = 'restored'")
        db.commit()


def test_while_a_new_ledger_begins_a_code_is_answered_or_the_light_goes_out_and_comes_back(floor, restless, capsys):
    """Who scans just then sees the light go out, and what lies open when it is back: no code is gone unseen."""
    wait_for("a mark of the way up", lambda: floor.rig.query("sync/inbox.db", "SELECT 1 FROM uplink"))
    with weather(floor, random.Random(SEED + 2), pour, slow_down):
        for _ in range(2):  # the station says itself when it is too often in a row
            old = floor.rig.try_status()["ledger"]
            floor.rig.stop("sync")
            call_it_restored(floor)
            deadline = time.monotonic() + 30
            scan_until(restless, lambda: all(r.is_dark for r in restless) or time.monotonic() > deadline)
            # A station that cannot read the inbox just then comes back with the old one, and looks again 5 s later.
            wait_for("a new ledger", lambda: (floor.rig.try_status() or {"ledger": old})["ledger"] != old, timeout=30)
            floor.wait_ready()
            for r in restless:
                wait_for("the light", lambda: r.look(0) or r.back)
                time.sleep(0.2)  # what was scanned before somebody saw the dark is read by now
                wait_for("its answers", lambda: not floor.rig.ask_station({"verb": "status"})["committing"])
                r.look(0.1)
                assert r.back in ("idle", "resumed", "locked"), r.back
                r.is_dark, r.back = False, None
            floor.rig.start("sync")
            end = time.monotonic() + 2
            scan_until(restless, lambda: time.monotonic() > end)
    with capsys.disabled():
        print(f"\n{sum(r.n for r in restless)} codes, {sum(r.n_dark for r in restless)} while the light went out")


def test_control_a_code_that_somebody_else_takes_is_missed(floor, restless, monkeypatch):
    """As a second reader of the same line would: the station never sees it."""
    monkeypatch.setattr(sys.modules[__name__], "PATIENCE_S", 2)
    r = restless[0]
    r.send("NIX-1", None)
    r.finish()
    floor.rig.processes["station"].send_signal(19)  # SIGSTOP
    try:
        r.send("NIX-2", None)
        time.sleep(0.1)
        termios.tcflush(r.packer.bench.slave, termios.TCIFLUSH)
    finally:
        floor.rig.processes["station"].send_signal(18)  # SIGCONT
    with pytest.raises(Unanswered, match="no light for 'NIX-2'"):
        r.finish()


def test_control_an_answer_that_nobody_asked_for_is_seen(floor, restless):
    r = restless[0]
    r.packer.send("NIX-1")
    with pytest.raises(Unanswered, match="nothing was scanned"):
        for _ in range(50):
            r.look(0.1)
