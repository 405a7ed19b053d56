# SPDX-License-Identifier: Apache-2.0
"""Scanners in POS mode on a real USB stack: long codes, pulled in the middle of one, a queue that overflows, and who may read them."""
import grp
import os
import signal
import stat
from pathlib import Path

import pytest

from floor import SLOW_S, SOCKS, Floor
from gadget import POS_UNLISTED, UsbScanner
from rig import wait_for

RULE = "name: hand-1, driver: hidpos, vendor: 0x0c2e, serial: SN-1"
# A DataMatrix of the same goods with serial number and company data: three reports.
LONG = f"010{SOCKS}21ABCDEFGHIJ0123456789\x1d91{'X' * 40}\x1d92{'Y' * 40}"
N_UNPLUGGED = 100 if os.environ.get("OKURU_TEST_LONG") else 12


@pytest.fixture
def scanner(machine):
    s = UsbScanner(0, "SN-1", keyboard=False, pos=True)
    s.plug()
    yield s
    s.remove()


@pytest.fixture
def floor(build, tmp_path, scanner):
    f = Floor(build, tmp_path, {"b1": [RULE]}, quantity=8)
    yield f
    f.stop()


def scan(scanner: UsbScanner, aim: str):
    return lambda code: scanner.scan(aim, code.rstrip("\n"))


def hidraw_nodes() -> list[Path]:
    return sorted(Path("/dev").glob("hidraw*"))


def test_a_scanner_in_pos_mode_is_told_to_send_here_and_its_long_codes_are_whole(floor, scanner):
    floor.start()
    assert scanner.was_set() == b"\xfe\x01"
    assert floor.scan(scan(scanner, "]C0"), "b1", "S-1", "opened")["shipment"] == "S-1"
    floor.scan(scan(scanner, "]E0"), "b1", SOCKS, "ok")
    assert len(LONG) > 2 * 56
    floor.scan(scan(scanner, "]d2"), "b1", LONG, "ok")
    assert [f["code"] for f in floor.facts("item.verified")] == [SOCKS.zfill(14)] * 2


def test_a_honeywell_that_does_not_list_the_report_is_told_all_the_same_and_another_maker_is_not(build, tmp_path, machine):
    older, other = (UsbScanner(i, f"SN-{i + 1}", keyboard=False, pos=POS_UNLISTED, vendor=vendor) for i, vendor in enumerate((0x23d0, 0x05e0)))
    floor = Floor(build, tmp_path, {"b1": ["name: hand-1, driver: hidpos, vendor: 0x23d0", "name: hand-2, driver: hidpos, vendor: 0x05e0"]})
    try:
        older.plug()
        other.plug()
        wait_for("both", lambda: len(hidraw_nodes()) == 2, SLOW_S)
        floor.start()
        assert older.was_set() == b"\xfe\x01"
        os.set_blocking(other.fd(other.pos_node), False)
        with pytest.raises(BlockingIOError):
            other.was_set()
        os.set_blocking(other.fd(other.pos_node), True)
        assert floor.scan(scan(other, "]C0"), "b1", "S-1", "opened")["device"] == "hand-2"
        assert floor.scan(scan(older, "]E0"), "b1", SOCKS, "ok")["device"] == "hand-1"
    finally:
        floor.stop()
        older.remove()
        other.remove()


def test_unplugged_in_the_middle_of_a_code_it_is_no_scan_and_costs_no_descriptor(floor, scanner):
    floor.start()
    floor.scan(scan(scanner, "]C0"), "b1", "S-1", "opened")
    floor.scan(scan(scanner, "]E0"), "b1", SOCKS, "ok")
    before = floor.n_descriptors()
    for _ in range(N_UNPLUGGED):
        n_up = len(floor.facts("device.up"))
        scanner.report("]E0", SOCKS, more=True)  # all of it is there, and it says that more follows
        scanner.unplug()
        wait_for("the device to go", lambda: not hidraw_nodes(), SLOW_S)
        scanner.plug()
        wait_for("the scanner to be back", lambda: len(floor.facts("device.up")) > n_up, SLOW_S)
    while floor.lights["b1"].read(1.0):
        pass
    floor.scan(scan(scanner, "]E0"), "b1", SOCKS, "ok")
    assert len(floor.facts("item.verified")) == 2
    assert {f["reason"] for f in floor.facts("item.refused")} <= {"lost"}
    assert floor.n_descriptors() == before


def test_control_codes_in_pos_mode_are_refused(floor, scanner):
    floor.start()
    floor.scan(scan(scanner, "]C0"), "b1", "S-1", "opened")
    for code in ("49\x1b[2J01", "49\x0001", "49\x0801", "49\r01", "49\x7f"):
        scanner.scan("]C0", code)
        assert floor.look("b1", "refused-scan")["device"] == "hand-1", code
    floor.scan(scan(scanner, "]E0"), "b1", SOCKS, "ok")


def test_what_the_kernel_had_to_drop_is_said(floor, scanner):
    """A station that does not read: 63 reports wait for it in the kernel, and nothing tells that there were more."""
    floor.start()
    floor.scan(scan(scanner, "]C0"), "b1", "S-1", "opened")
    os.kill(floor.process.pid, signal.SIGSTOP)
    for _ in range(80):
        scanner.scan("]E0", "4569951116179")
    os.kill(floor.process.pid, signal.SIGCONT)
    kinds = set()
    while verdict := floor.lights["b1"].read(1.0):
        kinds.add(verdict["kind"])
    assert "scan-lost" in kinds


def test_the_group_gets_the_scanner_and_no_other_device(scanner, machine):
    other = UsbScanner(1, "SN-2")  # a keyboard is a hidraw device, too
    other.plug()
    try:
        wait_for("both", lambda: len(hidraw_nodes()) == 2, SLOW_S)
        links = wait_for("its name by port", lambda: list(Path("/dev/okuru/by-path").glob("*")), SLOW_S)
        assert len(links) == 1
        pos = links[0].resolve()
        group = grp.getgrnam("okuru-hidpos").gr_gid
        wait_for("the rule", lambda: pos.stat().st_gid == group and stat.S_IMODE(pos.stat().st_mode) == 0o660, SLOW_S)
        (keyboard,) = [node for node in hidraw_nodes() if node != pos]
        assert keyboard.stat().st_gid == 0 and stat.S_IMODE(keyboard.stat().st_mode) == 0o600
    finally:
        other.remove()


def test_twins_without_serial_numbers_are_told_apart_by_their_ports(build, tmp_path, machine):
    left, right = UsbScanner(0, "", keyboard=False, pos=True), UsbScanner(1, "", keyboard=False, pos=True)
    rules = {f"b{i + 1}": [f"name: hand, driver: hidpos, path: /dev/okuru/by-path/platform-dummy_hcd.{i}-*"] for i in range(2)}
    floor = Floor(build, tmp_path, rules)
    try:
        left.plug()
        right.plug()
        wait_for("both", lambda: len(list(Path("/dev/okuru/by-path").glob("*"))) == 2, SLOW_S)
        floor.start()
        assert floor.scan(scan(left, "]C0"), "b1", "S-1", "opened")["shipment"] == "S-1"
        assert floor.scan(scan(right, "]C0"), "b2", "S-2", "opened")["shipment"] == "S-2"
    finally:
        floor.stop()
        left.remove()
        right.remove()
