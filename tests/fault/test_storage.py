# SPDX-License-Identifier: Apache-2.0
"""A disk that fails, is full, or has changed a byte: red and no green, nothing green lost, and a damaged row is named."""
import contextlib
import json
import random
import re
import sqlite3
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from compare import compare, events  # noqa: E402
from faults import SteadyPacker, ground, simple, units_left, units_of  # noqa: E402
from rig import wait_for  # noqa: E402


@pytest.fixture
def floor(build, tmp_path):
    with ground(build, tmp_path, simple(8), open_it=False) as g:
        g.plan_storage("station")
        yield g.open()


@pytest.fixture
def packer(floor):
    p = SteadyPacker(floor, floor.rig.benches[0])
    p.sign_in("P017")
    return p


def open_box(packer, name: str) -> tuple[str, int]:
    """The code of its first unit, and how many there are."""
    left = packer.open(packer.g.shipments[name])
    return units_of(packer.g.shipments[name])[0][1], left


def n_facts(g) -> int:
    return g.rig.query("station/ledger.db", "SELECT count(*) FROM fact WHERE lane < 2")[0][0]


def test_a_sync_that_fails_shows_red_and_ends_the_station_and_the_next_start_has_all_that_was_green(floor, packer):
    first, second = list(floor.shipments)[:2]
    packer.pack(first)
    code, total = open_box(packer, second)
    floor.storage("eio")
    packer.send(code)
    shown = packer.light.read(10)
    assert (shown["kind"], shown["light"]) == ("not-recorded", "red")
    assert floor.rig.processes["station"].wait(10) != 0
    assert [v["light"] for v in packer.light.drain() if v["light"] == "green"] == []

    floor.rig.start("station")  # the disk is still broken: nobody may take it for a station
    assert floor.rig.processes["station"].wait(20) != 0
    assert [v for v in packer.light.drain() if v["light"] == "green"] == []

    floor.storage("")
    floor.rig.start("station")
    floor.wait_ready()
    resumed = packer.light.drain()[-1]
    assert (resumed["kind"], resumed["shipment"]) == ("resumed", second)
    assert json.loads(floor.rebuild_check().stdout)["ok"]
    # The unit that went red may be there or not; the light says which, and a careful packer finishes the box.
    left = units_left(resumed)
    assert left in (total, total - 1)
    packer.finish(second, done=total - left)
    floor.settle(2)
    outcome = compare(floor.rig, packer.green, floor.shipments)
    assert (outcome.lost, outcome.duplicated, outcome.shipments_shipped) == ([], [], 2)


def test_a_full_disk_refuses_each_scan_and_works_again_when_there_is_room(build, tmp_path):
    with ground(build, tmp_path, simple(8), open_it=False) as g:
        g.plan_storage("station", "sync", "notify", "oms")
        g.open()
        packer = SteadyPacker(g, g.rig.benches[0])
        packer.sign_in("P017")
        fill_and_free(g, packer)


def fill_and_free(floor, packer) -> None:
    first, second, third = list(floor.shipments)[:3]
    packer.pack(first)
    code, total = open_box(packer, second)
    before = n_facts(floor)
    floor.storage("full")
    until = time.monotonic() + 7  # longer than the station's own look at its room
    kinds = set()
    while time.monotonic() < until:
        packer.send(code)
        verdict = packer.light.read(10)
        assert verdict["light"] != "green", verdict
        kinds.add(verdict["kind"])
        time.sleep(0.2)
    assert kinds == {"not-recorded"}
    assert n_facts(floor) == before
    floor.rig.alive("station")  # the others may end and be started again; a bench without its station shows nothing

    floor.storage("")

    def works() -> bool:
        floor.revive()
        verdict = packer.scan(code, "not-recorded", "ok", "packed")
        assert verdict["kind"] == "not-recorded" or units_left(verdict) == total - 1
        return verdict["light"] == "green"

    wait_for("room again", works, timeout=60, step=0.2)
    packer.finish(second, done=1)
    packer.pack(third)
    floor.revive()
    floor.settle(3)
    outcome = compare(floor.rig, packer.green, floor.shipments)
    assert (outcome.lost, outcome.duplicated, outcome.shipments_shipped) == ([], [], 3)


def test_control_on_a_disk_that_is_well_the_same_scans_are_green(floor, packer):
    code, _ = open_box(packer, next(iter(floor.shipments)))
    packer.send(code)
    assert packer.light.read(10)["light"] == "green"
    floor.rig.alive("station")


def test_commands_that_came_while_the_box_was_full_are_not_lost(build, tmp_path):
    """What is taken is on the disk, so what found no room comes again."""
    with ground(build, tmp_path, simple(4), open_it=False) as g:
        g.plan_storage("station", "sync", "notify")
        g.open()
        last = "SELECT max(sequence), max(taken) FROM command JOIN stream USING (stream)"
        wait_for("all to be taken", lambda: len(set(g.rig.query("oms/oms.db", last)[0])) == 1)
        tried = g.rig.logs["sync"].read_text()  # before: it says so once, perhaps at once
        g.storage("full")
        g.push(late := simple(5, prefix="late-"))
        sent, taken = g.rig.query("oms/oms.db", last)[0]
        assert taken < sent
        wait_for("sync to try", lambda: "No space left" in g.rig.logs["sync"].read_text()[len(tried):] or g.rig.processes["sync"].poll() is not None)
        assert g.rig.query("oms/oms.db", last)[0] == (sent, taken), "said to be taken without room for it"
        assert g.known() == 4

        def level() -> bool:
            g.revive()
            return g.known() == 4 + len(late)

        g.storage("")
        wait_for("the late shipments", level, timeout=60, step=0.2)


def flip_a_byte(ledger: Path, needle: bytes, rng: random.Random) -> None:
    """One bit of one character in the file, where @needle lies in a row."""
    data = bytearray(ledger.read_bytes())
    places = [m.start() for m in re.finditer(re.escape(needle), bytes(data))]
    assert places
    at = rng.choice(places) + rng.randrange(len(needle))
    data[at] ^= 1
    ledger.write_bytes(data)


def put_to_rest(g) -> Path:
    """Stop the box; its ledger whole in one file."""
    for name in ("station", "sync", "notify"):
        g.rig.stop(name)
    path = g.rig.folder / "station/ledger.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    for name in ("ledger.db-wal", "ledger.db-shm"):  # a read-only reader makes neither
        path.with_name(name).touch()
    return path


def test_a_byte_changed_in_a_fact_is_named_by_the_rebuild_check(floor, packer):
    for name in list(floor.shipments)[:3]:
        packer.pack(name)
    path = put_to_rest(floor)
    good = path.read_bytes()
    assert floor.rebuild_check().returncode == 0, "control: an unharmed ledger is equal"
    rng = random.Random(7)
    rows = floor.rig.query("station/ledger.db", "SELECT pos, id FROM fact WHERE lane < 2")
    for pos, fact in rng.sample(rows, 12):
        flip_a_byte(path, fact.encode(), rng)
        done = floor.rebuild_check()
        assert done.returncode == 1, f"fact {pos}: a changed byte was not seen"
        assert re.search(rf"\b{pos}\b", done.stderr), done.stderr
        path.write_bytes(good)
    assert floor.rebuild_check().returncode == 0


def test_a_flipped_bit_is_never_sent_and_everything_else_is(floor, packer):
    floor.rig.broker.stop()
    first, second = list(floor.shipments)[:2]
    packer.pack(first)
    path = put_to_rest(floor)
    fact = floor.rig.query("station/ledger.db", "SELECT id, seq, pos FROM fact WHERE type = 'parcel.ready'")[0]
    flip_a_byte(path, fact[0].encode(), random.Random(3))
    for name in ("station", "sync", "notify"):
        floor.rig.start(name)
    floor.wait_ready()
    packer.light.drain()
    floor.rig.broker.start()
    packer.pack(second)
    wait_for("sync to say so", lambda: f"position {fact[2]} is damaged" in floor.rig.logs["sync"].read_text(), timeout=30)

    def at_oms() -> set[int]:
        return {e["sequence"] for e in events(floor.rig) if e["source"].endswith(":fact")}

    def here() -> set[int]:
        return {seq for (seq,) in floor.rig.query("station/ledger.db", "SELECT seq FROM fact WHERE lane = 0")}

    wait_for("all others", lambda: at_oms() == here() - {fact[1]}, timeout=30)
    assert [g["data"]["from"] for g in events(floor.rig) if g["type"] == "ledger.gap"] == [str(fact[1])]
    for name in ("station", "sync", "notify", "oms"):
        floor.rig.alive(name)
