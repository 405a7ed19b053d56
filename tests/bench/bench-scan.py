#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How long a packer waits for green: one bench, one scan after the other, beside what this disk can promise at best."""
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import shipments as goods  # noqa: E402
from measure import commits, disk, figure, median_of, pid_of, say, scan, station  # noqa: E402

ROUNDS, SCANS, SPARSE, GAP_US, TRACED = 5, 2000, 100, 20000, 500


def syncs_per_green(rig, hands) -> float:
    """In a run of its own: the tracer slows what it traces."""
    trace = rig.folder / "strace"
    command = ["strace", "-f", "-q", "-e", "trace=fdatasync,fsync,sync_file_range", "-o", str(trace), "-p", str(pid_of(rig, "station"))]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as tracer:
        scan(hands, 1)  # it is attached once this one is through, or soon after
        before = trace.read_text().count("sync(") if trace.exists() else 0
        result = scan(hands, TRACED)
        tracer.terminate()
    return (trace.read_text().count("sync(") - before) / result["greens"]


def between(a: dict, b: dict) -> dict:
    """The disk before and after: a neighbour may have come or gone."""
    return {key: (a[key] + b[key]) / 2 for key in a}


def main() -> int:
    with station(1, goods.make(3500)) as (rig, hands):
        scan(hands, 500)  # the log has its size, the caches are warm
        dense, sparse, disks, sparse_disks, bare = [], [], [], [], []
        for i in range(ROUNDS):
            disks.append(disk(rig.folder, 250))
            dense.append(scan(hands, SCANS))
            disks[-1] = between(disks[-1], disk(rig.folder, 250))
            bare.append(commits(rig.folder))
            sparse_disks.append(disk(rig.folder, SPARSE, GAP_US))
            sparse.append(scan(hands, SPARSE, gap_us=GAP_US))
            say(f"round {i + 1}: disk {disks[-1]['p50_us']:.0f} us, scan to green {dense[-1]['p50_us']} us, sparse {sparse[-1]['p50_us']} us")
        ratio = statistics.median(g["p50_us"] / d["p50_us"] for g, d in zip(dense, disks))
        limit = median_of(disks, "p50_us")
        figure("scan-to-green-p50", median_of(dense, "p50_us"), "us", limit, "ratio <= 3.5", ratio)
        over = statistics.median(g["p50_us"] / c["p50_us"] for g, c in zip(dense, bare))
        figure("scan-to-green-p50-to-a-bare-commit", median_of(dense, "p50_us"), "us", median_of(bare, "p50_us"), ratio=over)
        figure("scan-to-green-p99", median_of(dense, "p99_us"), "us", median_of(disks, "p99_us"))
        figure("scan-to-green-p50-20ms-gaps", median_of(sparse, "p50_us"), "us", median_of(sparse_disks, "p50_us"))
        figure("scan-to-green-p99-20ms-gaps", median_of(sparse, "p99_us"), "us", median_of(sparse_disks, "p99_us"))
        figure("syncs-per-green", syncs_per_green(rig, hands), "syncs", 1, "ratio <= 1.05")
    return 0


if __name__ == "__main__":
    sys.exit(main())
