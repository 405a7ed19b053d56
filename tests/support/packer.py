# SPDX-License-Identifier: Apache-2.0
"""A virtual packer: scans at a pty, looks at the light, takes labels from the printer, and remembers what went green.

What it remembers is the other side of the promise: the demo and the tests compare it with what the OMS and the mailbox hold."""
from __future__ import annotations

import json
import os
import select
import time
from dataclasses import dataclass, field

from rig import Bench, RigError


class Lines:
    """JSON lines out of a FIFO. What prompts for the next scan answers none, and is kept apart."""

    def __init__(self, fd: int):
        self.fd, self.rest = fd, b""
        self.ready: list[dict] = []
        self.prompts: list[dict] = []

    def read(self, timeout: float) -> dict | None:
        deadline = time.monotonic() + timeout
        while not self.ready:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self.fd], [], [], left)[0]:
                return None
            *lines, self.rest = (self.rest + os.read(self.fd, 65536)).split(b"\n")
            for line in map(json.loads, filter(None, lines)):
                (self.prompts if line.get("prompt") else self.ready).append(line)
        return self.ready.pop(0)

    def drain(self) -> list[dict]:
        out = []
        while (line := self.read(0)) is not None:
            out.append(line)
        return out


@dataclass
class Green:
    """What the light promised: recorded."""

    units: dict = field(default_factory=dict)     # (shipment, line code) -> scans that went green
    packed: set = field(default_factory=set)      # parcels
    ready: dict = field(default_factory=dict)     # parcel -> shipment
    shipped: dict = field(default_factory=dict)   # parcel -> shipment
    scan_to_green_us: list = field(default_factory=list)


class Surprise(RigError):
    """The light said something else than a packer could expect."""


class Packer:
    def __init__(self, bench: Bench, green: Green | None = None, show=None):
        self.bench = bench
        self.light, self.labels = Lines(bench.light_fd), Lines(bench.labels_fd)
        self.green = green or Green()
        self.show = show or (lambda code, verdict: None)
        self.paper: dict[str, list[dict]] = {}  # shipment's parcel -> labels that lie at the printer
        self.interrupts: list[dict] = []
        self.light.drain()  # what the bench showed before anybody looked

    def send(self, code: str) -> float:
        """The bytes only: the light is not waited for."""
        os.write(self.bench.master, code.encode("latin-1") + b"\r")
        return time.monotonic()

    def scan(self, code: str, *expected: str, timeout: float = 30.0) -> dict:
        """Scan and look: the verdict. With @expected, any other verdict is a surprise."""
        begun = self.send(code)
        verdict = self.look(timeout)
        if verdict is None:
            raise Surprise(f"{self.bench.name}: no light within {timeout:.0f} s after {code!r}; {self.bench.diagnose()}")
        took = time.monotonic() - begun
        self.show(code, verdict)
        if verdict["light"] == "green":
            self.green.scan_to_green_us.append(took * 1e6)
        if expected and verdict["kind"] not in expected:
            raise Surprise(f"{self.bench.name}: {code!r} gave {verdict['kind']} ({verdict['sub']['ja']} / {verdict['sub']['en']}), not {' or '.join(expected)}")
        return verdict

    def look(self, timeout: float) -> dict | None:
        """The next verdict; 'saving' is not an answer, it only says that one is coming."""
        deadline = time.monotonic() + timeout
        while (verdict := self.light.read(max(0.0, deadline - time.monotonic()))) is not None:
            if verdict["kind"] == "saving":
                self.interrupts.append(verdict)
                continue
            self.note(verdict)
            return verdict
        return None

    def note(self, verdict: dict) -> None:
        parcel, shipment = verdict.get("parcel"), verdict.get("shipment")
        if verdict["kind"] == "packed" and parcel:
            self.green.packed.add(parcel)
        if verdict["kind"] == "ready" and parcel:
            self.green.ready[parcel] = shipment
        if verdict["kind"] == "shipped" and parcel:
            self.green.shipped[parcel] = shipment

    def take_label(self, parcel: str, timeout: float = 5.0) -> dict | None:
        """The label of this parcel from the printer's tray."""
        deadline = time.monotonic() + timeout
        while True:
            for label in self.labels.drain():
                self.paper.setdefault(label["parcel"], []).append(label)
            if self.paper.get(parcel):
                return self.paper[parcel][-1]
            if time.monotonic() > deadline:
                return None
            time.sleep(0.002)

    # ---- whole pieces of work ----

    def sign_in(self, badge: str) -> None:
        self.scan(f"OKURU-P-{badge}", "signed-in", "already")

    def item(self, line: dict, serial: str | None = None) -> dict:
        code = line["codes"][0]["code"]
        if line.get("serial") == "require":
            code = f"]d201{int(code):014d}21{serial}"
        verdict = self.scan(code, "ok", "packed", "confirm-inserts", "ready", "next-piece")
        self.green.units[(verdict.get("shipment"), line["line"])] = self.green.units.get((verdict.get("shipment"), line["line"]), 0) + 1
        return verdict

    def fill(self, shipment: dict, mistake=None) -> dict:
        """Every unit of every line, then the inserts: the verdict that says packed. @mistake(packer, line, unit) may do wrong first."""
        verdict = {}
        for line in shipment["lines"]:
            for unit in range(line["quantity"]):
                if mistake:
                    mistake(self, line, unit)
                verdict = self.item(line, serial=f"{shipment['shipment'].replace('-', '')}{line['line']}{unit}")
        for insert in shipment["inserts"]:
            if insert["check"] == "scan":
                for _ in range(insert["quantity"]):
                    verdict = self.scan(insert["codes"][0]["code"], "ok", "packed", "confirm-inserts")
        if verdict["kind"] == "confirm-inserts":
            verdict = self.scan("OKURU-C-OK", "packed")
        return verdict

    def match(self, verdict: dict) -> dict:
        """Stick the label that came out and scan it."""
        label = self.take_label(verdict["parcel"])
        if label is None:
            raise Surprise(f"{self.bench.name}: no label for parcel {verdict['parcel']}")
        return self.scan(label["number"], "ready", "shipped", "next-piece")
