# SPDX-License-Identifier: Apache-2.0
"""A rig with goods in it for program tests: merchants, people and bays pushed, shipments made by name, the clock in the test's hand."""
from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import shipments as goods
from compare import read_mail
from packer import Packer
from premises import Premises
from rig import Rig, wait_for

SHIRT, SOCKS, WATCH = "4512345000042", "4512345000011", "4512345000103"
# bay and how a parcel of this merchant and carrier comes into the carrier's hands
HOW = {("aozora", "yamato"): ("y1", "bay-closed"), ("aozora", "sagawa"): ("s1", "scanned"), ("aozora", "japanpost"): ("p1", "at-ready"),
       ("midori", "yamato"): ("m1", "assumed"), ("midori", "sagawa"): ("s1", "scanned")}
DELAY_S = {"aozora": 1, "midori": 1800}  # of a shipped notice
HARMFUL = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]")


def item(line: str, code: str, quantity: int = 1, **more) -> dict:
    return {"line": line, "order": "", "name": {"ja": f"品{line}", "en": f"item {line}"}, "quantity": quantity,
            "codes": [{"code": code, "units": 1}], **more}


class Scene(Premises):
    """@clock_moves: programs take their time from ->clock and believe it to be synchronised."""

    def __init__(self, build: Path, folder: Path, benches: int = 2, clock_moves: bool = False, labels: str | None = None,
                 scale: str | None = None):
        self.folder = folder
        self.clock = folder / "clock"
        environment = {}
        if clock_moves:
            environment = {"OKURU_TEST_CLOCK": str(self.clock), "OKURU_TEST_CLOCK_QUALITY": "synced"}
            self.move_clock(0)
        self.rig = Rig(build, folder, benches=benches, environment=environment, labels=labels, scale=scale)
        self.names: set[str] = set()  # personal data that no log may hold
        self.pushed: dict[str, dict] = {}
        self.serial = 0
        self.versions = {"policy": 0, "people": 0}

    def open(self) -> "Scene":
        try:
            self.fill()
        except BaseException:
            self.rig.stop_all()
            raise
        return self

    def fill(self) -> None:
        self.rig.start_all()
        self.packers = [Packer(bench) for bench in self.rig.benches]
        self.push_policy()
        self.write_push("people", {"version": 1, "people": [
            {"person": "p-017", "badge": "P017", "role": "packer"}, {"person": "p-023", "badge": "P023", "role": "packer"},
            {"person": "p-002", "badge": "L002", "role": "leader"}]})
        for bay, carrier in {(bay, carrier) for (_, carrier), (bay, _) in HOW.items()}:
            self.write_push("bay", {"version": 1, "bay": bay, "carrier": carrier, "collections": ["14:30"] if bay == "m1" else [], "grace_min": 30})
        wait_for("bays at the bench", lambda: self.count("bay.scheduled") == 4)
        for packer, badge in zip(self.packers, ("P017", "P023")):
            packer.sign_in(badge)

    def close(self) -> None:
        try:
            for name in self.rig.processes:
                self.rig.alive(name)
        finally:
            self.rig.stop_all()
        self.assert_no_sanitizer_spoke()

    # ---- what the OMS says ----

    def write(self, name: str, text: str) -> str:
        path = self.folder / "etc" / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def write_push(self, verb: str, document: dict) -> None:
        self.rig.oms(verb, self.write(f"{verb}.json", json.dumps(document, ensure_ascii=False)))

    def push_policy(self, **of_midori) -> None:
        """Members of @of_midori replace that merchant's."""
        self.versions["policy"] += 1
        merchants = []
        for merchant, mail in (("aozora", "shop@aozora.example.jp"), ("midori", "hello@midori.example.jp")):
            carriers = [{"carrier": c, "name": {"ja": c, "en": c}, "shipped": how, "bay": bay} for (m, c), (bay, how) in HOW.items() if m == merchant]
            merchants.append({"merchant": merchant, "name": {"ja": merchant, "en": merchant}, "reach": {"mail": mail},
                              "from": {"name": {"ja": merchant, "en": merchant}, "address": mail}, "unknown_shipment": "refuse",
                              "notice_delay_s": {"shipped": DELAY_S[merchant]}, "carriers": carriers, **(of_midori if merchant == "midori" else {})})
        self.write_push("policy", {"version": self.versions["policy"], "idle_lock_s": 1800, "merchants": merchants})
        wait_for("the policy at the bench", lambda: self.count("policy.changed") == self.versions["policy"])

    def shipment(self, name: str, *lines: dict, merchant: str = "aozora", carrier: str = "yamato", pieces: int = 1, **more) -> dict:
        """One shipment with its labels and its contact; not yet pushed."""
        self.serial += 1
        number = goods.waybill(44470000000 + self.serial * 10)
        numbers = [goods.waybill(44470000000 + self.serial * 10 + p) for p in range(pieces)]
        customer = f"架空 客{self.serial:04d}"
        self.names |= {customer, f"customer-{self.serial:04d}@"}
        return {"v": 1, "merchant": merchant, "shipment": name, "orders": [f"A-{name}"], "open_codes": [name, f"TOTE-{name}"],
                "lines": [{**line, "order": f"A-{name}"} for line in lines or (item("1", SHIRT, 2), item("2", SOCKS))],
                "inserts": [], "carrier": carrier, "pieces": pieces, "waybill": "given", "bay": HOW[(merchant, carrier)][0],
                "notices": {"shipped": "station"}, "held": False, "reason": None, "cancelled": False,
                "labels": [{"piece": p + 1, "carrier": carrier, "number": n, "print": {
                    "media": "text/plain", "data": base64.b64encode(f"{customer} {number}".encode()).decode()}} for p, n in enumerate(numbers)],
                "contact": {"language": "ja", "delete_by": "2099-01-21T00:00:00+09:00", "channels": ["email"], "consent": {"shipped": True},
                            "contact": {"name": customer, "email": f"customer-{self.serial:04d}@example.jp"}}, **more}

    def push(self, *shipments: dict, wait: bool = True) -> None:
        """Pushed and, with @wait, known at the bench with labels and contact."""
        def wishes() -> int:
            return self.count("shipment.received") + self.count("shipment.changed")

        known = wishes(), self.count("label.given")
        n_labels = sum("labels" in s and s["shipment"] not in self.pushed for s in shipments)
        for s in shipments:
            self.pushed[s["shipment"]] = s
        lines = "".join(json.dumps(s, ensure_ascii=False) + "\n" for s in shipments)
        self.rig.oms("push", self.write("push.jsonl", lines), "--station", "dc1/pack-01")
        if wait:
            wait_for("shipments at the bench", lambda: wishes() >= known[0] + len(shipments) and self.count("label.given") >= known[1] + n_labels)

    def make(self, name: str, *lines: dict, **more) -> dict:
        s = self.shipment(name, *lines, **more)
        self.push(s)
        return s

    # ---- what is on the disks ----

    def count(self, kind: str, subject: str | None = None, database: str = "station/ledger.db") -> int:
        sql = "SELECT count(*) FROM fact WHERE type = ?" + (" AND subject = ?" if subject else "")
        rows = self.rig.query(database, sql, kind, *([subject] if subject else []))
        return rows[0][0] if rows else 0

    def mails_to(self, s: dict) -> int:
        return sum(s["contact"]["contact"]["email"] in str(read_mail(m)["To"]) for m in self.rig.mails())

    def head(self) -> int:
        return self.rig.query("station/ledger.db", "SELECT max(pos) FROM fact")[0][0]

    def config(self) -> tuple[str, str]:
        return "--config", str(self.folder / "etc/station.yaml")

    def okuru(self, *words: str, check: bool = True) -> str:
        return self.rig.okuru(*words, *self.config(), check=check)

    def rows(self, *words: str) -> list[dict]:
        return [json.loads(line) for line in self.okuru(*words, "--json").splitlines()]

    # ---- pieces of work ----

    def pack(self, packer: Packer, s: dict) -> dict:
        """From the slip to `packed`."""
        packer.scan(s["open_codes"][0], "opened")
        return packer.fill({"inserts": [], **s})

    def ready(self, packer: Packer, s: dict) -> str:
        """From the slip to `ready`; the parcel."""
        verdict = packer.match(self.pack(packer, s))
        return verdict["parcel"]

    def number(self, s: dict, piece: int = 1) -> str:
        return s["labels"][piece - 1]["number"]

    def shown(self, bench: int) -> dict:
        return self.rig.ask_station({"verb": "status"})["benches"][bench]

    # ---- what must be true at the end of every module ----

    def assert_rebuilt_equal(self) -> None:
        self.okuru("rebuild", "--check")  # a difference is named on stderr and is exit code 1

    def log_texts(self) -> dict[str, str]:
        return {path.stem: path.read_text(errors="replace") for path in (self.folder / "log").iterdir()}

    def assert_logs_name_nobody(self) -> None:
        for program, text in self.log_texts().items():
            said = [name for name in self.names if name in text]
            assert not said, f"okuru-{program} wrote personal data to its log: {said[:3]}"
            assert not HARMFUL.search(text), f"okuru-{program}: control characters in its log"

    def assert_no_sanitizer_spoke(self) -> None:
        """After the end too: leaks are told then."""
        for program, text in self.log_texts().items():
            assert "Sanitizer" not in text and "runtime error" not in text, f"okuru-{program}: {text[-3000:]}"

    def assert_logs_are_calm(self, *expected: str) -> None:
        """No line of priority error (<3>) or worse but those that match one of @expected."""
        for program, text in self.log_texts().items():
            bad = [line for line in text.splitlines() if re.match(r"<[0-3]>", line) and not any(re.search(e, line) for e in expected)]
            assert not bad, f"okuru-{program}: {bad[:5]}"
