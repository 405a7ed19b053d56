# SPDX-License-Identifier: Apache-2.0
"""okuru-web hung or taken over: all that a user of its rights can do to the station is to read without end, to ask without end, and not to listen. The
bench answers as before, and what grows meanwhile is bounded or said."""
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from scene import Scene  # noqa: E402
from waiting import wait_for  # noqa: E402

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
BADGES = ("OKURU-P-P017", "OKURU-P-P023")  # each scan is a switch of persons: facts, of some 13 KB in the log
SAID_BYTES = 32 * 1024 * 1024  # STORE_WAL_HELD_BYTES
ROUND, LATE_S = 200, 0.05

SOMEBODY = "import json, os, socket, sqlite3, sys, threading, time\nos.chdir(sys.argv[1])\nos.setgid(65534); os.setuid(65534)\n"
READS = """
db = sqlite3.connect("file:../station/ledger.db?mode=ro&readonly_shm=1", uri=True, isolation_level=None)
db.execute("BEGIN")
db.execute("SELECT count(*) FROM fact").fetchall()
"""
FINISHES = """
def look():
    while True:
        db = sqlite3.connect("file:../station/ledger.db?mode=ro&readonly_shm=1", uri=True)
        db.execute("SELECT count(*) FROM fact").fetchall()
        db.close()
        time.sleep(.02)
threading.Thread(target=look, daemon=True).start()
"""
ASKS = """
# At each of the connections that it may have, as fast as they are taken, in the shortest words; a connection that is cut is made anew.
lines = [line * 400 for line in (b'{}\\n', b'{"verb":"poke"}\\n', b'{"verb":"status"}\\n', b'{"verb":"screen-enter","badge":"X"}\\n')]
def drain(s):
    try:
        while s.recv(1 << 20):
            pass
    except OSError:
        pass
def flood(line):
    while True:
        try:
            s = socket.socket(socket.AF_UNIX)
            s.connect("station.sock")
            threading.Thread(target=drain, args=(s,), daemon=True).start()
            while True:
                s.sendall(line)
        except OSError:
            s.close()
for i in range(12):
    threading.Thread(target=flood, args=(lines[i % 4],), daemon=True).start()
"""
NEVER_LISTENS = """
held = []
for i in range(12):
    s = socket.socket(socket.AF_UNIX)
    s.connect("station.sock")
    s.sendall(b'{"verb":"follow"}\\n')
    held.append(s)
"""
LISTENS = NEVER_LISTENS + """
def drain(s):
    while s.recv(1 << 20):
        pass
for s in held:
    threading.Thread(target=drain, args=(s,), daemon=True).start()
"""


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=2).open()
    s.n_scans = 0  # the first is of another person than who is there
    s.rig.start_web()
    s.make("S-taken")
    for folder in (s.folder / "run", s.folder / "station", *(s.folder / "run").parents[:5]):
        folder.chmod(folder.stat().st_mode | 0o155)
    (s.folder / "run/station.sock").chmod(0o666)
    for path in (s.folder / "station").glob("ledger.db*"):
        path.chmod(0o644)
    yield s
    s.close()


@contextmanager
def somebody(scene, does: str):
    """A program of another user, for as long as the block lasts."""
    script = SOMEBODY + does + "print('ready', flush=True)\nsys.stdin.read()\n"
    with subprocess.Popen([sys.executable, "-c", script, str(scene.folder / "run")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as p:
        try:
            assert p.stdout.readline() == "ready\n"
            yield p
        finally:
            p.kill()


def took_s(scene, n: int = ROUND) -> list[float]:
    out = []
    for _ in range(n):
        scene.n_scans += 1
        begun = time.monotonic()
        scene.packers[0].scan(BADGES[scene.n_scans % 2], "signed-in", timeout=5)
        out.append(time.monotonic() - begun)
    return sorted(out)


def wal_bytes(scene) -> int:
    return (scene.folder / "station/ledger.db-wal").stat().st_size


def ill(scene) -> dict:
    return {i["part"]: i["text"] for i in scene.rig.ask_station({"verb": "status"})["ill"]}


def callers(scene) -> int:
    return len(os.listdir(f"/proc/{scene.rig.processes['station'].pid}/fd"))


def grow(scene, enough) -> None:
    for _ in range(100):
        took_s(scene, 100)
        if enough():
            return
    raise AssertionError(f"the log has {wal_bytes(scene)} bytes")


def test_a_reader_that_never_finishes_is_said_and_costs_the_bench_nothing(scene):
    with somebody(scene, READS):
        grow(scene, lambda: wal_bytes(scene) > SAID_BYTES + (4 << 20))
        wait_for("it is said", lambda: "ledger" in ill(scene))
        assert "reads without end" in ill(scene)["ledger"]
        assert "reads without end" in scene.okuru("doctor", check=False)
        status = scene.okuru("status")
        assert "reads without end" in status and "ledger.db aside" not in status, "nobody puts a good ledger aside"
        beside = took_s(scene)
        assert beside[-3] < LATE_S, beside[-5:]
    wait_for("and said no more", lambda: took_s(scene, 4) and "ledger" not in ill(scene))
    wait_for("the log is short again", lambda: took_s(scene, 4) and wal_bytes(scene) <= 8 << 20, timeout=10)
    scene.okuru("rebuild", "--check")


def test_control_readers_that_finish_keep_nothing_from_being_written_back(scene):
    with somebody(scene, FINISHES):
        for _ in range(12):
            took_s(scene, 100)
        assert wal_bytes(scene) <= 8 << 20 and "ledger" not in ill(scene)


def test_one_that_asks_without_end_holds_up_no_scan(scene):
    with somebody(scene, ASKS):
        time.sleep(1)  # let it come to its full pace
        times = took_s(scene)
    assert times[ROUND // 2] < LATE_S / 2 and times[-5] < 20 * LATE_S, times[-5:]  # the flood and the station have two processors to themselves
    assert scene.rig.try_status()["ok"]


def test_control_one_at_a_time_is_answered_each(scene):
    with somebody(scene, "") as p:
        assert [scene.rig.ask_station({"verb": "status"})["ok"] for _ in range(20)] == [True] * 20 and p.poll() is None


@pytest.mark.parametrize("does, are_kept", [(NEVER_LISTENS, False), (LISTENS, True)], ids=["never listens", "control: listens"])
def test_one_that_never_listens_is_let_go_and_nobody_waits_for_it(scene, does, are_kept):
    before = callers(scene)  # give or take two: the screens come and go
    with somebody(scene, does):
        wait_for("they are in", lambda: callers(scene) >= before + 10)
        took_s(scene, 100)
        if are_kept:
            took_s(scene, 700)
            assert callers(scene) >= before + 10
        else:
            grow(scene, lambda: callers(scene) <= before + 2)
        assert took_s(scene)[-5] < LATE_S
    wait_for("they are gone", lambda: callers(scene) <= before + 2)  # whoever comes next counts anew
    assert scene.rig.try_status()["ok"]
