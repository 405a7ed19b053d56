# SPDX-License-Identifier: Apache-2.0
"""The demo's floor: a broker, an OMS, a bench, a mailbox and two hundred shipments."""
from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import goods_pictures
import shipments as goods
from demo_store import COLLEAGUE, RUN, RUN_BAY, SITE, STATION, STORE, Customer, Shop
from rig import Rig
from waiting import wait_for

COLOURS = {"green": "30;42", "amber": "30;43", "red": "97;41", "white": "30;47", "dark": "37;40"}
NOTICE_DELAY_S, PICKUP_DELAY_S = 2, 1
FALLBACK_S, FALLBACK_AUTO_S = 5, 2


def say(text: str) -> None:
    print(text, flush=True)


def show(code: str, verdict: dict) -> None:
    """The bench as a packer sees it: light, head, what to do now, sound. On a terminal in two lines: one is wider than 80 columns."""
    head, sub = verdict["head"], verdict["sub"]
    code = code.replace(chr(29), "|")
    code = f"{verdict['bench']} {code if len(code) <= 40 else code[:27] + '…':28}"
    if sys.stdout.isatty():
        say(f"{code} \033[{COLOURS[verdict['light']]}m {head['ja']} \033[0m {head['en']} (sound {verdict['sound']})\n     {sub['ja']} / {sub['en']}")
    else:
        say(f"{code} [{verdict['light']}] {head['ja']} {head['en']}: {sub['ja']} / {sub['en']} (sound {verdict['sound']})")


class Floor:
    """The rig with two hundred shipments pushed and known at the bench; beside it, once it is opened, the store that some of them go to."""

    def __init__(self, args):
        self.folder = Path(args.folder or tempfile.mkdtemp(prefix="okuru-demo-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.rig = Rig(args.build, self.folder, benches=1, screen_scanner=True, stores=f"{{{SITE}: [{STATION}]}}")
        self.auto = args.auto
        self.count = max(200, (args.auto or 0) + extras(args.auto or 0))
        self.shipments = {s["shipment"]: s for s in goods.make(self.count)}
        self.shop: Shop | None = None

    def open(self) -> None:
        rig = self.rig
        goods_pictures.write_all(self.folder / "oms-pictures")
        rig.start_all()
        for name, document in (("policy", policy()), ("people", people())):
            rig.oms(name, str(self.write(f"{name}.json", json.dumps(document, ensure_ascii=False))))
        for bay in (*goods.bays(), RUN_BAY):
            rig.oms("bay", str(self.write(f"bay-{bay['bay']}.json", json.dumps(bay, ensure_ascii=False))))
        lines = "".join(json.dumps(s, ensure_ascii=False) + "\n" for s in self.shipments.values())
        rig.oms("push", str(self.write("shipments.jsonl", lines)), "--station", "dc1/pack-01")
        wait_for("all shipments at the bench", lambda: self.known() >= self.count, timeout=60)
        self.address = rig.start_web()

    def open_store(self) -> Shop:
        self.shop = Shop(self.rig, FALLBACK_AUTO_S if self.auto else FALLBACK_S, paper=not self.auto)
        self.shop.open()
        return self.shop

    def send_to_store(self, *customers: Customer) -> list[dict]:
        """To be packed here for these: known at the bench."""
        packed = self.shop.bring(*customers)
        lines = "".join(json.dumps(s, ensure_ascii=False) + "\n" for s in packed)
        self.rig.oms("push", str(self.write("to-store.jsonl", lines)), "--station", "dc1/pack-01")
        for s in packed:
            wait_for(f"{s['shipment']} at the bench", lambda s=s: self.rig.query("station/ledger.db", "SELECT 1 FROM fact WHERE type = 'label.given' AND subject = ?", s["shipment"]))
        self.shipments |= {s["shipment"]: s for s in packed}
        return packed

    def addresses(self) -> dict[str, str]:
        """Of the screens."""
        return {"bench": f"{self.address}/bench/b1", "floor": f"{self.address}/floor", "counter": f"{self.shop.address}/counter/c1", "store": f"{self.shop.address}/floor", "board": f"{self.shop.address}/ready-board"}

    def known(self) -> int:
        rows = self.rig.query("station/ledger.db", "SELECT count(*) FROM fact WHERE type = 'contact.received'")
        return rows[0][0] if rows else 0

    def write(self, name: str, text: str) -> Path:
        path = self.folder / "etc" / name
        path.write_text(text, encoding="utf-8")
        return path

    def close(self) -> None:
        if self.shop:
            self.shop.close()
        self.rig.stop_all()

    def kill(self) -> None:
        """Whatever still runs: the end of a demo that something went wrong in."""
        for rig in [self.rig] + ([self.shop.rig] if self.shop else []):
            for process in rig.processes.values():
                if process.poll() is None:
                    process.kill()
        self.rig.broker.stop()
        if self.shop:
            self.shop.unplug()


def people() -> dict:
    document = goods.people()
    return {**document, "people": [*document["people"], COLLEAGUE]}


def policy() -> dict:
    """Of both merchants, who also send to the store."""
    document = {**goods.policy(NOTICE_DELAY_S), "store": STORE}
    for merchant in document["merchants"]:
        merchant["carriers"].append(RUN)
        merchant["notice_delay_s"]["pickup-ready"] = PICKUP_DELAY_S
    return document


def extras(count: int) -> int:
    """Cancelled and parked ones on top of the shipments that go out."""
    return 2 * max(1, count // 20) + 2 if count else 0
