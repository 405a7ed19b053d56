# SPDX-License-Identifier: Apache-2.0
"""The user that the unit gives the station, with the unit's groups and the rules for devices: it opens one of each class, and nothing else."""
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from floor import SLOW_S
from gadget import UsbScanner
from rig import wait_for
from sim import Chip

TOP = Path(__file__).resolve().parents[3]
UNIT = (TOP / "services/units/okuru-station.service.in").read_text()
OPEN = "import os, sys; os.close(os.open(sys.argv[1], {'r': os.O_RDONLY, 'rw': os.O_RDWR}[sys.argv[2]] | os.O_NONBLOCK | os.O_NOCTTY))"


def of_unit(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT, re.M)


def may(node: Path, how: str, groups: str) -> bool:
    user = ["setpriv", "--reuid", *of_unit("User"), "--regid", *of_unit("Group"), "--groups", groups, "--inh-caps=-all", "--bounding-set=-all"]
    return subprocess.run([*user, "/usr/bin/python3", "-c", OPEN, node, how], stderr=subprocess.DEVNULL).returncode == 0


def class_of(node: Path) -> str:
    """As DeviceAllow= names it."""
    major = os.major(node.stat().st_rdev)
    return re.search(rf"^ *{major} (\S+)$", Path("/proc/devices").read_text().split("Block")[0], re.M)[1]


def printer(bus: int) -> UsbScanner:
    gadget = UsbScanner(bus, "SN-4", keyboard=False)
    function = gadget.folder / f"functions/printer.{bus}"
    function.mkdir()
    (function / "pnp_string").write_text("MFG:Example;MDL:Label Printer;CLS:PRINTER;")
    (gadget.folder / f"configs/c.1/printer.{bus}").symlink_to(function)
    return gadget


@pytest.fixture
def nodes(machine):
    """One of each class that a driver opens, with how it opens it."""
    subprocess.run(["modprobe", "--all", "usb_f_printer", "usblp"], check=True)
    gadgets = [UsbScanner(0, "SN-1"), UsbScanner(1, "SN-2", keyboard=False, pos=True), UsbScanner(2, "SN-3", keyboard=False, acm=True), printer(3)]
    chip = Chip("io", "GREEN")
    chip.plug()
    for g in gadgets:
        g.plug()

    def find() -> dict[str, Path] | None:
        patterns = {"wedge": "/dev/input/by-id/usb-*-event-kbd", "hidpos": "/dev/okuru/by-path/*.1-*", "serial": "/dev/serial/by-id/*",
                    "printer": "/dev/okuru/by-path/*.3-*", "gpio": "/dev/gpiochip*"}
        found = {what: sorted(Path("/").glob(pattern.lstrip("/"))) for what, pattern in patterns.items()}
        return {what: paths[0].resolve() for what, paths in found.items()} if all(found.values()) else None

    yield wait_for("all of them", find, SLOW_S)
    for g in gadgets:
        g.remove()
    chip.remove()


HOW = {"wedge": "r", "hidpos": "rw", "serial": "rw", "printer": "rw", "gpio": "rw"}


def test_the_units_user_opens_one_of_each_class_and_nobody_else_does(nodes):
    subprocess.run(["udevadm", "settle"], check=True)
    groups = ",".join(of_unit("SupplementaryGroups")[0].split())
    allowed = {line.split()[0].removeprefix("char-"): line.split()[1] for line in of_unit("DeviceAllow") if line.startswith("char-")}
    assert nodes["printer"].name.startswith("lp")
    for what, node in nodes.items():
        assert may(node, HOW[what], groups), (what, node, oct(node.stat().st_mode))
        assert not may(node, "r", "nogroup"), f"a control: without the unit's groups {what} is closed"
        assert not node.stat().st_mode & stat.S_IRWXO, what
        assert set(HOW[what]) <= set(allowed[class_of(node)]), f"{what}: the unit's cgroup lets {class_of(node)} in"


def test_what_is_no_device_of_ours_stays_closed(nodes):
    groups = ",".join(of_unit("SupplementaryGroups")[0].split())
    others = [node for node in Path("/dev").glob("hidraw*") if node != nodes["hidpos"]]  # a keyboard is one, too
    assert others
    for node in [*others, Path("/dev/mem"), Path("/dev/kmsg"), Path("/dev/uinput")]:
        assert not node.exists() or not may(node, "r", groups), node
