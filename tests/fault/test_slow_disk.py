# SPDX-License-Identifier: Apache-2.0
"""A disk whose syncs take 7 s while two benches scan on: amber after 2 s, no green before its commit, every code answered, in order."""
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from faults import SteadyPacker, ground, simple, units_left  # noqa: E402
from packer import Lines  # noqa: E402
from rig import wait_for  # noqa: E402

RATE = 20  # codes a second, at each bench
TYPING_S = 5
DELAY_S = 7
N = RATE * TYPING_S


def two_shipments() -> list[dict]:
    """Of one line each that does not end while we scan."""
    found = [s for s in simple(20) if s["lines"][0]["serial"] == "none"][:2]
    for s in found:
        s["lines"] = s["lines"][:1]
        s["lines"][0]["quantity"] = 10 * N
    return found


class Typist:
    """Two scanners that are never waited for, and the lights with the time at which each line came."""

    def __init__(self, g):
        self.g = g
        self.benches = g.rig.benches
        self.codes = [s["lines"][0]["codes"][0]["code"] for s in g.shipments.values()]
        self.packers = [SteadyPacker(g, bench) for bench in self.benches]
        self.seen = [[] for _ in self.benches]  # (seconds since the first code, verdict)
        for packer, badge, shipment in zip(self.packers, ("P017", "P023"), g.shipments.values()):
            packer.sign_in(badge)
            assert packer.open(shipment) == 10 * N

    def type(self) -> None:
        """@N codes at each bench, at their times."""
        self.begun = time.monotonic()
        readers = [threading.Thread(target=self.read, args=(i,)) for i in range(len(self.benches))]
        for reader in readers:
            reader.start()
        for n in range(N):
            for packer, code in zip(self.packers, self.codes):
                packer.send(code)
            time.sleep(max(0.0, self.begun + (n + 1) / RATE - time.monotonic()))
        self.readers = readers

    def read(self, i: int) -> None:
        lines = Lines(self.benches[i].light_fd)
        while len(self.answers(i)) < N and (verdict := lines.read(20)) is not None:
            self.seen[i].append((time.monotonic() - self.begun, verdict))

    def wait(self) -> None:
        for reader in self.readers:
            reader.join()

    def answers(self, i: int) -> list[tuple]:
        return [(at, v) for at, v in self.seen[i] if v["kind"] != "saving"]

    def of(self, i: int, kind: str) -> list[tuple]:
        return [(at, v) for at, v in self.seen[i] if v["kind"] == kind]

    def recorded(self, i: int) -> int:
        """Units of this bench's shipment on the disk: a reader sees what is committed, no more."""
        shipment = list(self.g.shipments)[i]
        return self.g.rig.query("station/ledger.db", "SELECT count(*) FROM fact WHERE type = 'item.verified' AND data ->> 'shipment' = ?", shipment)[0][0]


@pytest.fixture
def typist(build, tmp_path):
    with ground(build, tmp_path, two_shipments(), open_it=False, benches=2) as g:
        g.plan_storage("station")
        g.open()
        yield Typist(g)


def test_each_code_is_answered_in_order_though_the_disk_takes_7_s(typist):
    typist.g.storage(str(DELAY_S * 1000))
    typist.type()
    assert [typist.recorded(i) for i in (0, 1)] == [0, 0]
    first = wait_for("the first green", lambda: typist.of(0, "ok") + typist.of(1, "ok"), timeout=20)
    assert first[0][0] >= DELAY_S - 0.1, "green before the sync was through"
    typist.g.storage("")
    typist.wait()
    for i in (0, 1):
        saving = typist.of(i, "saving")
        assert 1.9 <= saving[0][0] <= 3.0
        assert saving[0][1]["light"] == "amber"
        ok, lost = typist.of(i, "ok"), typist.of(i, "scan-lost")
        assert len(ok) + len(lost) == N, "a code without an answer"
        assert [units_left(v) for _, v in ok] == [10 * N - k - 1 for k in range(len(ok))], "not in order"
        assert typist.recorded(i) == len(ok) >= 32
        assert min(at for at, _ in ok) >= DELAY_S - 0.1
        assert not [at for at, v in typist.seen[i] if v["light"] == "green" and at < DELAY_S - 0.1]
    wait_for("nothing else", lambda: typist.g.rig.try_status()["storage"] == "fine")
    assert typist.packers[0].light.drain() == typist.packers[1].light.drain() == []


def test_control_a_disk_that_is_well_shows_no_amber(typist):
    typist.type()
    typist.wait()
    for i in (0, 1):
        assert not typist.of(i, "saving")
        assert len(typist.of(i, "ok")) == typist.recorded(i) == N


def test_a_bench_that_waited_for_nothing_gets_its_light_back_without_a_beep(typist):
    typist.g.storage("2500")
    one, two = typist.packers
    one.send(typist.codes[0])
    assert two.light.read(10)["kind"] == "saving"
    back = two.light.read(3) or two.light.prompts[-1]  # what it had shown, or what that has given way to since
    assert (back["kind"] in ("opened", "next"), back["sound"]) == (True, "none")
    assert [one.light.read(10)["kind"] for _ in range(2)] == ["saving", "ok"]
    wait_for("a well storage", lambda: typist.g.rig.try_status()["storage"] == "fine")
    assert one.light.drain() == []
