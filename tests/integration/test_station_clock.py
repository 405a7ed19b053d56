# SPDX-License-Identifier: Apache-2.0
"""A box whose clock is wrong packs on, says so, and deletes nothing; when it is right again a fact says when. The wall clock is the test's."""
import json
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from compare import events  # noqa: E402
from rig import wait_for  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402
from waiting import TimedOut  # noqa: E402

HOUR, DAY = 3600, 86400


class Box(Scene):
    """A scene with a wall clock of its own: the office keeps the real one."""

    def open(self) -> "Box":
        for program in ("oms", "broker"):
            self.rig.own_environment[program] = {"OKURU_TEST_CLOCK": str(self.folder / "office-clock")}
        return super().open()

    def set_clock(self, passed: float = 0, ahead: float = 0, quality: str = "synced") -> None:
        """@passed: real time for all of this box; @ahead: its wall clock is set by as much; @quality: what its kernel says."""
        new = self.clock.with_suffix(".new")
        new.write_text(f"{passed} {ahead} {quality}\n")
        new.rename(self.clock)

    def office_passes(self, seconds: float) -> None:
        (self.folder / "office-clock").write_text(f"{seconds}\n")

    def state(self) -> dict:
        return self.rig.ask_station({"verb": "status"})["clock"]

    def wait_why(self, why: str) -> None:
        wait_for(f"the clock to be {why}", lambda: self.state()["why"] == why and "since" in self.state())

    def changes(self) -> list[tuple]:
        rows = self.rig.query("station/ledger.db", "SELECT clock, data FROM fact WHERE type = 'clock.changed' ORDER BY pos")
        return [(d["from_clock"], d["to_clock"], d["why"], round(int(d["step_ms"]) / 1000)) for d in (json.loads(r[1]) for r in rows)]

    def clocks(self, after: int) -> set[str]:
        return {r[0] for r in self.rig.query("station/ledger.db", "SELECT clock FROM fact WHERE pos > ?", after)}

    def ship(self, name: str) -> str:
        s = self.make(name, item("1", SHIRT, 1), carrier="japanpost")
        return self.ready(self.packers[0], s)

    def restart(self) -> None:
        self.rig.stop("station")
        self.rig.start("station")
        self.rig.wait_up()
        self.packers[0].light.drain()
        wait_for("the scanner", lambda: [d for d in self.rig.ask_station({"verb": "status"})["devices"] if d["bench"] == "b1" and d["up"]])


@pytest.fixture
def box(build, tmp_path):
    b = Box(build, tmp_path, clock_moves=True)
    b.open()
    try:
        yield b
        b.assert_rebuilt_equal()
        b.assert_logs_are_calm()
    finally:
        b.close()


def test_a_clock_that_falls_to_1970_is_said_and_packs_on_until_it_is_right_again(box):
    box.wait_why("agrees")
    assert box.state()["quality"] == "synced" and box.state()["trusted"]
    assert box.changes() == []  # control: nothing happened to it
    back = -round(time.time())
    box.rig.stop("station")
    box.set_clock(ahead=back, quality="unknown")
    before = box.head()
    box.rig.start("station")
    box.rig.wait_up()
    box.packers[0].light.drain()
    wait_for("the scanner", lambda: [d for d in box.rig.ask_station({"verb": "status"})["devices"] if d["bench"] == "b1" and d["up"]])
    box.wait_why("contradicted")
    parcel = box.ship("S-1970")
    assert box.clocks(before) == {"unknown"}
    assert box.rig.query("station/ledger.db", "SELECT substr(time, 1, 4) FROM fact WHERE subject = ? AND type = 'parcel.shipped'", parcel) == [("1970",)]
    status, doctor = box.okuru("status"), box.okuru("doctor", check=False)
    assert "UNKNOWN since" in status and "office's clock" in status, status
    assert "compare both with a third" in doctor
    box.set_clock()
    box.wait_why("agrees")
    wait_for("the second fact", lambda: len(box.changes()) == 2)
    first, last = box.changes()
    assert first[:3] == ("synced", "unknown", "contradicted") and abs(first[3] - back) <= 1, "the station was down when it was set: seen all the same"
    assert last[:3] == ("unknown", "synced", "agrees") and abs(last[3] + back) <= 1
    after = box.head()
    box.ship("S-NOW")
    assert box.clocks(after) == {"synced"}
    wait_for("both at the office", lambda: [e["type"] for e in events(box.rig)].count("clock.changed") == 2)


def test_a_clock_that_lost_its_servers_is_good_until_somebody_sets_it(box):
    box.wait_why("agrees")
    box.set_clock(quality="unknown")
    box.wait_why("was-synced")
    before = box.head()
    box.ship("S-ALONE")
    assert box.clocks(before) == {"holdover"}
    box.restart()  # what it knew outlives the program
    assert box.state()["why"] == "was-synced"
    box.set_clock(ahead=HOUR, quality="unknown")
    box.wait_why("stepped")
    box.set_clock(quality="unknown")
    box.wait_why("was-synced")
    wait_for("the third fact", lambda: len(box.changes()) == 3)
    assert box.changes() == [("synced", "holdover", "was-synced", 0), ("holdover", "unknown", "stepped", HOUR), ("unknown", "holdover", "was-synced", -HOUR)]


def level(box: Box) -> bool:
    head = box.rig.query("station/ledger.db", "SELECT lane, max(seq) FROM fact WHERE lane < 2 GROUP BY lane")
    upto = box.rig.query("sync/inbox.db", "SELECT upto FROM uplink ORDER BY lane")
    return [h[1] for h in head] == [u[0] for u in upto]


def is_purged(box: Box, parcel: str) -> bool:
    """It looks for what is due at its first second, and ten minutes later: if it had not heard of the office by then, the next start looks."""
    try:
        wait_for("the purge", lambda: box.count("parcel.shipped", parcel) == 0, timeout=3)
    except TimedOut:
        box.restart()
        return False
    return True


@pytest.mark.parametrize("quality, goes", [("unknown", False), ("synced", True)])
def test_31_days_later_only_a_clock_that_can_be_believed_purges(box, quality, goes):
    parcel = box.ship("S-OLD")
    box.wait_why("agrees")
    wait_for("all applied", lambda: level(box))
    box.office_passes(31 * DAY)
    box.set_clock(passed=31 * DAY, quality=quality)
    box.rig.stop("oms")
    box.rig.start("oms")
    box.restart()
    box.packers[0].sign_in("P017")
    box.ship("S-LATER")  # the newest row of a lane stays
    wait_for("all applied", lambda: level(box))
    box.restart()
    if goes:
        wait_for("the purge", lambda: is_purged(box, parcel), timeout=60)
    else:
        box.wait_why("too-long")
        time.sleep(1.5)  # it looks for what is due at its first second
        assert box.count("parcel.shipped", parcel) == 1


def test_what_was_packed_in_1970_is_not_31_days_old_when_the_clock_is_right(box):
    box.set_clock(ahead=-round(time.time()), quality="unknown")
    box.wait_why("contradicted")
    parcel = box.ship("S-1970")
    box.set_clock()
    box.wait_why("agrees")
    box.ship("S-NOW")  # the newest row of a lane stays
    wait_for("all applied", lambda: level(box))
    box.restart()
    time.sleep(1.5)  # it looks for what is due at its first second
    assert box.count("parcel.shipped", parcel) == 1
    box.office_passes(31 * DAY)
    box.set_clock(passed=31 * DAY)
    box.rig.stop("oms")
    box.rig.start("oms")
    box.restart()
    wait_for("the purge, 31 days behind the correction", lambda: is_purged(box, parcel), timeout=60)
    box.packers[0].sign_in("P017")
    box.packers[0].scan("S-1970", "already")  # its tombstone is as young
