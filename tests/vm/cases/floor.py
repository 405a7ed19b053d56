# SPDX-License-Identifier: Apache-2.0
"""A station without a network on real devices: its shipments are in the ledger before it starts."""
from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from ledger import Ledger
from packer import Lines
from waiting import listens, wait_for

SOCKS = "4901234567894"  # what each shipment holds
PROMPTS = ("idle", "next", "saving")  # no answers: what a bench shows by itself
HAND_S = 0.2  # between two scans of a hand; what begins within 0.1 s after a scanner came up may lack its head, and is refused
SLOW_S = 60  # under emulation: a limit for a hang, never a measure


class Floor:
    """@scanners: by bench, the YAML of each scanner as the board file has it; @more: further keys of a bench; @devices: that come
    up, if it is not the scanners alone."""

    def __init__(self, build: Path, folder: Path, scanners: dict[str, list[str]], shipments: int = 4, quantity: int = 2,
                 more: dict[str, str] | None = None, devices: int | None = None):
        self.build, self.folder = build, folder
        self.process: subprocess.Popen | None = None
        self.n_devices = devices or sum(map(len, scanners.values()))
        for name in ("station", "run"):
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name).chmod(0o750)
        with Ledger(build, folder / "station") as ledger:
            ledger.policy("acme")
            for i in range(shipments):
                line = {"line": "1", "order": "A-1", "name": {"ja": "靴下 黒", "en": "Socks"}, "quantity": quantity,
                        "codes": [{"code": SOCKS, "units": 1}]}
                ledger.shipment("acme", f"S-{i + 1}", notices={"shipped": "none"}, lines=[line])
        board = "board: vm\nbenches:\n"
        self.lights: dict[str, Lines] = {}
        for bench, its in scanners.items():
            light = folder / f"run/{bench}.light"
            os.mkfifo(light)
            self.lights[bench] = Lines(os.open(light, os.O_RDWR | os.O_NONBLOCK))
            board += f"  - name: {bench}\n"
            if its:
                board += "    scanners:\n" + "".join(f"      - {{{scanner}}}\n" for scanner in its)
            board += f"    light: {{console: json, path: {light}}}\n" + (more or {}).get(bench, "")
        (folder / "board.yaml").write_text(board)
        (folder / "station.yaml").write_text(f"""realm: test
site: dc1
station: pack-01
folder: {folder}/station
socket: {folder}/run/station.sock
board: {folder}/board.yaml
seal: {{public: {folder}/seal.public, secret: {folder}/seal.secret}}
""")

    def start(self, **environment: str) -> "Floor":
        """Up, and with all its scanners: what they said before is nobody's."""
        before = len(self.facts("device.up"))
        self.log = open(self.folder / "station.log", "ab")
        self.process = subprocess.Popen([self.build / "bin/okuru-station", "--config", self.folder / "station.yaml"],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env={**os.environ, **environment})
        wait_for("the station's socket", lambda: self.alive() and listens(self.folder / "run/station.sock"), SLOW_S)
        wait_for("its devices", lambda: self.alive() and len(self.facts("device.up")) >= before + self.n_devices, SLOW_S)
        return self

    def alive(self) -> bool:
        assert self.process.poll() is None, (self.folder / "station.log").read_text()
        return True

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            assert self.process.wait(SLOW_S) == 0, (self.folder / "station.log").read_text()
            self.process = None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = None

    def n_descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def memory(self) -> int:
        """What it holds that is no file, KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon:")))

    def ledger_size(self) -> int:
        """KiB, wherever its pages are."""
        with closing(sqlite3.connect(f"file:{self.folder}/station/ledger.db?mode=ro", uri=True)) as db:
            return db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0] // 1024

    def ask(self, *words: str) -> dict:
        done = subprocess.run([self.build / "bin/okuru", *words, "--json", "--config", self.folder / "station.yaml"],
                              check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def facts(self, type: str) -> list[dict]:
        """From the file, also while the station is away."""
        return Ledger(self.build, self.folder / "station").facts(type)

    def look(self, bench: str, *kinds: str) -> dict:
        """The next verdict there whose kind is asked for; another one is a failure unless it only says that one is coming."""
        while True:
            verdict = self.lights[bench].read(SLOW_S)
            assert verdict is not None, f"no light at {bench}: " + (self.folder / "station.log").read_text()
            if verdict["kind"] in kinds:
                return verdict
            assert verdict["kind"] in PROMPTS, (verdict, self.facts("item.refused"))

    def scan(self, scan, bench: str, code: str, *kinds: str) -> dict:
        """As a packer does: told that a scan was lost, they scan again. Just plugged in, the head of a first code may be missing.
        And where this machine holds the scanner up for 100 ms inside a code, what comes behind the pause is a code by itself.
        @scan: what sends a code with its end."""
        for _ in range(3):
            scan(f"{code}\n")
            verdict = self.look(bench, "scan-lost", *kinds)
            if verdict["kind"] != "scan-lost":
                return verdict
            time.sleep(HAND_S)
            self.lights[bench].drain()
        raise AssertionError(f"{code} was lost three times")
