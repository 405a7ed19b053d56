# SPDX-License-Identifier: Apache-2.0
"""A disk that is full while many ask at once: each is answered in words, and none counts. (What a disk can do more: tests/fault.)"""
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from rig import wait_for  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402


@pytest.fixture
def scene(build, tmp_path):
    """Only the station's disk is in the test's hand."""
    s = Scene(build, tmp_path)
    s.disk = tmp_path / "disk"
    s.rig.environment["OKURU_TEST_STORAGE"] = str(s.disk)
    s.rig.start("station")
    del s.rig.environment["OKURU_TEST_STORAGE"]
    real, s.rig.start = s.rig.start, lambda name, *more: s.rig.processes["station"] if name == "station" else real(name, *more)
    s.open()
    s.rig.start = real
    yield s
    s.disk.write_text("")
    s.close()
    s.assert_logs_name_nobody()


def test_many_scans_on_a_full_disk_are_all_answered_and_none_counts(scene):
    bench = scene.packers[0]
    s = scene.make("S-FULL-MANY", item("1", SHIRT, 50))
    bench.scan(s["shipment"], "opened")
    scene.disk.write_text("full")
    answers = []

    def ask() -> None:
        answers.append(scene.rig.ask_station({"verb": "scan", "bench": "b1", "code": SHIRT}))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    assert len(answers) == 20, "somebody waits for ever"
    assert {v["kind"] for a in answers for v in a["verdicts"]} == {"not-recorded"}, answers
    scene.disk.write_text("")
    wait_for("room", lambda: scene.rig.ask_station({"verb": "status"})["room"] == "room")
    assert scene.count("item.verified") == 0
    scene.assert_rebuilt_equal()
