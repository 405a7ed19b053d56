# SPDX-License-Identifier: Apache-2.0
"""A pedal and a photo-eye on real lines that have a reader of tags read the box: the reader is an emulator in the same machine."""
import time

import pytest

from field import sgtin
from floor import SLOW_S, SOCKS, Floor
from gadget import UsbScanner
from llrp_reader import LlrpReader
from rig import wait_for
from sim import Chip

SCANNER = "name: hand-1, driver: wedge, vendor: 0x0c2e, product: 0x0b61, serial: SN-1"


@pytest.fixture
def chip(machine):
    c = Chip("io", "SWITCH")
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
def reader():
    with LlrpReader() as r:
        yield r


@pytest.fixture
def floor(request, build, tmp_path, chip, scanner, reader):
    """@param: what the switch does, and what ends an inventory."""
    reads, stop = request.param
    more = f"""    buttons:
      - {{name: switch, chip: io, line: SWITCH, reads: {reads}}}
    zone: {{reader: r1, settle: 150ms, gone: 0s, give_up: 5s}}
readers:
  - {{name: r1, driver: llrp, host: 127.0.0.1, port: {reader.port}, start: {{by: button}}{stop}}}
"""
    f = Floor(build, tmp_path, {"b1": [SCANNER]}, more={"b1": more}, devices=3)
    f.start()
    yield f
    f.stop()


def reads(reader: LlrpReader) -> bool:
    return any(spec.state == 2 for spec in reader.rospecs.values())


def read(floor: Floor, reader: LlrpReader, *tags: str) -> dict:
    """The first answer to what lies before the antenna."""
    deadline = time.monotonic() + SLOW_S
    while time.monotonic() < deadline:
        for tag in tags:
            reader.see(tag)
        verdict = floor.lights["b1"].read(0.1)
        if verdict and verdict["kind"] not in ("idle", "next", "saving"):
            return verdict
    raise AssertionError("no verdict on the tags")


@pytest.mark.parametrize("floor", [("press", ", stop: {after_ms: 700}")], indirect=True)
def test_a_pedal_has_the_box_read_once_a_press(floor, chip, scanner, reader):
    floor.scan(scanner.type, "b1", "S-1", "opened")
    assert not reads(reader)
    chip.pull("SWITCH", True)
    wait_for("the inventory", lambda: reads(reader), SLOW_S)
    assert read(floor, reader, sgtin(SOCKS, 1), sgtin(SOCKS, 2))["kind"] == "packed"
    wait_for("the end of the inventory", lambda: not reads(reader), SLOW_S)
    chip.pull("SWITCH", False)
    time.sleep(0.3)
    assert not reads(reader) and reader.seen.count("START_ROSPEC") == 1  # letting it go is no press
    assert sorted(f["serial"] for f in floor.facts("item.verified")) == ["1", "2"]


@pytest.mark.parametrize("floor", [("held", "")], indirect=True)
def test_a_photo_eye_has_it_read_while_a_box_is_before_it(floor, chip, scanner, reader):
    floor.scan(scanner.type, "b1", "S-1", "opened")
    assert not reads(reader)
    chip.pull("SWITCH", True)
    wait_for("the inventory", lambda: reads(reader), SLOW_S)
    assert read(floor, reader, sgtin(SOCKS, 3))["kind"] == "ok"
    assert read(floor, reader, sgtin(SOCKS, 3), sgtin(SOCKS, 4))["kind"] == "packed"
    assert reads(reader)
    chip.pull("SWITCH", False)
    wait_for("the end of the inventory", lambda: not reads(reader), SLOW_S)
    chip.unplug()
    wait_for("the switch to be missed", lambda: [f for f in floor.facts("device.down") if "reason" in f], SLOW_S)
    chip.plug()
    chip.pull("SWITCH", True)
    wait_for("the inventory again", lambda: reads(reader), SLOW_S)
