# SPDX-License-Identifier: Apache-2.0
"""A station's ledger without a station: facts of a bench, written one by one through the build's ledger-tool.

    with Ledger(build, folder) as ledger:
        ledger.policy("acme")
        ledger.shipment("acme", "S-1", pieces=1)
        ledger.contact("acme", "S-1", name="山田 花子", email="hanako@example.jp")
        parcel = ledger.ship("acme", "S-1")         # opened to shipped; its id
        notice = ledger.reserve("acme", "S-1")      # what the station would have reserved; its id
        ledger.facts("notice.accepted")             # what others made of it
"""
import contextlib
import json
import os
import sqlite3
import subprocess
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bell import Bell

REALM = "test"


def number(n: int) -> str:
    """A 12-digit waybill number with its check digit."""
    eleven = 44441375870 + n
    return f"{eleven:011d}{eleven % 7}"


def notice_id(merchant: str, shipment: str, kind: str = "shipped", generation: int = 0) -> str:
    name = json.dumps([REALM, merchant, shipment, kind, generation], separators=(",", ":"))
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def stamp(seconds: float = 0) -> str:
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


class Ledger:
    def __init__(self, build: Path, folder: Path):
        self.tool = Path(build) / "tests" / "ledger-tool"
        self.folder = Path(folder)
        self.path = self.folder / "ledger.db"
        self.secret = self.folder.parent / "seal.secret"
        self.public = self.folder.parent / "seal.public"
        self.process = None
        self.parcels = 0
        self.bell_path = self.folder.parent / "bell.sock"
        self.bell = None

    def __enter__(self):
        self.folder.mkdir(mode=0o750, exist_ok=True)
        if not self.secret.exists():
            subprocess.run([self.tool, "--keys", self.secret, self.public], check=True)
        self.open()
        self.bell = Bell(self.bell_path)
        return self

    def __exit__(self, *_):
        self.close()
        self.bell.close()
        self.bell = None

    def ring(self):
        """As the station does after each commit: whoever follows looks now, and not within a second."""
        if self.bell:
            self.bell.ring()

    def open(self, **environment):
        self.process = subprocess.Popen([self.tool, "--folder", self.folder, "--realm", REALM, "--public", self.public],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | environment)

    def close(self):
        if self.process:
            self.process.stdin.close()
            assert self.process.wait(timeout=20) == 0
            self.process.stdout.close()
            self.process = None

    @contextlib.contextmanager
    def at(self, seconds: int, quality: str = "unknown"):
        """What is written meanwhile bears the time of a wall clock that is ahead by @seconds, and what the kernel says of it."""
        clock = self.folder.parent / "ledger.clock"
        clock.write_text(f"0 {seconds} {quality}")
        self.close()
        self.open(OKURU_TEST_CLOCK=str(clock))
        yield
        self.close()
        self.open()

    def fact(self, type: str, merchant: str, subject: str, /, **data) -> int:
        """One fact, committed when this returns; its position."""
        line = {"type": type, "merchant": merchant, "subject": subject, "bench": "b1", "actor": "p1", "data": {"v": 1, **data}}
        self.process.stdin.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, (line, answer)
        self.ring()
        return answer["pos"]

    def facts(self, type: str) -> list:
        """The data of all facts of a type, oldest first."""
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as db:
            return [json.loads(row[0]) for row in db.execute("SELECT data FROM fact WHERE type = ? ORDER BY pos", (type,))]

    def trust_clock(self):
        """As the station notes that its clock is right, for as long as a test may last."""
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        up = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
        wall = time.time_ns() // 1000
        text = f"1 {boot} synced agrees {wall} 32400 {wall} {wall - up} {up + 30 * 86400 * 10**6} 1 {wall - up} {up}"
        with sqlite3.connect(self.path, timeout=20) as db:
            db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('clock', ?)", (text,))

    # ---- what an OMS said ----

    def policy(self, merchant: str, version: int = 1, report: str = "shipped", store: dict | None = None, **more):
        carriers = [{"carrier": "yamato", "name": {"ja": "ヤマト運輸", "en": "Yamato"}, "shipped": "bay-closed", "report": report}]
        self.fact("policy.changed", "", "policy", version=version, merchants=[
            {"merchant": merchant, "name": {"ja": "アクメ商店", "en": "Acme"}, "unknown_shipment": "refuse", "carriers": carriers,
             "from": {"name": {"ja": "アクメ商店", "en": "Acme"}, "address": "shop@acme.example.jp"},
             "reach": {"mail": "help@acme.example.jp", "phone": "03-0000-0000"}, **more}], **({"store": store} if store else {}))

    def shipment(self, merchant: str, shipment: str, version: int = 1, pieces: int = 1, owner: str = "station", **more):
        wish = {"merchant": merchant, "shipment": shipment, "version": version, "orders": ["A-" + shipment],
                "open_codes": [shipment],
                "lines": [{"line": "1", "order": "A-" + shipment, "name": {"ja": "靴下 黒", "en": "Socks"}, "quantity": 2,
                           "codes": [{"code": "4901234567894", "units": 1}]}],
                "carrier": "yamato", "pieces": pieces, "waybill": "given", "bay": "y1", "promised": "2026-11-23",
                "notices": {"shipped": owner}, **more}
        self.fact("shipment.received" if version == 1 else "shipment.changed", merchant, shipment, **wish)

    def contact(self, merchant: str, shipment: str, name: str = "山田 花子", email: str = "hanako@example.jp", version: int = 1,
                consent: bool | dict = True, language: str = "ja", kinds: tuple = ("shipped",), box: dict | None = None, **more):
        """@box: further members of what is sealed: phone, line, code."""
        self.fact("contact.received", merchant, shipment, merchant=merchant, shipment=shipment, version=version,
                  **{"language": language, "contact": {"name": name, "email": email, **(box or {})}, "channels": ["email"],
                     "consent": consent if isinstance(consent, dict) else {kind: consent for kind in kinds}, **more})

    # ---- what a bench did ----

    def ready(self, merchant: str, shipment: str, piece: int = 1, pieces: int = 1, quantity: int = 2, carrier: str = "yamato", bay: str = "y1") -> str:
        """A parcel from opened to ready; its id. Numbers rise from number(1)."""
        self.parcels += 1
        parcel, waybill = str(uuid.uuid4()), number(self.parcels)
        common = {"shipment": shipment, "orders": ["A-" + shipment], "piece": piece, "pieces": pieces}
        self.fact("parcel.opened", merchant, parcel, **common, version=1, code=shipment)
        self.fact("parcel.packed", merchant, parcel, **common, version=1, contents=[{"line": "1", "quantity": quantity}])
        self.fact("waybill.printed", merchant, parcel, **common, carrier=carrier, number=waybill, source="given", print=1)
        self.fact("parcel.ready", merchant, parcel, **common, carrier=carrier, number=waybill, matched="given", bay=bay)
        return parcel

    def ship(self, merchant: str, shipment: str, piece: int = 1, pieces: int = 1, quantity: int = 2, carrier: str = "yamato", bay: str = "y1") -> str:
        parcel = self.ready(merchant, shipment, piece, pieces, quantity, carrier, bay)
        self.fact("parcel.shipped", merchant, parcel, shipment=shipment, orders=["A-" + shipment], piece=piece, pieces=pieces,
                  carrier=carrier, number=number(self.parcels), how="bay-closed", bay=bay, ready_at=stamp(), policy=1)
        return parcel

    def arrive(self, merchant: str, shipment: str, shelf: str = "s1") -> str:
        """A parcel of one piece that came to the counter, ready for its customer; its id."""
        parcel = str(uuid.uuid4())
        common = {"shipment": shipment, "orders": ["A-" + shipment], "piece": 1, "pieces": 1}
        self.fact("parcel.arrived", merchant, parcel, **common, announced=False, code="P" + shipment)
        self.fact("parcel.shelved", merchant, parcel, **common, shelf=shelf)
        self.fact("pickup.ready", merchant, shipment, orders=["A-" + shipment], pieces=1,
                  parcels=[{"parcel": parcel, "piece": 1, "shelf": shelf}])
        return parcel

    def void(self, merchant: str, shipment: str, parcel: str):
        self.fact("parcel.voided", merchant, parcel, shipment=shipment, orders=["A-" + shipment], piece=1, pieces=1,
                  **{"from": "shipped"}, reason="by-hand", returned=[{"line": "1", "quantity": 2}])

    def reserve(self, merchant: str, shipment: str, delay: float = 0, age: float = 86400, generation: int = 0, kind: str = "shipped", **more) -> str:
        notice = notice_id(merchant, shipment, kind, generation)
        self.fact("notice.reserved", merchant, shipment, notice=notice, kind=kind, generation=generation,
                  not_before=stamp(delay), expires=stamp(age), owner="station", **more)
        return notice
