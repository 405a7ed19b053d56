# SPDX-License-Identifier: Apache-2.0
"""kill -9 under load, at random moments: nothing that went green is lost, nothing is doubled at the OMS, no mail goes twice.

40 kills by default, 200 with OKURU_TEST_LONG. A failure names its seed; OKURU_TEST_SEED plays the same kills again."""
import contextlib
import os
import random
import sqlite3
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from compare import compare  # noqa: E402
from faults import Gremlin, SteadyPacker, ground, simple  # noqa: E402

KILLS = 200 if os.environ.get("OKURU_TEST_LONG") else 40
N_SHIPMENTS = KILLS * 20
SEED = int(os.environ.get("OKURU_TEST_SEED") or random.randrange(1_000_000))
STEP_S = 0.03  # between two boxes


def read_mails(g) -> None:
    """As a mail program does: what is new is moved and marked, so that a second copy of it would lie beside it."""
    for path in (g.rig.folder / "mail/new").iterdir():
        path.rename(g.rig.folder / "mail/cur" / f"{path.name}:2,S")


def pack_while_they_die(g, packer, gremlin) -> None:
    packer.sign_in("P017")
    for name in g.shipments:
        if gremlin.finished():
            return
        packer.pack(name)
        packer.rest(STEP_S)
        read_mails(g)
    assert gremlin.finished(), f"{len(gremlin.done)} kills only, and nothing left to pack"


@pytest.fixture(scope="module")
def killed(build, tmp_path_factory):
    """The floor after the kills, level again: (ground, packer, gremlin)."""
    with ground(build, tmp_path_factory.mktemp("kills"), simple(N_SHIPMENTS)) as g:
        gremlin = Gremlin(g, KILLS, SEED)
        packer = SteadyPacker(g, g.rig.benches[0], gremlin)
        pack_while_they_die(g, packer, gremlin)
        g.settle(len(packer.green.shipped))
        yield g, packer, gremlin


def test_nothing_green_is_lost_and_nothing_is_doubled(killed):
    g, packer, gremlin = killed
    outcome = compare(g.rig, packer.green, g.shipments)
    what = f"seed {SEED}: {len(packer.green.shipped)} parcels, {packer.unanswered} scans without an answer"
    print(what, {name: gremlin.done.count(name) for name in sorted(set(gremlin.done))})
    assert (packer.lost, outcome.lost, outcome.duplicated) == ([], [], []), what
    assert outcome.shipments_shipped == outcome.notices_accepted == len(packer.green.shipped) > KILLS, what
    assert len(gremlin.done) == KILLS


def test_the_tables_of_the_ledger_still_say_what_its_facts_say(killed):
    done = killed[0].rebuild_check()
    assert done.returncode == 0, f"seed {SEED}: {done.stderr}"


def test_the_kills_met_work(killed):
    """Control: a kill that hits nothing shows nothing."""
    _, packer, gremlin = killed
    assert packer.unanswered >= gremlin.done.count("station") // 10, f"seed {SEED}"
    assert all(gremlin.done.count(name) >= KILLS // 8 for name in ("station", "sync", "notify", "oms"))


def test_control_a_mail_that_went_twice_is_seen(killed):
    g, packer, _ = killed
    path = g.rig.mails()[0]
    copy = g.rig.folder / "mail/new" / path.name.split(":")[0]
    copy.write_bytes(path.read_bytes())
    assert [text for text in compare(g.rig, packer.green, g.shipments).duplicated if text.startswith("2 mails for")]
    copy.unlink()
    path.rename(g.rig.folder / path.name)
    assert [text for text in compare(g.rig, packer.green, g.shipments).lost if text.startswith("no mail for")]
    (g.rig.folder / path.name).rename(path)


def test_control_a_fact_missing_at_the_oms_is_seen(killed):
    g, packer, _ = killed
    g.rig.stop("oms")
    # Open to the end: the last one to close takes the WAL away, which readers of ours cannot make again.
    with contextlib.closing(sqlite3.connect(g.rig.folder / "oms/oms.db", isolation_level=None)) as db:
        row = db.execute("SELECT max(pos) FROM event WHERE type = 'parcel.ready'").fetchone()
        assert db.execute("UPDATE event SET type = 'was.ready' WHERE pos = ?", row).rowcount == 1
        assert [text for text in compare(g.rig, packer.green, g.shipments).lost if text.startswith("parcel.ready of")]
        assert db.execute("UPDATE event SET type = 'parcel.ready' WHERE pos = ?", row).rowcount == 1
        assert compare(g.rig, packer.green, g.shipments).lost == []
        assert db.execute("DELETE FROM event WHERE pos = ?", row).rowcount == 1
        assert [text for text in compare(g.rig, packer.green, g.shipments).lost if text.startswith("gap: ")]


def test_control_a_disk_that_forgets_is_seen(build, tmp_path):
    """The newest commits vanish, as on a disk that lies about its flush: the packer and the comparison both say so."""
    with ground(build, tmp_path, simple(4)) as g:
        packer = SteadyPacker(g, g.rig.benches[0])
        packer.sign_in("P017")
        first, second, *_ = g.shipments
        packer.pack(first)
        g.settle(1)
        for name in ("sync", "notify"):
            g.rig.stop(name)
        packer.pack(second)
        g.rig.kill("station")
        ledger = g.rig.folder / "station/ledger.db"
        ledger.with_name("ledger.db-wal").write_bytes(b"")
        ledger.with_name("ledger.db-shm").unlink()
        for name in ("station", "sync", "notify"):
            g.rig.start(name)
        g.wait_ready()
        outcome = compare(g.rig, packer.green, g.shipments)
        assert [text for text in outcome.lost if "green at the bench, not at the OMS" in text]
