# SPDX-License-Identifier: Apache-2.0
"""`okuru devices` where something is plugged in: what the board file makes of it, and the rule of a new scanner by its first scan."""
import fcntl
import json
import os
import subprocess
from pathlib import Path

import pytest

from floor import SLOW_S, Floor
from gadget import UsbScanner
from rig import wait_for
from sim import Chip

BOARD = ["name: hand-1, driver: wedge, vendor: 0x0c2e, product: 0x0b61, serial: SN-1",
         "name: hand-2, driver: wedge, vendor: 0x0c2e, serial: SN-2"]
TOWER = "    tower: {chip: io, green: GREEN}\n"


@pytest.fixture
def plugged(machine):
    """One as the board wants it, one in another mode, and two that no rule means."""
    scanners = [UsbScanner(0, "SN-1"), UsbScanner(1, "SN-2", keyboard=False, pos=True),
                UsbScanner(2, "SN-3", keyboard=False, acm=True), UsbScanner(3, "SN-4")]
    chip = Chip("io", "GREEN")
    chip.plug()
    for s in scanners:
        s.plug()
    wait_for("udev", lambda: Path("/dev/serial/by-id").exists() and list(Path("/dev/okuru/by-path").glob("*")), SLOW_S)
    subprocess.run(["udevadm", "settle"], check=True)
    yield scanners
    for s in scanners:
        s.remove()
    chip.remove()


@pytest.fixture
def floor(build, tmp_path, plugged):
    return Floor(build, tmp_path, {"b1": BOARD}, more={"b1": TOWER})


def okuru(floor: Floor, *words: str) -> list:
    return [floor.build / "bin/okuru", *words, "--config", floor.folder / "station.yaml"]


def devices(floor: Floor) -> tuple[int, dict]:
    done = subprocess.run(okuru(floor, "devices", "--json"), capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


def test_what_is_plugged_in_is_listed_with_its_rule_and_what_is_wrong(floor):
    code, report = devices(floor)
    assert code == 1
    rules = {r["name"]: r for r in report["rules"]}
    assert rules["hand-1"]["wrong"] == "" and rules["hand-1"]["node"].startswith("/dev/input/event")
    assert "in POS mode: write `driver: hidpos`" in rules["hand-2"]["wrong"]
    assert rules["tower"]["wrong"] == "" and rules["tower"]["node"].startswith("/dev/gpiochip")
    by_serial = {d["serial"]: d for d in report["plugged"]}
    assert by_serial["SN-1"]["rules"] == "b1/hand-1" and by_serial["SN-1"]["wrong"] == ""
    assert by_serial["SN-2"]["looks"] == "pos" and "pair" in by_serial["SN-2"]["wrong"]
    assert by_serial["SN-3"]["looks"] == "serial" and "no rule" in by_serial["SN-3"]["note"]
    text = subprocess.run(okuru(floor, "devices"), capture_output=True, text=True).stdout
    assert "is b1/hand-1" in text and "WRONG" in text


def test_a_device_that_the_station_may_not_open_is_said(floor):
    node = next(Path("/dev/okuru/by-path").glob("*")).resolve()
    os.chmod(node, 0o600)
    (floor.folder / "board.yaml").write_text((floor.folder / "board.yaml").read_text().replace(
        "driver: wedge, vendor: 0x0c2e, serial: SN-2", "driver: hidpos, vendor: 0x0c2e, serial: SN-2"))
    (rule,) = [r for r in devices(floor)[1]["rules"] if r["name"] == "hand-2"]
    assert "may not open it" in rule["wrong"] and "mode 600" in rule["wrong"]


EVIOCGRAB = 0x40044590


def test_who_else_has_a_device_is_said_by_name(floor):
    keyboard = os.open(os.path.realpath("/dev/input/by-id/usb-Example_Example_Scanner_SN-1-event-kbd"), os.O_RDONLY)
    port = os.open("/dev/ttyACM0", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    ourselves = f"(process {os.getpid()})"
    try:
        report = devices(floor)[1]
        by_serial = {d["serial"]: d for d in report["plugged"]}
        assert ourselves in by_serial["SN-3"]["held"], "a port belongs to whoever opened it"
        assert by_serial["SN-1"]["held"] == "", "a keyboard does not"
        fcntl.ioctl(keyboard, EVIOCGRAB, 1)
        (rule,) = [r for r in devices(floor)[1]["rules"] if r["name"] == "hand-1"]
        assert "is held by" in rule["wrong"] and ourselves in rule["wrong"]
    finally:
        os.close(keyboard)
        os.close(port)


def opened(process: subprocess.Popen) -> list[str]:
    return [os.readlink(fd) for fd in Path(f"/proc/{process.pid}/fd").iterdir()]


@pytest.mark.parametrize("which, driver, more", [(1, "hidpos", 'serial: "SN-2"'), (2, "serial", "suffix: crlf"),
                                                (3, "wedge", 'serial: "SN-4"')])
def test_a_new_scanner_says_by_a_scan_which_one_it_is_and_its_rule_fits(floor, plugged, which, driver, more):
    process = subprocess.Popen(okuru(floor, "devices", "pair"), stdout=subprocess.PIPE, text=True)
    assert "Scan any code" in process.stdout.readline()
    typing = os.path.realpath("/dev/input/by-id/usb-Example_Example_Scanner_SN-4-event-kbd")
    wait_for("it to listen", lambda: {"/dev/hidraw", "/dev/ttyACM", typing} <= {
        node if node == typing else node.rstrip("0123456789") for node in opened(process)}, SLOW_S)
    for _ in range(20):  # the first may come too soon after opening, and is refused
        if which == 1:
            plugged[1].scan("]E0", "4901234567894")
        elif which == 3:
            plugged[3].type("4901234567894\n")
        else:
            plugged[2].send("4901234567894\r\n")
        try:
            process.wait(1)
            break
        except subprocess.TimeoutExpired:
            pass
    text = process.stdout.read()
    assert process.returncode == 0, text
    assert f"driver: {driver}" in text and more in text
    rule = text[text.index("      - name: hand"):].replace("name: hand\n", "name: new\n")
    board = (floor.folder / "board.yaml").read_text().replace("    scanners:\n", f"    scanners:\n{rule}")
    (floor.folder / "board.yaml").write_text(board)
    checked = subprocess.run([floor.build / "bin/okuru-station", "--config", floor.folder / "station.yaml", "--check-config"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    (new,) = [r for r in devices(floor)[1]["rules"] if r["name"] == "new"]
    assert new["wrong"] == "" and new["node"], board
