# SPDX-License-Identifier: Apache-2.0
"""Bells only make things quick: what they announce is found without them."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from faults import ground, simple  # noqa: E402


def test_commands_reach_the_bench_although_nobody_rings(build, tmp_path):
    with ground(build, tmp_path, simple(3), open_it=False) as g:
        path = g.rig.folder / "etc/sync.yaml"
        path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if not line.startswith("socket:")))
        g.open()  # returns when the bench knows the shipments
