# SPDX-License-Identifier: Apache-2.0
"""What time does at a bench: idling, collections, waiting notices, purging. The programs take their clocks from the test's hand."""
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from compare import events, read_mail  # noqa: E402
from packer import Packer  # noqa: E402
from rig import wait_for  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402

MINUTE, HOUR, DAY = 60, 3600, 86400
JST = 9 * HOUR


@pytest.fixture
def scene(build, tmp_path):
    s = Scene(build, tmp_path, clock_moves=True).open()
    yield s
    try:
        s.assert_rebuilt_equal()
        s.assert_logs_name_nobody()
        s.assert_logs_are_calm()
    finally:
        s.close()


def mails_to(scene: Scene, s: dict) -> list:
    return [m for m in map(read_mail, scene.rig.mails()) if s["contact"]["contact"]["email"] in str(m["To"])]


def until(hour: int, minute: int) -> float:
    """Seconds to the next such moment in Japan."""
    left = (hour * HOUR + minute * MINUTE - (time.time() + JST)) % DAY
    return left or DAY


def test_a_bench_locks_itself_when_nobody_works_and_keeps_the_box(scene):
    bench = scene.packers[0]
    s = scene.make("S-IDLE", item("1", SHIRT, 2))
    bench.scan(s["shipment"], "opened")
    bench.item(s["lines"][0])
    scene.move_clock(29 * MINUTE)
    assert bench.look(2.5) is None
    scene.move_clock(31 * MINUTE)
    assert bench.look(5)["kind"] == "locked"  # by itself: nobody scans
    bench.scan(SHIRT, "locked")
    bench.scan("OKURU-P-P023", "signed-in")
    bench.match(bench.item(s["lines"][0]))
    out = [(f["subject"], f["bench"], f["reason"]) for f in scene.facts("person.out")]
    assert ("p-017", "b1", "idle") in out
    assert [f["actor"] for f in scene.facts("item.verified")] == ["p-017", "p-023"]


def test_a_collection_that_nobody_confirmed_is_assumed_after_its_grace(scene):
    bench = scene.packers[0]
    start = until(14, 0)  # half an hour before the truck
    scene.move_clock(start)
    bench.sign_in("P017")
    s, late = (scene.make(name, item("1", SHIRT, 1), merchant="midori") for name in ("S-ASSUMED", "S-TOO-LATE"))
    parcel = scene.ready(bench, s)
    scene.move_clock(start + 45 * MINUTE)  # the truck was there at 14:30, its grace ends at 15:00
    bench.sign_in("P017")
    missed = scene.ready(bench, late)
    inhand = scene.make("S-IN-HAND", item("1", SHIRT, 2))
    bench.scan(inhand["shipment"], "opened")
    time.sleep(1.2)  # one look of the station's at the clock
    assert scene.count("parcel.shipped") == 0
    scene.move_clock(start + 61 * MINUTE)
    wait_for("the assumption", lambda: scene.count("parcel.shipped", parcel))
    assert [(f["subject"], f["how"], f["actor"]) for f in scene.facts("parcel.shipped")] == [(parcel, "assumed", "")]
    assert scene.count("parcel.shipped", missed) == 0, "it came to the bay after the truck"
    assert bench.look(0.5) is None, "the light is for the box in hand"
    bench.item(inhand["lines"][0])
    bench.match(bench.item(inhand["lines"][0]))
    # the notice waits half an hour by that merchant's policy
    assert mails_to(scene, s) == []
    scene.move_clock(start + 92 * MINUTE)
    wait_for("the mail", lambda: mails_to(scene, s))


def test_a_void_within_the_waiting_time_takes_the_notice_back(scene):
    bench = scene.packers[0]
    s, goes = (scene.make(name, item("1", SHIRT, 1), merchant="midori", carrier="sagawa") for name in ("S-BACK", "S-GOES"))
    for each in (s, goes):
        scene.ready(bench, each)
    bench.scan("OKURU-C-SHIP-S1", "collection")
    for each in (s, goes):
        bench.scan(scene.number(each), "shipped")
    bench.scan("OKURU-C-OK", "idle")
    bench.scan("OKURU-C-VOID", "gesture")
    bench.scan(scene.number(s), "leader-needed")
    bench.scan("OKURU-P-L002", "voided")
    scene.move_clock(31 * MINUTE)
    wait_for("the mail that is right", lambda: mails_to(scene, goes))
    wait_for("the outcome at the OMS", lambda: {e["data"]["shipment"] if "shipment" in e["data"] else e["subject"] for e in events(scene.rig)
                                                if e["type"] == "notice.cancelled"} == {"S-BACK"})
    assert mails_to(scene, s) == []


# ---- purge ----


def awake(scene: Scene) -> Packer:
    """Bench b1, signed in anew: the clock was moved, or the station started."""
    bench = scene.packers[0]
    wait_for("the scanner", lambda: [d for d in scene.rig.ask_station({"verb": "status"})["devices"] if d["bench"] == "b1" and d["up"]])
    if scene.shown(0)["person"]:
        bench.scan("OKURU-C-SIGN-OUT", "signed-out", "locked", "not-now")
    bench.light.drain()
    bench.sign_in("P017")
    return bench


def ship_one(scene: Scene, name: str) -> tuple[dict, str]:
    bench = awake(scene)
    s = scene.make(name, item("1", SHIRT, 1), carrier="japanpost")
    parcel = scene.ready(bench, s)
    wait_for("its mail", lambda: mails_to(scene, s))
    return s, parcel


def level(scene: Scene) -> bool:
    head = scene.rig.query("station/ledger.db", "SELECT lane, max(seq) FROM fact WHERE lane < 2 GROUP BY lane")
    upto = scene.rig.query("sync/inbox.db", "SELECT upto FROM uplink ORDER BY lane")
    return [h[1] for h in head] == [u[0] for u in upto]


def restart(scene: Scene) -> None:
    """The clock was moved: the station looks for what is due when it starts, then every ten minutes."""
    scene.rig.stop("station")
    scene.rig.start("station")
    scene.rig.wait_up()
    for packer in scene.packers:
        packer.light.drain()


def rescan(scene: Scene, s: dict) -> dict:
    return awake(scene).scan(s["shipment"], "already")


def purged(scene: Scene) -> tuple[dict, str, str]:
    """Shipped, told, 31 days older and gone: the shipment, its parcel, when."""
    s, parcel = ship_one(scene, "S-PURGE")
    at = scene.rig.query("station/ledger.db", "SELECT substr(time, 12, 5) FROM fact WHERE type = 'parcel.shipped' AND subject = ?", parcel)[0][0]
    wait_for("all applied", lambda: level(scene))
    assert at in rescan(scene, s)["sub"]["ja"]
    scene.move_clock(31 * DAY)
    wait_for("all applied", lambda: level(scene))
    restart(scene)
    ship_one(scene, "S-LATER")  # the newest row of a lane stays: it remembers what was given out
    wait_for("all applied", lambda: level(scene))
    restart(scene)
    wait_for("the purge", lambda: scene.count("parcel.shipped", parcel) == 0)
    return s, parcel, at


def test_what_is_over_is_purged_and_a_rescan_still_says_when_it_went(scene):
    s, parcel, at = purged(scene)
    assert scene.rig.query("station/ledger.db", "SELECT count(*) FROM fact WHERE subject = ?", s["shipment"]) == [(0,)]
    assert scene.rig.query("station/ledger.db", "SELECT count(*) FROM sealed WHERE subject = ?", s["shipment"]) == [(0,)]
    for code in (s["shipment"], scene.number(s)):
        verdict = rescan(scene, {"shipment": code})
        assert verdict["sub"]["ja"].startswith("発送済み ") and at in verdict["sub"]["ja"] and "b1" in verdict["sub"]["ja"], verdict
    assert scene.count("parcel.opened") == 1


def test_an_office_restored_to_before_a_purge_is_told_what_is_gone(scene):
    office = scene.folder / "oms"
    scene.rig.stop("oms")
    yesterday = {p.name: p.read_bytes() for p in office.iterdir() if p.name.startswith("oms.db")}
    scene.rig.start("oms")
    scene.rig.wait_up()
    purged(scene)
    scene.rig.stop("oms")
    for path in [p for p in office.iterdir() if p.name.startswith("oms.db")]:
        path.unlink()
    for name, held in yesterday.items():
        (office / name).write_bytes(held)
    scene.rig.start("oms")
    scene.rig.wait_up()
    scene.rig.oms("restored")
    wait_for("the gaps in words", lambda: scene.count("ledger.gap") == 2)
    wait_for("all applied", lambda: level(scene))
    there = {e["id"] for e in events(scene.rig)}
    here = {row[0] for row in scene.rig.query("station/ledger.db", "SELECT id FROM fact WHERE lane < 2")}
    assert here <= there


def office_clock(scene: Scene) -> str:
    return scene.rig.query("sync/inbox.db", "SELECT value FROM meta WHERE key = 'office-clock'")[0][0]


def test_nothing_is_purged_while_the_office_contradicts_our_clock(scene):
    s, parcel = ship_one(scene, "S-KEPT")
    agreed = office_clock(scene)
    scene.rig.stop("oms")
    scene.move_clock(31 * DAY)
    scene.rig.environment["OKURU_TEST_CLOCK"] = "/nonexistent"  # the office lives on in its own time
    scene.rig.start("oms")
    scene.rig.wait_up()
    ship_one(scene, "S-LATER")
    wait_for("all applied", lambda: level(scene))
    wait_for("the office's clock", lambda: office_clock(scene) != agreed)
    scene.rig.environment["OKURU_TEST_CLOCK"] = str(scene.clock)
    before = scene.head()
    restart(scene)
    wait_for("its first facts", lambda: scene.head() > before)
    time.sleep(1.5)  # it looks for what is due at its first second
    assert scene.count("parcel.shipped", parcel) == 1
    clocks = scene.rig.query("station/ledger.db", "SELECT DISTINCT clock FROM fact WHERE pos > ?", before)
    assert clocks == [("unknown",)], "a clock that the office contradicts is not called synchronised"
