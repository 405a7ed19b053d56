#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What each program keeps for itself, idle and with 100,000 facts that wait, beside a program that only has the same libraries."""
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from measure import BUILD, anon_kib, fact, figure, fill_ledger, rss_kib  # noqa: E402
from rig import Rig, wait_for  # noqa: E402

FACTS = int(os.environ.get("OKURU_BENCH_FACTS", "100000"))
SETTLED_S = 4
GOALS = {"station": 4, "sync": 6, "notify": 4, "oms": 6}  # MiB
TLS = ("sync", "oms")
WAITING = ("station", "sync")  # those that the queue could weigh on


def empty_kib(program: Path) -> int:
    """RSS of a program that does nothing, with the libraries of @program."""
    libraries = re.findall(r"=> (/\S+)", subprocess.run(["ldd", str(program)], text=True, capture_output=True, check=True).stdout)
    process = subprocess.Popen(["sleep", "60"], env={**os.environ, "LD_PRELOAD": " ".join(libraries)})
    try:
        time.sleep(0.5)  # until it sleeps, everything is loaded
        return rss_kib(process.pid)
    finally:
        process.kill()
        process.wait()


def weigh(facts: list[dict], offline: bool) -> dict[str, tuple[int, int]]:
    """RssAnon and RSS of each program once it has settled. @offline: no broker, so that everything waits."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(BUILD, Path(folder))
        fill_ledger(rig.folder / "station", facts)
        try:
            if not offline:
                rig.broker.start()
            names = [n for n in GOALS if (BUILD / "bin" / f"okuru-{n}").exists() and not (offline and n == "oms")]
            for name in names:
                rig.start(name)
            wait_for("the station's socket", lambda: rig.alive("station") and rig.try_status())
            time.sleep(SETTLED_S)
            return {n: (anon_kib(rig.processes[n].pid), rss_kib(rig.processes[n].pid)) for n in names if rig.alive(n)}
        finally:
            rig.stop_all()


def main() -> int:
    data = {"v": 1, "shipment": "S-1", "kind": "contents-differ", "text": "x" * 200}
    idle = weigh([], offline=False)
    queued = weigh([fact("conflict.found", "aozora", f"Q-{i}", data) for i in range(FACTS)], offline=True)
    for name, (anon, rss) in idle.items():
        tls = "-with-tls" if name in TLS else ""
        figure(f"{name}-rss-anon-idle{tls}", anon / 1024, "MiB", None, f"value <= {GOALS[name]}")
        figure(f"{name}-rss-idle", rss / 1024, "MiB", empty_kib(BUILD / "bin" / f"okuru-{name}") / 1024)
    for name in WAITING:
        figure(f"{name}-rss-anon-more-with-{FACTS}-waiting-offline", (queued[name][0] - idle[name][0]) / 1024, "MiB", None, "value <= 4")
    return 0


if __name__ == "__main__":
    sys.exit(main())
