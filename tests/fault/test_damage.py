# SPDX-License-Identifier: Apache-2.0
"""A disk that changes what was written: the damaged fact is told by nobody as if it were true, is named, and all others go on past it."""
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from compare import events  # noqa: E402
from rig import wait_for  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402


@pytest.fixture
def scene(build, tmp_path):
    s = Scene(build, tmp_path).open()
    yield s
    s.close()


def damage(scene: Scene, *positions: int) -> None:
    """Behind everybody's back: other bytes in the data, the row's check as it was."""
    db = sqlite3.connect(scene.folder / "station/ledger.db")
    for pos in positions:
        assert db.execute("UPDATE fact SET data = replace(data, '\"v\":1', '\"v\":2') WHERE pos = ?", (pos,)).rowcount == 1
    db.commit()
    db.close()


def position(scene: Scene, kind: str, subject: str) -> int:
    return scene.rig.query("station/ledger.db", "SELECT max(pos) FROM fact WHERE type = ? AND subject = ?", kind, subject)[0][0]


def test_a_damaged_fact_is_named_and_all_others_go_on(scene):
    bench = scene.packers[0]
    boxes = [scene.make(f"S-DAMAGE-{i}", item("1", SHIRT), carrier="japanpost") for i in range(3)]
    for program in ("sync", "notify"):
        scene.rig.stop(program)
    parcels = [scene.ready(bench, s) for s in boxes]
    scene.rig.stop("station")
    lost = position(scene, "parcel.packed", parcels[0]), position(scene, "notice.reserved", boxes[1]["shipment"])
    damage(scene, *lost)
    for program in ("station", "sync", "notify"):
        scene.rig.start(program)
    wait_for("facts that came later at the OMS", lambda: {e["subject"] for e in events(scene.rig) if e["type"] == "parcel.shipped"} >= set(parcels))
    wait_for("the mails of the others", lambda: scene.mails_to(boxes[0]) and scene.mails_to(boxes[2]))
    failed = wait_for("the outcome of the one that nobody can vouch for", lambda: [e for e in events(scene.rig) if e["type"] == "notice.failed"])
    assert [(e["subject"], e["data"]["reason"]) for e in failed] == [(boxes[1]["shipment"], "damaged")]
    assert scene.mails_to(boxes[1]) == 0
    told = [e for e in events(scene.rig) if (e["type"], e["subject"]) in (("parcel.packed", parcels[0]), ("notice.reserved", boxes[1]["shipment"]))]
    assert told == [], "a damaged fact went up"
    named = scene.facts("ledger.gap")
    assert [(g["lane"], g["from"], g["to"]) for g in named] == [
        ("fact", str(seq), str(seq)) for (seq,) in scene.rig.query("station/ledger.db", "SELECT seq FROM fact WHERE pos IN (?, ?) ORDER BY seq", *lost)]
    status = scene.rig.ask_station({"verb": "status"})
    assert status["damaged"] == max(lost)
    done = subprocess.run([scene.rig.program("okuru"), "facts", "--json", *scene.config()], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and all(f"position {pos} is damaged" in done.stderr for pos in lost)
    assert not {json.loads(line)["pos"] for line in done.stdout.splitlines()} & set(lost)
    assert f"position {max(lost)}" in scene.okuru("status", check=False)
    assert f"position {min(lost)} is damaged" in scene.okuru("doctor", check=False)
