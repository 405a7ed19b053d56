# SPDX-License-Identifier: Apache-2.0
"""What the fault tests stand on: a floor with simple shipments, programs that die at chosen moments, and a packer who goes on."""
from __future__ import annotations

import contextlib
import json
import random
import re
import subprocess
import time
from pathlib import Path

import shipments as goods
from compare import events
from packer import Packer, Surprise
from rig import Bench, Rig, wait_for

POLL_S = 0.02
REPRINTS_MAX = 10


def simple(count: int, units: int = 3, prefix: str = "") -> list[dict]:
    """@count shipments of one piece without inserts, which ship when their label is matched; up to @units of a line."""
    rng = random.Random(count)
    out = goods.make(count, prefix=prefix)
    for s in out:
        s.update(pieces=1, inserts=[], labels=s["labels"][:1], notices={"shipped": "station"})
        for line in s["lines"]:
            line["quantity"] = 1 if line["serial"] != "none" else rng.randint(1, units)
    return out


def policy(notice_delay_s: int) -> dict:
    """As the demo's, but each carrier takes over at once: nobody needs to close a bay."""
    document = goods.policy(notice_delay_s)
    for merchant in document["merchants"]:
        for carrier in merchant["carriers"]:
            carrier["shipped"] = "at-ready"
    return document


class Ground:
    """A rig with shipments known at the bench."""

    def __init__(self, build: Path, folder: Path, shipments: list[dict], benches: int = 1, notice_delay_s: int = 0, smtp: dict | None = None):
        self.rig = Rig(build, folder, benches=benches, smtp=smtp)
        self.shipments = {s["shipment"]: s for s in shipments}
        self.notice_delay_s = notice_delay_s
        self.n_files = 0

    def open(self, without: tuple[str, ...] = ()) -> "Ground":
        self.rig.broker.start()
        for name in ("oms", "station", "sync", "notify"):
            if name not in without:
                self.rig.start(name)
        self.rig.wait_up()
        self.tell("policy", policy(self.notice_delay_s))
        self.tell("people", goods.people())
        for bay in goods.bays():
            self.tell("bay", bay)
        self.push(list(self.shipments.values()))
        wait_for("all shipments at the bench", lambda: self.known() >= len(self.shipments), timeout=90)
        return self

    def plan_storage(self, *programs: str) -> None:
        """From their next start on, these programs do what storage() says; the others' disks stay well."""
        self.storage("")
        for name in programs:
            self.rig.own_environment[name] = {"OKURU_TEST_STORAGE": str(self.rig.folder / "etc/storage")}

    def storage(self, word: str) -> None:
        """"7000": each sync takes 7 s; "eio": it fails; "full": no room; "": well. At once, also for a sync that is going on."""
        new = self.rig.folder / "etc/storage.new"
        new.write_text(word)
        new.rename(self.rig.folder / "etc/storage")

    def revive(self) -> None:
        """What systemd does with a program that ended by itself: start it again."""
        for name, process in list(self.rig.processes.items()):
            if process.poll() is not None:
                self.rig.start(name)

    def write(self, name: str, text: str) -> str:
        path = self.rig.folder / "etc" / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def tell(self, verb: str, document: dict) -> None:
        self.n_files += 1
        self.rig.oms(verb, self.write(f"{verb}-{self.n_files}.json", json.dumps(document, ensure_ascii=False)))

    def push(self, shipments: list[dict]) -> None:
        self.n_files += 1
        lines = "".join(json.dumps(s, ensure_ascii=False) + "\n" for s in shipments)
        self.rig.oms("push", self.write(f"push-{self.n_files}.jsonl", lines), "--station", "dc1/pack-01")

    def known(self) -> int:
        """Shipments that can be packed: the contact comes last."""
        rows = self.rig.query("station/ledger.db", "SELECT count(*) FROM shipment WHERE version > 0 AND contact_pos > 0")
        return rows[0][0] if rows else 0

    def rebuild_check(self) -> subprocess.CompletedProcess:
        """Do the derived tables say what the facts say?"""
        command = [self.rig.program("okuru"), "rebuild", "--check", "--json", "--config", str(self.rig.folder / "etc/station.yaml")]
        return subprocess.run(command, env=self.rig.environment, text=True, capture_output=True)

    def wait_ready(self) -> None:
        """The station answers and its scanners are open: what is typed before that is thrown away."""
        def ready():
            self.rig.alive("station")
            status = self.rig.try_status()
            return status and all(d["up"] for d in status["devices"])
        wait_for("the station and its scanners", ready, timeout=60, step=0.005)

    def settle(self, n_mails: int, timeout: float = 120) -> None:
        """Until the OMS holds every fact of the ledger, every shipment has its mail, and every mail its outcome at the OMS."""
        rig = self.rig

        def level() -> bool:
            head = rig.query("station/ledger.db", "SELECT max(pos), max(seq) FILTER (WHERE lane = 0) FROM fact")[0]
            ledger = rig.query("station/ledger.db", "SELECT value FROM meta WHERE key = 'log_id'")[0][0]
            mark = rig.query("oms/oms.db", "SELECT upto FROM source WHERE lane = 'fact' AND ledger = ?", ledger)
            return bool(mark) and mark[0][0] >= head[1]

        wait_for("a mail for each", lambda: len(rig.mails()) >= n_mails, timeout, 0.1)
        wait_for("the outcomes at the OMS",
                 lambda: sum(e["type"] == "notice.accepted" and not e["retold"] for e in events(rig)) >= n_mails, timeout, 0.1)
        wait_for("all facts at the OMS", level, timeout, 0.1)

    def close(self) -> None:
        for process in self.rig.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()
        self.rig.broker.stop()
        for bench in self.rig.benches:
            bench.close()


@contextlib.contextmanager
def ground(build: Path, folder: Path, shipments: list[dict], open_it: bool = True, **options):
    g = Ground(build, folder, shipments, **options)
    try:
        yield g.open() if open_it else g
    finally:
        g.close()



class Calm:
    """Nothing goes wrong."""

    def wait(self) -> float:
        return 3600.0

    def strike(self) -> str | None:
        return None

    def scanned(self) -> None:
        pass

    def start(self, name: str) -> None:
        raise NotImplementedError("nothing dies here")


class Gremlin(Calm):
    """Kills one program after the other at random moments, -9, and starts it again. The same seed plans the same kills.

    Some scans are chosen. The station dies at once or within a few milliseconds, while it is deciding, committing or answering; the
    others somewhat later, when facts, commands and mails are under way. Some die again while they start."""

    def __init__(self, g: Ground, kills: int, seed: int, programs=("station", "sync", "notify", "oms"), pause_s: float = 0.3):
        self.g, self.rng, self.pause_s = g, random.Random(seed), pause_s
        self.plan = [programs[i % len(programs)] for i in range(kills)]
        self.rng.shuffle(self.plan)
        self.done: list[str] = []
        self.armed_after = time.monotonic()
        self.due: float | None = None

    def finished(self) -> bool:
        return not self.plan

    def scanned(self) -> None:
        """A code was just sent: perhaps this is the one."""
        if self.plan and self.due is None and time.monotonic() >= self.armed_after:
            least, most = (-0.002, 0.003) if self.plan[-1] == "station" else (0, 0.05)
            self.due = time.monotonic() + max(0.0, self.rng.uniform(least, most))

    def wait(self) -> float:
        return 3600.0 if self.due is None else max(0.0, self.due - time.monotonic())

    def strike(self) -> str | None:
        """Kill what is due. The caller starts it again."""
        if self.due is None or time.monotonic() < self.due:
            return None
        self.due, self.armed_after = None, time.monotonic() + self.rng.uniform(0.2, 1.8) * self.pause_s
        return self.kill(self.plan.pop())

    def kill(self, name: str) -> str:
        self.g.rig.alive(name)  # one that had ended by itself is another story
        self.g.rig.kill(name)
        self.done.append(name)
        return name

    def start(self, name: str) -> None:
        self.g.rig.start(name)
        if self.rng.random() < 0.2 and name in self.plan:  # and dies once more before it is quite there
            self.plan.remove(name)
            time.sleep(self.rng.uniform(0, 0.05))
            self.kill(name)
            self.g.rig.start(name)


def units_left(verdict: dict) -> int | None:
    """What the light says is still to be scanned; None when it says nothing about that."""
    if verdict["kind"] in ("packed", "ready", "shipped"):
        return 0
    found = re.match(r"OK (\d+) left", verdict["head"]["en"]) or re.search(r"(\d+) to go", verdict["sub"]["en"])
    if not found and verdict["kind"] == "resumed":
        return 0  # "close the box, read waybill"
    return int(found.group(1)) if found else None


class SteadyPacker(Packer):
    """Packs on through kills: what got no answer is looked at on the light that comes back, and scanned again if it is missing.

    The light is the packer's only source. Whatever it takes back that was green before is a loss, noted at once."""

    def __init__(self, g: Ground, bench: Bench, gremlin: Calm | None = None, **options):
        super().__init__(bench, **options)
        self.g, self.gremlin = g, gremlin or Calm()
        self.resumed: dict | None = None  # what the light said when the station came back, while nobody has looked at it
        self.rescans = 0
        self.unanswered = 0
        self.lost: list[str] = []

    # ---- the light, with deaths in between ----

    def look(self, timeout: float) -> dict | None:
        """The next verdict; None when the station died instead: then .resumed says how it came back."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            verdict = super().look(min(self.gremlin.wait(), max(0.0, deadline - time.monotonic())))
            if verdict is not None:
                return verdict
            verdict = self.suffer()
            if verdict is not None:
                return verdict
            if self.resumed is not None:
                return None
        return None

    def suffer(self) -> dict | None:
        """A kill that is due. Return: what the light had said before it went out, None for nothing."""
        name = self.gremlin.strike()
        if name is None:
            return None
        if name != "station":
            self.gremlin.start(name)
            return None
        said = [v for v in self.light.drain() if v["kind"] != "saving"]
        self.gremlin.start(name)
        self.g.wait_ready()
        self.resumed = [v for v in self.light.drain() if v["kind"] != "saving"][-1]
        for verdict in said:
            self.note(verdict)
        return said[-1] if said else None

    def try_scan(self, code: str) -> dict | None:
        """One scan: its verdict, or None when the station died without one."""
        self.suffer()
        self.resumed = None
        self.send(code)
        self.gremlin.scanned()
        begun = time.monotonic()
        verdict = self.look(10)
        if verdict is None and self.resumed is None:
            self.g.rig.alive("station")
            raise Surprise(f"{self.bench.name}: no light within 10 s after {code!r}")
        if verdict is None:
            self.unanswered += 1
            return None
        self.show(code, verdict)
        if verdict["light"] == "green":
            self.green.scan_to_green_us.append((time.monotonic() - begun) * 1e6)
        return verdict

    def sure_scan(self, code: str, *expected: str, again: tuple[str, ...] = ()) -> dict:
        """Scan until there is an answer. @again: what else a scan may say that had reached the disk without an answer."""
        allowed = expected
        while (verdict := self.try_scan(code)) is None:
            self.rescans += 1
            allowed = expected + again
        if verdict["kind"] not in allowed:
            raise Surprise(f"{self.bench.name}: {code!r} gave {verdict['kind']} ({verdict['sub']['en']}), not {' or '.join(allowed)}")
        return verdict

    def rest(self, seconds: float) -> None:
        """Stretch: the next box is a step away. Programs die meanwhile as at any time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, self.gremlin.wait(), POLL_S))
            self.suffer()

    # ---- whole pieces of work ----

    def sign_in(self, badge: str) -> None:
        self.sure_scan(f"OKURU-P-{badge}", "signed-in", "already", again=("already",))

    def open(self, shipment: dict) -> int:
        """Read the slip: how many units are to go."""
        while True:
            verdict = self.try_scan(shipment["open_codes"][0])
            if verdict is None:
                self.rescans += 1
                verdict = self.resumed
                if verdict["kind"] == "idle":
                    continue
            if verdict["kind"] not in ("opened", "resumed") or verdict.get("shipment") != shipment["shipment"]:
                raise Surprise(f"{self.bench.name}: {shipment['shipment']} gave {verdict['kind']} ({verdict['sub']['en']})")
            return units_left(verdict)

    def unit(self, code: str, left: int) -> dict:
        """One unit into the box, counted once: the light that comes back says whether it was."""
        while (verdict := self.try_scan(code)) is None:
            now = units_left(self.resumed)
            if now == left - 1:
                return self.resumed
            if now != left:
                self.lost.append(f"{code}: {left} were to go, after the kill {now} are")
                raise Surprise(self.lost[-1])
            self.rescans += 1
        if verdict["kind"] not in ("ok", "packed") or units_left(verdict) != left - 1:
            raise Surprise(f"{self.bench.name}: {code!r} with {left} to go gave {verdict['kind']} ({verdict['head']['en']}, {verdict['sub']['en']})")
        return verdict

    def label_of(self, verdict: dict) -> str:
        """The number on the label from the printer; printed again by a leader where the station died before it came out."""
        label = self.take_label(verdict["parcel"], timeout=0.3)
        for _ in range(REPRINTS_MAX):
            if label is not None:
                break
            self.rescans += 1
            if self.try_scan("OKURU-C-REPRINT") is not None:
                self.try_scan("OKURU-P-L002")
            label = self.take_label(verdict["parcel"], timeout=0.3)
        if label is None:
            raise Surprise(f"{self.bench.name}: no label for parcel {verdict['parcel']}")
        return label["number"]

    def pack(self, name: str) -> None:
        """One shipment, from the slip to the matched label."""
        self.open(self.g.shipments[name])
        self.finish(name)

    def finish(self, name: str, done: int = 0) -> None:
        """The units behind the first @done, which lie in the box already, and the label."""
        units = units_of(self.g.shipments[name])
        verdict = self.sure_scan("OKURU-C-OK", "packed") if done == len(units) else None
        for n, (line, code) in enumerate(units):
            if n >= done:
                verdict = self.unit(code, len(units) - n)
            self.green.units[(name, line)] = self.green.units.get((name, line), 0) + 1
        self.green.packed.add(verdict["parcel"])
        verdict = self.sure_scan(self.label_of(verdict), "ready", "shipped", again=("already",))
        self.green.ready[verdict["parcel"]] = name
        self.green.shipped[verdict["parcel"]] = name


def units_of(shipment: dict) -> list[tuple[str, str]]:
    """(line, what stands on it to be scanned) of each unit."""
    out = []
    for line in shipment["lines"]:
        for unit in range(line["quantity"]):
            code = line["codes"][0]["code"]
            if line["serial"] == "require":
                code = f"]d201{int(code):014d}21{shipment['shipment'].replace('-', '')}{line['line']}{unit}"
            out.append((line["line"], code))
    return out
