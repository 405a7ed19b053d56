#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does a packer notice what goes on behind: green while 100,000 facts drain to a broker, and while 50,000 shipments come down
from it, beside green with nothing else to do. OKURU_BENCH_FACTS and OKURU_BENCH_SHIPMENTS change the numbers."""
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import shipments as goods  # noqa: E402
from broker import Broker  # noqa: E402
from measure import BUILD, fact, figure, say, scan, station  # noqa: E402
from rig import REALM, SITE, STATION, wait_for  # noqa: E402

FACTS = int(os.environ.get("OKURU_BENCH_FACTS", "100000"))
SHIPMENTS = int(os.environ.get("OKURU_BENCH_SHIPMENTS", "50000"))
ROUNDS, SCANS, WINDOW, CREDIT = 3, 2000, 20, 200
RECEIVER = "0" * 31 + "1"


def backlog() -> list[dict]:
    data = {"v": 1, "shipment": "S-1", "kind": "contents-differ", "text": "x" * 200}
    return [fact("conflict.found", "aozora", f"Q-{i}", data) for i in range(FACTS)]


class Sync:
    """okuru-sync beside the station, with an inbox of its own so that it begins at the first fact."""

    def __init__(self, rig, broker: Broker, folder: Path):
        self.folder = folder
        folder.mkdir(mode=0o750, exist_ok=True)
        config = rig.write_yaml("sync.yaml", f"realm: {REALM}\nsite: {SITE}\nstation: {STATION}\nfolder: {folder}\n"
                                f"ledger: {rig.folder}/station/ledger.db\nsocket: {rig.folder}/run/station.sock\n"
                                f"seal: {rig.folder}/keys/seal.pub\ntrace: local\nintake_stop_percent: 100\n"
                                f"mqtt:\n  host: {broker.host}\n  port: {broker.port}\n  window: {WINDOW}\n  reconnect_min: 10ms\n  reconnect_max: 20ms\n")
        self.process = subprocess.Popen([str(BUILD / "bin/okuru-sync"), "--config", str(config), "--log-level", "warning"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def counter(broker: Broker, wanted: int) -> subprocess.Popen:
    process = subprocess.Popen([str(BUILD / "tests/mqtt-counter"), str(broker.port), REALM, str(CREDIT), str(wanted)], stdout=subprocess.PIPE, text=True)
    if process.stdout.readline() != "ready\n":
        raise RuntimeError("the counter did not start")
    return process


def scan_while(hands, busy) -> dict:
    """Scans as long as @busy() says so, in one go after the other; the p99 of all of it."""
    parts = []
    while busy() or not parts:
        parts.append(scan(hands, min(SCANS, len(hands[0].codes)), seconds=2))
    return max(parts, key=lambda p: p["greens"]) | {"p99_us": statistics.median(p["p99_us"] for p in parts), "greens": sum(p["greens"] for p in parts)}


def draining(rig, hands, broker: Broker, i: int) -> dict:
    with Sync(rig, broker, rig.folder / f"sync-{i}"):
        receiver = counter(broker, FACTS)
        result = scan_while(hands, lambda: receiver.poll() is None)
        told = json.loads(receiver.communicate()[0])
    say(f"round {i + 1}: {FACTS / told['seconds']:.0f} facts/s went up, {result['greens']} scans, p99 {result['p99_us']:.0f} us")
    return result


def write_commands(path: Path, inbox: str) -> None:
    head = {"specversion": "1.0", "source": f"urn:okuru:{REALM}:oms:{RECEIVER}:{SITE}:{STATION}", "time": "2026-11-21T09:00:00.000+09:00", "inbox": inbox}
    with open(path, "w", encoding="utf-8") as out:
        for i, s in enumerate(goods.make(SHIPMENTS, seed=7, prefix="D")):
            data = {k: v for k, v in s.items() if k not in ("labels", "contact")}
            event = {**head, "type": "jp.okuru.shipment", "id": str(uuid.UUID(int=uuid.uuid4().int)), "sequence": f"{i + 1:020d}", "subject": s["shipment"],
                     "merchant": s["merchant"], "dataschema": "urn:okuru:schema:shipment:1", "data": {**data, "version": 1}}
            out.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")


def inbox_of(rig) -> str | None:
    try:
        return rig.query("sync/inbox.db", "SELECT value FROM meta WHERE key = 'log_id'")[0][0]
    except (sqlite3.Error, IndexError):
        return None  # it is being made


def coming_down(rig, hands, broker: Broker) -> dict:
    """The inbox that the station knows, filled by sync from a broker that has it all."""
    def known() -> int:
        return rig.query("station/ledger.db", "SELECT count(*) FROM shipment WHERE id >= 'DS-' AND id < 'DS.'")[0][0]

    with tempfile.TemporaryDirectory() as name:
        commands = Path(name) / "commands"
        with Sync(rig, broker, rig.folder / "sync"):
            write_commands(commands, wait_for("sync's inbox", lambda: inbox_of(rig)))
            begun = time.monotonic()
            topic = f"okuru/v1/{REALM}/{SITE}/{STATION}"
            flood = subprocess.Popen([str(BUILD / "tests/mqtt-flood"), str(broker.port), f"{topic}/down", str(SHIPMENTS), f"@{commands}", "200", f"{topic}/taken"])
            result = scan_while(hands, lambda: known() < SHIPMENTS)
            flood.wait()
    took = time.monotonic() - begun
    say(f"{SHIPMENTS / took:.0f} shipments/s came down, {result['greens']} scans, p99 {result['p99_us']:.0f} us")
    return result


def main() -> int:
    with station(1, goods.make(20000), facts=backlog()) as (rig, hands), \
            Broker(rig.folder / "plain", realm=REALM, extra="max_queued_messages 0") as broker:
        scan(hands, 500)
        idle, busy = [], []
        for i in range(ROUNDS):
            idle.append(scan(hands, SCANS))
            busy.append(draining(rig, hands, broker, i))
        limit = statistics.median(r["p99_us"] for r in idle)
        ratio = statistics.median(b["p99_us"] / a["p99_us"] for a, b in zip(idle, busy))
        figure("scan-to-green-p99-while-draining", statistics.median(r["p99_us"] for r in busy), "us", limit, "ratio <= 3", ratio)
        before = scan(hands, SCANS)
        down = coming_down(rig, hands, broker)
        figure(f"scan-to-green-p99-while-{SHIPMENTS}-come-down", down["p99_us"], "us", before["p99_us"], "ratio <= 3")
    return 0


if __name__ == "__main__":
    sys.exit(main())
