# SPDX-License-Identifier: Apache-2.0
"""Several scanners on one box: twins told apart by their serial numbers, and serial ports by udev's names."""
from pathlib import Path

import pytest

from floor import PROMPTS, SLOW_S, SOCKS, Floor
from gadget import UsbScanner
from rig import wait_for

ACM = "/dev/serial/by-id/usb-Example_Example_Scanner_SN-3-if00"


@pytest.fixture
def plugged(machine):
    """Two twins that type, and one that is a serial port."""
    scanners = [UsbScanner(0, "SN-1"), UsbScanner(1, "SN-2"), UsbScanner(2, "SN-3", keyboard=False, acm=True)]
    for s in scanners:
        s.plug()
    yield scanners
    for s in scanners:
        s.remove()


@pytest.fixture
def floor(build, tmp_path, plugged):
    rules = {"b1": ["name: left, driver: wedge, vendor: 0x0c2e, product: 0x0b61, serial: SN-1",
                    f"name: cable, driver: serial, path: {ACM}, suffix: lf"],
             "b2": ["name: right, driver: wedge, vendor: 0x0c2e, product: 0x0b61, serial: SN-2"]}
    wait_for("udev's name of the serial port", lambda: Path(ACM).exists(), SLOW_S)
    f = Floor(build, tmp_path, rules, quantity=6)
    f.start()
    yield f
    f.stop()


def test_twins_belong_to_their_benches_and_a_bench_hears_both_of_its_scanners(floor, plugged):
    left, right, cable = plugged
    assert floor.scan(left.type, "b1", "S-1", "opened")["shipment"] == "S-1"
    assert floor.scan(right.type, "b2", "S-2", "opened")["shipment"] == "S-2"
    assert floor.scan(cable.send, "b1", SOCKS, "ok")["device"] == "cable"
    assert floor.scan(left.type, "b1", SOCKS, "ok")["device"] == "left"
    assert floor.scan(right.type, "b2", SOCKS, "ok")["device"] == "right"
    assert sorted(f["how"] for f in floor.facts("item.verified")) == ["scanned"] * 3


def test_a_serial_scanner_unplugged_in_the_middle_of_a_code_comes_back_under_its_name(floor, plugged):
    cable = plugged[2]
    floor.scan(cable.send, "b1", "S-1", "opened")
    for i in range(5):
        n_up = len(floor.facts("device.up"))
        cable.send(SOCKS[: 3 + i])
        cable.unplug()
        wait_for("the port to go", lambda: not Path(ACM).exists(), SLOW_S)
        cable.plug()
        # Until the port is opened the bus carries nothing: what a scanner says before is lost with no one to blame.
        wait_for("the scanner to be back", lambda: len(floor.facts("device.up")) > n_up, SLOW_S)
        shown = floor.lights["b1"].drain()  # the half code was said to be lost when the port went, or it never left the scanner
        assert {v["kind"] for v in shown} <= {"scan-lost", *PROMPTS}
        floor.scan(cable.send, "b1", SOCKS, "ok")
    assert len(floor.facts("item.verified")) == 5
