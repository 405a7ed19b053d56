# SPDX-License-Identifier: Apache-2.0
"""A bench with a scale, from what it sends to the fact at the OMS: a weight at rest is written down, one that is off warns, and nobody waits."""
import json
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from rig import wait_for  # noqa: E402
from scale import Scale  # noqa: E402
from scene import SHIRT, Scene, item  # noqa: E402

LEAFLET = {"line": "i1", "name": {"ja": "秋のちらし"}, "check": "confirm", "codes": []}
OK = "OKURU-C-OK"


@pytest.fixture(scope="module")
def scale(tmp_path_factory):
    with Scale(tmp_path_factory.mktemp("desk") / "scale", "and") as s:
        yield s


@pytest.fixture(scope="module")
def scene(build, tmp_path_factory, scale):
    board = f"{{path: {scale.link}, baud: 2400, line: 7e1, format: and, silence: 1s, age: 1s, heaviest: 20000}}"
    s = Scene(build, tmp_path_factory.mktemp("floor"), benches=1, scale=board).open()
    yield s
    s.close()


@pytest.fixture
def bench(scene, scale):
    packer = scene.packers[0]
    scale.calm()
    wait_for("the scale to be well", lambda: device(scene)["up"])
    packer.light.drain()
    if scene.shown(0)["parcel"]:
        packer.scan("OKURU-C-PARK", "parked")
    packer.light.prompts.clear()
    return packer


def device(scene: Scene) -> dict:
    return next(d for d in scene.rig.ask_station({"verb": "status"})["devices"] if d["name"] == "scale")


def fact(scene: Scene, kind: str, parcel: str) -> dict:
    return next(f for f in scene.facts(kind) if f["subject"] == parcel)


def prompt(bench, kind: str, limit_s: float = 10) -> dict:
    """The next prompt of this kind."""
    limit = time.monotonic() + limit_s
    while True:
        while bench.light.prompts:
            if (shown := bench.light.prompts.pop(0))["kind"] == kind:
                return shown
        assert time.monotonic() < limit, f"no prompt {kind}"
        assert bench.light.read(0.1) is None, "nobody scanned"


def test_a_weight_at_rest_goes_with_the_packed_box_to_the_oms(scene, scale, bench):
    s = scene.make("W-MAIN", item("1", SHIRT), inserts=[LEAFLET], weight_g=500)
    bench.scan("W-MAIN", "opened")
    bench.scan(SHIRT)
    scale.put(503.4)
    parcel = bench.scan(OK, "packed")["parcel"]
    packed = fact(scene, "parcel.packed", parcel)
    assert (packed["weight_g"], "weight_off" in packed) == (503, False)
    scale.put(517.6)  # with its paper
    bench.scan(s["labels"][0]["number"], "ready")
    assert fact(scene, "parcel.ready", parcel)["weight_g"] == 518

    def at_the_oms() -> list[dict]:
        rows = scene.rig.query("oms/oms.db", "SELECT body FROM event WHERE type IN ('parcel.packed', 'parcel.ready') AND subject = ? ORDER BY sequence", parcel)
        return [json.loads(row[0])["data"] for row in rows]

    wait_for("the facts at the OMS", lambda: len(at_the_oms()) == 2)
    assert [data["weight_g"] for data in at_the_oms()] == [503, 518]


def test_a_box_that_is_too_light_warns_in_amber_and_goes_all_the_same(scene, scale, bench):
    s = scene.make("W-LIGHT", item("1", SHIRT), inserts=[LEAFLET], weight_g=500)
    bench.scan("W-LIGHT", "opened")
    bench.scan(SHIRT)
    scale.put(460)
    verdict = bench.scan(OK, "packed")
    assert verdict["light"] == "green" and "軽い 460g（470-530g）" in verdict["sub"]["ja"]
    assert fact(scene, "parcel.packed", verdict["parcel"])["weight_off"] == "light"
    warning = prompt(bench, "weight")
    assert (warning["light"], warning["sound"], warning["head"]["ja"]) == ("amber", "none", "軽い 460g")
    scale.put(500)  # the leaflet was forgotten, and lies in it now
    assert "送り状" in prompt(bench, "next")["sub"]["ja"]
    scale.put(900)
    assert prompt(bench, "weight")["head"]["ja"] == "重い 900g"
    bench.scan(s["labels"][0]["number"], "ready")
    assert fact(scene, "parcel.ready", verdict["parcel"])["weight_off"] == "heavy"


def test_without_a_wish_the_limits_of_the_bench_hold(scene, scale, bench):
    scene.make("W-HEAVY", item("1", SHIRT))
    bench.scan("W-HEAVY", "opened")
    scale.put(20001)
    verdict = bench.scan(SHIRT, "packed")
    assert "20000g以下" in verdict["sub"]["ja"]
    assert fact(scene, "parcel.packed", verdict["parcel"])["weight_off"] == "heavy"


@pytest.mark.parametrize("trouble", ["moving", "silent", "overloaded", "lb", "negative", "empty", "garbage", "unplugged"])
def test_no_weight_is_no_reason_to_wait(scene, scale, bench, trouble):
    """What is not known is left out, and the green comes as fast as ever."""
    scene.make(f"W-NO-{trouble.upper()}", item("1", SHIRT), weight_g=500)
    scale.put(500)
    bench.scan(f"W-NO-{trouble.upper()}", "opened")
    if trouble == "unplugged":
        scale.unplug()
        wait_for("that it is seen", lambda: not device(scene)["up"])
    else:
        scale.moving, scale.silent, scale.overloaded = trouble == "moving", trouble == "silent", trouble == "overloaded"
        scale.garbage, scale.unit = trouble == "garbage", "lb" if trouble == "lb" else "g"
        scale.grams = {"negative": -500, "empty": 0}.get(trouble, 500)
        scale.show()
    if trouble in ("silent", "garbage"):
        time.sleep(1.1)  # the age that the board allows
    begun = time.monotonic()
    verdict = bench.scan(SHIRT, "packed")
    assert time.monotonic() - begun < 1
    assert "秤に載せ" in verdict["sub"]["ja"]
    assert "weight_g" not in fact(scene, "parcel.packed", verdict["parcel"])


@pytest.mark.parametrize("what, reason", [("silent", "it sends nothing"), ("garbage", "cannot be read"), ("overloaded", "more on it than it can weigh"),
                                          ("lb", "g or kg"), ("PC", "g or kg"), ("unplugged", "No such file")])
def test_status_says_what_is_wrong_with_it_and_that_it_is_well_again(scene, scale, bench, what, reason):
    if what == "unplugged":
        scale.unplug()
    elif what in ("lb", "PC"):
        scale.unit = what
    else:
        setattr(scale, what, True)
    wait_for("the reason", lambda: reason in device(scene).get("reason", ""))
    assert reason in scene.okuru("status")
    down = [f for f in scene.facts("device.down") if f["subject"] == "scale"]
    assert reason in down[-1]["reason"] and down[-1]["driver"] == "scale"
    scale.calm()
    wait_for("it is well again", lambda: device(scene)["up"])


def test_what_is_cut_or_glued_is_never_a_lesser_weight(scene, scale, bench):
    scale.put(1234)
    scale.half_frames = 3
    scale.endless_frames = 3
    scale.show(8)
    s = scene.make("W-CUT", item("1", SHIRT))
    bench.scan("W-CUT", "opened")
    scale.half_frames, scale.endless_frames = 2, 2
    parcel = bench.scan(SHIRT, "packed")["parcel"]
    assert fact(scene, "parcel.packed", parcel).get("weight_g", 1234) == 1234
    bench.scan(s["labels"][0]["number"], "ready")


def test_a_ledger_with_weights_is_rebuilt_the_same(scene, bench):
    scene.assert_rebuilt_equal()


@pytest.mark.parametrize("dialect, board", [("sics", "format: sics, every: 50ms"), ("plain", "format: plain, rest: 200ms")])
def test_a_scale_that_is_asked_and_one_that_says_nothing_of_rest(build, tmp_path, dialect, board):
    with Scale(tmp_path / "scale", dialect) as scale:
        scene = Scene(build, tmp_path / "floor", benches=1, scale=f"{{path: {scale.link}, {board}}}").open()
        try:
            wait_for("the scale to be well", lambda: device(scene)["up"])
            for name, grams, moving, wanted in (("W-1", 731, False, 731), ("W-2", 731, True, None)):
                scene.make(name, item("1", SHIRT))
                scene.packers[0].scan(name, "opened")
                scale.grams, scale.moving = grams, moving
                scale.show(10)
                parcel = scene.packers[0].scan(SHIRT, "packed")["parcel"]
                assert fact(scene, "parcel.packed", parcel).get("weight_g") == wanted
                scene.packers[0].scan("OKURU-C-PARK", "parked")
            assert set(scale.asked) == ({b"SI"} if dialect == "sics" else set())
        finally:
            scene.close()
