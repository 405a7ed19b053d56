#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""64 benches at once beside one: the greens of a second. One bench after the other would wait for 64 syncs; a group shares one."""
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import shipments as goods  # noqa: E402
from measure import figure, say, scan, station  # noqa: E402

BENCHES, ROUNDS, ONE, EACH = 64, 5, 1500, 60


def rate(result: dict) -> float:
    return result["greens"] / result["seconds"]


def main() -> int:
    with station(BENCHES, goods.make(7500), at_first=2000) as (_, hands):
        scan(hands, EACH // 3)
        one, many, waits = [], [], []
        for i in range(ROUNDS):
            one.append(rate(scan(hands[:1], ONE)))
            result = scan(hands, EACH)
            many.append(rate(result))
            waits.append(result["p99_us"])
            say(f"round {i + 1}: one bench {one[-1]:.0f} greens/s, {BENCHES} benches {many[-1]:.0f} greens/s")
        ratio = statistics.median(m / o for m, o in zip(many, one))
        figure(f"greens-of-{BENCHES}-benches", statistics.median(many), "greens/s", statistics.median(one), "ratio >= 5", ratio)
        figure(f"scan-to-green-p99-of-{BENCHES}-benches", statistics.median(waits), "us")
    return 0


if __name__ == "__main__":
    sys.exit(main())
