# SPDX-License-Identifier: Apache-2.0
"""A tower, a pedal and their chip, as the kernel has them: a scan lights the lamp, and whatever dies, nothing stands green."""
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from floor import SLOW_S, SOCKS, Floor
from gadget import UsbScanner
from rig import wait_for
from sim import Chip

SCANNER = "name: hand-1, driver: wedge, vendor: 0x0c2e, product: 0x0b61, serial: SN-1"
MORE = """    tower: {chip: io, green: GREEN, amber: AMBER, red: RED, buzzer: BUZZER}
    buttons:
      - {name: pedal, chip: io, line: PEDAL, press: OKURU-C-UNDO}
"""


@pytest.fixture
def chip(machine):
    c = Chip("io", "GREEN", "AMBER", "RED", "BUZZER", "PEDAL")
    c.plug()
    yield c
    c.remove()


@pytest.fixture
def scanner(machine):
    s = UsbScanner(0, "SN-1")
    s.plug()
    yield s
    s.remove()


@pytest.fixture
def floor(build, tmp_path, chip, scanner):
    f = Floor(build, tmp_path, {"b1": [SCANNER]}, quantity=40, more={"b1": MORE}, devices=3)
    f.start()
    yield f
    f.stop()


def lamps(chip: Chip) -> set[str]:
    return chip.lit() - {"BUZZER", "PEDAL"}


def test_a_scan_lights_the_tower_as_it_lights_the_screen(floor, chip, scanner):
    assert lamps(chip) == set()
    floor.scan(scanner.type, "b1", "S-1", "opened")
    floor.scan(scanner.type, "b1", SOCKS, "ok")
    wait_for("green", lambda: lamps(chip) == {"GREEN"}, SLOW_S)
    floor.scan(scanner.type, "b1", "4569951116179", "wrong-item", "unknown-code")
    wait_for("red", lambda: lamps(chip) == {"RED"}, SLOW_S)


def test_a_pedal_says_its_card_once_a_press_and_a_spike_says_nothing(floor, chip, scanner):
    floor.scan(scanner.type, "b1", "S-1", "opened")
    floor.scan(scanner.type, "b1", "OKURU-C-X-5", "times")
    chip.pull("PEDAL", True)
    chip.pull("PEDAL", False)  # shorter than a foot can be
    time.sleep(0.1)
    assert [v for v in floor.lights["b1"].drain() if v["kind"] == "undone"] == []
    for _ in range(3):
        floor.scan(scanner.type, "b1", "OKURU-C-X-5", "times")
        chip.pull("PEDAL", True)
        floor.look("b1", "undone")
        chip.pull("PEDAL", False)
        time.sleep(0.1)


def test_a_chip_that_vanishes_and_returns_shows_what_is_shown_now(floor, chip, scanner):
    floor.scan(scanner.type, "b1", "S-1", "opened")
    n_up, n_down = (len(floor.facts(f"device.{way}")) for way in ("up", "down"))
    chip.unplug()
    wait_for("tower and pedal to be missed", lambda: len(floor.facts("device.down")) == n_down + 2, SLOW_S)
    floor.scan(scanner.type, "b1", "4569951116179", "wrong-item", "unknown-code")  # the bench works on without
    chip.plug()
    wait_for("tower and pedal to be back", lambda: len(floor.facts("device.up")) == n_up + 2, SLOW_S)
    wait_for("red", lambda: lamps(chip) == {"RED"}, SLOW_S)


def test_a_door_that_stands_open_is_told_and_shut_it_is_well(build, tmp_path, machine):
    chip = Chip("cabinet", "DOOR")
    chip.plug()
    door = "    buttons:\n      - {name: cage, chip: cabinet, line: DOOR, door: true}\n"
    floor = Floor(build, tmp_path, {"b1": []}, more={"b1": door}, devices=0)

    def told() -> list:
        return [(type[7:], f.get("reason")) for type in ("device.up", "device.down") for f in floor.facts(type)]

    def of_status() -> tuple:
        (it,) = [d for d in floor.ask("status")["devices"] if d["name"] == "cage"]
        return it["up"], it.get("reason")

    try:
        floor.start()
        wait_for("it to be told open", lambda: told() == [("down", "open")], SLOW_S)  # also when it was so before the start
        assert of_status() == (False, "open")
        chip.pull("DOOR", True)
        wait_for("shut", lambda: told() == [("up", None), ("down", "open")], SLOW_S)
        assert of_status() == (True, None)
        chip.unplug()
        wait_for("the chip to be missed", lambda: told()[1:] == [("down", "open"), ("down", "No such device")], SLOW_S)
        assert of_status() == (False, "No such device")
        chip.plug()  # a chip that comes back knows no level of before
        wait_for("it to be open again", lambda: len(told()) == 4, SLOW_S)
        assert of_status() == (False, "open")
    finally:
        floor.stop()
        chip.remove()


def test_stopped_it_is_dark(floor, chip, scanner):
    floor.scan(scanner.type, "b1", "S-1", "opened")
    floor.scan(scanner.type, "b1", SOCKS, "ok")
    wait_for("green", lambda: "GREEN" in lamps(chip), SLOW_S)
    floor.stop()
    assert chip.lit() == set()


def test_killed_it_is_dark_after_what_the_unit_does_then(floor, chip, scanner):
    floor.scan(scanner.type, "b1", "S-1", "opened")
    floor.scan(scanner.type, "b1", SOCKS, "ok")
    wait_for("green", lambda: "GREEN" in lamps(chip), SLOW_S)
    floor.kill()
    assert "GREEN" in chip.lit()  # the control: the chip keeps what it was told
    subprocess.run([floor.build / "bin/okuru-station", "--dark", "--config", floor.folder / "station.yaml"], check=True)
    assert chip.lit() == set()


def test_the_station_may_turn_the_tower_off_without_being_root(build, chip):
    """With what the unit gives it: its user, and the group that the udev rule names."""
    node = next(Path("/dev").glob("gpiochip*"))
    wait_for("the rule", lambda: stat.S_IMODE(node.stat().st_mode) == 0o660, SLOW_S)
    with tempfile.TemporaryDirectory(dir="/run") as folder:  # pytest's own is closed to others
        floor = Floor(build, Path(folder), {"b1": [SCANNER]}, more={"b1": MORE})
        Path(folder).chmod(0o755)

        def exit_code(*groups: str) -> int:
            user = ["setpriv", "--reuid", "okuru-station", "--regid", "okuru", *groups]
            return subprocess.run([*user, build / "bin/okuru-station", "--dark", "--config", floor.folder / "station.yaml"]).returncode

        assert exit_code("--groups", "okuru-gpio") == 0
        assert exit_code("--clear-groups") == 1


def test_lines_without_names_are_called_by_their_numbers(build, tmp_path, chip, scanner):
    floor = Floor(build, tmp_path, {"b1": [SCANNER]}, more={"b1": '    tower: {chip: io, green: "0", red: "2"}\n'}, devices=2)
    try:
        floor.start()
        floor.scan(scanner.type, "b1", "S-1", "opened")
        floor.scan(scanner.type, "b1", "4569951116179", "wrong-item", "unknown-code")
        wait_for("red", lambda: lamps(chip) == {"RED"}, SLOW_S)
    finally:
        floor.stop()
