# SPDX-License-Identifier: Apache-2.0
"""The GPIO driver alone, once with each of libgpiod's APIs: both must make the same of the same chip."""
import os
import select
import subprocess
import time
from pathlib import Path

import pytest

from floor import SLOW_S
from rig import wait_for
from sim import Chip

LAMPS = {"green": {"GREEN"}, "amber": {"AMBER"}, "red": {"RED"}, "white": {"AMBER", "RED"}, "dark": set()}


class Tool:
    """The driver in a program of its own: words in, lines out."""

    def __init__(self, path: Path):
        self.path = path
        self.process = subprocess.Popen([path, "io"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.rest = b""
        self.lines: list[str] = []

    def show(self, word: str) -> None:
        self.process.stdin.write(f"{word}\n".encode())
        self.process.stdin.flush()

    def read(self, timeout: float) -> str | None:
        deadline = time.monotonic() + timeout
        while not self.lines:
            if not select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                return None
            data = os.read(self.process.stdout.fileno(), 4096)
            assert data, "the tool ended"
            *lines, self.rest = (self.rest + data).split(b"\n")
            self.lines += [line.decode() for line in lines]
        return self.lines.pop(0)

    def both(self, what: str) -> None:
        assert {self.read(SLOW_S), self.read(SLOW_S)} == {f"tower {what}", f"pedal {what}"}

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def darken(self) -> int:
        """What runs after a station that was killed."""
        return subprocess.run([self.path, "io", "--dark"]).returncode

    def end(self) -> int:
        self.process.stdin.close()
        code = self.process.wait(SLOW_S)
        self.process.stdout.close()
        return code


@pytest.fixture
def chip(machine):
    c = Chip("io", "GREEN", "AMBER", "RED", "BUZZER", "PEDAL")
    c.plug()
    yield c
    c.remove()


@pytest.fixture(params=["v1", "v2"])
def tool(request, build, chip):
    if request.param == "v2":
        why = os.environ.get("OKURU_GPIOD2_MISSING")
        if why:
            pytest.skip(why)
        build = Path(os.environ["OKURU_GPIOD2"])
    t = Tool(build / "tests/gpio-tool")
    t.both("up")
    yield t
    if t.process.poll() is None:
        t.end()


def lamps(chip: Chip) -> set[str]:
    return chip.lit() - {"BUZZER", "PEDAL"}


def test_each_light_has_its_lamps_and_the_end_is_dark(tool, chip):
    for word, expected in [*LAMPS.items(), ("green", {"GREEN"})]:
        tool.show(word)
        wait_for(word, lambda: lamps(chip) == expected, SLOW_S)
    assert tool.end() == 0
    assert chip.lit() == set()


def test_an_alarm_flashes_and_sounds_until_something_else_is_shown(tool, chip):
    tool.show("alarm")
    for lit in (True, False, True):
        wait_for("the flash", lambda: ("RED" in chip.lit()) == lit, SLOW_S)
        wait_for("the sound", lambda: ("BUZZER" in chip.lit()) == lit, SLOW_S)
    tool.show("amber")
    wait_for("quiet", lambda: chip.lit() - {"PEDAL"} == {"AMBER"}, SLOW_S)


def test_a_storm_of_edges_ends_in_the_level_that_stands(tool, chip):
    """More than the kernel's queue of API v1 holds, which drops the newest."""
    for _ in range(50):
        chip.pull("PEDAL", True)
        chip.pull("PEDAL", False)
    chip.pull("PEDAL", True)
    wait_for("the press", lambda: tool.read(SLOW_S) == "pedal 1", SLOW_S)
    chip.pull("PEDAL", False)
    wait_for("the release", lambda: tool.read(SLOW_S) == "pedal 0", SLOW_S)
    assert tool.read(0.3) is None


def test_a_chip_that_vanishes_is_missed_and_comes_back_with_what_is_shown(tool, chip):
    tool.show("green")
    wait_for("green", lambda: lamps(chip) == {"GREEN"}, SLOW_S)
    chip.unplug()
    tool.both("down No such device")
    tool.show("red")
    chip.plug()
    tool.both("up")
    wait_for("red", lambda: lamps(chip) == {"RED"}, SLOW_S)


def test_killed_while_it_is_green_it_is_dark_after_what_runs_then(tool, chip):
    tool.show("green")
    wait_for("green", lambda: lamps(chip) == {"GREEN"}, SLOW_S)
    tool.kill()
    assert lamps(chip) == {"GREEN"}  # the control: the chip keeps what it was told
    assert tool.darken() == 0
    assert chip.lit() == set()
