# SPDX-License-Identifier: Apache-2.0
"""Two benches where anything is scanned at any time, while the OMS changes its mind: the books must still be right, whatever was done."""
import collections
import json
import os
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import shipments as goods  # noqa: E402
from compare import events  # noqa: E402
from rig import wait_for  # noqa: E402
from scene import SHIRT, SOCKS, WATCH, Scene, item  # noqa: E402

CARDS = ["OK", "OK", "OK", "UNDO", "X-2", "X-3", "DAMAGED", "SHORT", "PARK", "PARK-A1", "RESUME", "NEXT-PIECE", "REOPEN", "VOID", "REPRINT", "RETURN", "RETURN",
         "PULL", "SHIP-S1", "SHIP", "BAY-CLOSE-Y1", "BAY-CLOSE-M1", "D-0", "D-1", "D-2", "CONFIRM", "SIGN-OUT"]
BADGES = ["P017", "P023", "L002", "L002"]
ANSWERS = {"foreign-waybill": "OKURU-P-L002", "leader-needed": "OKURU-P-L002", "return": "OKURU-C-RETURN", "cancelled": "OKURU-C-RETURN", "changed": "OKURU-P-L002",
           "held": "OKURU-C-PARK", "collection": "OKURU-C-OK", "shipped": "OKURU-C-OK", "gesture": "OKURU-C-UNDO", "confirm-inserts": "OKURU-C-OK"}
GONE = {"parcel.shipped", "parcel.voided"}


@pytest.fixture
def scene(build, tmp_path):
    s = Scene(build, tmp_path, clock_moves=True).open()
    yield s
    s.close()


class Walk:
    def __init__(self, scene: Scene, seed: int):
        self.scene, self.rng, self.n_serials, self.hour = scene, random.Random(seed), 0, 0.0
        self.shipments = [self.make(n) for n in range(90)]
        self.kinds: collections.Counter = collections.Counter()
        scene.push_policy(unknown_shipment="accept")
        scene.push(*self.shipments[:60])

    def make(self, n: int) -> dict:
        rng = self.rng
        merchant, carrier = rng.choice([("aozora", "yamato"), ("aozora", "sagawa"), ("aozora", "japanpost"), ("midori", "yamato"), ("midori", "sagawa")])
        lines = [item("1", SHIRT, rng.choice([1, 2, 4])), item("2", SOCKS, 1), item("3", WATCH, 1, serial=rng.choice(["require", "record", "none"]))]
        lines[0]["codes"].append({"code": goods.itf14(SHIRT), "units": 2})
        inserts = [[], [{"line": "i1", "name": {"ja": "札"}, "check": rng.choice(["confirm", "none"]), "quantity": 1, "codes": []}],
                   [{"line": "i1", "name": {"ja": "札"}, "check": "scan", "quantity": 1, "codes": [{"code": "CARD-1", "units": 1}]}]]
        s = self.scene.shipment(f"S-{n:03d}", *lines[:rng.choice([1, 2, 3])], merchant=merchant, carrier=carrier, pieces=rng.choice([1, 1, 2]),
                                partial=rng.random() < 0.4, waybill=rng.choice(["given", "given", "given", "read"]), inserts=rng.choice(inserts))
        if s["waybill"] == "read":
            del s["labels"]
        return s

    def code(self) -> str:
        """What a hand might reach: mostly what makes sense somewhere, now and then what makes none."""
        rng, s = self.rng, self.rng.choice(self.shipments)
        self.n_serials += 1
        serial = f"SN{rng.randrange(self.n_serials) if rng.random() < 0.2 else self.n_serials}"
        makers = [(8, lambda: SHIRT), (5, lambda: SOCKS), (2, lambda: goods.itf14(SHIRT)), (3, lambda: f"]d201{int(WATCH):014d}21{serial}"), (2, lambda: WATCH), (2, lambda: "CARD-1"),
                  (6, lambda: rng.choice(s["open_codes"])), (9, lambda: rng.choice(s.get("labels") or [{"number": goods.waybill(44470000000 + rng.randrange(300))}])["number"]),
                  (14, lambda: f"OKURU-C-{rng.choice(CARDS)}"), (6, lambda: f"OKURU-P-{rng.choice(BADGES)}"), (1, lambda: f"TOTE-X{rng.randrange(4)}"), (1, lambda: f"NO-{rng.randrange(99)}")]
        return rng.choices([make for _, make in makers], [weight for weight, _ in makers])[0]()

    def sensible(self, bench: int) -> str | None:
        """The step that brings this bench on, so that the walk also gets to where boxes leave."""
        scene, rng = self.scene, self.rng
        shown = scene.shown(bench)
        kind, s = shown["shown"]["kind"], scene.pushed.get(shown["shipment"] or "")
        if not shown["person"]:
            return f"OKURU-P-{('P017', 'P023')[bench]}"
        waiting = self.waiting("s1") if kind in ("collection", "shipped") else []
        if waiting:
            return rng.choice(waiting)
        if kind in ANSWERS:
            return ANSWERS[kind]
        if not shown["parcel"] or not s:
            return None
        state = scene.rig.query("station/ledger.db", "SELECT state FROM parcel WHERE id = ?", shown["parcel"])
        if state == [("packed",)]:
            labels = scene.packers[bench].paper.get(shown["parcel"]) or s.get("labels")
            return labels[-1]["number"] if labels else goods.waybill(44480000000 + rng.randrange(10**6))
        done = dict(scene.rig.query("station/ledger.db", "SELECT line, sum(quantity) FROM parcel_line JOIN parcel ON parcel.id = parcel_line.parcel "
                                    "WHERE parcel.shipment = ? AND parcel.state <> 'voided' GROUP BY line", s["shipment"]))
        left = [line for line in [*s["lines"], *(i for i in s["inserts"] if i["codes"])] if done.get(line["line"], 0) < line["quantity"]]
        if not left:
            return "OKURU-C-OK"
        line = rng.choice(left)
        self.n_serials += 1
        return f"]d201{int(WATCH):014d}21SN{self.n_serials}" if line.get("serial") in ("require", "record") else line["codes"][0]["code"]

    def waiting(self, bay: str) -> list[str]:
        """Numbers of what stands in a bay."""
        return [n for (n,) in self.scene.rig.query("station/ledger.db", "SELECT number FROM parcel WHERE state = 'ready' AND bay = ?", bay)]

    def change_of_mind(self) -> None:
        rng, scene = self.rng, self.scene
        s = rng.choice(self.shipments)
        known = s["shipment"] in scene.pushed
        act = rng.choice(["hold", "release", "release", "release", "cancel", "label", "lines", "push", "push", "time", "close", "close", "close"]) if known else "push"
        if act == "close":
            bay = rng.choice(["y1", "m1", "s1"])
            scene.rig.ask_station({"verb": "bay-close", "bay": bay, "counted": len(self.waiting(bay)) + (rng.random() < 0.2)})
        elif act in ("hold", "release", "cancel"):
            more = ["--reason", "x"] if act == "hold" else []
            scene.rig.oms(act, s["shipment"], "--merchant", s["merchant"], *more, check=False)
        elif act == "label" and s.get("labels"):
            s["labels"] = [{**label, "number": goods.waybill(44490000000 + rng.randrange(10**7))} for label in s["labels"]]
            scene.write_push("label", {"merchant": s["merchant"], "shipment": s["shipment"], "labels": s["labels"]})
        elif act == "lines":
            s["lines"] = [{**s["lines"][0], "quantity": rng.choice([1, 2, 3])}, *s["lines"][1:]]
            scene.rig.oms("push", scene.write("walk.jsonl", json.dumps(s) + "\n"), "--station", "dc1/pack-01", check=False)
        elif act == "push":
            if rng.random() < 0.3:
                s["open_codes"] = [*s["open_codes"][:2], f"TOTE-X{rng.randrange(4)}"]
            scene.pushed[s["shipment"]] = s
            scene.rig.oms("push", scene.write("walk.jsonl", json.dumps(s) + "\n"), "--station", "dc1/pack-01", check=False)
        elif act == "time":
            self.hour += rng.choice([0.2, 3.0])
            scene.move_clock(self.hour * 3600)

    def go(self, steps: int) -> None:
        for n in range(steps):
            bench = self.rng.randrange(2)
            packer = self.scene.packers[bench]
            code = self.sensible(bench) if self.rng.random() < 0.55 else None
            packer.light.drain()
            verdict = packer.scan(code or self.code())
            self.kinds[verdict["kind"]] += 1
            packer.take_label("", timeout=0)  # off the printer's tray
            if n % 20 == 7:
                self.change_of_mind()
            if n % 400 == 399:
                restart(self.scene, kill=n % 800 == 799)


def restart(scene: Scene, kill: bool) -> None:
    if kill:
        scene.rig.kill("station")
    else:
        scene.rig.stop("station")
    scene.rig.start("station")
    scene.rig.wait_up()
    wait_for("the scanners", lambda: all(d["up"] for d in scene.rig.ask_station({"verb": "status"})["devices"]))


def assert_the_story_of_each_parcel_holds(scene: Scene) -> None:
    """From the facts alone: no box leaves twice, none is packed after it left, no number and no serial is on two boxes that live."""
    story = collections.defaultdict(list)
    rows = scene.rig.query("station/ledger.db", "SELECT type, merchant, subject, data FROM fact "
                             "WHERE type LIKE 'parcel.%' ORDER BY pos")
    numbers, serials = {}, {}
    for kind, merchant, parcel, text in rows:
        if kind == "parcel.reconciled":  # says whose the box is, at any time: nothing happens to the box itself
            continue
        data, before = json.loads(text), story[parcel]
        last = before[-1] if before else None
        if kind == "parcel.shipped":
            assert "parcel.shipped" not in before, (parcel, before)
            assert last == "parcel.ready", (parcel, before)
        if kind in ("parcel.ready", "parcel.packed", "parcel.opened", "parcel.pulled", "parcel.parked"):
            assert not GONE & set(before), (parcel, kind, before)
        if kind == "parcel.voided":
            assert "parcel.voided" not in before, (parcel, before)
            numbers = {n: p for n, p in numbers.items() if p != parcel}
        if kind in ("parcel.voided", "parcel.reopened"):  # out of an open box a unit may go into another
            serials = {s: p for s, p in serials.items() if p != parcel}
        if kind == "parcel.ready":
            assert numbers.setdefault(data["number"], parcel) == parcel, f"{data['number']} is on two boxes"
        if kind == "parcel.packed":
            serials = {s: p for s, p in serials.items() if p != parcel}
            for line in data["contents"]:
                for serial in line.get("serials", []):
                    other = serials.setdefault((merchant, serial), parcel)  # two merchants may sell goods with one serial
                    assert other == parcel, f"{merchant}'s {serial} is in two boxes: {parcel} ({before}), {other} ({story[other]})"
        before.append(kind)


@pytest.mark.parametrize("seed", range(int(os.environ.get("OKURU_TEST_LONG", "0")) * 9 + 1))
def test_whatever_is_scanned_the_books_are_right(scene, seed):
    walk = Walk(scene, seed)
    walk.go(5000)
    assert len(walk.kinds) >= 30, "the walk has seen too little of the bench"
    scene.assert_rebuilt_equal()
    assert_the_story_of_each_parcel_holds(scene)

    def level() -> bool:
        head = scene.rig.query("station/ledger.db", "SELECT max(seq) FROM fact WHERE lane = 0")[0][0]
        return head == scene.rig.query("oms/oms.db", "SELECT max(sequence) FROM event JOIN source USING (source) WHERE lane = 'fact'")[0][0]
    wait_for("all facts at the OMS", level, 30)
    ids = collections.Counter(e["id"] for e in events(scene.rig))
    assert not [i for i, n in ids.items() if n > 1]
    scene.assert_logs_name_nobody()
    scene.assert_logs_are_calm()
