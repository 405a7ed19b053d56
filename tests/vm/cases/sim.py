# SPDX-License-Identifier: Apache-2.0
"""A GPIO chip of the kernel's simulator: what a program drives is read here, what it reads is pulled here."""
from pathlib import Path

SIMS = Path("/sys/kernel/config/gpio-sim")


class Chip:
    def __init__(self, label: str, *lines: str):
        self.folder = SIMS / label
        self.lines = lines
        bank = self.folder / "bank0"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text(str(len(lines)))
        (bank / "label").write_text(label)
        for i, name in enumerate(lines):
            (bank / f"line{i}").mkdir()
            (bank / f"line{i}/name").write_text(name)

    def plug(self) -> None:
        (self.folder / "live").write_text("1")
        device, chip = ((self.folder / name).read_text().strip() for name in ("dev_name", "bank0/chip_name"))
        self.values = Path("/sys/devices/platform") / device / chip

    def unplug(self) -> None:
        (self.folder / "live").write_text("0")

    def of(self, line: str) -> Path:
        return self.values / f"sim_gpio{self.lines.index(line)}"

    def lit(self) -> set[str]:
        """Names of the lines that are high."""
        return {line for line in self.lines if (self.of(line) / "value").read_text().strip() == "1"}

    def pull(self, line: str, high: bool) -> None:
        (self.of(line) / "pull").write_text("pull-up" if high else "pull-down")

    def remove(self) -> None:
        if (self.folder / "live").read_text().strip() == "1":
            self.unplug()
        for i in range(len(self.lines)):
            (self.folder / f"bank0/line{i}").rmdir()
        (self.folder / "bank0").rmdir()
        self.folder.rmdir()
