# SPDX-License-Identifier: Apache-2.0
"""The main job, live: a floor with a broker, an OMS and a mailbox; a person or a virtual packer at the bench."""
from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import goods_pictures  # noqa: E402
import shipments as goods  # noqa: E402
from compare import compare, events  # noqa: E402
from packer import Packer, Surprise  # noqa: E402
from rig import Rig, RigError  # noqa: E402
from waiting import TimedOut, wait_for  # noqa: E402

COLOURS = {"green": "30;42", "amber": "30;43", "red": "97;41", "white": "30;47", "dark": "37;40"}
NOTICE_DELAY_S = 2


def say(text: str) -> None:
    print(text, flush=True)


def show(code: str, verdict: dict) -> None:
    """The bench as a packer sees it: light, head, what to do now, sound. On a terminal in two lines: one is wider than 80 columns."""
    head, sub = verdict["head"], verdict["sub"]
    code = f"{verdict['bench']} {code.replace(chr(29), '|'):28}"
    if sys.stdout.isatty():
        say(f"{code} \033[{COLOURS[verdict['light']]}m {head['ja']} \033[0m {head['en']} (sound {verdict['sound']})\n     {sub['ja']} / {sub['en']}")
    else:
        say(f"{code} [{verdict['light']}] {head['ja']} {head['en']}: {sub['ja']} / {sub['en']} (sound {verdict['sound']})")


class Floor:
    """The rig with two hundred shipments pushed and known at the bench."""

    def __init__(self, args):
        self.folder = Path(args.folder or tempfile.mkdtemp(prefix="okuru-demo-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.rig = Rig(args.build, self.folder, benches=1, screen_scanner=True)
        self.count = max(200, (args.auto or 0) + extras(args.auto or 0))
        self.shipments = {s["shipment"]: s for s in goods.make(self.count)}

    def open(self) -> None:
        rig = self.rig
        goods_pictures.write_all(self.folder / "oms-pictures")
        rig.start_all()
        for name, document in (("policy", goods.policy(NOTICE_DELAY_S)), ("people", goods.people())):
            rig.oms(name, str(self.write(f"{name}.json", json.dumps(document, ensure_ascii=False))))
        for bay in goods.bays():
            rig.oms("bay", str(self.write(f"bay-{bay['bay']}.json", json.dumps(bay, ensure_ascii=False))))
        lines = "".join(json.dumps(s, ensure_ascii=False) + "\n" for s in self.shipments.values())
        rig.oms("push", str(self.write("shipments.jsonl", lines)), "--station", "dc1/pack-01")
        wait_for("all shipments at the bench", lambda: self.known() >= self.count, timeout=60)
        self.address = rig.start_web()

    def tell_addresses(self) -> None:
        """The bench's carries what its on-screen scanner offers to read: a badge and the first order slips."""
        offered = ",".join(["OKURU-P-P017", *(s["open_codes"][0] for s in list(self.shipments.values())[:5])])
        say(f"screens, for a browser on this machine:\n  bench  {self.address}/bench/b1#{offered}\n  floor  {self.address}/floor  (badge L002)")

    def known(self) -> int:
        rows = self.rig.query("station/ledger.db", "SELECT count(*) FROM fact WHERE type = 'contact.received'")
        return rows[0][0] if rows else 0

    def write(self, name: str, text: str) -> Path:
        path = self.folder / "etc" / name
        path.write_text(text, encoding="utf-8")
        return path

    def close(self) -> None:
        self.rig.stop_all()


def extras(count: int) -> int:
    """Cancelled and parked ones on top of the shipments that go out."""
    return 2 * max(1, count // 20) + 2 if count else 0


# ---- the virtual packer ----


class Script:
    """N shipments out, with the mistakes that people make, each at its turn so that every run shows all of them."""

    def __init__(self, floor: Floor, packer: Packer, count: int):
        self.floor, self.packer, self.count = floor, packer, count
        self.names = list(floor.shipments)
        self.out, self.extra = self.names[:count], self.names[count:count + extras(count)]
        self.rng = random.Random(7)
        self.ready: dict[str, dict[str, str]] = {"y1": {}, "s1": {}, "p1": {}}  # bay -> parcel -> number
        self.seen: dict[str, int] = {}

    def tick(self, what: str) -> int:
        self.seen[what] = self.seen.get(what, 0) + 1
        return self.seen[what]

    def mistake(self, packer: Packer, line: dict, unit: int) -> None:
        n = self.tick("unit")
        if n % 11 == 3:  # the neighbour's shelf
            other = self.wrong_item(line)
            packer.scan(other, "wrong-item")
        elif n % 13 == 5:
            packer.scan("NOT-A-CODE-WE-KNOW", "unknown-code")

    def wrong_item(self, line: dict) -> str:
        codes = {code["code"] for other in self.current["lines"] for code in other["codes"]}
        items = goods.MERCHANTS[self.current["merchant"]]["items"]
        return next(i.jan for i in items if i.jan not in codes and i.serial == "none")

    def open(self, name: str) -> dict:
        self.current = self.floor.shipments[name]
        verdict = self.packer.scan(self.rng.choice(self.current["open_codes"]), "opened")
        return verdict

    def double_scan(self) -> None:
        """One too many, while another line is still open."""
        lines = self.current["lines"]
        if len(lines) < 2 or lines[0]["serial"] != "none" or self.current["pieces"] > 1:
            return
        for _ in range(lines[0]["quantity"]):
            self.packer.item(lines[0])
        self.packer.scan(lines[0]["codes"][0]["code"], "too-many")
        self.done_line = lines[0]["line"]

    def pack(self, name: str, mistakes: bool = True) -> dict:
        self.open(name)
        self.done_line = None
        if mistakes and self.tick("shipment") % 9 == 4:
            self.double_scan()
        rest = {**self.current, "lines": [line for line in self.current["lines"] if line["line"] != self.done_line]}
        if self.current["pieces"] == 2:
            return self.pack_two(rest)
        return self.packer.fill(rest, self.mistake if mistakes else None)

    def pack_two(self, rest: dict) -> dict:
        """First line in the first box; the box is full; its label; the rest in the second."""
        first, *others = rest["lines"]
        for unit in range(first["quantity"]):
            self.packer.item(first, serial=f"{rest['shipment'].replace('-', '')}{first['line']}{unit}")
        verdict = self.packer.scan("OKURU-C-NEXT-PIECE", "packed")
        self.matched(self.packer.match(verdict))
        return self.packer.fill({**rest, "lines": others})

    def match(self, verdict: dict) -> dict:
        n = self.tick("label")
        if n % 10 == 6:  # two labels lay side by side
            other = self.floor.shipments[self.names[-1]]["labels"][0]["number"]
            self.packer.scan(other, "foreign-waybill")
            self.packer.scan("OKURU-P-P017", "leader-needed")
            self.packer.scan("OKURU-P-L002", "resumed")
        elif n % 10 == 8:  # the label is forgotten: the next slip is scanned
            self.packer.scan(self.floor.shipments[self.names[-1]]["open_codes"][0], "not-now", "foreign-waybill", "incomplete")
        return self.matched(self.packer.match(verdict))

    def matched(self, verdict: dict) -> dict:
        shipment = self.floor.shipments[verdict["shipment"]]
        parcel, bay = verdict["parcel"], shipment["bay"]
        self.ready[bay][parcel] = self.packer.paper[parcel][-1]["number"]
        self.packer.green.ready[parcel] = verdict["shipment"]
        if goods.HOW[shipment["carrier"]] == "at-ready":
            self.packer.green.shipped[parcel] = verdict["shipment"]
        return verdict

    def short(self, name: str) -> None:
        self.open(name)
        self.packer.scan("OKURU-C-SHORT", "parked", "short")

    def cancel_in_the_middle(self, name: str) -> None:
        self.open(name)
        line = self.current["lines"][0]
        if line["quantity"] > 1 or len(self.current["lines"]) > 1:
            self.packer.item(line, serial=f"{name.replace('-', '')}X")
        self.floor.rig.oms("cancel", name, "--merchant", self.current["merchant"])
        verdict = self.packer.look(20)
        if not verdict or verdict["kind"] != "cancelled":
            raise Surprise(f"the cancel of {name} did not stop the bench: {verdict}")
        show("(cancel)", verdict)
        self.packer.scan("OKURU-C-RETURN", "voided")

    def cancel_after_ready(self, name: str) -> tuple[str, str]:
        """Ready and in its bay; the merchant cancels: it must be pulled before the bay can close."""
        verdict = self.match_quietly(self.pack(name, mistakes=False))
        number = self.packer.paper[verdict["parcel"]][-1]["number"]
        self.floor.rig.oms("cancel", name, "--merchant", self.current["merchant"])
        wait_for("the pull task", lambda: self.floor.rig.query("station/ledger.db", "SELECT 1 FROM fact WHERE type = 'shipment.cancelled' AND subject = ?", name))
        return verdict["parcel"], number

    def match_quietly(self, verdict: dict) -> dict:
        return self.matched(self.packer.match(verdict))

    def run(self, offline: bool) -> None:
        third = max(1, self.count // 3)
        self.packer.sign_in("P017")
        pulls = []
        n_extra = max(1, self.count // 20)
        bayed = [n for n in self.extra if self.floor.shipments[n]["bay"] == "y1" and self.floor.shipments[n]["pieces"] == 1]
        others = [n for n in self.extra if n not in bayed[:1]]
        for i, name in enumerate(self.out):
            if i == third and offline:
                say("--- the uplink goes down ---")
                self.floor.rig.broker.stop()
            if i == 2 * third and offline:
                say("--- the uplink is back ---")
                self.floor.rig.broker.start()
            verdict = self.pack(name)
            self.match(verdict)
            if i == 0:  # while the office can still be heard
                pulls += [self.cancel_after_ready(n) for n in bayed[:1]]
                for n in others[:n_extra]:
                    self.cancel_in_the_middle(n)
            if i % 20 == min(6, self.count - 1):
                for n in others[n_extra + i // 20:n_extra + i // 20 + 1]:
                    self.short(n)
        self.collect(pulls)

    def collect(self, pulls: list[tuple[str, str]]) -> None:
        """The trucks: Sagawa's driver scans, Yamato's bay is closed by its count."""
        packer = self.packer
        if self.ready["s1"]:
            packer.scan("OKURU-C-SHIP-S1", "collection")
            for parcel, number in self.ready["s1"].items():
                packer.scan(number, "shipped")
                packer.green.shipped[parcel] = packer.green.ready[parcel]
            packer.scan("OKURU-C-OK", "undone", "idle", "collection", "gesture")
        for parcel, number in pulls:
            packer.scan("OKURU-C-BAY-CLOSE-Y1", "bay-cannot-close")
            packer.scan("OKURU-C-PULL", "gesture", "pull")
            packer.scan(number, "pulled")
            del self.ready["y1"][parcel]
        if self.ready["y1"]:
            packer.scan("OKURU-C-BAY-CLOSE-Y1", "count")
            for digit in str(len(self.ready["y1"])):
                packer.scan(f"OKURU-C-D-{digit}", "count")
            packer.scan("OKURU-C-OK", "bay-closed")
            for parcel in self.ready["y1"]:
                packer.green.shipped[parcel] = packer.green.ready[parcel]


def settle(rig: Rig, packer: Packer) -> None:
    """Until the OMS holds every fact of the ledger and every reserved notice has its outcome."""
    def level() -> bool:
        rig.all_alive()
        local = {lane: rig.query("station/ledger.db", "SELECT coalesce(max(seq), 0) FROM fact WHERE lane = ?", lane)[0][0] for lane in (0,)}
        at_oms = rig.query("oms/oms.db", "SELECT coalesce(max(sequence), 0) FROM event e JOIN source s USING (source) WHERE s.lane = 'fact'")
        mails = len({packer.green.shipped[p] for p in packer.green.shipped})
        return bool(at_oms) and at_oms[0][0] >= local[0] and len(rig.mails()) >= mails
    wait_for("facts at the OMS and mails in the box", level, timeout=120, step=0.1)
    wait_for("the notices' outcomes at the OMS", lambda: sum(e["type"] == "notice.accepted" for e in events(rig)) >= len(rig.mails()), timeout=60, step=0.1)


def percentile(values: list[float], p: float) -> int:
    ordered = sorted(values)
    return int(ordered[min(len(ordered) - 1, int(len(ordered) * p))]) if ordered else 0


def auto(floor: Floor, args) -> int:
    packer = Packer(floor.rig.benches[0], show=show)
    Script(floor, packer, args.auto).run(args.offline)
    say("--- waiting for facts and mails ---")
    settle(floor.rig, packer)
    outcome = compare(floor.rig, packer.green, floor.shipments)
    for text in outcome.lost[:20]:
        say(f"LOST: {text}")
    for text in outcome.duplicated[:20]:
        say(f"DOUBLED: {text}")
    green = packer.green.scan_to_green_us
    result = {
        "shipments_shipped": outcome.shipments_shipped, "parcels_shipped": outcome.parcels_shipped,
        "facts_at_oms": outcome.facts_at_oms, "notices_accepted": outcome.notices_accepted,
        "lost": len(outcome.lost), "duplicated": len(outcome.duplicated),
        "scan_to_green_p50_us": int(statistics.median(green)) if green else 0, "scan_to_green_p99_us": percentile(green, 0.99),
    }
    floor.close()
    say(json.dumps(result))
    fine = (result["lost"] == 0 and result["duplicated"] == 0 and result["shipments_shipped"] == args.auto
            and result["notices_accepted"] == args.auto and result["parcels_shipped"] == len(packer.green.shipped))
    return 0 if fine else 1


# ---- a person ----

HELP = """Type or pipe codes, one a line, as a scanner would send them. Try:
  OKURU-P-P017              sign in (OKURU-P-L002 is a leader)
  {slip:25} open the shipment by its order slip
{items}  (the label's number)      it is printed when the last unit is green: scan it
  OKURU-C-SHORT             not there · OKURU-C-X-3 three of the next · OKURU-C-UNDO
{truck}An empty line shows the next shipment; ctrl-D ends."""
TRUCK = {"bay-closed": "  OKURU-C-BAY-CLOSE-{bay:8} the truck is here: count, OKURU-C-D-1 (a digit), OKURU-C-OK\n",
         "scanned": "  OKURU-C-SHIP-{bay:12} the driver is here: scan each label, then OKURU-C-OK\n", "at-ready": ""}


def help_for(shipment: dict) -> str:
    items = ""
    for line in shipment["lines"]:
        code = line["codes"][0]["code"]
        if line["serial"] == "require":
            code = f"]d201{int(code):014d}21{shipment['shipment'][-3:]}"
        items += f"  {code:25} {line['name']['ja']} x{line['quantity']}\n"
    if shipment["pieces"] > 1:
        items += f"  {'OKURU-C-NEXT-PIECE':25} this box is full; {shipment['pieces']} are planned\n"
    for insert in shipment["inserts"]:
        code = {"scan": insert["codes"][0]["code"] if insert["codes"] else "", "confirm": "OKURU-C-OK"}.get(insert["check"], "")
        items += f"  {code:25} {insert['name']['ja']}\n" if code else ""
    truck = TRUCK[goods.HOW[shipment["carrier"]]].format(bay=shipment["bay"].upper())
    return HELP.format(slip=shipment["open_codes"][0], items=items, truck=truck)


def bytes_of(typed: str) -> str | None:
    """What a scanner would send; None for what none can: they send ASCII."""
    code = typed.strip().replace("|", "\x1d")
    return code if code.isascii() else None


class Elsewhere:
    """What arrived elsewhere since the last look: each thing is told once, whichever lane it came by."""

    def __init__(self, floor: Floor, packer: Packer):
        self.floor, self.packer = floor, packer
        self.events = {(e["source"], e["sequence"]) for e in events(floor.rig)}
        self.mails: set[Path] = set()

    def report(self) -> None:
        for label in self.packer.labels.drain():
            say(f"   printer: {label['carrier']} {label['number']} ({label['piece']}/{label['pieces']})")
        for event in events(self.floor.rig):
            place = (event["source"], event["sequence"])
            if place not in self.events and event["type"] != "item.verified":
                say(f"   OMS: {event['type']} {event['subject']}")
            self.events.add(place)
        for path in self.floor.rig.mails():
            if path not in self.mails:
                say(f"   mail: {path}")
            self.mails.add(path)


def person(floor: Floor) -> int:
    packer = Packer(floor.rig.benches[0], show=show)
    names = iter(floor.shipments.values())
    elsewhere = Elsewhere(floor, packer)
    say(help_for(next(names)))
    while True:
        if not select.select([sys.stdin], [], [], 0.3)[0]:
            elsewhere.report()
            for verdict in packer.light.drain():
                show("", verdict)
            continue
        line = sys.stdin.readline()
        if not line:
            break
        code = bytes_of(line)
        if code is None:
            say("   a scanner sends ASCII only")
        elif code:
            packer.scan(code)
        else:
            shipment = next(names, None)
            say(help_for(shipment) if shipment else "   that were all shipments")
    if not sys.stdin.isatty():
        settle(floor.rig, packer)
    elsewhere.report()
    floor.close()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--auto", type=int, metavar="N", help="a virtual packer brings N shipments out (cancelled and parked ones come on top)")
    parser.add_argument("--offline", action="store_true", help="with --auto: the broker is down for the middle third")
    parser.add_argument("--folder", help="keep everything there; by default a temporary folder that is removed")
    parser.add_argument("--from", dest="caller", default=".", help=argparse.SUPPRESS)
    parser.add_argument("--build", default=os.environ.get("OKURU_BUILD", "build/dev"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.auto is not None and args.auto < 1:
        parser.error("--auto wants at least 1")
    if args.offline and not args.auto:
        parser.error("--offline goes with --auto: a person pulls the cable")
    args.build = Path(args.build).resolve()
    if args.folder:
        args.folder = Path(args.caller, args.folder).resolve()
        if args.folder.exists() and (not args.folder.is_dir() or any(args.folder.iterdir())):
            parser.error(f"--folder {args.folder} is not empty: a floor begins in a new one")
    floor = Floor(args)
    try:
        say(f"floor: {floor.folder}")
        floor.open()
        floor.tell_addresses()
        return auto(floor, args) if args.auto else person(floor)
    except (RigError, TimedOut) as e:
        say(f"demo: {e}")
        return 1
    except KeyboardInterrupt:
        say("demo: interrupted")
        return 130
    finally:
        for process in floor.rig.processes.values():
            if process.poll() is None:
                process.kill()
        floor.rig.broker.stop()
        if not args.folder:
            shutil.rmtree(floor.folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
