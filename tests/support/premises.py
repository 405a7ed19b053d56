# SPDX-License-Identifier: Apache-2.0
"""What every arrangement of a rig is asked and told, be it a floor or a store."""
from __future__ import annotations

import json
import os
from pathlib import Path

from rig import Rig


class Premises:
    rig: Rig
    clock: Path  # of which programs take their time, when theirs moves

    def move_clock(self, seconds: float) -> None:
        """Seconds that all programs are ahead of the kernel; put in place whole."""
        new = self.clock.with_suffix(".new")
        new.write_text(f"{seconds}\n")
        new.rename(self.clock)

    def file(self, name: str, *documents: dict) -> str:
        (self.rig.folder / name).write_text("".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents), encoding="utf-8")
        return str(self.rig.folder / name)

    def count(self, kind: str, subject: str | None = None) -> int:
        rows = self.rig.query("station/ledger.db", "SELECT subject FROM fact WHERE type = ?", kind)
        return sum(1 for (s,) in rows if subject in (None, s))

    def facts(self, kind: str) -> list[dict]:
        rows = self.rig.query("station/ledger.db", "SELECT subject, bench, actor, data FROM fact WHERE type = ? ORDER BY pos", kind)
        return [{"subject": r[0], "bench": r[1], "actor": r[2], **json.loads(r[3])} for r in rows]

    def cpu_s(self, program: str) -> float:
        """Seconds of a processor that it has used."""
        fields = Path(f"/proc/{self.rig.processes[program].pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
