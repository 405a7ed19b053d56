# SPDX-License-Identifier: Apache-2.0
"""Death at every step: what `taken` acknowledged is kept, each command has its effect once, and what went green is there.

Three pieces of work die at each of their moments (last-step.c says which there are), by kill -9 and by a power cut that takes along
what was not synced: okuru-sync taking commands, okuru-station applying them, okuru-station packing a box. Each is started again and
must come to the same end as one that was left alone. By default some of the moments, with OKURU_TEST_LONG all of them."""
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from faults import ground  # noqa: E402
from lives import Applying, Lives, Packing, Taking, copy_database, empty, lost_of, opened, put_back, read_inbox  # noqa: E402
from office import SHIPMENTS  # noqa: E402
from rig import wait_for  # noqa: E402
from steps import DEAF, Death, die_everywhere, moments, seen_by_strace, seen_by_us, traced  # noqa: E402

DEATHS = {"taking": 36, "applying": 60, "packing": 60}  # of a default run


@pytest.fixture(scope="module")
def floor(build, tmp_path_factory):
    """A floor with its broker; the station has been there once, so that there is a ledger."""
    with ground(build, tmp_path_factory.mktemp("taken"), SHIPMENTS, open_it=False) as g:
        g.rig.broker.extra = "set_tcp_nodelay true"  # thousands of short exchanges: none waits for a delayed ACK
        g.rig.broker.start()
        g.rig.start("station")
        g.wait_ready()
        assert g.rig.stop("station") == 0
        yield g


@pytest.fixture(scope="module")
def taking(floor):
    work = Taking(floor)
    yield work
    work.close()


@pytest.fixture(scope="module")
def inbox(taking):
    """A folder with all commands in it, taken by an okuru-sync that nobody killed."""
    assert taking.run(Death(0)) == []
    shutil.copytree(taking.folder, taking.copies / "inbox")
    return taking.copies / "inbox"


@pytest.fixture(scope="module")
def stocked(floor, inbox):
    """A ledger that has applied the inbox."""
    assert Applying(floor, inbox).run(Death(0)) == []
    copy = floor.rig.folder / "copies/ledger"
    shutil.copytree(floor.rig.folder / "station", copy)
    return copy


def die(work, most: int, capsys):
    """At every step, and whole afterwards."""
    tally = die_everywhere(work, most)
    with capsys.disabled():
        print(f"\n{type(work).__name__}: {tally}")
    assert tally.wrong == [], str(tally)
    assert tally.died >= tally.planned * 2 // 3, str(tally)  # runs with more steps than others are why not all


def test_what_was_said_to_be_taken_outlives_a_death_at_every_step(taking, capsys):
    die(taking, DEATHS["taking"], capsys)


def test_each_command_has_its_effect_once_and_in_order_whatever_step_the_station_dies_at(floor, inbox, capsys):
    work = Applying(floor, inbox)
    die(work, DEATHS["applying"], capsys)
    kinds = Counter(kind for _, kind, *_ in work.left[0])
    assert kinds["command.refused"] == 3 and kinds["shipment.received"] == 4 and kinds["contact.erased"] == 1, kinds


def test_a_box_comes_to_the_same_end_whatever_step_the_station_dies_at(floor, stocked, capsys):
    work = Packing(floor, stocked)
    die(work, DEATHS["packing"], capsys)
    kinds = Counter(kind for _, kind, *_ in work.left[0])
    assert kinds["parcel.packed"] == kinds["parcel.ready"] == kinds["parcel.shipped"] == kinds["notice.reserved"] == 1, kinds


# ---- controls: these tests can fail ----


def late(work) -> int:
    """A moment of the run just done at which most of the work is done."""
    return len(moments(work.steps)) * 3 // 4


def test_control_a_disk_that_never_heard_of_a_sync_loses_what_was_taken(taking):
    """A program that says `taken` before its commit is on the disk would be just that."""
    assert taking.run(Death(0)) == []
    wrong = taking.run(Death(late(taking), DEAF))
    assert taking.died and [text for text in wrong if text.startswith("taken ")], wrong


def test_control_an_inbox_from_before_the_commands_is_seen(taking):
    assert taking.run(Death(0)) == []
    said, path = taking.hear_the_end(), taking.folder / "inbox.db"
    whole = read_inbox(copy_database(path, taking.copies))
    assert lost_of(taking.rig, said, whole) == [] and len(whole.commands) == said[-2][1]
    with opened(path) as db:
        db.execute("DELETE FROM log WHERE pos = (SELECT max(pos) FROM log)")
        db.execute("DELETE FROM sealed WHERE pos = (SELECT min(pos) FROM sealed)")
        db.commit()
    lost = lost_of(taking.rig, said, read_inbox(copy_database(path, taking.copies)))
    assert [text for text in lost if "of 27 commands 26 are there" in text] and [text for text in lost if "sealed box" in text], lost


def move_cursor(work: Applying, inbox: Path, position: int) -> None:
    with opened(work.folder / "ledger.db") as db:
        log_id = read_inbox(copy_database(inbox / "inbox.db", inbox.parent)).inbox
        db.execute("INSERT OR REPLACE INTO cursor (name, log_id, position) VALUES ('inbox', ?, ?)", (log_id, position))
        db.commit()


@pytest.mark.parametrize("position, what", [(0, "once too often"), (7, "missing")])
def test_control_a_cursor_that_is_not_where_the_effects_are_is_seen(floor, inbox, position, what):
    """A station that commits its cursor behind the effects, or before them, would apply commands twice, or never."""
    work = Applying(floor, inbox)
    assert work.run(Death(0)) == []
    if what == "missing":  # a ledger that has applied nothing
        work.begin()
        empty(floor.rig.folder / "sync")
        work.start(None)
        wait_for("the bench", work.is_up, step=0.005)
        assert not work.stop()
        put_back(inbox, floor.rig.folder / "sync")
    move_cursor(work, inbox, position)
    assert not work.live(None)
    wrong = work.compare()
    assert [text for text in wrong if text.startswith(what)], wrong


def test_control_a_disk_that_never_heard_of_a_sync_loses_what_went_green(floor, stocked):
    work = Packing(floor, stocked)
    assert work.run(Death(0)) == []
    wrong = work.run(Death(late(work), DEAF))
    assert work.died and wrong


@contextlib.contextmanager
def under_strace(work: Lives):
    """Yields the file of what strace sees; the moments go to work.steps."""
    trace, script, program = (work.rig.folder / f"{work.name}.{kind}" for kind in ("strace", "sh", "x"))
    work.steps.unlink(missing_ok=True)
    script.write_text(traced(work.rig.program(f"okuru-{work.name}"), work.steps, trace, work.rig.build / "tests/last-step.so"))
    script.chmod(0o755)
    work.rig.program = lambda name: str(script) if name == f"okuru-{work.name}" else type(work.rig).program(work.rig, name)
    try:
        yield trace
    finally:
        del work.rig.program
        if work.rig.processes[work.name].poll() is None:
            os.kill(work.pid(), signal.SIGKILL)  # with strace alone killed it would live on


@pytest.fixture(scope="module")
def strace():
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "true"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"strace cannot trace here: {done.stderr.strip()}")


@pytest.mark.parametrize("name", ["sync", "station"])
def test_control_strace_sees_no_step_that_we_do_not(floor, inbox, taking, strace, name):
    work = taking if name == "sync" else Applying(floor, inbox)
    work.begin()
    with under_strace(work) as trace:
        assert not work.live(None)
    theirs, ours = seen_by_strace(trace), seen_by_us(work.steps)
    assert ours["fdatasync", f"{'inbox' if name == 'sync' else 'ledger'}.db-wal"] > 3
    assert theirs == ours, f"strace: {theirs - ours}, ours: {ours - theirs}"
