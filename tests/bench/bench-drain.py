#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast okuru-sync empties a ledger of 100,000 facts, beside a bare libmosquitto publisher with the same window, broker and
receiver; and what it weighs while they wait, beside an idle one. OKURU_BENCH_FACTS changes the number."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from broker import Broker  # noqa: E402

BUILD = Path(os.environ.get("OKURU_BUILD", TOP / "build" / "dev")).resolve()
FACTS = int(os.environ.get("OKURU_BENCH_FACTS", "100000"))
WINDOW, CREDIT, ROUNDS = 20, 200, 3
REALM = "test"


def tell(name, value, unit, limit=None, ratio=None, goal=None, ok=None):
    print(json.dumps({"name": name, "value": value, "unit": unit, "limit": limit, "ratio": ratio, "goal": goal, "ok": ok}), flush=True)


def fill(folder, n):
    data = {"v": 1, "shipment": "S-1", "orders": ["A-778", "A-779"], "kind": "contents-differ", "text": "x" * 200}
    lines = (json.dumps({"type": "conflict.found", "merchant": "acme", "subject": f"S-{i}", "bench": "b1", "data": data}) + "\n" for i in range(n))
    tool = subprocess.Popen([str(BUILD / "tests/ledger-tool"), "--folder", str(folder), "--realm", REALM, "--batch", "500"],
                            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    tool.stdin.writelines(lines)
    tool.stdin.close()
    if tool.wait() != 0:
        sys.exit("the ledger could not be filled")


def anon_kib(pid):
    return next(int(x.split()[1]) for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("RssAnon"))


class Counter:
    def __init__(self, broker, wanted):
        self.process = subprocess.Popen([str(BUILD / "tests/mqtt-counter"), str(broker.port), REALM, str(CREDIT), str(wanted)],
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            sys.exit("the counter did not start")

    def seconds(self):
        told = json.loads(self.process.stdout.readline())
        self.process.wait()
        return told["seconds"]


class Sync:
    def __init__(self, folder, broker, ledger):
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        (self.folder / "sync").mkdir(mode=0o750)
        config = self.folder / "sync.yaml"
        config.write_text(f"realm: {REALM}\nsite: dc1\nstation: pack-1\nfolder: {self.folder}/sync\nledger: {ledger}/ledger.db\n"
                          f"seal: {folder}/seal.pub\nintake_stop_percent: 100\n"
                          f"mqtt:\n  host: 127.0.0.1\n  port: {broker.port}\n  window: {WINDOW}\n  reconnect_min: 10ms\n  reconnect_max: 20ms\n")
        config.chmod(0o640)
        self.process = subprocess.Popen([str(BUILD / "bin/okuru-sync"), "--config", str(config), "--log-level", "warning"])

    def peak_until(self, counter):
        """The largest RssAnon while the counter counts; and its seconds."""
        peak = 0
        while counter.process.poll() is None:
            peak = max(peak, anon_kib(self.process.pid))
            time.sleep(0.05)
        return peak, counter.seconds()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "ledger").mkdir(mode=0o750)
        (folder / "empty").mkdir(mode=0o750)
        subprocess.run([str(BUILD / "tests/ledger-tool"), "--keys", str(folder / "seal.key"), str(folder / "seal.pub")], check=True)
        fill(folder / "ledger", FACTS - 1)  # ledger.started is the first
        fill(folder / "empty", 0)
        with Broker(folder / "broker", realm=REALM, extra="max_queued_messages 0") as broker:
            measure(folder, broker)


def measure(folder, broker):
    bare, ours, peaks = [], [], []
    for _ in range(ROUNDS):  # in pairs: the machine is not the same at both ends of a run
        counter = Counter(broker, FACTS)
        subprocess.run([str(BUILD / "tests/mqtt-flood"), str(broker.port), f"okuru/v1/{REALM}/dc1/bare/up/fact", str(FACTS), "760", str(WINDOW)], check=True)
        bare.append(FACTS / counter.seconds())
        counter = Counter(broker, FACTS)
        sync = Sync(folder, broker, folder / "ledger")
        peak, seconds = sync.peak_until(counter)
        ours.append(FACTS / seconds)
        peaks.append(peak)
        sync.stop()
    counter = Counter(broker, FACTS)  # takes what comes and answers: one fact
    idle = Sync(folder, broker, folder / "empty")
    time.sleep(3)
    idle_kib = anon_kib(idle.process.pid)
    idle.stop()
    counter.process.kill()
    ratio = sorted(o / b for o, b in zip(ours, bare))[ROUNDS // 2]
    tell("drain-facts", round(sorted(ours)[ROUNDS // 2]), "facts/s", round(sorted(bare)[ROUNDS // 2]), round(ratio, 3), "ratio >= 0.6", ratio >= 0.6)
    tell("sync-rss-anon-idle", round(idle_kib / 1024, 2), "MiB", None, None, "value <= 4", idle_kib <= 4096)
    more = max(peaks) - idle_kib
    tell(f"sync-rss-anon-more-with-{FACTS}-queued", round(more / 1024, 2), "MiB", None, None, "value <= 4", more <= 4096)


if __name__ == "__main__":
    main()
