# SPDX-License-Identifier: Apache-2.0
"""Programs that die at a moment and are started again, and what must be true then: okuru-sync taking commands, okuru-station applying
them, okuru-station packing a box. run(death) of each says what is wrong afterwards."""
from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from faults import POLL_S, Calm, SteadyPacker
from office import SHIPMENTS, Office
from packer import Surprise
from rig import RigError, wait_for
from steps import Death

# Facts that tell of a start and not of work, and what differs from run to run.
OF_A_START = ("station.started", "device.up", "device.down")
TIMES = ("at", "ready_at", "not_before", "expires")
NOT_COMPARED = ("fact", "lane", "meta", "cursor")  # tables; the facts are, row by row
PLACES = re.compile(".*_pos|pos|.*_usec|.*_offset|prints")  # columns
LIFE_S = 30  # a life that is longer goes nowhere


class Lives:
    """A program of a rig: a first life that may end at a moment, and one after it that nobody ends."""

    def __init__(self, rig, name: str):
        self.rig, self.name, self.folder = rig, name, rig.folder / name
        self.steps = rig.folder / f"{name}.steps"
        self.died = False

    def start(self, death: Death | None) -> None:
        self.rig.own_environment.pop(self.name, None)
        if death is not None:
            self.steps.unlink(missing_ok=True)
            self.rig.own_environment[self.name] = death.environment(self.rig.build, self.steps)
        self.rig.start(self.name)

    def is_dead(self) -> bool:
        """By its own step. Any other end is not what was planned."""
        code = self.rig.processes[self.name].poll()
        if code not in (None, 0, -9):
            raise RigError(f"okuru-{self.name} ended with {code}: {self.rig.tail_of(self.name)}")
        return code == -9

    def stop(self) -> bool:
        """Asked to stop; True when it died on the way."""
        process = self.rig.processes[self.name]
        if process.poll() is None:
            os.kill(self.pid(), signal.SIGTERM)
        process.wait(20)
        return self.is_dead()

    def pid(self) -> int:
        """Its own, where strace is between it and us."""
        pid = self.rig.processes[self.name].pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0]) if children else pid

    def power_comes_back(self, death: Death) -> None:
        """Memory that programs share does not outlive a power cut; a kill leaves it to those who go on."""
        if death.power:
            for path in self.folder.glob("*-shm"):
                path.unlink()


@contextlib.contextmanager
def opened(path: Path):
    db = sqlite3.connect(path)
    try:
        yield db
    finally:
        db.close()


def copy_database(path: Path, to: Path) -> Path:
    """What a start would find on the disk: the file and its log, without shared memory."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-journal"):
        (to / name).unlink(missing_ok=True)
        if (path.parent / name).exists():
            shutil.copy(path.parent / name, to / name)
    return to / path.name


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir(mode=0o750)


def put_back(copy: Path, folder: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)


# ---- okuru-sync takes commands ----


@dataclass
class Disk:
    """inbox.db as a start would find it."""

    inbox: str = ""
    commands: list[str] = field(default_factory=list)  # their ids, in order
    unsealed: list[str] = field(default_factory=list)  # refs without their box


def read_inbox(path: Path) -> Disk:
    if not path.exists():
        return Disk()
    with opened(path) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'sealed'").fetchone():
            return Disk()
        row = db.execute("SELECT value FROM meta WHERE key = 'log_id'").fetchone()
        data = [json.loads(data) for (data,) in db.execute("SELECT data FROM log ORDER BY pos")]
        boxes = {ref for (ref,) in db.execute("SELECT ref FROM sealed")}
    refs = [box["ref"] for d in data for box in [d["data"].get("contact"), *(e.get("print") for e in d["data"].get("labels", []))] if box]
    return Disk(row[0] if row else "", [d["id"] for d in data], [ref for ref in refs if ref not in boxes])


def sent_to(rig, inbox: str, upto: int = 2**53) -> list[str]:
    rows = rig.query("office.db", "SELECT body FROM command WHERE inbox = ? AND sequence <= ? ORDER BY sequence", inbox, upto)
    return [json.loads(body)["id"] for (body,) in rows]


def lost_of(rig, said: list, disk: Disk) -> list[str]:
    """What was said to be taken and is not there."""
    out = [f"sealed box {ref} is not there" for ref in disk.unsealed]
    for source, upto, inbox in filter(None, said):
        sent = sent_to(rig, inbox, upto) if source else []
        if sent and inbox != disk.inbox:
            out.append(f"taken {upto} of inbox {inbox}, which is no more")
        elif disk.commands[:len(sent)] != sent:
            out.append(f"taken {upto}, and of {len(sent)} commands {len(set(sent) & set(disk.commands))} are there")
    return out


class Taking(Lives):
    def __init__(self, g):
        super().__init__(g.rig, "sync")
        self.office = Office(g.rig)
        self.thread = threading.Thread(target=self.office.run)
        self.thread.start()
        self.copies = g.rig.folder / "copies"
        shutil.copytree(g.rig.folder / "station", self.copies / "first")
        self.n_facts = self.rig.query("station/ledger.db", "SELECT count(*) FROM fact WHERE lane < 2")[0][0]

    def begin(self) -> None:
        """An empty box with a ledger of a few facts, and an office that has never heard of it."""
        put_back(self.copies / "first", self.rig.folder / "station")
        empty(self.folder)
        self.office.begin()

    def close(self) -> None:
        self.office.stopping = True
        self.thread.join(20)

    def facts(self) -> int:
        """Of the ledger at the office; the mark is moved with them."""
        return sum(n for (n,) in self.rig.query("office.db", "SELECT upto FROM source"))

    def is_level(self) -> bool:
        office = self.office
        return office.heard.is_set() and office.is_level.is_set() and office.said[-1] is not None and self.facts() == self.n_facts

    def live(self, death: Death | None) -> bool:
        """Until all is taken and all facts are told, and it stopped; True when it died instead."""
        self.office.heard.clear()
        self.start(death)
        wait_for("all taken and told", lambda: self.is_dead() or self.is_level(), LIFE_S, 0.005)
        return self.is_dead() or self.stop()

    def run(self, death: Death) -> list[str]:
        """What is wrong afterwards."""
        self.begin()
        self.died = self.live(death)
        path = self.folder / "inbox.db"
        found = read_inbox(copy_database(path, self.copies))
        stuck = self.go_on(death) if self.died else []
        said = self.hear_the_end()
        ends = [i for i, word in enumerate(said) if word is None]
        first = [] if not self.died or len(ends) < 2 else said[:ends[0]]  # one end only: the first life never had a line
        return lost_of(self.rig, first, found) + self.wrong_at_the_end(said, read_inbox(copy_database(path, self.copies))) + stuck

    def go_on(self, death: Death) -> list[str]:
        self.power_comes_back(death)
        try:
            assert not self.live(None), "the second life ended, too"
        except RigError as e:  # the office waits for ever for what it was told is there
            self.stop()
            return [str(e)]
        return []

    def hear_the_end(self) -> list:
        wait_for("the end of the line", lambda: self.office.said and self.office.said[-1] is None, step=0.005)
        return list(self.office.said)

    def wrong_at_the_end(self, said: list, disk: Disk) -> list[str]:
        out = lost_of(self.rig, said, disk)
        if disk.commands != sent_to(self.rig, disk.inbox):
            out.append(f"{len(disk.commands)} commands are not those {len(sent_to(self.rig, disk.inbox))} that were sent, once and in order")
        for lane, name in enumerate(("fact", "trace")):
            ids = self.rig.query("station/ledger.db", "SELECT id FROM fact WHERE lane = ? ORDER BY seq", lane)
            if ids != self.rig.query("office.db", "SELECT id FROM event WHERE source LIKE ? ORDER BY sequence", f"%:{name}"):
                out.append(f"lane {name} at the office is not the ledger's")
        return out + [f"set aside: {row}" for row in self.rig.query("office.db", "SELECT sequence, why FROM aside")]


# ---- okuru-station applies them ----


def told_by(rig, tale) -> tuple[list, dict]:
    """What a ledger says, but for times and for ids that are made anew each time: the facts that @tale wants, and all derived tables."""
    ledger = rig.query("station/ledger.db", "SELECT value FROM meta WHERE key = 'log_id'")[0][0]
    parcels = [row[0] for row in rig.query("station/ledger.db", "SELECT id FROM parcel ORDER BY opened_pos")]

    def known(value):
        for i, name in enumerate((ledger, *parcels)):
            value = value.replace(name, f"<{i}>") if isinstance(value, str) else value
        return value

    facts = []
    for lane, kind, data, *more in rig.query("station/ledger.db", "SELECT lane, type, data, merchant, subject, bench, actor, cause FROM fact ORDER BY pos"):
        data = {key: value for key, value in json.loads(data).items() if key not in TIMES}
        if tale(lane, kind, data):
            facts.append((lane, kind, known(json.dumps(data, ensure_ascii=False)), *map(known, more)))
    tables = {}
    for (table,) in rig.query("station/ledger.db", "SELECT name FROM sqlite_master WHERE type = 'table'"):
        if table not in NOT_COMPARED:
            columns = [f'"{row[1]}"' for row in rig.query("station/ledger.db", f"PRAGMA table_info({table})") if not PLACES.fullmatch(row[1])]
            rows = rig.query("station/ledger.db", f"SELECT {', '.join(columns)} FROM {table}")
            tables[table] = sorted(repr([known(value) for value in row]) for row in rows)
    return facts, tables


def differences(left: tuple[list, dict], found: tuple[list, dict]) -> list[str]:
    """What @found has too little, too much, or in another order than one that was @left alone."""
    facts, tables = left
    missing, more = Counter(facts) - Counter(found[0]), Counter(found[0]) - Counter(facts)
    out = [f"missing {fact}" for fact in missing.elements()] + [f"once too often {fact}" for fact in more.elements()]
    if not out and facts != found[0]:
        out.append("the facts are in another order")
    for table in sorted(tables.keys() | found[1].keys()):
        if tables.get(table) != found[1].get(table):
            out.append(f"table {table}: {found[1].get(table)} and not {tables.get(table)}")
    return out


class Bench(Lives):
    """okuru-station, with a tale of the unkilled run to compare with."""

    def __init__(self, g):
        super().__init__(g.rig, "station")
        self.g, self.left = g, None

    def tale(self, lane: int, kind: str, data: dict) -> bool:
        return kind not in OF_A_START

    def is_up(self) -> bool:
        status = self.rig.try_status()
        return bool(status) and all(d["up"] for d in status["devices"])

    def gaps(self) -> list[str]:
        return [f"lane {lane}: {n} facts up to {last}" for lane, n, last in
                self.rig.query("station/ledger.db", "SELECT lane, count(*), max(seq) FROM fact GROUP BY lane") if n != last]

    def compare(self) -> list[str]:
        found = told_by(self.rig, self.tale)
        self.left = self.left or found
        check = self.g.rebuild_check()
        return differences(self.left, found) + self.gaps() + ([] if check.returncode == 0 else [f"rebuild --check: {check.stderr}"])


class Applying(Bench):
    """From no ledger at all to one that has applied the whole inbox."""

    def __init__(self, g, inbox: Path):
        super().__init__(g)
        self.inbox = inbox
        put_back(inbox, self.rig.folder / "sync")
        self.head = self.rig.query("sync/inbox.db", "SELECT max(pos) FROM log")[0][0]

    def is_level(self) -> bool:
        return self.is_up() and self.applied() == self.head  # in this order: a ledger that is half made holds up who looks at it

    def applied(self) -> int:
        rows = self.rig.query("station/ledger.db", "SELECT position FROM cursor WHERE name = 'inbox'")
        return rows[0][0] if rows else 0

    def begin(self) -> None:
        """No ledger, and all commands in the inbox."""
        put_back(self.inbox, self.rig.folder / "sync")
        empty(self.folder)

    def live(self, death: Death | None) -> bool:
        self.start(death)
        wait_for("the inbox applied", lambda: self.is_dead() or self.is_level(), LIFE_S, 0.005)
        return self.is_dead() or self.stop()

    def run(self, death: Death) -> list[str]:
        self.begin()
        self.died = self.live(death)
        if self.died:
            self.power_comes_back(death)
            assert not self.live(None), "the second life ended, too"
        return self.compare()


# ---- okuru-station packs a box ----


class Doomed(Calm):
    """The station ends by itself at its step; whoever looks at the light finds out."""

    def __init__(self, work: "Packing", death: Death):
        self.work, self.death = work, death

    def wait(self) -> float:
        return POLL_S / 4

    def strike(self) -> str | None:
        if not self.work.is_dead():
            return None
        self.work.died = True
        return self.work.name

    def start(self, name: str) -> None:
        self.work.power_comes_back(self.death)
        self.work.start(None)


class Packing(Bench):
    """One box from the slip to the carrier, at a bench that knows the shipment."""

    def __init__(self, g, ledger: Path):
        super().__init__(g)
        self.ledger = ledger

    def tale(self, lane: int, kind: str, data: dict) -> bool:
        """What was decided; not what a packer scanned in vain, nor that a label was printed again because none came out."""
        return lane != 1 and not (kind == "waybill.printed" and data["print"] > 1) or kind == "item.verified"

    def run(self, death: Death) -> list[str]:
        put_back(self.ledger, self.folder)
        self.died = False
        self.start(death)
        wait_for("the bench", lambda: self.is_dead() or self.is_up(), step=0.005)
        packer = SteadyPacker(self.g, self.rig.benches[0], Doomed(self, death))
        try:
            packer.sign_in("P017")
            packer.pack(SHIPMENTS[0]["shipment"])
            packer.sure_scan("OKURU-C-SIGN-OUT", "signed-out", again=("locked",))
        except Surprise as e:
            self.stop()
            return [*packer.lost, str(e)]
        if self.stop():
            self.died = True
            self.power_comes_back(death)
            self.start(None)
            self.g.wait_ready()
            assert not self.stop(), "the second life ended, too"
        return packer.lost + self.not_there(packer.green) + self.compare()

    def not_there(self, green) -> list[str]:
        """What went green and is not in the ledger."""
        state = dict(self.rig.query("station/ledger.db", "SELECT id, state FROM parcel"))
        return [f"{parcel} went green, and is {state.get(parcel)}" for parcel in {*green.packed, *green.ready, *green.shipped} if state.get(parcel) != "shipped"]
