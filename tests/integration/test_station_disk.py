# SPDX-License-Identifier: Apache-2.0
"""A station whose disk was replaced: what it knows before and after the OMS has told it, and what nobody is told twice."""
import shutil
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from rig import wait_for  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402


@pytest.fixture
def scene(build, tmp_path):
    s = Scene(build, tmp_path).open()
    yield s
    try:
        s.assert_rebuilt_equal()
        s.assert_logs_name_nobody()
    finally:
        s.close()


def conflicts(scene: Scene) -> list:
    return scene.rig.query("oms/oms.db", "SELECT kind FROM conflict")


def test_a_new_disk_knows_nothing_then_what_the_office_knows(scene):
    bench = scene.packers[0]
    gone, left = scene.make("S-GONE", item("1", SHIRT, 1), carrier="japanpost"), scene.make("S-OPEN", item("1", SHIRT, 1), carrier="japanpost")
    parcel = scene.ready(bench, gone)
    wait_for("its mail", lambda: scene.mails_to(gone) == 1)
    wait_for("the outcome at the OMS", lambda: scene.rig.query("oms/oms.db", "SELECT 1 FROM event WHERE type = 'notice.accepted'"))
    for name in ("oms", "station", "sync", "notify"):
        scene.rig.stop(name)
    for name in ("station", "sync", "notify"):
        for path in (scene.folder / name).iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in ("station", "sync", "notify"):
        scene.rig.start(name)
    wait_for("the station", lambda: scene.rig.try_status())
    wait_for("the scanner", lambda: [d for d in scene.rig.ask_station({"verb": "status"})["devices"] if d["bench"] == "b1" and d["up"]])
    bench.light.drain()
    for s in (gone, left):
        bench.scan(s["shipment"], "not-yet-known")
    assert scene.count("parcel.opened") == scene.count("notice.reserved") == 0
    scene.rig.start("oms")
    wait_for("the snapshot", lambda: scene.count("snapshot.ended") > 0)
    bench.light.drain()
    bench.sign_in("P017")
    assert "発送済み" in bench.scan(gone["shipment"], "already")["sub"]["ja"]
    assert "発送済み" in bench.scan(scene.number(gone), "already")["sub"]["ja"]
    scene.ready(bench, left)
    wait_for("the mail of the one that was left", lambda: scene.mails_to(left) == 1)
    time.sleep(1)  # a second mail would have had the same time to come
    assert scene.mails_to(gone) == 1
    assert [f["subject"] for f in scene.facts("notice.reserved")] == [left["shipment"]] and scene.count("parcel.shipped", parcel) == 0
    assert conflicts(scene) == [] and scene.count("snapshot.ended") == 1
