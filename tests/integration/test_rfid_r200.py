# SPDX-License-Identifier: Apache-2.0
"""A serial reader of tags (R200) at a bench: okuru-station, and a module on a pseudo-terminal."""
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from field import device, sgtin, verified  # noqa: E402
from rig import die_with_parent, wait_for  # noqa: E402
from scene import SHIRT, SOCKS, WATCH, Scene, item  # noqa: E402

FOREIGN = "e28011700000020c5a5b5c5d"


class Module:
    """r200-emulator: tags in its field are read again and again while an inventory runs."""

    def __init__(self, build: Path, folder: Path):
        self.link = folder / "module"
        self.process = subprocess.Popen([build / "tests" / "r200-emulator", self.link], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        preexec_fn=die_with_parent)
        wait_for("the module's line", self.link.exists)

    def say(self, line: str) -> str:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def hold(self, *tags: str) -> None:
        """These are in the field, and nothing else."""
        for line in ("clear", *(f"add {tag} -50" for tag in tags)):
            assert self.say(line) == "ok"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(params=["always", "box"])
def at_bench(build, tmp_path, request):
    module = Module(build, tmp_path)
    scene = Scene(build, tmp_path, benches=1)
    board = scene.folder / "etc" / "board.yaml"
    board.write_text(board.read_text() + "    zone: {reader: r1, settle: 150ms, gone: 800ms, give_up: 2s}\n"
                     f"readers:\n  - {{name: r1, driver: r200, path: {module.link}, region: jp, power: 20, start: {{by: {request.param}}}}}\n")
    board.chmod(0o640)
    try:
        scene.open()
        try:
            wait_for("the module", lambda: device(scene, "r1")["up"])
            yield scene, module, scene.packers[0]
        finally:
            scene.close()
    finally:
        module.stop()


def test_a_box_is_packed_through_a_serial_module(at_bench):
    scene, module, packer = at_bench
    s = scene.make("S-R200", item("1", SHIRT, 2), item("2", SOCKS, 1))
    packer.scan(s["shipment"], "opened")
    module.hold(sgtin(SHIRT, 1), sgtin(SHIRT, 2), FOREIGN)
    verdict = packer.look(10)
    while verdict["kind"] == "ok" and "品2×1" not in verdict["sub"]["ja"]:  # it may settle with the first shirt alone
        verdict = packer.look(10)
    assert verdict["kind"] == "ok"
    module.hold(sgtin(SHIRT, 1), sgtin(SHIRT, 2), sgtin(WATCH, 3))
    assert packer.look(10)["kind"] in ("tags-wrong", "tags-extra")
    module.hold(sgtin(SHIRT, 1), sgtin(SHIRT, 2))
    assert packer.look(10)["kind"] == "ok"
    verdict = packer.scan(SOCKS, "packed")  # a barcode in the same box
    assert sorted((f["how"], f["line"]) for f in verified(scene, s)) == [("rfid", "1"), ("rfid", "1"), ("scanned", "2")]
    packer.match(verdict)
    module.hold()


def test_a_module_that_falls_silent_in_the_middle_of_a_box_is_missed_and_used_again(at_bench):
    scene, module, packer = at_bench
    s = scene.make("S-SILENT", item("1", SHIRT, 2))
    packer.scan(s["shipment"], "opened")
    module.hold(sgtin(SHIRT, 11))
    assert packer.look(10)["kind"] == "ok"
    assert module.say("silent") == "ok"
    wait_for("the loss to be seen", lambda: not device(scene, "r1")["up"])
    assert module.say("speak") == "ok"
    wait_for("its return", lambda: device(scene, "r1")["up"])
    packer.light.drain()
    module.hold(sgtin(SHIRT, 11), sgtin(SHIRT, 12))
    verdict = packer.look(10)
    assert verdict["kind"] == "packed"
    assert sorted(f["serial"] for f in verified(scene, s)) == ["11", "12"]
    packer.match(verdict)
