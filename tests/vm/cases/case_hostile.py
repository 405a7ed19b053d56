# SPDX-License-Identifier: Apache-2.0
"""Keys that a barcode can make a keyboard scanner press. Nobody grabs it: they reach the console and the kernel. With a station: nothing."""
import os
import subprocess
import tty
from pathlib import Path

import pytest

from floor import SLOW_S, SOCKS, Floor
from rig import wait_for
from uinput import Keyboard

SCANNER = "name: hand-1, driver: wedge, vendor: 0x1111, product: 0x2222"
REBOOT, OTHER_CONSOLE, SYNC = ("ctrl", "alt", "delete"), ("alt", "f2"), ("alt", "sysrq", "s")
# Code 39 Full ASCII and set-up codes for "function keys" of common scanners; F8 alone is missing: many type GS with it.
HOT_KEYS = [REBOOT, OTHER_CONSOLE, SYNC, ("alt", "f4"), ("meta",), ("meta", "r"), ("ctrl", "c"), ("ctrl", "shift", "t"), ("ctrl", "alt", "f1"),
            *[("ctrl", letter) for letter in "amjwz"], *[(f"f{i}",) for i in range(1, 13) if i != 8], ("esc",), ("delete",), ("backspace",), ("up",),
            ("menu",), ("power",), ("sleep",), ("sysrq",)]


class Console:
    """What a screen with a keyboard would have: a terminal, and the kernel's own hot keys."""

    def __init__(self):
        self.terminal = os.open("/dev/tty1", os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        tty.setraw(self.terminal)
        self.other = os.open("/dev/tty2", os.O_RDWR | os.O_NOCTTY)  # the kernel only switches to one that is open
        self.kernel = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.kernel, 0, os.SEEK_END)
        self.victim = subprocess.Popen(["sleep", "600"])  # who is told of Ctrl+Alt+Delete, in place of init
        for name, value in {"ctrl-alt-del": 0, "cad_pid": self.victim.pid, "sysrq": 1}.items():
            Path(f"/proc/sys/kernel/{name}").write_text(str(value))

    @staticmethod
    def shown() -> str:
        return Path("/sys/class/tty/tty0/active").read_text().strip()

    def typed(self) -> bytes:
        try:
            return os.read(self.terminal, 4096)
        except BlockingIOError:
            return b""

    def synced(self) -> bool:
        lines = b""
        try:
            while True:
                lines += os.read(self.kernel, 8192)
        except BlockingIOError:
            return b"sysrq: Emergency Sync" in lines

    def close(self) -> None:
        Path("/proc/sys/kernel/cad_pid").write_text("1")
        self.victim.kill()
        self.victim.wait()
        subprocess.run(["busybox", "chvt", "1"], check=True)
        for fd in (self.terminal, self.other, self.kernel):
            os.close(fd)


@pytest.fixture
def keyboard(machine):
    k = Keyboard(0x1111, 0x2222)
    yield k
    k.close()


@pytest.fixture
def console(machine):
    c = Console()
    yield c
    c.close()


def test_control_without_a_station_a_barcode_types_commands_and_rules_the_machine(console, keyboard):
    def pressed_until(what, seen, *keys):
        wait_for(what, lambda: keyboard.press(*keys) or seen(), SLOW_S)  # the first may come before the console has the keyboard

    pressed_until("a key on the console", lambda: b"a" in console.typed(), "a")
    pressed_until("the emergency sync", console.synced, *SYNC)
    pressed_until("the other console", lambda: console.shown() == "tty2", *OTHER_CONSOLE)
    pressed_until("the reboot", lambda: console.victim.poll() is not None, *REBOOT)


def test_hot_keys_and_control_codes_from_a_barcode_are_refused_and_reach_nothing(build, tmp_path, console, keyboard):
    floor = Floor(build, tmp_path, {"b1": [SCANNER]}, quantity=2)
    try:
        floor.start()
        console.typed()
        floor.scan(keyboard.type, "b1", "S-1", "opened")
        for keys in HOT_KEYS:
            keyboard.type("49")
            keyboard.press(*keys)
            keyboard.type("1\n")
            assert floor.look("b1", "refused-scan")["device"] == "hand-1", keys
        floor.scan(keyboard.type, "b1", SOCKS, "ok")  # the station is well, and the next code is whole
        assert [f["code"] for f in floor.facts("item.verified")] == [SOCKS.zfill(14)]
    finally:
        floor.stop()
    assert (console.typed(), console.synced(), console.shown(), console.victim.poll()) == (b"", False, "tty1", None)
