# SPDX-License-Identifier: Apache-2.0
"""What the benches share: figures, a station that is filled without an OMS, and the light tools that do the measuring."""
from __future__ import annotations

import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import shipments as goods
from rig import Bench, Rig, RigError, wait_for

BUILD = Path(os.environ.get("OKURU_BUILD", "build/bench")).resolve()
SEAL = "0" * 64


def figure(name: str, value: float, unit: str, limit: float | None = None, goal: str | None = None, ratio: float | None = None) -> None:
    """One line of tests/bench/README.md. @goal: "ratio <= 3.5" or "value <= 4"; ratio is value to limit unless told."""
    if ratio is None and limit:
        ratio = value / limit
    ok = None
    if goal:
        what, sign, bound = goal.split()
        measured = {"ratio": ratio, "value": value}[what]
        ok = measured <= float(bound) if sign == "<=" else measured >= float(bound)
    line = {"name": name, "value": round(value, 3), "unit": unit, "limit": None if limit is None else round(limit, 3),
            "ratio": None if ratio is None else round(ratio, 3), "goal": goal, "ok": ok}
    print(json.dumps(line), flush=True)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def tool(name: str, *arguments: str, **more) -> dict:
    """One of our C tools, run to its end: the JSON object that it prints."""
    done = subprocess.run([str(BUILD / "tests" / name), *arguments], text=True, capture_output=True, **more)
    if done.returncode:
        raise RigError(f"{name}: exit {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def disk(folder: Path, count: int = 500, gap_us: int = 0) -> dict:
    return tool("disk-probe", str(folder / "disk-probe"), str(count), str(gap_us))


def commits(folder: Path, count: int = 500) -> dict:
    """Bare commits of the rows of a scan, in a ledger of their own beside the station's."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        return tool("commit-probe", str(Path(place) / "ledger"), str(count))


def median_of(rounds: list[dict], key: str) -> float:
    return statistics.median(r[key] for r in rounds)


# ---- what a station is to know ----

def fact(type_: str, merchant: str, subject: str, data: dict) -> dict:
    return {"type": type_, "merchant": merchant, "subject": subject, "data": data}


def floor_facts(policy: dict | None = None) -> list[dict]:
    facts = [fact("policy.changed", "", "policy", {"v": 1, **(policy or goods.policy(3600))}), fact("people.changed", "", "people", {"v": 1, **goods.people()})]
    return facts + [fact("bay.scheduled", "", b["bay"], {"v": 1, **b}) for b in goods.bays()]


def shipment_facts(shipment: dict, version: int = 1) -> list[dict]:
    """What the station's intake would have made of the OMS's three commands; the sealed parts are only named."""
    merchant, subject = shipment["merchant"], shipment["shipment"]
    plain = {k: v for k, v in shipment.items() if k not in ("labels", "contact")}
    ref = f"00000000-0000-7000-8000-{abs(hash(subject)) % 10**12:012d}"
    labels = [{"piece": e["piece"], "carrier": e["carrier"], "number": e["number"], "print": {"ref": ref, "hash": SEAL}} for e in shipment["labels"]]
    contact = {**shipment["contact"], "contact": {"ref": ref, "hash": SEAL}}
    return [fact("shipment.received", merchant, subject, {**plain, "version": version}),
            fact("label.given", merchant, subject, {"v": 1, "merchant": merchant, "shipment": subject, "version": version, "labels": labels}),
            fact("contact.received", merchant, subject, {"v": 1, "merchant": merchant, "shipment": subject, "version": version, **contact})]


def fill_ledger(folder: Path, facts, batch: int = 500, public: Path | None = None) -> None:
    """Facts into @folder/ledger.db, which no station has open. @public: the key for which contacts in the clear are sealed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    command = [str(BUILD / "tests" / "ledger-tool"), "--folder", str(folder), "--realm", "demo", "--batch", str(batch)]
    command += ["--public", str(public)] if public else []
    with tempfile.TemporaryFile("w+") as answers:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=answers, text=True) as process:
            for f in facts:
                process.stdin.write(json.dumps(f, ensure_ascii=False, separators=(",", ":")) + "\n")
            process.stdin.close()
        answers.seek(0)
        complaints = [line for line in answers if '"error"' in line]
    if process.returncode or complaints:
        raise RigError(f"ledger-tool: exit {process.returncode}: {complaints[:3]}")


# ---- what a packer scans ----

def codes_of(shipment: dict) -> list[str]:
    """Every scan of one shipment, all of which go green: slip, units, inserts, waybill."""
    codes = [shipment["open_codes"][0]]
    for line in shipment["lines"]:
        code = line["codes"][0]["code"]
        for unit in range(line["quantity"]):
            serial = f"{shipment['shipment'].replace('-', '')}{line['line']}{unit}"
            codes.append(f"]d201{int(code):014d}21{serial}" if line["serial"] == "require" else code)
    checks = [i["check"] for i in shipment["inserts"]]
    for insert in shipment["inserts"]:
        codes += [insert["codes"][0]["code"]] * insert["quantity"] if insert["check"] == "scan" else []
    codes += ["OKURU-C-OK"] if "confirm" in checks else []
    return codes + [shipment["labels"][0]["number"]]


class Hands:
    """The codes that are still to be scanned at one bench."""

    def __init__(self, bench: Bench, stock: list[dict]):
        self.bench = bench
        self.codes = [code for s in stock for code in codes_of(s)]

    def take(self, count: int) -> list[str]:
        taken, self.codes = self.codes[:count], self.codes[count:]
        if len(taken) < count:
            raise RigError(f"{self.bench.name}: only {len(taken)} of {count} codes are left")
        return taken


def scan(hands: list[Hands], count: int, gap_us: int = 0, seconds: float | None = None) -> dict:
    """@count codes at each bench, one under way at a time; with @seconds what was not used by then is put back."""
    fds, arguments = [], [] if seconds is None else ["--seconds", str(seconds)]
    with tempfile.TemporaryDirectory() as folder:
        taken = [h.take(count) for h in hands]
        for i, (h, codes) in enumerate(zip(hands, taken)):
            path = Path(folder) / str(i)
            path.write_text("".join(c + "\n" for c in codes), encoding="ascii")
            mine = [h.bench.master, h.bench.light_fd, h.bench.labels_fd]
            arguments.append(",".join(map(str, mine)) + f",{path}")
            fds += mine
        result = tool("scan-client", "--gap-us", str(gap_us), *arguments, pass_fds=fds)
    if result["others"]:
        raise RigError(f"a light was not green: {json.dumps(result['first_other'], ensure_ascii=False)}")
    if len(hands) == 1 and result["rest"]:
        hands[0].codes[:0] = taken[0][-result["rest"]:]
    return result


@contextmanager
def station(benches: int, stock: list[dict], facts=(), environment: dict | None = None, at_first: int = 0, policy: dict | None = None):
    """A station with @benches benches that knows @stock, alone on its folder: (rig, a Hands per bench), signed in.

    The stock is dealt out to the benches in turn, but for the @at_first first ones: those are all the first bench's. @facts go
    in before."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(BUILD, Path(folder), benches=benches, environment=environment)
        fill_ledger(rig.folder / "station", (f for part in ([facts, floor_facts(policy)] + [shipment_facts(s) for s in stock]) for f in part))
        try:
            rig.start("station")
            wait_for("the station's socket", lambda: rig.alive("station") and rig.try_status())
            hands = [Hands(b, (stock[:at_first] if i == 0 else []) + stock[at_first + i::benches]) for i, b in enumerate(rig.benches)]
            for h in hands:
                h.codes.insert(0, "OKURU-P-P017")
            scan(hands, 1)
            yield rig, hands
        finally:
            rig.stop_all()


def pid_of(rig: Rig, name: str) -> int:
    return rig.processes[name].pid


def anon_kib(pid: int) -> int:
    return next(int(x.split()[1]) for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("RssAnon"))


def rss_kib(pid: int) -> int:
    return next(int(x.split()[1]) for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
