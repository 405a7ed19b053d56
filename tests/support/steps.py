# SPDX-License-Identifier: Apache-2.0
"""Death at each step of a program, one run for each: see last-step.c for what a step is and which moments it has."""
from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

LONG = bool(os.environ.get("OKURU_TEST_LONG"))
CUT, DEAF = "cut", "deaf"


@dataclass(frozen=True)
class Death:
    """The moment at which a run ends, 0 for never; with @power == CUT what was not synced by then goes too."""

    moment: int
    power: str = ""

    def environment(self, build: Path, log: Path) -> dict[str, str]:
        out = {"LD_PRELOAD": str(build / "tests/last-step.so"), "OKURU_TEST_STEPS": str(log)}
        if self.moment:
            out["OKURU_TEST_LAST_STEP"] = str(self.moment)
        if self.power:
            out["OKURU_TEST_POWER"] = self.power
        return out

    def __str__(self) -> str:
        return f"moment {self.moment}{' ' + self.power if self.power else ''}"


def moments(log: Path) -> list[str]:
    """What a run did, one text for each moment: "before fdatasync inbox.db-wal"."""
    return [line.split(" ", 1)[1] for line in log.read_text().splitlines()]


def matters(moment: str) -> bool:
    """Around a sync, a name, and what leaves the program: where an order of steps can be a wrong one."""
    return moment.split()[1] not in ("pwrite", "ftruncate")


def plan(told: list[str], most: int) -> list[Death]:
    """Of a run that @told its moments, the deaths to try: all, as kill and as power cut, with OKURU_TEST_LONG. Else @most of them,
    kills and cuts nearly by turns, evenly over the moments that matter (two thirds of them) and over the others."""
    if LONG:
        return [Death(n + 1, power) for n in range(len(told)) for power in ("", CUT)]
    first = [n + 1 for n, moment in enumerate(told) if matters(moment)]
    second = [n + 1 for n, moment in enumerate(told) if not matters(moment)]
    chosen = spread(first, most - min(len(second), most // 3))
    chosen += spread(second, most - len(chosen))
    return [Death(n, CUT if (i + i // 5) % 2 else "") for i, n in enumerate(sorted(chosen))]


def spread(numbers: list[int], most: int) -> list[int]:
    """At most @most of @numbers, the first and the last among them."""
    if len(numbers) <= most or most < 2:
        return numbers[:max(most, 0)]
    return [numbers[round(i * (len(numbers) - 1) / (most - 1))] for i in range(most)]


@dataclass
class Tally:
    """Deaths that were planned, and what came of them."""

    told: list[str]
    n: int = 0  # the last moment
    planned: int = 0
    died: int = 0
    died_last: bool = False
    at: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, death: Death, wrong: list[str], died: bool) -> None:
        where = self.told[death.moment - 1] if death.moment <= len(self.told) else "beyond the end"
        self.n, self.planned, self.died, self.died_last = death.moment, self.planned + 1, self.died + died, died
        self.at[where.split(" ", 1)[1]] += 1
        self.wrong += [f"{death} ({where}): {text}" for text in wrong]

    def __str__(self) -> str:
        return f"{self.planned} deaths at {len(self.told)} moments, {self.died} met work: {dict(self.at)}"


def die_everywhere(work, most: int) -> Tally:
    """@work is run whole for its moments, then once for each death; with OKURU_TEST_LONG until a run comes through alive."""
    assert work.run(Death(0)) == []
    told = moments(work.steps)
    tally = Tally(told)
    for death in plan(told, most):
        tally.add(death, work.run(death), work.died)
    while LONG and tally.died_last:
        death = Death(tally.n + 1, CUT)
        tally.add(death, work.run(death), work.died)
    return tally

# ---- is there a step that we do not see? strace says ----

CALLS = {"pwrite64": "pwrite", "fdatasync": "fdatasync", "fsync": "fsync", "ftruncate": "ftruncate", "write": "write", "writev": "writev",
         "sendto": "send", "sendmsg": "sendmsg", "unlink": "unlink", "rename": "rename"}
UNSEEN = re.compile(r"anon_inode:|/proc/|/dev/null|/log/|\.db\.lock|\.steps")  # nobody's business, or the pid that serves a message only


def traced(program: str, log: Path, trace: Path, preload: Path) -> str:
    """A shell script that runs @program under strace with its moments written to @log."""
    return (f"#!/bin/sh\nexec strace -f -qq -y -s 0 -e trace={','.join(CALLS)} -e signal=none -o {trace} -E LD_PRELOAD={preload} "
            f"-E OKURU_TEST_STEPS={log} {program} \"$@\"\n")


def seen_by_strace(trace: Path) -> Counter:
    """How often (call, what): as the moments name them."""
    out = Counter()
    for line in trace.read_text().splitlines():
        found = re.match(r'\d+ +(\w+)\((?:\d+<(.*?)>(?:[,)]| <unf)|"(.*?)"(?:, "(.*?)")?)', line)
        if not found or "resumed" in line[:40] or UNSEEN.search(line):
            continue
        call, fd, path, to = found.groups()
        what = fd if fd is not None else to or path
        out[CALLS[call], "socket" if what.startswith(("socket:", "TCP", "UNIX")) else what.rsplit("/", 1)[-1]] += 1
    return out


def seen_by_us(log: Path) -> Counter:
    calls = {"sendto": "send"}
    out = Counter()
    for moment in moments(log):
        when, call, what = moment.split(" ", 2)
        if when == "before" and not UNSEEN.search(what):
            out[calls.get(call, call), what] += 1
    return out
