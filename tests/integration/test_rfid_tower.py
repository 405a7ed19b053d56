# SPDX-License-Identifier: Apache-2.0
"""A signal tower on the outputs of a tag reader: what the bench says is what lights there, and no green outlives its station."""
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from field import Field, device, sgtin  # noqa: E402
from llrp_reader import LlrpReader  # noqa: E402
from rig import wait_for  # noqa: E402
from scene import SHIRT, WATCH, Scene, item  # noqa: E402

GREEN, AMBER, RED, BUZZER = 1, 2, 3, 4
TOWER = '    tower: {reader: r1, green: "1", amber: "2", red: "3", buzzer: "4"}\n'


def scene_of(build, folder, reader: LlrpReader) -> Scene:
    s = Scene(build, folder, benches=1)
    board = s.folder / "etc" / "board.yaml"
    board.write_text(board.read_text() + TOWER + "    zone: {reader: r1, settle: 150ms, gone: 800ms, give_up: 2s}\n"
                     f"readers:\n  - name: r1\n    driver: llrp\n    host: 127.0.0.1\n    port: {reader.port}\n    keepalive_ms: 1000\n")
    board.chmod(0o640)
    return s.open()


@pytest.fixture
def lit(build, tmp_path):
    with LlrpReader() as reader:
        reader.outputs.update({GREEN: True})  # what somebody before us left
        scene = scene_of(build, tmp_path, reader)
        try:
            wait_for("the reader", lambda: device(scene, "r1")["up"])
            yield scene, reader, scene.packers[0]
        finally:
            scene.close()


def lamps(reader: LlrpReader) -> set[int]:
    return {output for output, high in reader.outputs.items() if high and output != BUZZER}


def darken(build, scene: Scene) -> subprocess.CompletedProcess:
    return subprocess.run([build / "bin" / "okuru-station", "--dark", "--config", scene.folder / "etc" / "station.yaml"],
                          capture_output=True, text=True, timeout=20)


def test_a_reader_shows_what_the_bench_says(lit):
    scene, reader, packer = lit
    beeps = []
    reader.on_output = lambda output, high: beeps.append(high) if output == BUZZER else None
    s, field = scene.make("S-LAMP", item("1", SHIRT, 2)), Field(reader)
    packer.scan(s["shipment"], "opened")
    field.tags = [sgtin(SHIRT, 1), sgtin(WATCH, 2)]
    assert field.read_until(packer)["light"] == "red"
    wait_for("red alone", lambda: lamps(reader) == {RED})
    field.tags = [sgtin(SHIRT, 1)]
    assert field.read_until(packer)["kind"] == "ok"
    field.tags.append(sgtin(SHIRT, 3))
    verdict = field.read_until(packer)
    assert verdict["kind"] == "packed"
    wait_for("green alone", lambda: lamps(reader) == {GREEN})
    wait_for("the end of the beep", lambda: not reader.outputs[BUZZER])
    assert beeps.count(True) >= 2
    assert device(scene, "tower") == {**device(scene, "tower"), "up": True, "driver": "llrp"}
    packer.match(verdict)


def test_a_reader_that_comes_back_shows_what_holds_now_and_not_what_was(lit):
    scene, reader, packer = lit
    s, field = scene.make("S-BACK", item("1", SHIRT, 1), item("2", WATCH, 1)), Field(reader)
    packer.scan(s["shipment"], "opened")
    field.tags = [sgtin(SHIRT, 11)]
    assert field.read_until(packer)["light"] == "green"
    field.tags = []
    reader.drop()
    wait_for("the loss to be seen", lambda: not device(scene, "tower")["up"])
    reader.outputs = {GREEN: True, AMBER: True, RED: True, BUZZER: True}
    packer.scan("4512345000998")  # of no goods: red
    wait_for("the reader's return", lambda: device(scene, "tower")["up"])
    wait_for("red alone, and silence", lambda: lamps(reader) == {RED} and not reader.outputs[BUZZER])


def test_no_lamp_outlives_its_station(lit, build):
    scene, reader, packer = lit
    s, field = scene.make("S-KILL", item("1", SHIRT, 1), item("2", WATCH, 1)), Field(reader)
    packer.scan(s["shipment"], "opened")
    field.tags = [sgtin(SHIRT, 21)]
    assert field.read_until(packer)["light"] == "green"
    wait_for("a lamp", lambda: GREEN in lamps(reader) or time.sleep(0.05))
    scene.rig.kill("station")
    reader.outputs[GREEN] = True  # a blinking one was caught in its light half
    wait_for("the reader to have nobody", lambda: reader.writer is None)
    reader.see(sgtin(WATCH, 22))  # held back, for the station's return
    done = darken(build, scene)  # as the unit does after every end
    assert done.returncode == 0, done.stderr
    wait_for("goodbye", lambda: reader.writer is None and lamps(reader) == set())
    assert reader.rospecs and reader.held, "what the reader holds for the station is still there"
    scene.rig.start("station")
    scene.rig.wait_up()
    wait_for("the reader", lambda: device(scene, "r1")["up"])
    scene.rig.stop("station")
    wait_for("dark", lambda: not any(reader.outputs.values()))
    scene.rig.start("station")
    scene.rig.wait_up()


def test_a_reader_that_is_not_there_holds_nobody_up_for_long(lit, build):
    scene, reader, _ = lit
    scene.rig.kill("station")
    reader.silent = True
    begun = time.monotonic()
    done = darken(build, scene)
    assert done.returncode == 1 and "its tower cannot be turned off" in done.stderr
    assert time.monotonic() - begun < 6
    reader.silent = False
    scene.rig.start("station")
    scene.rig.wait_up()
