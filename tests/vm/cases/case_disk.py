# SPDX-License-Identifier: Apache-2.0
"""A disk that takes nothing for seven seconds while a scanner goes on at the speed of its bus: amber, and then every code is answered."""
import time

import pytest

from disk import Disk
from floor import SLOW_S, SOCKS, Floor
from gadget import UsbScanner

RULE = "name: hand-1, driver: wedge, vendor: 0x0c2e, product: 0x0b61, serial: SN-1"
N_BURST = 30  # below what waits at a bench: 32
HANG_S = 7.0


@pytest.fixture
def scanner(machine):
    s = UsbScanner(0, "SN-1")
    s.plug()
    yield s
    s.remove()


@pytest.fixture
def disk(machine, tmp_path):
    d = Disk(tmp_path / "station")
    yield d
    d.remove()


@pytest.fixture
def floor(build, tmp_path, scanner, disk):
    f = Floor(build, tmp_path, {"b1": [RULE]}, quantity=2 * N_BURST)
    f.start()
    yield f
    disk.go_on()
    f.stop()


def test_codes_at_the_speed_of_the_bus_are_all_answered_after_a_disk_that_hung_for_seven_seconds(floor, scanner, disk):
    floor.scan(scanner.type, "b1", "S-1", "opened")
    refused = floor.facts("item.refused")  # the first code after plugging in may lack its head
    disk.hang()
    began = time.monotonic()
    scanner.type(f"{SOCKS}\n" * N_BURST)
    saving = floor.lights["b1"].read(SLOW_S)
    assert (saving["kind"], saving["light"], saving["sound"]) == ("saving", "amber", "none")
    assert floor.lights["b1"].read(began + HANG_S - time.monotonic()) is None  # no green for what is not on the disk
    disk.go_on()
    for _ in range(N_BURST):
        floor.look("b1", "ok")
    assert time.monotonic() - began >= HANG_S
    assert len(floor.facts("item.verified")) == N_BURST
    assert floor.facts("item.refused") == refused
