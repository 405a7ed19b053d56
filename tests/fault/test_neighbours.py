# SPDX-License-Identifier: Apache-2.0
"""Databases of sync and notify that cannot be read: the bench packs on, the station says which is ill, and goes on when it is mended."""
import os
import shutil
import sqlite3
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from rig import wait_for  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402

BOXES = {"inbox": "sync/inbox.db", "notices": "notify/notices.db"}


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory):
    s = Scene(build, tmp_path_factory.mktemp("floor")).open()
    yield s
    s.close()


def noise(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def another_kind(path: Path) -> None:
    """A text file where the database was."""
    path.write_text("this is no database\n" * 500)


def holes(path: Path) -> None:
    """Pages overwritten behind a good first one."""
    text = bytearray(path.read_bytes())
    for at in range(4096, len(text), 1024):
        text[at:at + 512] = os.urandom(512)
    path.write_bytes(text)


def nobodys(path: Path) -> None:
    """A folder of that name: nothing that could be opened."""
    path.unlink()
    path.mkdir()


def ill(scene: Scene) -> dict:
    return {i["part"]: i["text"] for i in scene.rig.ask_station({"verb": "status"}).get("ill", [])}


@pytest.mark.parametrize("part", BOXES)
@pytest.mark.parametrize("harm", [noise, cut, another_kind, holes, nobodys])
def test_the_bench_packs_on_beside_a_database_that_cannot_be_read(scene, part, harm):
    path, program = scene.folder / BOXES[part], {"inbox": "sync", "notices": "notify"}[part]
    bench = scene.packers[0]
    s = scene.make(f"S-{part}-{harm.__name__}", item("1", SHIRT, 1))
    assert ill(scene) == {}
    for name in (program, "station"):
        scene.rig.stop(name)
    kept = scene.folder / "kept"
    shutil.copytree(path.parent, kept)
    for leftover in (f"{path}-wal",):
        Path(leftover).write_bytes(b"")
    harm(path)
    scene.rig.start("station")
    wait_for("the station", scene.rig.try_status)
    wait_for("the scanner", lambda: [d for d in scene.rig.ask_station({"verb": "status"})["devices"] if d["bench"] == "b1" and d["up"]])
    bench.light.drain()
    verdict = scene.pack(bench, s)
    bench.match(verdict)
    if harm is not holes:  # whose damage may lie where nobody reads
        said = wait_for("its illness", lambda: ill(scene).get(part))
        assert said in scene.okuru("status") and part in scene.okuru("doctor", check=False)
    shutil.rmtree(path.parent)
    kept.rename(path.parent)
    scene.rig.start(program)
    wait_for("it to be well", lambda: ill(scene) == {})
    later = scene.make(f"S-{part}-{harm.__name__}-LATER", item("1", SHIRT, 1))  # by the mended inbox
    bench.match(scene.pack(bench, later))


def test_a_damaged_row_of_the_inbox_is_said_and_keeps_nobody_busy(scene):
    bench, s = scene.packers[0], scene.make("S-ROW", item("1", SHIRT, 1))
    scene.rig.stop("station")
    inbox = scene.folder / "sync/inbox.db"
    before = scene.rig.query("sync/inbox.db", "SELECT max(pos) FROM log")[0][0]
    scene.push(scene.shipment("S-ROW-LATER", item("1", SHIRT, 1)), wait=False)
    wait_for("its commands in the inbox", lambda: scene.rig.query("sync/inbox.db", "SELECT max(pos) FROM log")[0][0] == before + 3)
    scene.rig.stop("sync")
    db = sqlite3.connect(inbox)
    kept = db.execute("SELECT data FROM log WHERE pos = ?", (before + 1,)).fetchone()
    db.execute("UPDATE log SET data = replace(data, '\"quantity\":1', '\"quantity\":2') WHERE pos = ?", (before + 1,))
    db.commit()
    db.close()
    scene.rig.start("sync")
    scene.rig.start("station")
    said = wait_for("its illness", lambda: (scene.rig.try_status() or {}).get("ill"))
    assert said[0]["part"] == "inbox" and f"behind {before} is damaged" in said[0]["text"]
    wait_for("the scanner", lambda: [d for d in scene.rig.ask_station({"verb": "status"})["devices"] if d["bench"] == "b1" and d["up"]])
    busy = scene.cpu_s("station")
    time.sleep(2)
    assert scene.cpu_s("station") - busy < 0.3, "the station reads the damaged row again and again"
    bench.light.drain()
    bench.match(scene.pack(bench, s))
    assert ill(scene), "it is still ill"
    scene.rig.stop("sync")
    db = sqlite3.connect(inbox)
    db.execute("UPDATE log SET data = ? WHERE pos = ?", (*kept, before + 1))
    db.commit()
    db.close()
    scene.rig.start("sync")
    wait_for("the shipment behind it", lambda: scene.count("shipment.received", "S-ROW-LATER"))
    wait_for("it to be well", lambda: ill(scene) == {})
