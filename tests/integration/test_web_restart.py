# SPDX-License-Identifier: Apache-2.0
"""A start of okuru-web in the middle of a shift: the last scans are there again, with what became of each, from what was recorded."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from scene import SHIRT, SOCKS, WATCH, Scene  # noqa: E402
from waiting import wait_for  # noqa: E402
from web import Client  # noqa: E402


@pytest.fixture
def scene(build, tmp_path):
    s = Scene(build, tmp_path).open()
    yield s
    s.close()


def scans(address: str, bench: str = "b1") -> list[dict]:
    client = Client(address)
    wait_for("the bench at the screens", lambda: client.get(f"/api/v1/bench/{bench}")[0] == 200)
    return client.get(f"/api/v1/bench/{bench}")[1]["scans"]


def told(found: list[dict]) -> list[tuple]:
    """How many were left after an `ok` is not recorded."""
    return [(s["kind"], s["light"], s["head"]["ja"].split(" ")[0], s["scanned"]) for s in found]


def test_the_last_scans_outlive_a_restart_of_the_screens(scene):
    address = scene.rig.start_web()
    assert len(scans(address)) <= 1, "nobody scanned but a badge"
    packer, shipment = scene.packers[0], scene.make("S-1")
    packer.scan("S-1", "opened")
    packer.scan(WATCH, "wrong-item")
    packer.scan(SHIRT, "ok")
    packer.scan(SHIRT, "ok")
    verdict = packer.scan(SOCKS, "packed")
    packer.match(verdict)
    wait_for("the screens heard of it", lambda: scans(address)[0]["kind"] == "ready")
    before = scans(address)
    scene.rig.stop("web")
    after = scans(scene.rig.start_web())
    assert [k for k, *_ in told(after)] == ["ready", "packed", "ok", "ok", "wrong-item", "opened", "signed-in"]
    assert told(after)[:6] == told(before)[:6], "as it was shown: light, words and code"
    assert all(s["sub"]["ja"] == "S-1" for s in after[:6]) and all("+09:00" in s["at"] for s in after)
    assert [k for k, *_ in told(scans(scene.rig.web_addresses()[-1], "b2"))] == ["signed-in"], "each bench has its own"
    packer.scan("NOT-A-CODE", "unknown-code", "not-now", "not-yet-known")
    assert wait_for("the next one comes on top", lambda: (lambda s: s if len(s) == 8 else None)(scans(scene.rig.web_addresses()[-1])))[1]["kind"] == "ready"
    assert shipment["shipment"] == "S-1"
