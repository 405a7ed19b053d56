# SPDX-License-Identifier: Apache-2.0
"""Two boxes with one name, a ledger from a copy, a new disk, an OMS from yesterday: told apart, and nothing lost or doubled."""
import contextlib
import json
import shutil
import sys
import uuid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from compare import compare, events  # noqa: E402
from faults import Ground, SteadyPacker, ground, simple, units_of  # noqa: E402
from rig import Rig, wait_for  # noqa: E402

BOX = ("station", "sync", "notify")


@pytest.fixture
def floor(build, tmp_path):
    with ground(build, tmp_path / "floor", simple(10)) as g:
        yield g


@pytest.fixture
def packer(floor):
    p = SteadyPacker(floor, floor.rig.benches[0])
    p.sign_in("P017")
    return p


def stop(g, *programs) -> None:
    for name in programs:
        g.rig.stop(name)


def start(g, packer, *programs) -> None:
    for name in programs:
        g.rig.start(name)
    if "station" in programs:
        g.wait_ready()
        packer.light.drain()


def clock_of_sync(g, folder: Path) -> Path:
    """By which it goes from its next start on."""
    clock = folder / "clock"
    clock.write_text("0\n")
    g.rig.own_environment["sync"] = {"OKURU_TEST_CLOCK": str(clock)}
    return clock


def move_on(clock: Path, seconds: int) -> None:
    new = clock.with_suffix(".new")
    new.write_text(f"{int(clock.read_text()) + seconds}\n")
    new.rename(clock)


def ledger_id(g) -> str | None:
    """Of the running station; None while it begins a new one."""
    status = g.rig.try_status()
    return status and status["ledger"]


def receiver_id(g) -> str:
    return g.rig.query("oms/oms.db", "SELECT value FROM meta WHERE key = 'receiver'")[0][0]


def conflicts(g) -> list[str]:
    return [json.loads(line)["kind"] for line in g.rig.oms("conflicts", "--json").splitlines()]


def facts_of(g, kind: str) -> list[dict]:
    return [e for e in events(g.rig) if e["type"] == kind and not e["retold"]]


def shipped_at_oms(g) -> list[str]:
    """Shipments by their facts, once for each fact that had an effect."""
    return sorted(e["data"]["shipment"] for e in facts_of(g, "parcel.shipped"))


def all_well(g, packer) -> None:
    outcome = compare(g.rig, packer.green, g.shipments)
    assert (outcome.lost, outcome.duplicated) == ([], [])
    assert outcome.shipments_shipped == outcome.notices_accepted == len(packer.green.shipped)
    done = g.rebuild_check()
    assert done.returncode == 0, done.stderr


# ---- a ledger from a copy ----


def copy(g, packer, to: Path, *folders) -> None:
    """As who copies a disk does: while nothing runs."""
    stop(g, *BOX)
    for name in folders or ["station"]:
        shutil.copytree(g.rig.folder / name, to / name)
    start(g, packer, *BOX)


def turn_back(g, to: Path) -> str:
    """The box goes down, and has what was copied there; the id of the ledger that it had."""
    old = ledger_id(g)
    stop(g, *BOX)
    for path in to.iterdir():
        shutil.rmtree(g.rig.folder / path.name)
        shutil.copytree(path, g.rig.folder / path.name)
    return old


def began_anew(g, packer, old: str, *reasons: str) -> None:
    """The first fact of the new one says why; the bench is as it was, and ready."""
    wait_for("a new ledger", lambda: ledger_id(g) not in (None, old), timeout=30)
    first = json.loads(g.rig.query("station/ledger.db", "SELECT data FROM fact WHERE type = 'ledger.started' ORDER BY pos LIMIT 1")[0][0])
    assert first["predecessor"] == old
    assert first["reason"] in reasons
    g.wait_ready()
    packer.light.drain()


def test_a_ledger_from_a_copy_is_not_gone_on_with_and_each_fact_has_its_effect_once(floor, packer, tmp_path):
    one, two, three, four = list(floor.shipments)[:4]
    packer.pack(one)
    floor.settle(1)
    copy(floor, packer, tmp_path / "copy")
    packer.pack(two)
    packer.pack(three)
    floor.settle(3)
    old = turn_back(floor, tmp_path / "copy")
    start(floor, packer, *BOX)
    began_anew(floor, packer, old, "restored", "forked")
    packer.pack(four)
    floor.settle(4)
    all_well(floor, packer)
    assert shipped_at_oms(floor) == sorted([one, two, three, four])


def test_what_was_shipped_behind_the_copy_is_not_packed_again(floor, packer, tmp_path):
    one, two = list(floor.shipments)[:2]
    packer.pack(one)
    floor.settle(1)
    copy(floor, packer, tmp_path / "copy")
    packer.pack(two)
    floor.settle(2)
    old = turn_back(floor, tmp_path / "copy")
    start(floor, packer, *BOX)
    began_anew(floor, packer, old, "restored", "forked")
    wait_for("what the OMS knows of it", lambda: packer_sees(packer, floor.shipments[two]) == "already", timeout=20, step=0.2)


@pytest.mark.parametrize("packed_too", [False, True])
def test_a_parcel_that_was_open_in_the_copy_and_shipped_since_is_not_shipped_again(floor, packer, tmp_path, packed_too):
    """The box left long ago; here it lies open yet. @packed_too: and somebody goes on with it before the OMS can say so."""
    one, two, three = list(floor.shipments)[:3]
    packer.pack(one)
    packer.open(floor.shipments[two])
    floor.settle(1)
    copy(floor, packer, tmp_path / "copy")
    packer.finish(two)
    floor.settle(2)
    old = turn_back(floor, tmp_path / "copy")
    lose_inbox(floor)  # else the station would begin anew at once
    start(floor, packer, "station")
    packer.sign_in("P017")
    for line, code in units_of(floor.shipments[two]) if packed_too else ():
        packer.scan(code, "ok", "packed")
        packer.green.units[(two, line)] += 1
    start(floor, packer, "sync", "notify")
    began_anew(floor, packer, old, "restored", "forked")
    wait_for("what the OMS knows of it", lambda: told(packer, floor.shipments[two]["open_codes"][0]).startswith("shipped"), timeout=20, step=0.2)
    packer.pack(three)
    floor.settle(3)
    all_well(floor, packer)
    assert shipped_at_oms(floor) == sorted([one, two, three])
    assert ("two-histories" in conflicts(floor)) == packed_too


def told(packer, code: str) -> str:
    """What a slip or a tote says, in words; what the light said by itself before that is gone."""
    packer.light.drain()
    return packer.scan(code)["sub"]["en"]


def packer_sees(packer, shipment: dict) -> str:
    """What the slip says; a box that was opened by it is voided again."""
    verdict = packer.scan(shipment["open_codes"][0])
    if verdict["kind"] == "opened":
        packer.scan("OKURU-C-VOID")
        packer.scan("OKURU-C-RETURN", "voided")
    return verdict["kind"]


def test_a_copy_that_was_packed_with_before_the_line_was_back_is_told_by_its_forked_facts(floor, packer, tmp_path):
    """The station packs on from the copy while sync is down: other facts at places that the OMS has already."""
    one, two, three, four = list(floor.shipments)[:4]
    packer.pack(one)
    floor.settle(1)
    copy(floor, packer, tmp_path / "copy", "station", "sync")
    packer.pack(two)
    floor.settle(2)
    old = turn_back(floor, tmp_path / "copy")
    start(floor, packer, "station")
    packer.pack(three)
    packer.pack(four)
    start(floor, packer, "sync", "notify")
    began_anew(floor, packer, old, "forked")
    floor.settle(4)
    all_well(floor, packer)
    assert shipped_at_oms(floor) == sorted([one, two, three, four])


@pytest.mark.parametrize("sync_runs", [True, False])
def test_a_copy_that_was_packed_with_while_the_office_was_away(floor, packer, tmp_path, sync_runs):
    """The mark in the inbox is beyond the copy's end; by the time the line is back the new facts are beyond the mark."""
    names = list(floor.shipments)
    packer.pack(names[0])
    floor.settle(1)
    copy(floor, packer, tmp_path / "copy")
    packer.pack(names[1])
    floor.settle(2)
    old = turn_back(floor, tmp_path / "copy")
    floor.rig.broker.stop()
    start(floor, packer, *(BOX if sync_runs else ("station", "notify")))
    packer.sign_in("P017")
    for name in names[2:6]:
        packer.pack(name)
    floor.rig.broker.start()
    if not sync_runs:
        start(floor, packer, "sync")
    began_anew(floor, packer, old, "restored", "forked")
    floor.settle(6)
    all_well(floor, packer)
    assert shipped_at_oms(floor) == sorted(names[:6])


def test_a_copy_without_an_inbox_that_was_packed_with_beyond_the_mark(floor, packer, tmp_path):
    """Nothing here knows how far the original had come; only the id of the fact at the mark tells that it is another one."""
    names = list(floor.shipments)
    packer.pack(names[0])
    floor.settle(1)
    copy(floor, packer, tmp_path / "copy")
    packer.pack(names[1])
    floor.settle(2)
    applied = head(floor)
    old = turn_back(floor, tmp_path / "copy")
    lose_inbox(floor)
    start(floor, packer, "station")
    packer.sign_in("P017")
    for name in names[2:6]:
        packer.pack(name)
    assert (ledger_id(floor), head(floor) > applied) == (old, True), "it is not packed with beyond the mark"
    start(floor, packer, "sync", "notify")
    began_anew(floor, packer, old, "forked")
    floor.settle(6)
    all_well(floor, packer)
    assert shipped_at_oms(floor) == sorted(names[:6])


def lose_inbox(g) -> None:
    shutil.rmtree(g.rig.folder / "sync")
    (g.rig.folder / "sync").mkdir(mode=0o750)


def test_an_inbox_from_a_copy_holds_nobody_up(floor, packer, tmp_path):
    """It ends before the command that the ledger took last: there is nothing to take, and scans are answered."""
    one, two = list(floor.shipments)[:2]
    stop(floor, "sync")
    shutil.copytree(floor.rig.folder / "sync", tmp_path / "copy-sync")
    start(floor, packer, "sync")
    late = simple(1, prefix="late-")
    floor.push(late)
    wait_for("the late one at the bench", lambda: floor.known() == len(floor.shipments) + 1)
    stop(floor, *BOX)
    shutil.rmtree(floor.rig.folder / "sync")
    shutil.copytree(tmp_path / "copy-sync", floor.rig.folder / "sync")
    start(floor, packer, "station")
    packer.pack(one)
    start(floor, packer, "sync", "notify")
    packer.pack(two)
    floor.settle(2)
    all_well(floor, packer)


def test_an_inbox_from_a_copy_is_set_aside_and_the_office_tells_all_again(floor, packer, tmp_path):
    """Its older self said that it had taken what it now lacks, and nobody sends that again."""
    one = list(floor.shipments)[0]
    clock = clock_of_sync(floor, tmp_path)
    stop(floor, "sync")
    shutil.copytree(floor.rig.folder / "sync", tmp_path / "copy-sync")
    start(floor, packer, "sync")
    late, later = ([s] for s in simple(20)[-2:])  # their numbers are nobody else's
    floor.push(late)
    wait_for("the late one at the bench", lambda: floor.known() == len(floor.shipments) + 1)
    wait_for("the office to hear that it was taken", lambda: floor.rig.query("oms/oms.db", "SELECT taken = last FROM stream WHERE current = 1") == [(1,)])
    stop(floor, *BOX)
    shutil.rmtree(floor.rig.folder / "sync")
    shutil.copytree(tmp_path / "copy-sync", floor.rig.folder / "sync")
    start(floor, packer, *BOX)
    floor.push(later)
    packer.pack(one)
    floor.settle(1)
    # The control: without a new inbox it does not come.
    assert floor.known() == len(floor.shipments) + 1
    assert list((floor.rig.folder / "sync").glob("inbox-*.db")) == []

    def set_aside() -> bool:
        move_on(clock, 200)
        return bool(list((floor.rig.folder / "sync").glob("inbox-*.db")))

    wait_for("the copy to be set aside", set_aside, timeout=60, step=1.5)
    wait_for("the later one at the bench", lambda: floor.known() == len(floor.shipments) + 2, timeout=60)
    assert floor.rig.processes["sync"].poll() is None
    for shipment in late + later:
        floor.shipments[shipment["shipment"]] = shipment
    packer.pack(late[0]["shipment"])
    packer.pack(later[0]["shipment"])
    floor.settle(3)
    all_well(floor, packer)


def test_control_a_lost_inbox_alone_is_no_new_ledger(floor, packer):
    one, two = list(floor.shipments)[:2]
    packer.pack(one)
    floor.settle(1)
    old = ledger_id(floor)
    stop(floor, *BOX)
    lose_inbox(floor)
    start(floor, packer, *BOX)
    packer.pack(two)
    floor.settle(2)
    all_well(floor, packer)
    assert ledger_id(floor) == old
    assert len(facts_of(floor, "ledger.started")) == 1
    assert conflicts(floor) == []


def test_control_a_restart_is_no_new_ledger(floor, packer):
    one, two = list(floor.shipments)[:2]
    packer.pack(one)
    old = ledger_id(floor)
    stop(floor, *BOX)
    start(floor, packer, *BOX)
    packer.pack(two)
    floor.settle(2)
    all_well(floor, packer)
    assert ledger_id(floor) == old
    assert len(facts_of(floor, "ledger.started")) == 1
    assert conflicts(floor) == []


# ---- a new disk ----


def swap_disk(g) -> None:
    for name in BOX:
        shutil.rmtree(g.rig.folder / name)
        (g.rig.folder / name).mkdir(mode=0o750)


def test_a_new_disk_gets_its_snapshot_and_mails_nobody_twice(floor, packer):
    one, two, three = list(floor.shipments)[:3]
    packer.pack(one)
    packer.pack(two)
    floor.settle(2)
    old = ledger_id(floor)
    stop(floor, *BOX)
    swap_disk(floor)
    start(floor, packer, *BOX)
    wait_for("the snapshot", lambda: floor.rig.query("station/ledger.db", "SELECT 1 FROM fact WHERE type = 'snapshot.ended'"))
    assert ledger_id(floor) != old
    packer.sign_in("P017")
    codes = [code for name in (one, two) for code in floor.shipments[name]["open_codes"]]
    assert len(codes) > 2, "there is no tote"
    assert [told(packer, code).split()[0] for code in codes] == ["shipped"] * len(codes)
    packer.pack(three)
    floor.settle(3)
    outcome = compare(floor.rig, packer.green, floor.shipments)
    assert (outcome.lost, outcome.duplicated, outcome.shipments_shipped) == ([], [], 3)
    assert len(facts_of(floor, "ledger.started")) == 2
    assert conflicts(floor) == []


def test_control_without_its_snapshot_a_new_disk_knows_nothing(floor, packer):
    one = next(iter(floor.shipments))
    packer.pack(one)
    floor.settle(1)
    stop(floor, *BOX, "oms")
    swap_disk(floor)
    start(floor, packer, *BOX)
    assert packer_sees(packer, floor.shipments[one]) != "already"


# ---- the OMS from yesterday ----


def start_oms(g) -> None:
    """Up and at the broker: what is sent to nobody comes again, but only after half a minute."""
    def lines() -> int:
        return g.rig.logs["oms"].read_text().count("broker: up")
    before = lines()
    g.rig.start("oms")
    wait_for("the OMS at the broker", lambda: lines() > before)


def yesterday(g, packer, tmp_path) -> tuple[str, str]:
    """One shipment before the copy of the OMS's database, one behind it; then the copy is all it has. Stopped."""
    one, two = list(g.shipments)[:2]
    packer.pack(one)
    g.settle(1)
    stop(g, "oms")
    shutil.copytree(g.rig.folder / "oms", tmp_path / "oms-copy")
    start_oms(g)
    packer.pack(two)
    g.settle(2)
    stop(g, "oms")
    shutil.rmtree(g.rig.folder / "oms")
    shutil.copytree(tmp_path / "oms-copy", g.rig.folder / "oms")
    return one, two


def test_an_oms_restored_from_yesterday_is_told_again_what_it_lost(floor, packer, tmp_path):
    one, two = yesterday(floor, packer, tmp_path)
    assert shipped_at_oms(floor) == [one]
    before = receiver_id(floor)
    start_oms(floor)
    floor.rig.oms("restored")
    wait_for("a new receiver", lambda: receiver_id(floor) != before)
    floor.settle(2, timeout=60)
    assert shipped_at_oms(floor) == sorted([one, two])
    more = simple(12, prefix="new-")[-2:]
    floor.push(more)
    floor.shipments.update({s["shipment"]: s for s in more})
    wait_for("the new shipments", lambda: floor.known() == 12, timeout=30)
    three, four = list(floor.shipments)[2], more[0]["shipment"]
    packer.pack(three)
    packer.pack(four)
    floor.settle(4)
    all_well(floor, packer)
    assert conflicts(floor) == []


def test_control_nobody_says_that_it_was_restored(floor, packer, tmp_path):
    """Then what was lost stays lost, and a conflict says so to a person; `okuru-oms restored` repairs even that."""
    one, two = yesterday(floor, packer, tmp_path)
    start_oms(floor)
    stop(floor, "sync")
    start(floor, packer, "sync")  # or within a minute: it says how far it was told to be
    wait_for("the conflict", lambda: "receiver-went-back" in conflicts(floor), timeout=90, step=0.2)
    assert shipped_at_oms(floor) == [one]
    floor.rig.oms("restored")
    floor.settle(2, timeout=60)
    assert shipped_at_oms(floor) == sorted([one, two])
    all_well(floor, packer)


# ---- two boxes ----


class SecondBox(Ground):
    """Another machine with the same name and certificate, at the broker and the OMS of @first."""

    def __init__(self, first: Ground, build: Path, folder: Path, same_machine: bool = False):
        machine = folder / "machine"
        machine.mkdir(parents=True)
        environment = {}
        if not same_machine:
            (machine / "boot_id").write_text(f"{uuid.uuid4()}\n")
            (machine / "machine-id").write_text(uuid.uuid4().hex + "\n")
            environment = {"LD_PRELOAD": str(build / "tests/other-machine.so"), "OKURU_TEST_MACHINE": str(machine), "OKURU_TEST_LATER_SEC": "120"}
        self.rig = Rig(build, folder, broker=first.rig.broker, environment=environment)
        self.shipments = first.shipments

    def open(self) -> "SecondBox":
        for name in BOX:
            self.rig.start(name)
        self.wait_ready()
        wait_for("the snapshot", lambda: self.rig.query("station/ledger.db", "SELECT 1 FROM fact WHERE type = 'snapshot.ended'"), timeout=30)
        return self

    def close(self) -> None:
        self.rig.broker = Quiet()
        super().close()


class Quiet:
    """The broker is the first one's to stop."""

    def stop(self) -> None:
        pass


@contextlib.contextmanager
def second_box(*arguments, **options):
    box = SecondBox(*arguments, **options)
    try:
        yield box.open()
    finally:
        box.close()


def mark(g) -> int:
    """What the box was told that the OMS has of lane fact."""
    return g.rig.query("sync/inbox.db", "SELECT upto FROM uplink WHERE lane = 'fact'")[0][0]


def head(g) -> int:
    return g.rig.query("station/ledger.db", "SELECT max(seq) FROM fact WHERE lane = 0")[0][0]


def test_of_two_boxes_with_one_name_the_later_one_is_answered_and_a_person_is_told(floor, packer, build, tmp_path):
    one, two, three, four = list(floor.shipments)[:4]
    clock = clock_of_sync(floor, tmp_path)
    stop(floor, "sync")
    start(floor, packer, "sync")
    packer.pack(one)
    floor.settle(1)
    wait_for("its mark", lambda: mark(floor) == head(floor))
    with second_box(floor, build, tmp_path / "second") as second:
        wait_for("the conflict", lambda: "two-ledgers" in conflicts(floor), timeout=90, step=0.2)
        other = SteadyPacker(second, second.rig.benches[0])
        other.sign_in("P023")
        other.pack(two)
        before = mark(floor)
        packer.pack(three)
        wait_for("the facts of both: they are kept", lambda: {two, three} <= set(shipped_at_oms(floor)), timeout=60)
        other.pack(four)
        wait_for("the later box to be answered", lambda: mark(second) == head(second), timeout=60)
        assert mark(floor) == before < head(floor), "both boxes are answered"
        wait_for("its mails", lambda: len(second.rig.mails()) == 2)
        for name in ("notify", "sync", "station"):  # somebody takes the wrong one off the table
            second.rig.stop(name)
        move_on(clock, 61)  # when it says again that it is there
        wait_for("the other one to be answered again", lambda: mark(floor) == head(floor), timeout=90)
        floor.settle(2)
        assert shipped_at_oms(floor) == sorted([one, two, three, four])


def test_control_the_same_machine_with_another_ledger_is_one_box(floor, packer, build, tmp_path):
    one, two = list(floor.shipments)[:2]
    packer.pack(one)
    floor.settle(1)
    stop(floor, *BOX)
    with second_box(floor, build, tmp_path / "second", same_machine=True) as second:
        other = SteadyPacker(second, second.rig.benches[0])
        other.sign_in("P023")
        other.pack(two)
        wait_for("the fact", lambda: two in shipped_at_oms(floor), timeout=60)
        assert conflicts(floor) == []
